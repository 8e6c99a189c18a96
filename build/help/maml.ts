import type { CommandFact, ParameterFact, SetParameter } from './command-fact.ts';
import { isSentence, paragraphs, parameterText, splitExample } from './help-text.ts';

/** Gives the sentence in the language of the file. */
export type Translate = (english: string) => string;

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const para = (texts: readonly string[]): string => texts.map((text) => `<maml:para>${escape(text)}</maml:para>`).join('');
const described = (texts: readonly string[]): string => `<maml:description>${para(texts)}</maml:description>`;

const pipeline = ({ byValue, byPropertyName }: Pick<SetParameter, 'byValue' | 'byPropertyName'>): string => {
  const ways = [...(byValue ? ['ByValue'] : []), ...(byPropertyName ? ['ByPropertyName'] : [])];
  return ways.length === 0 ? 'False' : `True (${ways.join(', ')})`;
};

const attributes = (parameter: ParameterFact, use: SetParameter): string =>
  `required="${use.mandatory}" variableLength="${parameter.type.endsWith('[]')}" globbing="${parameter.wildcards}" pipelineInput="${pipeline(use)}" position="${use.position < 0 ? 'named' : use.position}" aliases="${parameter.aliases.length === 0 ? 'none' : parameter.aliases.join(', ')}"`;

const valueOf = (parameter: ParameterFact): string =>
  parameter.isSwitch ? '' : `<command:parameterValue required="true" variableLength="${parameter.type.endsWith('[]')}">${parameter.type}</command:parameterValue>`;

const typeOf = (parameter: ParameterFact): string => {
  const fallback = parameter.isSwitch ? 'False' : 'None';
  return `<dev:type><maml:name>${parameter.type}</maml:name><maml:uri/></dev:type><dev:defaultValue>${escape(parameter.defaultValue === '' ? fallback : parameter.defaultValue)}</dev:defaultValue>`;
};

const choices = (parameter: ParameterFact): string => (parameter.values.length === 0
  ? ''
  : `<command:parameterValueGroup>${parameter.values.map((value) => `<command:parameterValue required="false" variableLength="false">${escape(value)}</command:parameterValue>`).join('')}</command:parameterValueGroup>`);

/** Positions first, then what must be there, then the rest as it stands in the function. */
const inOrder = (uses: readonly SetParameter[]): SetParameter[] => {
  const rank = ({ position, mandatory }: SetParameter): number => (position >= 0 ? position : mandatory ? 1000 : 2000);
  return uses.toSorted((a, b) => rank(a) - rank(b));
};

const example = (text: string, number: number, translate: Translate): string => {
  const { code, remarks } = splitExample(text);
  const title = `-------------------------- ${translate('Example')} ${number} --------------------------`;
  return `      <command:example><maml:title>${title}</maml:title><dev:code>${escape(code)}</dev:code><dev:remarks>${para(remarks.map(translate))}<maml:para/></dev:remarks></command:example>\n`;
};

const typeList = (element: 'input' | 'return', types: readonly string[], translate: Translate): string => {
  const outer = element === 'input' ? 'inputTypes' : 'returnValues';
  const inner = element === 'input' ? 'inputType' : 'returnValue';
  // Plain names stand in a row; what has words in it is one text.
  const texts = types.flatMap(paragraphs).flatMap((text) => (isSentence(text) ? [text] : text.split(', '))).map(translate);
  return `    <command:${outer}>${(texts.length === 0 ? [translate('None')] : texts).map((text) => `<command:${inner}><dev:type><maml:name>${escape(text)}</maml:name></dev:type></command:${inner}>`).join('')}</command:${outer}>\n`;
};

const commandElement = (command: CommandFact, translate: Translate): string => {
  const [verb = '', noun = ''] = command.name.split('-');
  const byName = new Map(command.parameters.map((parameter) => [parameter.name, parameter]));
  const syntax = command.sets.map((set) => {
    const rows = inOrder(set.parameters).map((use) => {
      const parameter = byName.get(use.name);
      return parameter === undefined ? '' : `        <command:parameter ${attributes(parameter, use)}><maml:name>${use.name}</maml:name>${choices(parameter)}${valueOf(parameter)}</command:parameter>\n`;
    });
    return `      <command:syntaxItem><maml:name>${command.name}</maml:name>\n${rows.join('')}      </command:syntaxItem>\n`;
  });
  const parameters = command.parameters.map((parameter) => {
    const uses = command.sets.flatMap((set) => set.parameters.filter(({ name }) => name === parameter.name));
    // What differs from set to set is told as the sets have it together.
    const use: SetParameter = {
      name: parameter.name,
      mandatory: uses.length > 0 && uses.every(({ mandatory }) => mandatory),
      position: Math.max(-1, ...uses.map(({ position }) => position)),
      byValue: uses.some(({ byValue }) => byValue),
      byPropertyName: uses.some(({ byPropertyName }) => byPropertyName),
    };
    return `      <command:parameter ${attributes(parameter, use)}><maml:name>${parameter.name}</maml:name>${described(parameterText(parameter).map(translate))}${choices(parameter)}${valueOf(parameter)}${typeOf(parameter)}</command:parameter>\n`;
  });
  const links = command.links.flatMap(paragraphs).map((link) => `<maml:navigationLink><maml:linkText>${escape(link)}</maml:linkText><maml:uri/></maml:navigationLink>`);
  return `  <command:command xmlns:maml="http://schemas.microsoft.com/maml/2004/10" xmlns:command="http://schemas.microsoft.com/maml/dev/command/2004/10" xmlns:dev="http://schemas.microsoft.com/maml/dev/2004/10">
    <command:details><command:name>${command.name}</command:name><command:verb>${verb}</command:verb><command:noun>${noun}</command:noun>${described(paragraphs(command.synopsis).map(translate))}</command:details>
    ${described(paragraphs(command.description).map(translate))}
    <command:syntax>
${syntax.join('')}    </command:syntax>
    <command:parameters>
${parameters.join('')}    </command:parameters>
${typeList('input', command.inputs, translate)}${typeList('return', command.outputs, translate)}    <command:examples>
${command.examples.map((text, index) => example(text, index + 1, translate)).join('')}    </command:examples>
    <command:relatedLinks>${links.join('')}</command:relatedLinks>
  </command:command>
`;
};

/** External help as Get-Help reads it (MAML), on Windows PowerShell 5.1 and PowerShell 7 alike. */
export const mamlDocument = (commands: readonly CommandFact[], translate: Translate, madeFrom: string): string =>
  `\uFEFF<?xml version="1.0" encoding="utf-8"?>
<!-- Made by build/generate.ts from the comments of the functions and from module/help; changes made here are lost. Sources: ${madeFrom} -->
<helpItems schema="maml" xmlns="http://msh">
${commands.map((command) => commandElement(command, translate)).join('')}</helpItems>
`;
