import { readFileSync } from 'node:fs';

/** The adjustment that the engine can give: less than its own needs CAP_SYS_RESOURCE (proc(5), oom_score_adj). */
export const grantableScore = (wanted: number, mayLower: boolean): number =>
  (mayLower ? wanted : Math.max(wanted, Number(readFileSync('/proc/self/oom_score_adj', 'utf8'))));
