import { dockerfileInvalid } from './dockerfile-invalid.ts';

/** A here-document of RUN, COPY or ADD (`<<EOF`). */
export interface Heredoc {
  readonly name: string;
  readonly content: string;
  /** False where the name is quoted: then nothing in the content is expanded. */
  readonly expand: boolean;
}

/** An instruction as it stands in the file, its lines joined. */
export interface RawInstruction {
  readonly keyword: string;
  /** What follows the keyword: continued lines joined, comments between them left out, here-documents cut off. */
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
  readonly heredocs: readonly Heredoc[];
  /** The here-documents as they stand in the file, for a shell that reads them itself. */
  readonly heredocText: string;
}

export interface DockerfileLines {
  readonly escape: string;
  readonly instructions: readonly RawInstruction[];
}

/** No Dockerfile is larger; a generated one has some hundred kilobytes. */
export const dockerfileLimitBytes = 1024 * 1024;
const instructionLimit = 10_000;

/**
 * Takes a Dockerfile apart into instructions. Where each begins and ends, directives and here-documents
 * are the parser's; it is loaded with the first build.
 * @throws SiloError DockerfileInvalid
 */
export const readDockerfile = async (source: string): Promise<DockerfileLines> => {
  if (source.length > dockerfileLimitBytes) throw dockerfileInvalid(1, `the file has more than ${dockerfileLimitBytes} characters`);
  if (source.includes('\0')) throw dockerfileInvalid(1, 'the file holds a NUL and is no text');
  const { DockerfileParser } = await import('dockerfile-ast');
  const text = source.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const lines = text.split('\n');
  const parsed = DockerfileParser.parse(text);
  const directive = parsed.getDirectives().find((candidate) => candidate.getName().toLowerCase() === 'escape');
  if (directive !== undefined && !/^[\\`]$/.test(directive.getValue())) throw dockerfileInvalid(directive.getRange().start.line + 1, `the escape character '${directive.getValue()}' is neither \\ nor \``);
  const escape = parsed.getEscapeCharacter();
  const found = parsed.getInstructions();
  if (found.length > instructionLimit) throw dockerfileInvalid(found[instructionLimit]?.getRange().start.line ?? 1, `the file has more than ${instructionLimit} instructions`);
  return {
    escape,
    instructions: found.map((instruction) => {
      const { start, end } = instruction.getRange();
      return joinLines(lines.slice(start.line, end.line + 1), start.line + 1, escape);
    }),
  };
};

/** An ONBUILD trigger of an image, which stands on one line. */
export const readTrigger = (text: string, line: number): RawInstruction => joinLines(text.split('\n'), line, '\\');

const heredocInstructions = new Set(['RUN', 'COPY', 'ADD']);

const joinLines = (lines: readonly string[], line: number, escape: string): RawInstruction => {
  const continued = new RegExp(`${escape === '\\' ? '\\\\' : '`'}[ \\t]*$`);
  let joined = '';
  let taken = 0;
  for (const [index, text] of lines.entries()) {
    if (index > 0 && /^\s*(?:#|$)/.test(text)) { taken = index + 1; continue; }
    taken = index + 1;
    if (!continued.test(text)) { joined += text; break; }
    joined += text.replace(continued, '');
  }
  const match = /^\s*(\S+)\s*([^]*?)\s*$/.exec(joined);
  const keyword = (match?.[1] ?? '').toUpperCase();
  const text = match?.[2] ?? '';
  const bodyLines = lines.slice(taken);
  const inner = keyword === 'ONBUILD' ? /^\S+/.exec(text)?.[0].toUpperCase() ?? '' : keyword;
  if (!heredocInstructions.has(inner)) return { keyword, text, line, heredocs: [], heredocText: '' };
  const heredocs = readHeredocs(text, bodyLines, line + taken, escape);
  return { keyword, text, line, heredocs, heredocText: heredocs.length === 0 ? '' : bodyLines.join('\n') };
};

/** `<<EOF`, `<<-EOF`, `<<"EOF"`; the form that BuildKit takes for one, too. */
const heredocStart = /^<<(-?)(?:"([^"<\s]+)"|'([^'<\s]+)'|([^"'<\s]+))$/;

const readHeredocs = (text: string, body: readonly string[], firstLine: number, escape: string): readonly Heredoc[] => {
  const found: Heredoc[] = [];
  let at = 0;
  for (const word of text.split(/\s+/)) {
    const match = heredocStart.exec(word);
    if (match === null) continue;
    const [, chomp, double, single, plain] = match;
    const name = double ?? single ?? (plain ?? '').replaceAll(escape, '');
    const content: string[] = [];
    for (;;) {
      const raw = body[at];
      if (raw === undefined) throw dockerfileInvalid(firstLine, `the here-document '${name}' has no end`);
      at += 1;
      const line = chomp === '-' ? raw.replace(/^\t+/, '') : raw;
      if (line === name) break;
      content.push(line);
    }
    found.push({ name, content: content.length === 0 ? '' : `${content.join('\n')}\n`, expand: plain !== undefined && !plain.includes(escape) });
  }
  return found;
};
