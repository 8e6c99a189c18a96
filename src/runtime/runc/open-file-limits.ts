import { readFileSync } from 'node:fs';

/** containerd's defaults: a low soft limit, so that programs which close every possible descriptor start fast. */
const wantedSoft = 1024;
const wantedHard = 524_288;

/** Limits that runc can set: never above the engine's own hard limit (raising it needs CAP_SYS_RESOURCE). */
export const openFileLimits = (): { readonly soft: number; readonly hard: number } => {
  const own = /^Max open files\s+\S+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  const hard = Math.min(wantedHard, own === undefined ? wantedHard : Number(own));
  return { soft: Math.min(wantedSoft, hard), hard };
};
