import { spawn } from 'node:child_process';
import { closeSync, constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { hasErrno } from '../base/index.ts';
import { oPath, openWithin } from '../../native/libc.ts';

/**
 * Copies a folder of an image's root to `target`, which is not there. False where the image has no such folder.
 * Links of the image lead nowhere but within it.
 */
export type FolderCopy = (rootPath: string, sourceFolder: string, target: string) => Promise<boolean>;

/** Links are resolved as the container would. */
export const copyOnLinux: FolderCopy = async (rootPath, sourceFolder, target) => {
  const root = await open(rootPath, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    let source: number;
    try {
      source = openWithin(root.fd, sourceFolder, oPath | constants.O_DIRECTORY, 'inRoot');
    } catch (error) {
      if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return false;
      throw error;
    }
    try {
      await runCopy(source, target);
    } finally {
      closeSync(source);
    }
    return true;
  } finally {
    await root.close();
  }
};

/** cp(1) of coreutils keeps what Node's copy does not: owners, attributes, hard links, holes, devices. */
const runCopy = (source: number, target: string): Promise<void> =>
  new Promise((resolve, reject) => {
    // The open folder itself is handed over: a path could come to mean another one. Messages in English, for the test below.
    const child = spawn('cp', ['-a', '-T', '/proc/self/fd/3/.', target], { detached: true, stdio: ['ignore', 'ignore', 'pipe', source], env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' } });
    let message = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => { message = (message + text).slice(0, 4096); });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else if (/No space left on device|Disk quota exceeded/.test(message)) reject(Object.assign(new Error(message.trim()), { code: 'ENOSPC' }));
      else reject(new Error(`cp ended with ${code}: ${message.trim()}`));
    });
  });
