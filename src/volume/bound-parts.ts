import { constants } from 'node:fs';
import { mkdir, open, readdir, rmdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { fromFileError, hasErrno } from '../base/index.ts';
import type { VolumeParts } from '../core/index.ts';
import { mount, mountFlags, oPath, unmount } from '../../native/libc.ts';

/**
 * Folders of volumes as bind mounts, one for each that a container mounts. Whoever has the whole volume may exchange a folder
 * for a link at any time: each step is taken from an open folder and follows none, and what is held open is what is mounted.
 */
export class BoundParts implements VolumeParts {
  readonly #folder: string;

  /** @param folder for the mount points: of this boot, and nothing but `detach` may remove what is in it. */
  constructor(folder: string) { this.#folder = folder; }

  async attach(owner: string, volumeFolder: string, path: string): Promise<string> {
    const places = join(this.#folder, owner);
    const held: FileHandle[] = [];
    try {
      await mkdir(places, { recursive: true, mode: 0o700 });
      let at = volumeFolder;
      for (const step of ['', ...path.split('/')]) {
        const handle = await open(step === '' ? at : join(at, step), oPath | constants.O_DIRECTORY | constants.O_NOFOLLOW);
        held.push(handle);
        at = `/proc/self/fd/${handle.fd}`;
      }
      const place = join(places, String((await readdir(places)).length));
      await mkdir(place, { mode: 0o700 });
      mount(at, place, null, mountFlags.bind, null);
      return place;
    } catch (error) {
      throw fromFileError(error, join(volumeFolder, path));
    } finally {
      for (const handle of held.toReversed()) await handle.close();
    }
  }

  async detach(owner: string): Promise<void> {
    const places = join(this.#folder, owner);
    try {
      for (const name of await readdir(places)) {
        while (unmount(join(places, name), true)) { /* Another one may lie below it. */ }
        // Never with what is in it: that would be the volume's.
        await rmdir(join(places, name));
      }
      await rmdir(places);
    } catch (error) {
      if (!hasErrno(error, 'ENOENT')) throw fromFileError(error, places);
    }
  }
}
