import { posix } from 'node:path';
import { extract, type Header } from 'tar-stream';
import { SiloError } from '../base/index.ts';
import { archiveInvalid, drained, readUnpacked, type ArchiveReadOptions } from './archive-file.ts';

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
