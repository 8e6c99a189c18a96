import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SiloError, hasErrno } from '../../base/index.ts';
import { unmount } from '../../../native/libc.ts';
import { programObstacle, runProgram } from './programs.ts';

const imageOf = (folder: string): string => join(folder, 'disk.img');
const diskOf = (folder: string): string => join(folder, 'disk');

/** Why no snapshot of a fixed size can be made here; undefined where it can. */
export const diskObstacle = (): string | undefined => {
  if (!existsSync('/dev/loop-control')) return 'the kernel has no loop devices (modprobe loop)';
  return programObstacle('mkfs.ext4', 'e2fsprogs');
};

/** Where the writable folders of a snapshot are: in its folder, or on the disk of fixed size in it. */
export const writableFolder = (folder: string): string => (existsSync(imageOf(folder)) ? diskOf(folder) : folder);

/**
 * Mounts the disk of a snapshot, an ext4 file system in a sparse file, within the snapshot's folder; makes it
 * where it is missing and a size is given. One that is mounted is left as it is. Errors: StorageLimitUnsupported.
 */
export const attachDisk = async (folder: string, sizeBytes: number | undefined): Promise<void> => {
  const [image, disk] = [imageOf(folder), diskOf(folder)];
  try {
    if (!existsSync(image)) {
      if (sizeBytes === undefined) return;
      const unfinished = `${image}.new`;
      await rm(unfinished, { force: true });
      await writeFile(unfinished, '', { mode: 0o600 });
      await truncate(unfinished, sizeBytes);
      // No blocks are kept for root, who is the only one to write here.
      await runProgram('mkfs.ext4', ['-q', '-F', '-m', '0', unfinished]);
      await rename(unfinished, image);
    }
    await mkdir(disk, { recursive: true, mode: 0o700 });
    if (statSync(disk).dev === statSync(folder).dev) await runProgram('mount', ['-o', 'loop,nodev', image, disk]);
  } catch (error) {
    if (hasErrno(error, 'ENOSPC', 'EDQUOT')) throw error;
    const { stderr } = error as { stderr?: unknown };
    const reason = typeof stderr === 'string' && stderr.trim() !== '' ? stderr.trim().split('\n')[0] ?? '' : error instanceof Error ? error.message : String(error);
    throw new SiloError('StorageLimitUnsupported', { args: { reason }, target: { kind: 'path', id: image }, cause: error });
  }
};

/** Unmounts the disk of a snapshot, unless an overlay stands on it or somebody works in it. */
export const detachDisk = (folder: string): void => {
  const disk = diskOf(folder);
  if (!existsSync(disk) || readFileSync('/proc/self/mountinfo', 'utf8').includes(`upperdir=${disk}/`)) return;
  try {
    unmount(disk);
  } catch (error) {
    if (!hasErrno(error, 'EBUSY')) throw error;
  }
};
