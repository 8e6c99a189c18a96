import { blockBytes, type ByteString, type TarType } from './tar-header.ts';

/** What the header of one entry says. Names are byte strings; a folder's ends with a slash. */
export interface WrittenEntry {
  readonly name: ByteString;
  readonly type: TarType;
  readonly linkName?: ByteString;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes?: number;
  /** Whole seconds since 1970. */
  readonly mtime: number;
  readonly major?: number;
  readonly minor?: number;
  readonly attributes?: ReadonlyMap<ByteString, Uint8Array>;
  /** Further PAX records by key. */
  readonly records?: ReadonlyMap<ByteString, Uint8Array>;
}

const flags: Readonly<Record<TarType, string>> = { file: '0', hardLink: '1', symbolicLink: '2', characterDevice: '3', blockDevice: '4', folder: '5', fifo: '6' };
const nameBytes = 100;
const largestOctal7 = 0o7777777;
const largestOctal11 = 0o77777777777;
const latin1 = (text: ByteString): Buffer => Buffer.from(text, 'latin1');

/**
 * The header blocks of an entry: ustar, with a PAX header before it where ustar has no room (POSIX, pax).
 * tar packages from npm write texts; names and attributes of Linux are bytes. Nothing here depends on
 * time or host: the same entry gives the same bytes.
 */
export const tarEntryHeader = (entry: WrittenEntry): Buffer => {
  const records = paxRecords(entry);
  const header = ustarHeader(entry);
  if (records.length === 0) return header;
  const content = Buffer.concat(records);
  const paxName = `PaxHeaders/${entry.name.replace(/\/$/, '').split('/').at(-1)?.slice(0, nameBytes - 11) ?? ''}`;
  const paxHeader = ustarHeader({ name: paxName, type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 0, sizeBytes: content.length }, 'x');
  return Buffer.concat([paxHeader, content, Buffer.alloc(paddingAfter(content.length)), header]);
};

export const paddingAfter = (sizeBytes: number): number => (blockBytes - (sizeBytes % blockBytes)) % blockBytes;

/** Two blocks of zeros. */
export const archiveEnd = Buffer.alloc(2 * blockBytes);

const paxRecords = (entry: WrittenEntry): readonly Buffer[] => {
  const records: (readonly [ByteString, Uint8Array])[] = [];
  const number = (key: string, value: number | undefined, largest: number): void => {
    if (value !== undefined && (value < 0 || value > largest)) records.push([key, latin1(String(value))]);
  };
  if (entry.name.length > nameBytes) records.push(['path', latin1(entry.name)]);
  if (entry.linkName !== undefined && entry.linkName.length > nameBytes) records.push(['linkpath', latin1(entry.linkName)]);
  number('uid', entry.uid, largestOctal7);
  number('gid', entry.gid, largestOctal7);
  number('size', entry.sizeBytes, largestOctal11);
  number('mtime', entry.mtime, largestOctal11);
  for (const [name, value] of entry.attributes ?? []) records.push([`SCHILY.xattr.${name}`, value]);
  records.push(...entry.records ?? []);
  return records.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([key, value]) => paxRecord(key, value));
};

/** `<length> <key>=<value>\n`; the length counts itself. */
export const paxRecord = (key: ByteString, value: Uint8Array): Buffer => {
  const rest = 1 + key.length + 1 + value.length + 1;
  let length = rest;
  while (String(length).length + rest !== length) length = String(length).length + rest;
  return Buffer.concat([latin1(`${length} ${key}=`), value, latin1('\n')]);
};

/** The block alone. What does not fit in it is cut off. */
export const ustarHeader = (entry: WrittenEntry, flag = flags[entry.type]): Buffer => {
  const block = Buffer.alloc(blockBytes);
  const text = (value: ByteString, at: number, length: number): void => { block.write(value.slice(0, length), at, 'latin1'); };
  // What does not fit stands in the PAX header.
  const octal = (value: number, at: number, length: number, largest: number): void => {
    block.write(`${Math.min(Math.max(value, 0), largest).toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  };
  text(entry.name, 0, nameBytes);
  octal(entry.mode, 100, 8, largestOctal7);
  octal(entry.uid, 108, 8, largestOctal7);
  octal(entry.gid, 116, 8, largestOctal7);
  octal(entry.sizeBytes ?? 0, 124, 12, largestOctal11);
  octal(entry.mtime, 136, 12, largestOctal11);
  block.write('        ', 148, 'latin1');
  text(flag, 156, 1);
  text(entry.linkName ?? '', 157, nameBytes);
  block.write('ustar\x0000', 257, 'latin1');
  octal(entry.major ?? 0, 329, 8, largestOctal7);
  octal(entry.minor ?? 0, 337, 8, largestOctal7);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
};
