import { posix } from 'node:path';
import { isDigest, SiloError, type Digest } from '../base/index.ts';
import type { BlobInfo } from '../core/index.ts';
import { archiveInvalid, type ArchiveReadOptions } from './archive-file.ts';
import type { BlobIntake } from './blob-intake.ts';
import { documentLimitBytes, manifestInvalid } from './json-document.ts';
import { fromTarError, plainName, tarEntries, type TarFile } from './tar-entries.ts';

/** What stands at the top of an archive of images. */
export interface ScannedArchive {
  readonly ociLayout: Uint8Array | undefined;
  readonly index: Uint8Array | undefined;
  readonly dockerManifest: Uint8Array | undefined;
  /** Content of a file by its name in the archive, links followed. */
  file(name: string): BlobInfo | undefined;
}

const documents = new Set(['oci-layout', 'index.json', 'manifest.json', 'repositories']);
/** Files of one archive: 127 layers for each of a hundred platforms, and some. */
const fileLimit = 20_000;
const linkLimit = 8;
/** Entries and bytes that are looked at before an archive counts as a root file system. */
const sniffedEntries = 8;
const sniffedBytes = 1024 * 1024;

const isImageName = (name: string): boolean => documents.has(name) || /^(?:blobs(?:\/|$)|sha256:|[0-9a-f]{64}(?:$|[/.]))/.test(name);

/** An archive of images has one of their names near its beginning; a root file system has others. */
export const looksLikeImages = async (path: string, options: ArchiveReadOptions): Promise<boolean> => {
  let entries = 0;
  let bytes = 0;
  for await (const entry of tarEntries(path, { signal: options.signal, limitBytes: options.limitBytes })) {
    entry.resume();
    const name = plainName(entry.header.name);
    if (name === '') continue;
    if (name !== undefined && isImageName(name)) return true;
    entries += 1;
    bytes += entry.header.size;
    if (entries >= sniffedEntries || bytes >= sniffedBytes) return false;
  }
  if (entries === 0) throw archiveInvalid(path, 'it holds nothing');
  return false;
};

/**
 * One pass over an archive: its documents are kept, all other files go into the content store, in
 * whatever order they come. Names are only compared, never used as paths.
 */
export const scanArchive = async (path: string, options: ArchiveReadOptions, intake: BlobIntake): Promise<ScannedArchive> => {
  const texts = new Map<string, Uint8Array>();
  const files = new Map<string, BlobInfo>();
  const links = new Map<string, string>();
  for await (const entry of tarEntries(path, options)) {
    const { type } = entry.header;
    // tar-stream gives null for an empty field, whatever its types say.
    const linkname = (entry.header.linkname as string | null) ?? '';
    const name = plainName(entry.header.name);
    if (files.size + links.size > fileLimit) throw new SiloError('ArchiveTooLarge', { args: { limitBytes: options.limitBytes ?? 0, reason: `more than ${fileLimit} files` } });
    if (name === undefined || name === '') {
      entry.resume();
    } else if (type === 'symlink' || type === 'link') {
      const target = plainName(type === 'link' ? linkname : posix.join(posix.dirname(name), linkname));
      if (target !== undefined) links.set(name, target);
      entry.resume();
    } else if (type !== 'file' && type !== 'contiguous-file') {
      entry.resume();
    } else if (documents.has(name)) {
      texts.set(name, await readDocument(entry, name, path));
    } else {
      files.set(name, await storeFile(entry, name, path, intake));
    }
  }
  return {
    ociLayout: texts.get('oci-layout'),
    index: texts.get('index.json'),
    dockerManifest: texts.get('manifest.json'),
    file: (asked) => {
      let name: string | undefined = plainName(asked);
      for (let followed = 0; name !== undefined && followed <= linkLimit; followed += 1) {
        const found = files.get(name);
        if (found !== undefined) return found;
        name = links.get(name);
      }
      return undefined;
    },
  };
};

/** The digest that a file of an OCI image layout has in its name. */
const digestInName = (name: string): Digest | undefined => {
  const match = /^blobs\/(sha256|sha512)\/([0-9a-f]+)$/.exec(name);
  const digest = match === null ? '' : `${match[1]}:${match[2]}`;
  return isDigest(digest) ? digest : undefined;
};

const storeFile = async (entry: TarFile, name: string, path: string, intake: BlobIntake): Promise<BlobInfo> => {
  const expected = digestInName(name);
  if (expected !== undefined && (await intake.has(expected))) {
    entry.resume();
    return { digest: expected, sizeBytes: entry.header.size };
  }
  return intake.store(pieces(entry, path), expected, entry.header.size);
};

async function* pieces(entry: TarFile, path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of entry) yield piece as Uint8Array;
  } catch (error) {
    throw fromTarError(error, path);
  }
}

const readDocument = async (entry: TarFile, name: string, path: string): Promise<Uint8Array> => {
  if (entry.header.size > documentLimitBytes) throw manifestInvalid(`${name} has ${entry.header.size} bytes; ${documentLimitBytes} are allowed`);
  const read: Uint8Array[] = [];
  for await (const piece of pieces(entry, path)) read.push(piece);
  return Buffer.concat(read);
};
