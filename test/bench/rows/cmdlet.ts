import { measure } from '../measure.ts';
import { timeInPowerShell } from '../power-shell.ts';
import type { Setting } from '../setting.ts';
import { milliseconds, type Row } from '../table.ts';

const goalMs = 5;

/** What the module adds to the engine's own time, which is that of the same request from a small client in this process. */
export const cmdletRows = async ({ engine, root }: Setting, rounds: number): Promise<Row[]> => {
  const what = 'Get-Container of one, above the time of its request';
  const own = (await measure([{ name: 'request', round: async () => { await engine.call('container/list', { containers: ['lasting'] }); } }], { rounds, warmUp: 10 })).get('request');
  const shell = await timeInPowerShell(root, { rounds });
  if (own === undefined || typeof shell === 'string') return [{ what, measured: typeof shell === 'string' ? shell : '' }];
  const overheadMs = shell.cmdletMs - own.medianMs;
  return [{ what: `${what} (PowerShell ${shell.version})`, measured: `${milliseconds(overheadMs)} (${milliseconds(shell.cmdletMs)} - ${milliseconds(own.medianMs)})`, goal: { text: `at most ${goalMs} ms`, reached: overheadMs <= goalMs } }];
};
