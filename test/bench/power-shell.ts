import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { command, findProgram } from './command.ts';

export interface ShellTimes {
  readonly version: string;
  readonly cmdletMs: number;
  readonly listMs: number;
  readonly firstMs: number;
}

/** Medians from a warm PowerShell session with an engine of its own; a sentence where there is no PowerShell. */
export const timeInPowerShell = async (root: string, { listRounds = 0, rounds = 30 }: { readonly listRounds?: number; readonly rounds?: number }): Promise<ShellTimes | string> => {
  const pwsh = findProgram('pwsh');
  if (pwsh === undefined) return 'PowerShell (pwsh) was not found';
  if (!existsSync(join(import.meta.dirname, '../../module/Silo/Silo.psd1'))) return 'the module is not there';
  const output = await command(pwsh, ['-NoLogo', '-NoProfile', '-NonInteractive', '-File', join(import.meta.dirname, 'Measure.ps1'), '-Name', 'lasting', '-Rounds', String(rounds), '-ListRounds', String(listRounds)],
    { ...process.env, SILO_ROOT: root });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as ShellTimes;
};
