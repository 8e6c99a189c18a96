import { posix } from 'node:path';
import { extract, type Header } from 'tar-stream';
import { isSiloError, SiloError } from '../base/index.ts';
import { archiveCompression, archiveInvalid, drained, readUnpacked, type ArchiveReadOptions } from './archive-file.ts';

export interface TarFile extends AsyncIterable<unknown> {
  readonly header: Header;
  resume(): unknown;
}

/**
 * The entries of a tar archive in order. Each one must be read or passed over (`resume`) before the next.
 * Leaving the loop early closes everything. Errors: those of `readUnpacked`.
 */
export async function* tarEntries(path: string, options: ArchiveReadOptions): AsyncGenerator<TarFile> {
  const reader = extract();
  const feeding = feed(reader, path, options);
  try {
    for await (const entry of reader) yield entry;
  } catch (error) {
    throw fromTarError(error, path);
  } finally {
    reader.destroy(null);
    await feeding;
  }
}

/** tar-stream's own errors have neither code nor class. */
export const fromTarError = (error: unknown, path: string): unknown => {
  if (error instanceof SiloError || (error instanceof Error && 'code' in error)) return error;
  return archiveInvalid(path, `it is not a whole tar archive: ${error instanceof Error ? error.message : String(error)}`, error);
};

const feed = async (reader: ReturnType<typeof extract>, path: string, options: ArchiveReadOptions): Promise<void> => {
  try {
    for await (const piece of readUnpacked(path, options)) {
      if (reader.destroyed) return;
      if (!reader.write(piece)) await drained(reader);
    }
    reader.end(null);
  } catch (error) {
    reader.destroy(error as Error);
  }
};

/** An entry's name from the archive's root, without `./` and slashes at its ends; undefined for one that leads out. */
export const plainName = (name: string): string | undefined => {
  const plain = posix.normalize(name).replace(/^\/+|\/+$/g, '');
  return plain === '..' || plain.startsWith('../') ? undefined : plain === '.' ? '' : plain;
};

/** Whether a file is a tar archive that can be unpacked: its first header has the right checksum. Errors: ArchiveInvalid for xz and bzip2, PathNotFound, PathAccessDenied. */
export const isTarArchive = async (path: string): Promise<boolean> => {
  await archiveCompression(path);
  let start = Buffer.alloc(0);
  try {
    for await (const piece of readUnpacked(path, {})) {
      start = Buffer.concat([start, piece.subarray(0, 512 - start.length)]);
      if (start.length === 512) break;
    }
  } catch (error) {
    if (isSiloError(error, 'ArchiveInvalid')) return false;
    throw error;
  }
  if (start.length < 512) return false;
  const sum = start.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
  return Number.parseInt(start.toString('latin1', 148, 156).replaceAll('\0', ' ').trim(), 8) === sum;
};
