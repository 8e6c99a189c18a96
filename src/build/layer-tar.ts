/** A name as Linux has it: bytes, one a character (latin1). */
export type ByteString = string;

export type EntryType = 'file' | 'hardLink' | 'symbolicLink' | 'characterDevice' | 'blockDevice' | 'folder' | 'fifo';

export interface LayerEntry {
  /** Seen from the root, without a slash at either end. */
  readonly name: ByteString;
  readonly type: EntryType;
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
export const toText = (name: ByteString): string => (/^[\0-\x7f]*$/.test(name) ? name : toBytes(name).toString('utf8'));

const flags: Readonly<Record<EntryType, string>> = { file: '0', hardLink: '1', symbolicLink: '2', characterDevice: '3', blockDevice: '4', folder: '5', fifo: '6' };
const blockBytes = 512;
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
      if (written !== (entry.sizeBytes ?? 0)) throw new Error(`'${toText(entry.name)}' has ${written} bytes where ${entry.sizeBytes ?? 0} were announced.`);
      put(Buffer.alloc(padding(written)));
    }
    if (smallBytes >= pieceBytes) yield take();
  }
  put(Buffer.alloc(2 * blockBytes));
  yield take();
}

const padding = (sizeBytes: number): number => (blockBytes - (sizeBytes % blockBytes)) % blockBytes;

const header = (entry: LayerEntry): Buffer => {
  const name = entry.type === 'folder' ? `${entry.name}/` : entry.name;
  const linkName = entry.linkName ?? '';
  const sizeBytes = entry.type === 'file' ? entry.sizeBytes ?? 0 : 0;
  const records: Buffer[] = [];
  const record = (key: ByteString, value: Buffer): void => {
    const body = Buffer.concat([toBytes(` ${key}=`), value, Buffer.from('\n')]);
    let length = body.length + 1;
    while (`${length}`.length + body.length !== length) length += 1;
    records.push(Buffer.from(`${length}`), body);
  };
  if (name.length > nameBytes || /[^\0-\x7f]/.test(name)) record('path', toBytes(name));
  if (linkName.length > nameBytes || /[^\0-\x7f]/.test(linkName)) record('linkpath', toBytes(linkName));
  if (sizeBytes > 0o77777777777) record('size', Buffer.from(`${sizeBytes}`));
  if (entry.uid > 0o7777777) record('uid', Buffer.from(`${entry.uid}`));
  if (entry.gid > 0o7777777) record('gid', Buffer.from(`${entry.gid}`));
  if (entry.mtime < 0 || entry.mtime > 0o77777777777) record('mtime', Buffer.from(`${entry.mtime}`));
  for (const [key, value] of [...entry.attributes ?? []].sort(([a], [b]) => (a < b ? -1 : 1))) record(`SCHILY.xattr.${fromText(key)}`, Buffer.from(value));
  const main = ustar({ ...entry, name, linkName, sizeBytes }, flags[entry.type]);
  if (records.length === 0) return main;
  const content = Buffer.concat(records);
  return Buffer.concat([
    ustar({ name: 'PaxHeaders/entry', linkName: '', mode: 0o644, uid: 0, gid: 0, mtime: 0, sizeBytes: content.length }, 'x'),
    content, Buffer.alloc(padding(content.length)), main,
  ]);
};

const ustar = (entry: { readonly name: ByteString; readonly linkName: ByteString; readonly mode: number; readonly uid: number; readonly gid: number; readonly mtime: number; readonly sizeBytes: number; readonly major?: number; readonly minor?: number }, flag: string): Buffer => {
  const block = Buffer.alloc(blockBytes);
  const octal = (value: number, at: number, length: number): void => {
    const digits = (value < 0 || value >= 8 ** (length - 1) ? 0 : value).toString(8).padStart(length - 1, '0');
    block.write(`${digits}\0`, at, 'latin1');
  };
  block.write(entry.name.slice(0, nameBytes), 0, 'latin1');
  octal(entry.mode & 0o7777, 100, 8);
  octal(entry.uid, 108, 8);
  octal(entry.gid, 116, 8);
  octal(entry.sizeBytes, 124, 12);
  octal(entry.mtime, 136, 12);
  block.write('        ', 148, 'latin1');
  block.write(flag, 156, 'latin1');
  block.write(entry.linkName.slice(0, nameBytes), 157, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  octal(entry.major ?? 0, 329, 8);
  octal(entry.minor ?? 0, 337, 8);
  block.write(`${block.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
};
