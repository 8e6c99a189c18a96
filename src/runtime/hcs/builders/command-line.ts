import { SiloError } from '../../../base/index.ts';

/** CreateProcess takes no longer one, with its end. */
const longest = 32_767;

const invalid = (reason: string): SiloError => new SiloError('ParameterInvalid', { args: { parameter: 'command', reason } });

/** The program's name is read by rules of its own: quotation marks group, and nothing escapes. */
const program = (name: string): string => {
  if (name.includes('"')) throw invalid("the program's name holds a quotation mark, which Windows has no way to write");
  return name === '' || /[\s]/.test(name) ? `"${name}"` : name;
};

/** Backslashes count only before a quotation mark: there each is doubled, and the mark escaped. */
const argument = (value: string): string =>
  value !== '' && !/[\s"]/.test(value) ? value : `"${value.replace(/(\\*)(?:"|$)/g, (run, slashes: string) => slashes + slashes + (run.endsWith('"') ? '\\"' : ''))}"`;

/**
 * One text that CommandLineToArgvW and the C runtime take apart into these arguments again ("Parsing C
 * command-line arguments"). Programs that read their command line themselves, cmd.exe above all, do it their own way.
 * @throws SiloError ParameterInvalid
 */
export const commandLine = ([name, ...args]: readonly string[]): string => {
  if (name === undefined) throw invalid('there is none');
  const line = [program(name), ...args.map(argument)].join(' ');
  if (line.includes('\0')) throw invalid('an argument holds a NUL');
  if (line.length >= longest) throw invalid(`it is longer than ${longest - 1} characters`);
  return line;
};
