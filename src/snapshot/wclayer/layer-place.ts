import { lstatSync, mkdirSync, readdirSync, rmdirSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno } from '../../base/index.ts';

/** The path of `parts` below `root` where every folder on the way is a real one; undefined where one is missing, or leads elsewhere. */
export const realPlace = (root: string, parts: readonly string[]): string | undefined => {
  let place = root;
  for (const [index, part] of parts.entries()) {
    place = join(place, part);
    if (index === parts.length - 1) return place;
    const stat = lstatSync(place, { throwIfNoEntry: false });
    if (stat?.isDirectory() !== true || stat.isSymbolicLink()) return undefined;
  }
  return place;
};

/** Removes a file, or a folder with all that is in it, without looking behind links. Nothing there is no error. */
export const removePlace = (place: string): void => {
  try {
    unlinkSync(place);
    return;
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return;
    if (!hasErrno(error, 'EISDIR', 'EPERM')) throw error;
  }
  try {
    rmdirSync(place);
  } catch (error) {
    if (!hasErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    for (const name of readdirSync(place)) removePlace(join(place, name));
    rmdirSync(place);
  }
};

/** An empty folder, whatever was there. */
export const emptyFolder = (folder: string): void => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
};
