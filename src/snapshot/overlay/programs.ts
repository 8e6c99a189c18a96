import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The PATH of a user often lacks the folders of what only administrators run. */
const searchPath = (): string => `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`;

/** Why a program cannot be run here, with the package of Debian that has it; undefined where it can. */
export const programObstacle = (program: string, debianPackage: string): string | undefined => {
  const found = searchPath().split(':').some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  return found ? undefined : `${program} is not installed (apt-get install ${debianPackage})`;
};

/** Runs a program to its end. The error of one that failed has its words as `stderr`. */
export const runProgram = async (program: string, args: readonly string[]): Promise<void> => {
  await run(program, args, { env: { ...process.env, PATH: searchPath() } });
};
