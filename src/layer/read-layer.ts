import { statSync } from 'node:fs';
import { fromFileError, hasErrno, SiloError, type Digest } from '../base/index.ts';
import { openTarElsewhere } from './open-tar-elsewhere.ts';
import { openTar, type StoredLayer, type Tar } from './open-tar.ts';
import { TarReader, type TarVisitor } from './tar-reader.ts';

/** Real layers stay below 20:1; what zeros can reach with deflate is 1030:1. */
const guardedRatio = 200;
const guardFromBytes = 1024 ** 3;
const progressEveryMs = 250;

/** Bytes of a stored layer that are worth a second thread, which takes about 30 ms and 20 MB. */
const secondThreadBytes = 8 * 1024 ** 2;

/** A stored layer as a job names it; see LayerSource. */
export interface LayerFile extends StoredLayer {
  readonly diffId: string | undefined;
  /** Undefined: the ratio guard. */
  readonly limitBytes: number | undefined;
}

export interface LayerWatch {
  cancelled(): boolean;
  progress(readBytes: number): void;
}

/**
 * Reads a stored layer through to its end and shows its entries to `visitor`; answers the digest of its
 * tar. The last progress is told by the caller, when its own work is done too.
 * Errors: those of `TarReader`, ArchiveTooLarge, DigestMismatch, OperationCancelled, PathNotFound.
 */
export const readLayer = async (file: LayerFile, visitor: TarVisitor, watch: LayerWatch): Promise<{ readonly diffId: Digest; readonly readBytes: number }> => {
  let tar: Tar | undefined;
  try {
    const { path, arriving } = file;
    // While layers arrive there are several at once, and the line has its work too: no processor is idle then.
    const alone = arriving === undefined && statSync(path).size >= secondThreadBytes;
    tar = alone ? openTarElsewhere(path) : await openTar(file);
    const reader = new TarReader(visitor);
    let unpackedBytes = 0;
    let reportedAt = performance.now();
    for await (const piece of tar.pieces) {
      if (watch.cancelled()) throw new SiloError('OperationCancelled');
      unpackedBytes += piece.length;
      if (file.limitBytes === undefined && unpackedBytes > guardFromBytes && unpackedBytes > guardedRatio * tar.readBytes()) {
        throw new SiloError('ArchiveTooLarge', { args: { limitBytes: guardFromBytes, reason: `more than ${guardedRatio} times its compressed size` } });
      }
      reader.push(piece);
      const now = performance.now();
      if (now - reportedAt >= progressEveryMs) {
        reportedAt = now;
        watch.progress(tar.readBytes());
      }
    }
    reader.finish();
    const diffId = await tar.digest();
    if (file.diffId !== undefined && diffId !== file.diffId) {
      throw new SiloError('DigestMismatch', { args: { actual: diffId, expected: file.diffId }, target: { kind: 'blob', id: file.diffId } });
    }
    return { diffId, readBytes: tar.readBytes() };
  } finally {
    await tar?.close();
  }
};

/** Puts the archive's path into an error of unpacking, and names what the file system says of an entry it cannot hold. */
export const namedLayerError = (error: unknown, path: string): unknown => {
  const target = { kind: 'archive', id: path } as const;
  if (error instanceof SiloError) {
    return new SiloError(error.code, {
      args: error.code === 'ArchiveInvalid' ? { ...error.args, path } : error.args,
      target: error.target ?? target,
      retryable: error.retryable,
      cause: error.cause,
      ...(error.native === undefined ? {} : { native: error.native }),
    });
  }
  if (hasErrno(error, 'ENAMETOOLONG', 'EMLINK', 'ELOOP', 'EFBIG')) {
    const { code, path: entry } = error as { code: string; path?: string };
    return new SiloError('LayerEntryUnsupported', { args: { entry: entry ?? '', reason: `which this file system cannot hold (${code})` }, target, native: { errno: code }, cause: error });
  }
  return fromFileError(error, path);
};
