import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { MessageWriter } from '../../../src/serve/rpc/message-writer.ts';

/** A stream that keeps what each write to it held, and takes its time. */
class WriteRecorder extends Writable {
  readonly writes: string[] = [];

  constructor() { super({ decodeStrings: true }); }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.writes.push(chunk.toString());
    setImmediate(done);
  }
}

const message = (id: number, text: string) => ({ jsonrpc: '2.0', id, result: { text } });
const frame = (body: string): string => `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

describe('MessageWriter', () => {
  it('writes each message as one frame in one write, in the order in which they came, whatever their size and script', async () => {
    const output = new WriteRecorder();
    const writer = new MessageWriter(output, (value) => JSON.stringify(value), 1_000_000);
    const messages = ['', '컨테이너 🚀', 'x'.repeat(300_000), 'last'].map((text, id) => message(id, text));
    await Promise.all(messages.map((one) => writer.write(one)));
    expect(output.writes).toEqual(messages.map((one) => frame(JSON.stringify(one))));
  });

  it('sends an error in place of an answer that is longer than the limit', async () => {
    const output = new WriteRecorder();
    await new MessageWriter(output, (value) => JSON.stringify(value), 2000).write(message(7, 'x'.repeat(2001)));
    expect(output.writes.length).toBe(1);
    expect(JSON.parse(output.writes[0]?.split('\r\n\r\n')[1] ?? '')).toMatchObject({ id: 7, error: { data: { code: 'FrameTooLarge', args: { limitBytes: 2000 } } } });
  });

  it('is drained once all that was given to it is written', async () => {
    const output = new WriteRecorder();
    const writer = new MessageWriter(output, (value) => JSON.stringify(value), 1000);
    for (let id = 0; id < 20; id++) void writer.write(message(id, 'some'));
    await writer.drained();
    expect([output.writes.length, output.writableLength]).toEqual([20, 0]);
  });

  it('rejects what could not be written, says that its stream is closed, and leaves the error to the stream', async () => {
    const output = new WriteRecorder();
    const writer = new MessageWriter(output, (value) => JSON.stringify(value), 1000);
    const seen: string[] = [];
    output.on('error', (error) => { seen.push(`the stream: ${error.message}`); });
    writer.onError(([error]) => { seen.push(`the writer: ${error.message}`); });
    writer.onClose(() => { seen.push('closed'); });
    output.destroy(new Error('the pipe is broken'));
    await expect(writer.write(message(1, 'late'))).rejects.toThrow('destroyed');
    expect(seen).toEqual(['the stream: the pipe is broken', 'closed']);
  });

  it('rejects what cannot be encoded, and goes on', async () => {
    const output = new WriteRecorder();
    const writer = new MessageWriter(output, (value) => JSON.stringify(value), 1000);
    const circular: { jsonrpc: string; self?: unknown } = { jsonrpc: '2.0' };
    circular.self = circular;
    await expect(writer.write(circular)).rejects.toThrow(TypeError);
    await writer.write(message(2, 'next'));
    expect(output.writes.length).toBe(1);
  });
});
