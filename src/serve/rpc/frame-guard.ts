import { Transform, type TransformCallback } from 'node:stream';
import { SiloError } from '../../base/index.ts';

const longestHeader = 4096;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Lets well-formed frames through and ends with an error at the first byte that can't belong to one:
 * after that nothing on the stream can be trusted to begin a message. Headers are those of the language
 * server protocol's base protocol: `Content-Length`, and optionally `Content-Type`, each ended by CRLF.
 */
export class FrameGuard extends Transform {
  readonly #limitBytes: number;
  #header: Buffer = Buffer.alloc(0);
  #bodyLeft = 0;
  #begun = false;

  constructor(limitBytes: number) {
    super();
    this.#limitBytes = limitBytes;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    try {
      let rest = this.#begun ? chunk : this.#begin(chunk);
      while (rest.length > 0) rest = this.#bodyLeft > 0 ? this.#body(rest) : this.#head(rest);
      callback();
    } catch (error) {
      callback(error as Error);
    }
  }

  override _flush(callback: TransformCallback): void {
    const cutShort = this.#bodyLeft > 0 || this.#header.length > 0;
    callback(cutShort ? violation('the input ended in the middle of a frame') : null);
  }

  /** .NET clients under code page 65001 begin with a byte order mark, which may come in parts. */
  #begin(bytes: Buffer): Buffer {
    const all = Buffer.concat([this.#header, bytes]);
    this.#header = Buffer.alloc(0);
    if (all.length < byteOrderMark.length && byteOrderMark.subarray(0, all.length).equals(all)) {
      this.#header = all;
      return Buffer.alloc(0);
    }
    this.#begun = true;
    return all.subarray(0, byteOrderMark.length).equals(byteOrderMark) ? all.subarray(byteOrderMark.length) : all;
  }

  #body(bytes: Buffer): Buffer {
    const part = bytes.subarray(0, this.#bodyLeft);
    this.#bodyLeft -= part.length;
    this.push(part);
    return bytes.subarray(part.length);
  }

  #head(bytes: Buffer): Buffer {
    const header = Buffer.concat([this.#header, bytes]);
    const end = header.indexOf('\r\n\r\n');
    if (end < 0) {
      if (header.length > longestHeader || !mayBeHeader(header)) throw violation('this is no Content-Length header');
      this.#header = header;
      return Buffer.alloc(0);
    }
    if (end > longestHeader) throw violation('this is no Content-Length header');
    const length = contentLength(header.toString('latin1', 0, end));
    if (length > this.#limitBytes) throw new SiloError('FrameTooLarge', { args: { sizeBytes: length, limitBytes: this.#limitBytes } });
    this.#header = Buffer.alloc(0);
    this.#bodyLeft = length;
    this.push(header.subarray(0, end + 4));
    return header.subarray(end + 4);
  }
}

const violation = (reason: string): SiloError => new SiloError('ProtocolViolation', { args: { reason } });

/** Garbage is refused at its first byte, not after four kilobytes of waiting. */
const mayBeHeader = (bytes: Buffer): boolean => {
  const text = bytes.toString('latin1', 0, 8).toLowerCase();
  return 'content-'.startsWith(text) || text === 'content-';
};

const contentLength = (header: string): number => {
  let length: number | undefined;
  for (const line of header.split('\r\n')) {
    const match = /^(Content-Length|Content-Type):\s*(.*?)\s*$/i.exec(line);
    if (match === null) throw violation(`'${line.slice(0, 40)}' is not a header of this protocol`);
    if (match[1]?.toLowerCase() === 'content-length') {
      if (length !== undefined || !/^\d{1,15}$/.test(match[2] ?? '')) throw violation('Content-Length is not a number');
      length = Number(match[2]);
    }
  }
  if (length === undefined || length === 0) throw violation('Content-Length is missing');
  return length;
};
