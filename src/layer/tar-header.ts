import { SiloError } from '../base/index.ts';

/** Bytes as a string of one character each: names in archives need not be UTF-8, and must come out as they went in. */
export type ByteString = string;

export type TarType = 'file' | 'hardLink' | 'symbolicLink' | 'characterDevice' | 'blockDevice' | 'folder' | 'fifo';

export interface TarEntry {
  name: ByteString;
  linkName: ByteString;
  type: TarType;
  /** Permission bits with setuid, setgid and sticky. */
  mode: number;
  uid: number;
  gid: number;
  /** Bytes of data that follow in the archive; 0 for all types but `file`. */
  sizeBytes: number;
  /** Seconds since 1970, with fraction. */
  mtime: number;
  major: number;
  minor: number;
  /** Extended attributes by name; values are binary. */
  attributes: ReadonlyMap<ByteString, Uint8Array>;
  sparse: SparseFile | undefined;
  /** All PAX records of the entry. */
  records: ReadonlyMap<ByteString, Uint8Array>;
}

export interface SparseSegment { readonly offset: number; readonly sizeBytes: number }

export interface SparseFile {
  /** Bytes of the file with its holes. */
  readonly realSizeBytes: number;
  /** Undefined where the map stands before the data (GNU's PAX format 1.0; 0.0 and 0.1 have it in the header). */
  readonly segments: readonly SparseSegment[] | undefined;
}

export const blockBytes = 512;

/** What stands in a header block as it is, before PAX records and GNU long names are put over it. */
export interface RawHeader {
  readonly flag: string;
  readonly name: ByteString;
  readonly linkName: ByteString;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly mtime: number;
  readonly major: number;
  readonly minor: number;
}

export const archiveInvalid = (reason: string, cause?: unknown): SiloError =>
  // The path of the archive is put in where it is known.
  new SiloError('ArchiveInvalid', { args: { path: '', reason }, ...(cause === undefined ? {} : { cause }) });

const text = (block: Buffer, start: number, length: number): ByteString => {
  const end = block.indexOf(0, start);
  return block.toString('latin1', start, end < 0 || end > start + length ? start + length : end);
};

/** What String's `trim` takes away, of bytes. */
const isBlank = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0xa0;

