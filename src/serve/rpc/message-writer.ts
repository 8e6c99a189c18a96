import type { Writable } from 'node:stream';
import { StreamMessageWriter, type Message } from 'vscode-jsonrpc/node';
import { SiloError } from '../../base/index.ts';
import { toResponseError } from './wire-errors.ts';

/** Writes messages as frames, none longer than the limit, and knows when all are written. */
export class MessageWriter extends StreamMessageWriter {
  readonly #pending = new Set<Promise<void>>();

  constructor(output: Writable, encode: (message: unknown) => string, limitBytes: number) {
    super(output, { contentTypeEncoder: { name: 'application/json', encode: (message) => Promise.resolve(withinLimit(message, encode, limitBytes)) } });
  }

  override write(message: Message): Promise<void> {
    const written = super.write(message);
    this.#pending.add(written);
    const forget = (): void => { this.#pending.delete(written); };
    written.then(forget, forget);
    return written;
  }

  async drained(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }
}

/** An answer that no client would take becomes an error that says so: the request asked for too much at once. */
const withinLimit = (message: Message, encode: (message: unknown) => string, limitBytes: number): Buffer => {
  const bytes = Buffer.from(encode(message));
  if (bytes.length <= limitBytes || !('id' in message)) return bytes;
  const { code, message: text, data } = toResponseError(new SiloError('FrameTooLarge', { args: { sizeBytes: bytes.length, limitBytes } }));
  return Buffer.from(encode({ jsonrpc: '2.0', id: message.id, error: { code, message: text, data } }));
};
