import { createHash } from 'node:crypto';
import { fromFileError, hasErrno, SiloError, type Digest } from '../base/index.ts';
import { openLayer } from './layer-stream.ts';
import { TarReader, type TarVisitor } from './tar-reader.ts';

/** Real layers stay below 20:1; what zeros can reach with deflate is 1030:1. */
const guardedRatio = 200;
const guardFromBytes = 1024 ** 3;
const progressEveryMs = 250;

/** A stored layer as a job names it; see LayerSource. */
export interface LayerFile {
  readonly path: string;
  readonly arriving: { readonly fd: number; readonly shared: SharedArrayBuffer } | undefined;
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
  let close: (() => void) | undefined;
  try {
    const source = await openLayer(file.path, file.arriving);
    close = () => source.close();
    const reader = new TarReader(visitor);
    const hash = createHash('sha256');
    let unpackedBytes = 0;
    let reportedAt = performance.now();
    for await (const piece of source.pieces) {
      if (watch.cancelled()) throw new SiloError('OperationCancelled');
      hash.update(piece);
      unpackedBytes += piece.length;
      if (file.limitBytes === undefined && unpackedBytes > guardFromBytes && unpackedBytes > guardedRatio * source.readBytes()) {
        throw new SiloError('ArchiveTooLarge', { args: { limitBytes: guardFromBytes, reason: `more than ${guardedRatio} times its compressed size` } });
      }
      reader.push(piece);
      const now = performance.now();
      if (now - reportedAt >= progressEveryMs) {
        reportedAt = now;
        watch.progress(source.readBytes());
      }
    }
    reader.finish();
    const diffId = `sha256:${hash.digest('hex')}` as Digest;
    if (file.diffId !== undefined && diffId !== file.diffId) {
      throw new SiloError('DigestMismatch', { args: { actual: diffId, expected: file.diffId }, target: { kind: 'blob', id: file.diffId } });
    }
    return { diffId, readBytes: source.readBytes() };
  } finally {
    close?.();
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
