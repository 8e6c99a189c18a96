import { execFile } from 'node:child_process';
import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { hasErrno } from '../base/index.ts';
import type { FolderCopy } from './copy-folder.ts';

/** ERROR_DISK_FULL, as robocopy writes it. */
const diskFull = /\b112\s*\(0x0*70\)/i;

/**
 * robocopy keeps what Node's copy does not: access lists, owners, times of folders. Its exit code is a set of bits, and from 8
 * on something was not copied. Symbolic links stay links; what is behind junctions is left out, since it may be anywhere.
 */
const robocopy = (source: string, target: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const args = [source, target, '/E', '/COPYALL', '/DCOPY:DAT', '/SL', '/XJ', '/R:0', '/W:0', '/NP', '/NJH', '/NJS', '/NDL', '/NFL'];
    execFile(join(process.env['SystemRoot'] ?? String.raw`C:\Windows`, 'System32', 'robocopy.exe'), args, { windowsHide: true }, (error, told) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number' && code < 8) resolve();
      else if (diskFull.test(told)) reject(Object.assign(new Error(told.trim()), { code: 'ENOSPC' }));
      else reject(new Error(`robocopy ended with ${String(code)}: ${told.trim().slice(0, 4096)}`, { cause: error }));
    });
  });

/** A link that leads out of the root, as one by an absolute path does here, counts as no folder. */
export const copyOnWindows: FolderCopy = async (rootPath, sourceFolder, target) => {
  const root = await realpath(rootPath);
  let source: string;
  try {
    source = await realpath(join(root, sourceFolder.replace(/^[A-Za-z]:/, '')));
    if (!(await stat(source)).isDirectory()) return false;
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return false;
    throw error;
  }
  if (source !== root && !source.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)) return false;
  await robocopy(source, target);
  return true;
};
