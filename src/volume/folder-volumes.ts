import { spawn } from 'node:child_process';
import { closeSync, constants } from 'node:fs';
import { chmod, chown, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromFileError, hasErrno, SiloError } from '../base/index.ts';
import type { Volumes } from '../core/index.ts';
import { oPath, openWithin } from '../../native/libc.ts';

/**
 * Volumes as folders: `<id>/data` is what containers see, `<id>/filled` says that the image's content was
 * copied, `<id>/filling` is a copy in progress. The caller holds the lock of the container whose volume it is.
 */
export class FolderVolumes implements Volumes {
  readonly #folder: string;

  /** @param folder the state root's `volumes`; made on first use. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async create(id: string, access: { readonly mode: number; readonly uid: number; readonly gid: number } = { mode: 0o755, uid: 0, gid: 0 }): Promise<string> {
    const data = join(this.#volumeFolder(id), 'data');
    try {
      await mkdir(this.#volumeFolder(id), { recursive: true, mode: 0o700 });
      const made = await mkdir(data, { recursive: true, mode: 0o755 });
      if (made !== undefined && (access.uid !== 0 || access.gid !== 0)) await chown(data, access.uid, access.gid);
      if (made !== undefined && access.mode !== 0o755) await chmod(data, access.mode);
    } catch (error) {
      throw fromFileError(error, data);
    }
    return data;
  }

  /**
   * The copy is made beside the volume and takes its place in one step, so one that was killed is never
   * taken for content. Owner and mode of the volume become those of the image's folder.
   */
  async copyUp(id: string, rootPath: string, sourceFolder: string): Promise<void> {
    const folder = this.#volumeFolder(id);
    const [data, filling, filled] = [join(folder, 'data'), join(folder, 'filling'), join(folder, 'filled')];
    try {
      if ((await stat(filled).catch(() => undefined)) !== undefined) return;
      await rm(filling, { recursive: true, force: true });
      if ((await readdir(data)).length === 0) {
        const copied = await copyFolder(rootPath, sourceFolder, filling);
        // rename(2) replaces an empty folder, and only that.
        if (copied) await rename(filling, data);
      }
      await writeFile(filled, '');
    } catch (error) {
      await rm(filling, { recursive: true, force: true });
      throw fromFileError(error, data);
    }
  }

  async remove(id: string): Promise<void> {
    const folder = this.#volumeFolder(id);
    try {
      await rm(folder, { recursive: true, force: true });
    } catch (error) {
      throw fromFileError(error, folder);
    }
  }

  async list(): Promise<readonly string[]> {
    try {
      return (await readdir(this.#folder)).filter(isVolumeId);
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return [];
      throw fromFileError(error, this.#folder);
    }
  }

  #volumeFolder(id: string): string {
    if (!isVolumeId(id)) throw new SiloError('ParameterInvalid', { args: { parameter: 'volume', reason: `'${id}' is not a volume id` } });
    return join(this.#folder, id);
  }
}

const isVolumeId = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/.test(text);

/** False where the image has no such folder. Its links are resolved as the container would, so none leads to the host. */
const copyFolder = async (rootPath: string, sourceFolder: string, target: string): Promise<boolean> => {
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
