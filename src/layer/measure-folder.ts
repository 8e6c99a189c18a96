import { lstatSync, opendirSync } from 'node:fs';
import { fromFileError } from '../base/index.ts';
import type { SnapshotUsage } from '../core/index.ts';

/** Bytes on the disk (blocks, so holes count nothing) and inodes, each file counted once however many names it has. */
export const measureFolder = (folder: string): SnapshotUsage => {
  const seen = new Set<number>();
  let blocks = 0;
  let inodes = 0;
  const visit = (path: Buffer): void => {
    const stat = lstatSync(path);
    if (stat.nlink > 1 && !stat.isDirectory()) {
      if (seen.has(stat.ino)) return;
      seen.add(stat.ino);
    }
    blocks += stat.blocks;
    inodes += 1;
    if (!stat.isDirectory()) return;
    // Names as bytes: layers may hold any.
    const entries = opendirSync(path, { encoding: 'buffer' as BufferEncoding });
    try {
      for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) visit(Buffer.concat([path, Buffer.from('/'), entry.name as unknown as Buffer]));
    } finally {
      entries.closeSync();
    }
  };
  try {
    visit(Buffer.from(folder));
  } catch (error) {
    throw fromFileError(error, folder);
  }
  return { sizeBytes: blocks * 512, inodes };
};
