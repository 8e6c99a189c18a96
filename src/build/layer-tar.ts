import { archiveEnd, paddingAfter, paxRecord, readablePath, ustarHeader, type ByteString, type TarType } from '../layer/index.ts';

export interface LayerEntry {
  /** Seen from the root, without a slash at either end. */
  readonly name: ByteString;
  readonly type: TarType;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Whole seconds since 1970. */
  readonly mtime: number;
  readonly linkName?: ByteString;
  readonly sizeBytes?: number;
  readonly major?: number;
  readonly minor?: number;
  readonly attributes?: ReadonlyMap<string, Uint8Array>;
  /** A file's bytes, exactly `sizeBytes` of them. */
  readonly content?: () => AsyncIterable<Uint8Array> | readonly Uint8Array[];
}

export const toBytes = (name: ByteString): Buffer => Buffer.from(name, 'latin1');
export const fromText = (text: string): ByteString => Buffer.from(text).toString('latin1');

const nameBytes = 100;
const pieceBytes = 256 * 1024;

/**
 * The uncompressed tar of a layer (ustar, with PAX headers where ustar has no room). Names and attributes
 * are bytes, which npm's tar packages take for text; the same entries give the same archive.
 */
export async function* layerTar(entries: AsyncIterable<LayerEntry> | Iterable<LayerEntry>): AsyncGenerator<Uint8Array> {
  let small: Buffer[] = [];
  let smallBytes = 0;
  const take = (): Buffer => {
    const piece = Buffer.concat(small);
    small = [];
    smallBytes = 0;
    return piece;
  };
  const put = (bytes: Buffer): void => {
    small.push(bytes);
    smallBytes += bytes.length;
  };
  for await (const entry of entries) {
    put(header(entry));
    if (entry.type === 'file' && entry.content !== undefined) {
      let written = 0;
      for await (const bytes of entry.content()) {
        written += bytes.length;
        if (bytes.length < pieceBytes) {
          // The source may use its buffer again.
          put(Buffer.from(bytes));
        } else {
          if (smallBytes > 0) yield take();
          yield bytes;
        }
        if (smallBytes >= pieceBytes) yield take();
      }
      if (written !== (entry.sizeBytes ?? 0)) throw new Error(`'${readablePath(entry.name)}' has ${written} bytes where ${entry.sizeBytes ?? 0} were announced.`);
      put(Buffer.alloc(paddingAfter(written)));
    }
    if (smallBytes >= pieceBytes) yield take();
  }
  put(archiveEnd);
  yield take();
}

const largestOctal7 = 0o7777777;
const largestOctal11 = 0o77777777777;

/** Not `tarEntryHeader`: the bytes of built layers are promised, and builds ordered and named their PAX records otherwise from the first. */
const header = (entry: LayerEntry): Buffer => {
  const name = entry.type === 'folder' ? `${entry.name}/` : entry.name;
  const linkName = entry.linkName ?? '';
  const sizeBytes = entry.type === 'file' ? entry.sizeBytes ?? 0 : 0;
  const records: Buffer[] = [];
  const record = (key: ByteString, value: Uint8Array): void => { records.push(paxRecord(key, value)); };
  if (name.length > nameBytes || /[^\0-\x7f]/.test(name)) record('path', toBytes(name));
  if (linkName.length > nameBytes || /[^\0-\x7f]/.test(linkName)) record('linkpath', toBytes(linkName));
  /** What ustar has no room for stands in a record, and as zero in the block. */
  const fitting = (key: string, value: number, largest: number): number => {
    if (value >= 0 && value <= largest) return value;
    record(key, Buffer.from(`${value}`));
    return 0;
  };
  const numbers = {
    sizeBytes: fitting('size', sizeBytes, largestOctal11),
    uid: fitting('uid', entry.uid, largestOctal7),
    gid: fitting('gid', entry.gid, largestOctal7),
    mtime: fitting('mtime', entry.mtime, largestOctal11),
  };
  for (const [key, value] of [...entry.attributes ?? []].sort(([a], [b]) => (a < b ? -1 : 1))) record(`SCHILY.xattr.${fromText(key)}`, value);
  const main = ustarHeader({ ...entry, name, linkName, mode: entry.mode & 0o7777, ...numbers });
  if (records.length === 0) return main;
  const content = Buffer.concat(records);
  return Buffer.concat([
    ustarHeader({ name: 'PaxHeaders/entry', type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 0, sizeBytes: content.length }, 'x'),
    content, Buffer.alloc(paddingAfter(content.length)), main,
  ]);
};
