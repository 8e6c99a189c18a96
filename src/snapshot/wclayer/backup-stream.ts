/** Streams of a file in the order in which they are restored (winnt.h, WIN32_STREAM_ID). */
export const streams = { data: 1, extended: 2, security: 3, alternate: 4, link: 5, property: 6, objectId: 7, reparse: 8, sparse: 9, transaction: 10 } as const;

export const streamHeaderBytes = 20;

/** WIN32_STREAM_ID: number, attributes, size in bytes, and the name, which only alternate streams have (`:name:$DATA`). */
export const streamHeader = (stream: number, sizeBytes: number, name = ''): Buffer => {
  const header = Buffer.alloc(streamHeaderBytes);
  const letters = Buffer.from(name, 'utf16le');
  header.writeUInt32LE(stream, 0);
  header.writeBigUInt64LE(BigInt(sizeBytes), 8);
  header.writeUInt32LE(letters.length, 16);
  return Buffer.concat([header, letters]);
};

export const smallStream = (stream: number, content: Uint8Array): Buffer => Buffer.concat([streamHeader(stream, content.length), content]);

/** Extended attributes as FILE_FULL_EA_INFORMATION (wdm.h): each begins at a multiple of four and tells where the next begins. */
export const encodeExtended = (attributes: ReadonlyMap<string, Uint8Array>): Buffer => {
  const entries = [...attributes].map(([name, value]) => {
    const entry = Buffer.alloc(8 + name.length + 1 + value.length);
    entry.writeUInt8(name.length, 5);
    entry.writeUInt16LE(value.length, 6);
    entry.write(name, 8, 'latin1');
    entry.set(value, 8 + name.length + 1);
    return entry;
  });
  return Buffer.concat(entries.map((entry, index) => {
    if (index === entries.length - 1) return entry;
    const padded = Buffer.concat([entry, Buffer.alloc((4 - (entry.length % 4)) % 4)]);
    padded.writeUInt32LE(padded.length, 0);
    return padded;
  }));
};

/** Undefined where the bytes are no such list. */
export const decodeExtended = (bytes: Buffer): ReadonlyMap<string, Buffer> | undefined => {
  const attributes = new Map<string, Buffer>();
  for (let at = 0; at + 8 <= bytes.length;) {
    const nameEnd = at + 8 + bytes.readUInt8(at + 5);
    const end = nameEnd + 1 + bytes.readUInt16LE(at + 6);
    if (end > bytes.length) return undefined;
    attributes.set(bytes.toString('latin1', at + 8, nameEnd), bytes.subarray(nameEnd + 1, end));
    const next = bytes.readUInt32LE(at);
    if (next === 0) return attributes;
    if (next < 8) return undefined;
    at += next;
  }
  return bytes.length === 0 ? attributes : undefined;
};

export interface ReparsePoint {
  /** With backslashes, as Windows shows it. */
  readonly target: string;
  readonly isMountPoint: boolean;
}

const tags = { mountPoint: 0xa0000003, symbolicLink: 0xa000000c } as const;

/** REPARSE_DATA_BUFFER (ntifs.h) of a symbolic link or a mount point. */
export const encodeReparse = ({ target, isMountPoint }: ReparsePoint): Buffer => {
  const absolute = target.startsWith('\\\\?\\') ? `\\??\\${target.slice(4)}` : target.startsWith('\\\\') ? `\\??\\UNC\\${target.slice(2)}` : /^[A-Za-z]:/.test(target) ? `\\??\\${target}` : undefined;
  const substitute = Buffer.from(`${absolute ?? target}\0`, 'utf16le');
  const shown = Buffer.from(`${target}\0`, 'utf16le');
  const fields = Buffer.alloc(isMountPoint ? 16 : 20);
  fields.writeUInt32LE(isMountPoint ? tags.mountPoint : tags.symbolicLink, 0);
  fields.writeUInt16LE(fields.length - 8 + substitute.length + shown.length, 4);
  // Offsets are counted from the end of the fields, sizes without the closing zero.
  fields.writeUInt16LE(0, 8);
  fields.writeUInt16LE(substitute.length - 2, 10);
  fields.writeUInt16LE(substitute.length, 12);
  fields.writeUInt16LE(shown.length - 2, 14);
  if (!isMountPoint) fields.writeUInt32LE(absolute === undefined ? 1 : 0, 16);
  return Buffer.concat([fields, substitute, shown]);
};

/** Undefined for every other kind of reparse point. */
export const decodeReparse = (bytes: Buffer): ReparsePoint | undefined => {
  if (bytes.length < 16) return undefined;
  const tag = bytes.readUInt32LE(0);
  const isMountPoint = tag === tags.mountPoint;
  if (!isMountPoint && tag !== tags.symbolicLink) return undefined;
  const start = (isMountPoint ? 16 : 20) + bytes.readUInt16LE(12);
  const end = start + bytes.readUInt16LE(14);
  return end > bytes.length ? undefined : { target: bytes.toString('utf16le', start, end), isMountPoint };
};
