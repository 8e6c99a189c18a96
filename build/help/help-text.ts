import type { CommandFact } from './command-fact.ts';

/** Paragraphs of a comment, each in one line; a blank line divides them. */
export const paragraphs = (text: string): string[] => text.trim().split(/\n\s*\n/)
  .map((part) => part.replaceAll(/\s+/g, ' ').trim())
  .filter((part) => part !== '');

/** Texts of the parameters that PowerShell adds to commands that change something. */
const addedParameters: Readonly<Record<string, string>> = {
  WhatIf: 'Shows what the command would do, and changes nothing.',
  Confirm: 'Asks before each change.',
};

export const parameterText = ({ name, text }: { readonly name: string; readonly text: string }): string[] => paragraphs(text === '' ? addedParameters[name] ?? '' : text);

/** What comes before the first blank line is the code. */
export const splitExample = (example: string): { readonly code: string; readonly remarks: readonly string[] } => {
  const [code = '', ...rest] = example.trim().split(/\n\s*\n/);
  return { code, remarks: paragraphs(rest.join('\n\n')) };
};

/** Words of the page itself. */
export const pageTexts = ['Example', 'None'] as const;

/** Inputs and outputs are names of types, but for the words between some. */
export const isSentence = (text: string): boolean => / (?:or|with) |;/.test(text);

/** All that is translated of a command, in the order in which it is read; nothing twice. */
export const translatable = (command: CommandFact): string[] => [...new Set([
  ...paragraphs(command.synopsis),
  ...paragraphs(command.description),
  ...command.parameters.flatMap(parameterText),
  ...command.examples.flatMap((example) => splitExample(example).remarks),
  ...[...command.inputs, ...command.outputs].flatMap(paragraphs).filter(isSentence),
])];
