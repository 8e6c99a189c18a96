import { command } from '../command.ts';

/** What the programs measured beside Silo say that they are, as far as they are installed. */
export const peerVersions = async (...programs: readonly string[]): Promise<string> => {
  const lines = await Promise.all(programs.map((program) => command(program, ['--version']).then((output) => output.split('\n')[0] ?? '', () => `${program} is not installed`)));
  return lines.join('; ');
};
