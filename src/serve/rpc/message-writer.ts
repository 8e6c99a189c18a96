import type { Writable } from 'node:stream';
import { AbstractMessageWriter, type Message, type MessageWriter as Writer } from 'vscode-jsonrpc/node';
import { SiloError } from '../../base/index.ts';
import { toResponseError } from './wire-errors.ts';

/**
 * Writes messages as frames, none longer than the limit and each in one write, and knows when all are written.
 * That the output is broken is told by the output alone: a connection that hears of it here answers with a message of
 * its own, which fails too, and so on without end.
 */
export class MessageWriter extends AbstractMessageWriter implements Writer {
  readonly #output: Writable;
  readonly #encode: (message: unknown) => string;
  readonly #limitBytes: number;
  readonly #pending = new Set<Promise<void>>();

  constructor(output: Writable, encode: (message: unknown) => string, limitBytes: number) {
    super();
    this.#output = output;
    this.#encode = encode;
    this.#limitBytes = limitBytes;
    output.on('close', () => { this.fireClose(); });
  }

  write(message: Message): Promise<void> {
    const written = new Promise<void>((resolve, reject) => {
      this.#output.write(asFrame(withinLimit(message, this.#encode, this.#limitBytes)), (error) => {
        if (error === null || error === undefined) resolve();
        else reject(error);
      });
    });
    this.#pending.add(written);
    const forget = (): void => { this.#pending.delete(written); };
    written.then(forget, forget);
    return written;
  }

  end(): void { this.#output.end(); }

  async drained(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }
}

/** The base protocol's frame. The library's own writer sends header and body apart, which wakes the client twice. */
const asFrame = (body: Buffer): Buffer => Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`, 'ascii'), body]);

/** An answer that no client would take becomes an error that says so: the request asked for too much at once. */
const withinLimit = (message: Message, encode: (message: unknown) => string, limitBytes: number): Buffer => {
  const bytes = Buffer.from(encode(message));
  if (bytes.length <= limitBytes || !('id' in message)) return bytes;
  const { code, message: text, data } = toResponseError(new SiloError('FrameTooLarge', { args: { sizeBytes: bytes.length, limitBytes } }));
  return Buffer.from(encode({ jsonrpc: '2.0', id: message.id, error: { code, message: text, data } }));
};
