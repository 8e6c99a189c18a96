import { readSync } from 'node:fs';
import { decodeExtended, decodeReparse, streamHeaderBytes, streams, type ReparsePoint } from './backup-stream.ts';

interface Stretch {
  /** Where its bytes stand in the transport file. */
  readonly position: number;
  readonly sizeBytes: number;
}

export interface AlternateStream extends Stretch { readonly name: string }

/** Data of a file: stretches with holes between them. */
interface DataStretch extends Stretch { readonly offset: number }

/** What a file of the transport form says. */
export interface TransportFile {
  readonly attributes: number;
  readonly security: Buffer | undefined;
  readonly extended: ReadonlyMap<string, Buffer>;
  /** `unknown`: neither a symbolic link nor a mount point. */
  readonly reparse: ReparsePoint | 'unknown' | undefined;
  readonly sizeBytes: number;
  readonly data: readonly DataStretch[];
  readonly alternates: readonly AlternateStream[];
}

/** Metadata of a file that Windows makes; more is no layer's. */
const metadataLimitBytes = 1024 * 1024;

/** Reads what stands before and around the data of an open file. Undefined where it is no such file. */
export const readTransportFile = (fd: number, fileBytes: number): TransportFile | undefined => {
  if (fileBytes < 4) return undefined;
  const attributes = read(fd, 0, 4).readUInt32LE(0);
  let security: Buffer | undefined;
  let extended: ReadonlyMap<string, Buffer> = new Map();
  let reparse: TransportFile['reparse'];
  let sizeBytes = 0;
  const data: DataStretch[] = [];
  const alternates: AlternateStream[] = [];
  for (let at = 4; at < fileBytes;) {
    if (at + streamHeaderBytes > fileBytes) return undefined;
    const header = read(fd, at, streamHeaderBytes);
    const [stream, size, nameBytes] = [header.readUInt32LE(0), Number(header.readBigUInt64LE(8)), header.readUInt32LE(16)];
    const position = at + streamHeaderBytes + nameBytes;
    const end = position + size;
    if (nameBytes > 1024 || end > fileBytes) return undefined;
    const small = (): Buffer | undefined => (size > metadataLimitBytes ? undefined : read(fd, position, size));
    switch (stream) {
      case streams.data:
        if (size > 0) data.push({ offset: 0, position, sizeBytes: size });
        sizeBytes = Math.max(sizeBytes, size);
        break;
      case streams.sparse: {
        if (size < 8) return undefined;
        const offset = Number(read(fd, position, 8).readBigUInt64LE(0));
        if (offset < sizeBytes) return undefined;
        if (size > 8) data.push({ offset, position: position + 8, sizeBytes: size - 8 });
        sizeBytes = offset + size - 8;
        break;
      }
      case streams.security: security = small(); break;
      case streams.extended: {
        const content = small();
        const found = content === undefined ? undefined : decodeExtended(content);
        if (found === undefined) return undefined;
        extended = found;
        break;
      }
      case streams.reparse: {
        const content = small();
        reparse = content === undefined ? 'unknown' : decodeReparse(content) ?? 'unknown';
        break;
      }
      case streams.alternate:
        alternates.push({ name: read(fd, at + streamHeaderBytes, nameBytes).toString('utf16le').replace(/:\$DATA$/, ''), position, sizeBytes: size });
        break;
      // Object ids, links and transactions are the volume's, not the file's.
      default: break;
    }
    at = end;
  }
  return { attributes, security, extended, reparse, sizeBytes, data, alternates };
};

const read = (fd: number, position: number, length: number): Buffer => {
  const buffer = Buffer.alloc(length);
  for (let done = 0; done < length;) {
    const count = readSync(fd, buffer, done, length - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return buffer;
};
