import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { protocolVersion } from '../../src/contract/index.ts';

/** An engine whose answers are taken as bytes, so that a client's parsing is no part of what is measured. One call at a time. */
export class RawEngine implements AsyncDisposable {
  readonly #process: ChildProcessWithoutNullStreams;
  #nextId = 1;
  #received: Buffer[] = [];
  #receivedBytes = 0;
  #wake = (): void => {};

  private constructor(root: string) {
    this.#process = spawn(process.execPath, [join(import.meta.dirname, '../../dist/silo.mjs'), 'engine'], { env: { ...process.env, SILO_ROOT: root }, stdio: 'pipe' });
    this.#process.stderr.resume();
    this.#process.stdout.on('data', (chunk: Buffer) => {
      this.#received.push(chunk);
      this.#receivedBytes += chunk.length;
      this.#wake();
    });
  }

  static async start(root: string): Promise<RawEngine> {
    const engine = new RawEngine(root);
    await engine.call('initialize', { protocolVersion, client: { name: 'bench', version: '1' } });
    return engine;
  }

  /** Body of the answer. */
  async call(method: string, params: object): Promise<Buffer> {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: this.#nextId++, method, params }));
    this.#process.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.#process.stdin.write(body);
    for (;;) {
      const frame = this.#takeFrame();
      if (frame !== undefined) {
        if (frame.includes('"error":')) throw new Error(`${method}: ${frame.toString('utf8', 0, 500)}`);
        return frame;
      }
      await new Promise<void>((resolve) => { this.#wake = resolve; });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.stdin.end();
    await once(this.#process, 'exit');
  }

  #takeFrame(): Buffer | undefined {
    const first = this.#received[0];
    if (first === undefined) return undefined;
    const header = /^Content-Length: (\d+)\r\n(?:[^\r]+\r\n)*\r\n/.exec(first.toString('latin1', 0, 200));
    if (header === null) {
      if (this.#received.length > 1) this.#received = [Buffer.concat(this.#received)];
      return undefined;
    }
    const [length, end] = [header[0].length, header[0].length + Number(header[1])];
    if (this.#receivedBytes < end) return undefined;
    const all = Buffer.concat(this.#received);
    this.#received = all.length > end ? [all.subarray(end)] : [];
    this.#receivedBytes = all.length - end;
    return all.subarray(length, end);
  }
}
