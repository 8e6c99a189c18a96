import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { fromFileError, hasErrno, SiloError, type Digest } from '../../base/index.ts';
import type { AppliedLayer } from '../../core/index.ts';
import type { ApplyJob } from './layer-job.ts';
import { openLayer } from './layer-stream.ts';
import { LayerTree } from './layer-tree.ts';
import { LayerWriter } from './layer-writer.ts';
import { TarReader } from './tar-reader.ts';

const defaultLimitBytes = 64 * 1024 ** 3;
/** Real layers stay below 20:1; what zeros can reach with deflate is 1030:1. */
const guardedRatio = 200;
const guardFromBytes = 1024 ** 3;
const progressEveryMs = 250;

export interface ApplyWatch {
  cancelled(): boolean;
  progress(readBytes: number): void;
}

/**
 * Runs in a worker thread: all its file calls but the reading are synchronous, which is several times
 * faster for small files and hinders nobody there.
 */
export const applyLayer = async (job: ApplyJob, watch: ApplyWatch): Promise<AppliedLayer> => {
  // Left by an engine that was killed with the same key.
  rmSync(job.folder, { recursive: true, force: true });
  let writer: LayerWriter | undefined;
  let closeSource: (() => void) | undefined;
  try {
    const source = await openLayer(job.path, job.arriving);
    closeSource = () => source.close();
    mkdirSync(job.folder, { recursive: true, mode: 0o700 });
    const tree = new LayerTree(`${job.folder}/fs`, job.chain);
    writer = new LayerWriter(tree, job.limitBytes ?? defaultLimitBytes);
    const reader = new TarReader(writer);
    const hash = createHash('sha256');
    let unpackedBytes = 0;
    let reportedAt = performance.now();
    for await (const piece of source.pieces) {
      if (watch.cancelled()) throw new SiloError('OperationCancelled');
      hash.update(piece);
      unpackedBytes += piece.length;
      if (job.limitBytes === undefined && unpackedBytes > guardFromBytes && unpackedBytes > guardedRatio * source.readBytes()) {
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
    if (job.diffId !== undefined && diffId !== job.diffId) {
      throw new SiloError('DigestMismatch', { args: { actual: diffId, expected: job.diffId }, target: { kind: 'blob', id: job.diffId } });
    }
    tree.finish();
    watch.progress(source.readBytes());
    return { diffId, sizeBytes: writer.sizeBytes, entries: writer.entries };
  } catch (error) {
    closeSource?.();
    writer?.dispose();
    rmSync(job.folder, { recursive: true, force: true });
    throw named(error, job.path);
  }
};

/** Puts the archive's path into the error, and names what the file system says of an entry it cannot hold. */
const named = (error: unknown, path: string): unknown => {
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
