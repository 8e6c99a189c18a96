import { open } from 'node:fs/promises';
import { fromFileError } from '../../base/index.ts';
import type { TaskMount, TaskSpec } from '../../core/index.ts';

/** What all such files of a container may have together: a request to the agent holds 256 KiB. */
const mostBytes = 64 * 1024;

export interface FixedFile { readonly mode: number; readonly uid: number; readonly gid: number; readonly content: Buffer }

/** The files that a machine without a share of its root is given at its start; larger ones it sees through a share. */
export const readFixedFiles = async ({ mounts, layerImages }: Pick<TaskSpec, 'mounts' | 'layerImages'>): Promise<ReadonlyMap<TaskMount, FixedFile>> => {
  const files = new Map<TaskMount, FixedFile>();
  if (layerImages === undefined) return files;
  let left = mostBytes;
  for (const mount of mounts) {
    if (mount.fixed !== true) continue;
    try {
      const file = await open(mount.source, 'r');
      try {
        const { size, mode, uid, gid } = await file.stat();
        if (size > left) continue;
        const content = await file.readFile();
        if (content.length > left) continue;
        left -= content.length;
        files.set(mount, { mode: mode & 0o7777, uid, gid, content });
      } finally {
        await file.close();
      }
    } catch (error) {
      throw fromFileError(error, mount.source);
    }
  }
  return files;
};
