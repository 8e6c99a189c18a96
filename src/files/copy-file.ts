import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lchown, link, lstat, lutimes, open, rename, symlink, unlink, type FileHandle } from 'node:fs/promises';
import { hasErrno, SiloError } from '../base/index.ts';
import type { ByteString } from '../layer/index.ts';
import { copyAttributes } from './copy-attributes.ts';
import type { HeldPath } from './held-path.ts';

const pieceBytes = 1024 * 1024;
const nothing = Buffer.alloc(pieceBytes);
/** A file that tells no size (those of /proc and /sys) is read up to here. */
const unsizedBytes = 16 * 1024 * 1024;

export interface FileAccess {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Whether attributes go along that give the rights of owners. */
  readonly keepOwners: boolean;
}

export interface Placement {
  readonly folder: HeldPath;
  readonly name: ByteString;
  readonly replace: boolean;
}

interface Watch {
  readonly signal: AbortSignal | undefined;
  readonly onBytes: (bytes: number) => void;
}

/** Copies a file's bytes to a new file that gets its name when it is whole. Holes stay holes. Errors: those of the file system. */
export const copyFile = (source: HeldPath, target: Placement, access: FileAccess, watch: Watch): Promise<void> =>
  placed(target, async (partial) => {
    // What is held was seen to be a plain file; opened by its path it could be a pipe or a device by now.
    const from = await open(source.path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const to = await open(partial, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
      try {
        await copyBytes(from, to, source.stat.size || unsizedBytes, watch);
        await to.chown(access.uid, access.gid);
        // After the owner: a change of owner takes set-user-id bits away.
        await to.chmod(access.mode);
        copyAttributes(source.path, `/proc/self/fd/${to.fd}`, access.keepOwners);
        await to.utimes(source.stat.atime, source.stat.mtime);
      } finally {
        await to.close();
      }
    } finally {
      await from.close();
    }
  });

/** The file is read up to the size that it had: one that grows meanwhile would have no end. */
const copyBytes = async (from: FileHandle, to: FileHandle, limitBytes: number, { signal, onBytes }: Watch): Promise<void> => {
  const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, limitBytes));
  let offset = 0;
  while (offset < limitBytes) {
    if (signal?.aborted) throw new SiloError('OperationCancelled');
    const { bytesRead } = await from.read(buffer, 0, Math.min(buffer.length, limitBytes - offset), null);
    if (bytesRead === 0) break;
    const piece = buffer.subarray(0, bytesRead);
    if (!piece.equals(nothing.subarray(0, bytesRead))) {
      for (let written = 0; written < bytesRead;) written += (await to.write(piece, written, bytesRead - written, offset + written)).bytesWritten;
    }
    offset += bytesRead;
    onBytes(bytesRead);
  }
  await to.truncate(offset);
};

export const copyLink = (text: ByteString, target: Placement, { uid, gid }: FileAccess, times: { readonly atime: Date; readonly mtime: Date }): Promise<void> =>
  placed(target, async (partial) => {
    await symlink(Buffer.from(text, 'latin1'), partial);
    await lchown(partial, uid, gid);
    await lutimes(partial, times.atime, times.mtime);
  });

/** Makes something under a name that nobody looks for, and gives it its own in one step. */
const placed = async ({ folder, name, replace }: Placement, make: (partial: Buffer) => Promise<void>): Promise<void> => {
  const partial = folder.at(`.silo-${randomBytes(8).toString('hex')}.partial`);
  try {
    await make(partial);
    await (replace ? rename(partial, folder.at(name)) : giveFreeName(partial, folder.at(name)));
  } catch (error) {
    await unlink(partial).catch(() => undefined);
    throw error;
  }
};

/** Fails with EEXIST where the name is taken. */
const giveFreeName = async (partial: Buffer, path: Buffer): Promise<void> => {
  try {
    await link(partial, path);
    await unlink(partial);
  } catch (error) {
    // File systems without hard links.
    if (!hasErrno(error, 'EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS')) throw error;
    const taken = await lstat(path).then(() => true, () => false);
    if (taken) throw Object.assign(new Error('EEXIST'), { code: 'EEXIST' });
    await rename(partial, path);
  }
};
