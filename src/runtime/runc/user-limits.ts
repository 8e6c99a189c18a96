import { readFileSync } from 'node:fs';
import type { UserLimit } from '../../core/index.ts';
import { openFileLimits } from './open-file-limits.ts';

/** Names of the limits with their rows in /proc/<pid>/limits (proc(5)). */
const rows: Readonly<Record<string, string>> = {
  as: 'Max address space', core: 'Max core file size', cpu: 'Max cpu time', data: 'Max data size', fsize: 'Max file size', locks: 'Max file locks',
  memlock: 'Max locked memory', msgqueue: 'Max msgqueue size', nice: 'Max nice priority', nofile: 'Max open files', nproc: 'Max processes', rss: 'Max resident set',
  rtprio: 'Max realtime priority', rttime: 'Max realtime timeout', sigpending: 'Max pending signals', stack: 'Max stack size',
};

export const userLimitNames: readonly string[] = Object.keys(rows);

/** RLIM_INFINITY as a number of JavaScript; `ociText` writes it exactly. */
const unlimited = 2 ** 64;

const amount = (value: number): number => (value === -1 ? unlimited : value);

const ownHardLimit = (name: string, limits: string): number => {
  const row = limits.split('\n').find((line) => line.startsWith(`${rows[name] ?? ''} `));
  const hard = /\s{2,}\S+\s+(\S+)/.exec(row ?? '')?.[1];
  return hard === undefined || hard === 'unlimited' ? unlimited : Number(hard);
};

/** The limits that the engine can give, with RLIM_INFINITY for none, with the sentences for those it had to lower. A hard limit above its own needs CAP_SYS_RESOURCE. */
export const grantableLimits = (wanted: readonly UserLimit[], mayRaise: boolean, limits = readFileSync('/proc/self/limits', 'utf8')): { readonly limits: readonly UserLimit[]; readonly lowered: readonly string[] } => {
  const lowered: string[] = [];
  const given = wanted.map(({ name, soft, hard }) => {
    const most = mayRaise ? unlimited : ownHardLimit(name, limits);
    const [wantedSoft, wantedHard] = [amount(soft), amount(hard)];
    if (wantedHard > most) lowered.push(`The limit ${name} is ${most} in place of ${hard === -1 ? 'none' : hard}: the engine itself may have no more.`);
    return { name, soft: Math.min(wantedSoft, most), hard: Math.min(wantedHard, most) };
  });
  return { limits: given, lowered };
};

/** `process.rlimits` of an OCI configuration: what was asked for, and the default of open files where it was not. */
export const ociLimitsOfUser = (wanted: readonly UserLimit[], mayRaise: boolean, openFiles = openFileLimits(mayRaise)): readonly object[] => {
  const asked = grantableLimits(wanted, mayRaise).limits;
  return [
    ...(asked.some(({ name }) => name === 'nofile') ? [] : [{ type: 'RLIMIT_NOFILE', ...openFiles }]),
    ...asked.map(({ name, soft, hard }) => ({ type: `RLIMIT_${name.toUpperCase()}`, soft, hard })),
  ];
};

/** JSON of an OCI document. JavaScript would write RLIM_INFINITY rounded up, which is no 64-bit number any more. */
export const ociText = (document: object): string => JSON.stringify(document).replaceAll(/("(?:soft|hard)":)18446744073709552000/g, '$118446744073709551615');
