import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { joinModule, withMark } from '../../../build/package/join-module.ts';
import { command, findProgram } from '../command.ts';
import { measure } from '../measure.ts';
import { milliseconds, type Row } from '../table.ts';

const moduleRoot = join(import.meta.dirname, '../../../module/Silo');

/** Import-Module alone, as a new PowerShell times it: starting PowerShell takes longer than that. */
const timeImport = async (pwsh: string, manifest: string): Promise<number> =>
  Number(await command(pwsh, ['-NoLogo', '-NoProfile', '-NonInteractive', '-Command', `$watch = [Diagnostics.Stopwatch]::StartNew(); Import-Module -Name '${manifest}'; $watch.Elapsed.TotalMilliseconds.ToString([cultureinfo]::InvariantCulture)`]));

/** Import of the module as a package has it, in one script file, and of the source tree's. */
export const importRows = async (folder: string, rounds: number): Promise<Row[]> => {
  const what = 'Import-Module of the package';
  const pwsh = findProgram('pwsh');
  if (pwsh === undefined) return [{ what, measured: 'PowerShell (pwsh) was not found' }];
  const joined = join(folder, 'joined/Silo');
  const { text, folders } = joinModule(moduleRoot);
  mkdirSync(joined, { recursive: true });
  cpSync(moduleRoot, joined, { recursive: true, filter: (path) => !folders.some((name) => path === join(moduleRoot, name)) });
  writeFileSync(join(joined, 'Silo.psm1'), withMark(text));
  const measured = await measure([
    { name: 'package', round: () => timeImport(pwsh, join(joined, 'Silo.psd1')) },
    { name: 'source', round: () => timeImport(pwsh, join(moduleRoot, 'Silo.psd1')) },
  ], { rounds });
  const [packaged, source] = [measured.get('package'), measured.get('source')];
  if (packaged === undefined || source === undefined) return [];
  return [{ what, measured: `${milliseconds(packaged.medianMs)} (${milliseconds(packaged.leastMs)} to ${milliseconds(packaged.mostMs)})` }, { what: '  of the source tree', measured: milliseconds(source.medianMs) }];
};