/** Octal digits (POSIX pax, ustar), or a big-endian two's complement number behind a set high bit (GNU). Made of bytes, not of texts: it is called eight times an entry. */
const number = (block: Buffer, start: number, length: number, field: string): number => {
  const first = block[start] ?? 0;
  if ((first & 0x80) !== 0) {
    let value = first === 0xff ? -1 : first & 0x7f;
    for (let index = start + 1; index < start + length; index += 1) value = value * 256 + (block[index] ?? 0);
    if (!Number.isSafeInteger(value)) throw archiveInvalid(`the ${field} of an entry is out of range`);
    return value;
  }
  const end = start + length;
  let at = start;
  while (at < end && isBlank(block[at] ?? 0)) at += 1;
  let value = 0;
  for (; at < end; at += 1) {
    const digit = (block[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  while (at < end && isBlank(block[at] ?? 0)) at += 1;
  if (at < end && block[at] !== 0) throw archiveInvalid(`the ${field} of an entry is not a number`);
  return value;
};

const positive = (value: number, field: string): number => {
  if (value < 0) throw archiveInvalid(`the ${field} of an entry is negative`);
  return value;
};

/** Undefined for a block of zeros, which ends an archive. */
export const parseHeader = (block: Buffer): RawHeader | undefined => {
  let unsigned = 0;
  for (let index = 0; index < blockBytes; index += 1) unsigned += block[index] ?? 0;
  if (unsigned === 0) return undefined;
  // The checksum counts its own field as eight blanks.
  for (let index = 148; index < 156; index += 1) unsigned += 0x20 - (block[index] ?? 0);
  const stored = number(block, 148, 8, 'checksum');
  if (stored !== unsigned && stored !== signedSum(block)) throw archiveInvalid('an entry header has a wrong checksum');
  let name = text(block, 0, 100);
  if (block.toString('latin1', 257, 263) === 'ustar\0') {
    // star keeps times behind a shorter prefix.
    const prefix = text(block, 345, block.toString('latin1', 508, 512) === 'tar\0' ? 131 : 155);
    if (prefix !== '') name = `${prefix}/${name}`;
  }
  return {
    flag: block.toString('latin1', 156, 157),
    name,
    linkName: text(block, 157, 100),
    mode: number(block, 100, 8, 'mode') & 0o7777,
    uid: positive(number(block, 108, 8, 'owner'), 'owner'),
    gid: positive(number(block, 116, 8, 'group'), 'group'),
    sizeBytes: positive(number(block, 124, 12, 'size'), 'size'),
    mtime: number(block, 136, 12, 'time'),
    major: positive(number(block, 329, 8, 'device'), 'device'),
    minor: positive(number(block, 337, 8, 'device'), 'device'),
  };
};

/** Old archivers added the bytes as signed ones. */
const signedSum = (block: Buffer): number => {
  let sum = 0;
  for (let index = 0; index < blockBytes; index += 1) sum += index >= 148 && index < 156 ? 0x20 : block.readInt8(index);
  return sum;
};

/**
 * Records of a PAX extended header: `<length> <key>=<value>\n`, the length counting itself (POSIX, pax). The
 * sparse format 0.0 repeats two keys; what they say is given as 0.1 says it, in `GNU.sparse.map`.
 */
export const parsePaxRecords = (data: Buffer): Map<ByteString, Buffer> => {
  const records = new Map<ByteString, Buffer>();
  const segments: string[] = [];
  let offset: string | undefined;
  let at = 0;
  while (at < data.length) {
    // Some archivers fill the rest with zeros.
    if (data[at] === 0) break;
    const blank = data.indexOf(0x20, at);
    const digits = blank < 0 || blank - at > 8 ? '' : data.toString('latin1', at, blank);
    const end = at + Number.parseInt(digits, 10);
    const equals = data.indexOf(0x3d, blank);
    if (!/^[0-9]+$/.test(digits) || end > data.length || equals < 0 || equals >= end || data[end - 1] !== 0x0a) throw archiveInvalid('a PAX header is malformed');
    const key = data.toString('latin1', blank + 1, equals);
    const value = data.subarray(equals + 1, end - 1);
    records.set(key, value);
    if (key === 'GNU.sparse.offset') offset = value.toString('latin1');
    if (key === 'GNU.sparse.numbytes') {
      if (offset === undefined) throw archiveInvalid('a sparse map is malformed');
      segments.push(offset, value.toString('latin1'));
      offset = undefined;
    }
    at = end;
  }
  if (offset !== undefined) throw archiveInvalid('a sparse map is malformed');
  if (segments.length > 0 && !records.has('GNU.sparse.map')) records.set('GNU.sparse.map', Buffer.from(segments.join(','), 'latin1'));
  return records;
};

/** Segments of an old GNU sparse header (386 in the first block, 0 in the ones that follow); an empty one ends the list. */
export const parseSparseSegments = (block: Buffer, start: number, count: number): SparseSegment[] => {
  const segments: SparseSegment[] = [];
  for (let index = 0; index < count; index += 1) {
    const at = start + index * 24;
    if (block[at] === 0) break;
    segments.push({
      offset: positive(number(block, at, 12, 'sparse map'), 'sparse map'),
      sizeBytes: positive(number(block, at + 12, 12, 'sparse map'), 'sparse map'),
    });
  }
  return segments;
};

/** Segments of the sparse format 0.1: offsets and sizes in turn, with commas between. */
export const parseSparseMap = (map: string): SparseSegment[] => {
  const numbers = map === '' ? [] : map.split(',').map((digits) => decimal(digits, 'sparse map'));
  if (numbers.length % 2 !== 0) throw archiveInvalid('a sparse map is malformed');
  const segments: SparseSegment[] = [];
  for (let index = 0; index < numbers.length; index += 2) segments.push({ offset: numbers[index] ?? 0, sizeBytes: numbers[index + 1] ?? 0 });
  return segments;
};

export const sparseRealSize = (block: Buffer): number => positive(number(block, 483, 12, 'real size'), 'real size');

/** A decimal number of a PAX record or sparse map. */
export const decimal = (value: Buffer | string, field: string, fraction = false): number => {
  const digits = typeof value === 'string' ? value : value.toString('latin1');
  if (!(fraction ? /^-?[0-9]+(\.[0-9]*)?$/ : /^[0-9]+$/).test(digits)) throw archiveInvalid(`the ${field} of an entry is not a number`);
  const result = Number(digits);
  if (Math.abs(result) > Number.MAX_SAFE_INTEGER) throw archiveInvalid(`the ${field} of an entry is out of range`);
  return result;
};
