import { constants } from 'node:fs';
import { access as tryAccess, chmod, chown, mkdir, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromFileError, hasErrno, SiloError } from '../base/index.ts';
import type { Volumes, VolumeParts } from '../core/index.ts';
import { copyOnLinux, type FolderCopy } from './copy-folder.ts';

/**
 * Volumes as folders: `<id>/data` is what containers see, `<id>/filled` says that the image's content was
 * copied, `<id>/filling` is a copy in progress. The caller holds the lock of the container whose volume it is.
 */
export class FolderVolumes implements Volumes {
  readonly #folder: string;
  readonly #copy: FolderCopy;
  readonly parts: VolumeParts | undefined;

  /** @param folder the state root's `volumes`; made on first use. */
  constructor(folder: string, copy: FolderCopy = copyOnLinux, parts?: VolumeParts) {
    this.parts = parts;
    this.#folder = folder;
    this.#copy = copy;
  }

  async create(id: string, access: { readonly mode: number; readonly uid: number; readonly gid: number } = { mode: 0o755, uid: 0, gid: 0 }): Promise<string> {
    const data = this.path(id);
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
        if (await this.#copy(rootPath, sourceFolder, filling)) await takePlace(filling, data);
      }
      await writeFile(filled, '');
    } catch (error) {
      await rm(filling, { recursive: true, force: true });
      throw fromFileError(error, data);
    }
  }

  path(id: string): string { return join(this.#volumeFolder(id), 'data'); }

  async checkSource(path: string): Promise<void> {
    try {
      await tryAccess(path, constants.R_OK);
    } catch (error) {
      throw fromFileError(error, path);
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

/** rename(2) replaces an empty folder, and only that; on Windows the empty one must go before. */
const takePlace = async (filling: string, data: string): Promise<void> => {
  try {
    await rename(filling, data);
  } catch (error) {
    if (!hasErrno(error, 'EPERM', 'EEXIST')) throw error;
    await rmdir(data);
    await rename(filling, data);
  }
};
