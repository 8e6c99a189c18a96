import { statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** PowerShell 7 or, on Windows, the one that Windows brings; undefined where there is none on PATH. */
export const findPowerShell = (): string | undefined => {
  const names = process.platform === 'win32' ? ['pwsh.exe', 'powershell.exe'] : ['pwsh'];
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
};
