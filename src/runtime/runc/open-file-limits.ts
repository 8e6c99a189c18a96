import { readFileSync } from 'node:fs';

/** containerd's defaults: a low soft limit, so that programs which close every possible descriptor start fast. */
const wantedSoft = 1024;
const wantedHard = 524_288;

interface OpenFileSources {
  /** Text of /proc/self/limits. */
  readonly limits: string;
  /** Text of /proc/sys/fs/nr_open: nobody may have more. */
  readonly most: string;
}

const ownSources = (): OpenFileSources => ({ limits: readFileSync('/proc/self/limits', 'utf8'), most: readFileSync('/proc/sys/fs/nr_open', 'utf8') });

/** The same for every container, whoever started the engine or the supervisor; only without CAP_SYS_RESOURCE is the hard limit never above the engine's own. */
export const openFileLimits = (mayRaise: boolean, { limits, most } = ownSources()): { readonly soft: number; readonly hard: number } => {
  const own = /^Max open files\s+\S+\s+(\d+)/m.exec(limits)?.[1];
  const hard = Math.min(wantedHard, Number(most), mayRaise || own === undefined ? wantedHard : Number(own));
  return { soft: Math.min(wantedSoft, hard), hard };
};

/** First of each line of releases that sets the limits of a further process after Go's own start, which raises the soft one to the hard one. */
const mended: readonly (readonly [number, number, number])[] = [[1, 1, 13], [1, 2, 0]];

/** What this version of runc does with the limit of open files of further processes, now and then; undefined where it is mended, or none is known. */
export const openFileRace = (version: string): string | undefined => {
  const [, ...parts] = /^(\d+)\.(\d+)\.(\d+)/.exec(version) ?? [];
  const [major = 0, minor = 0, patch = 0] = parts.map(Number);
  const line = mended.find(([one, two]) => one === major && two === minor);
  const races = parts.length > 0 && (line === undefined ? major < 1 || (major === 1 && minor < 1) : patch < line[2]);
  return races ? 'before 1.1.13 a further process now and then has the hard limit of open files as its soft one' : undefined;
};
