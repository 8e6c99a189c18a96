import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { afterEach } from 'vitest';
import { protocolVersion } from '../../src/contract/index.ts';

const source = join(import.meta.dirname, '../../src/main.ts');

export interface Answer {
  readonly jsonrpc?: string;
  readonly id?: number | string | null;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: { readonly code: string; readonly class: string; readonly args: Readonly<Record<string, unknown>>; readonly retryable: boolean } };
}

export interface WireOptions {
  readonly root: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Put before the engine's own command, for example `unshare -m`. */
  readonly prefix?: readonly string[];
}

export const frame = (body: string | Buffer): Buffer => Buffer.concat([Buffer.from(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`), Buffer.from(body)]);

/** An engine as a process, spoken to in bytes. Whatever it writes that is no frame is a failure. */
export class WireEngine {
  readonly process: ChildProcess;
  readonly answers: Answer[] = [];
  /** What the engine wrote to its standard error. */
  log = '';
  readonly #input: Writable;
  readonly #exit: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  #received = Buffer.alloc(0);
  #looks = new Set<() => void>();
  #ended = false;
  #nextId = 1;

  constructor({ root, environment = {}, prefix = [] }: WireOptions) {
    const [file, ...args] = [...prefix, process.execPath, source, 'engine'] as unknown as [string, ...string[]];
    const child = spawn(file, args, { env: { ...process.env, SILO_ROOT: root, ...environment }, stdio: 'pipe', cwd: '/' });
    this.process = child;
    this.#input = child.stdin;
    child.stdin.on('error', () => undefined);
    child.stderr.setEncoding('utf8').on('data', (text: string) => { this.log += text; });
    child.stdout.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#parse();
      this.#look();
    });
    this.#exit = new Promise((resolve) => {
      this.process.once('close', (code, signal) => {
        this.#ended = true;
        this.#look();
        resolve({ code, signal });
      });
    });
  }

  static async initialized(options: WireOptions, capabilities: object = {}): Promise<WireEngine> {
    const engine = new WireEngine(options);
    const { error } = await engine.call('initialize', { protocolVersion, client: { name: 'wire', version: '1' }, capabilities });
    if (error !== undefined) throw new Error(error.message);
    return engine;
  }

  /** What came that no frame has begun with or ended; empty unless the engine wrote something else than the protocol. */
  get rest(): string { return this.#received.toString('latin1'); }

  send(bytes: Buffer | string): void { this.#input.write(bytes); }

  request(method: string, params?: unknown): number {
    const id = this.#nextId++;
    this.send(frame(JSON.stringify({ jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) })));
    return id;
  }

  notify(method: string, params: object): void { this.send(frame(JSON.stringify({ jsonrpc: '2.0', method, params }))); }

  answer(id: number | string | null): Promise<Answer> { return this.find((candidate) => candidate.id === id && candidate.method === undefined); }

  call(method: string, params: unknown = {}): Promise<Answer> { return this.answer(this.request(method, params)); }

  /** Code of the error that a call is answered with. */
  async code(method: string, params: unknown = {}): Promise<string | undefined> { return (await this.call(method, params)).error?.data?.code; }

  /** The first message for which `matches` holds, also one that is still to come. */
  async find(matches: (answer: Answer) => boolean): Promise<Answer> {
    for (;;) {
      const found = this.answers.find(matches);
      if (found !== undefined) return found;
      if (this.#ended) throw new Error(`the engine ended without that answer; it answered ${JSON.stringify(this.answers)} and wrote ${this.log}`);
      await new Promise<void>((resolve) => { this.#looks.add(resolve); });
    }
  }

  closeInput(): void { this.#input.end(); }

  /** How it ended; waits for that. */
  exit(): Promise<{ readonly code: number | null; readonly signal: string | null }> { return this.#exit; }

  async close(): Promise<void> {
    this.closeInput();
    await this.#exit;
  }

  #look(): void {
    const looks = this.#looks;
    this.#looks = new Set();
    for (const look of looks) look();
  }

  #parse(): void {
    for (;;) {
      const header = /^Content-Length: (\d+)\r\n(?:Content-Type: [^\r\n]*\r\n)?\r\n/.exec(this.#received.toString('latin1', 0, 200));
      if (header === null) return;
      const end = header[0].length + Number(header[1]);
      if (this.#received.length < end) return;
      this.answers.push(JSON.parse(this.#received.toString('utf8', header[0].length, end)) as Answer);
      this.#received = this.#received.subarray(end);
    }
  }
}

/** Engines and their state roots, all gone after each test. */
export const wireTests = (): { readonly root: () => string; readonly start: (options?: Partial<WireOptions>) => WireEngine; readonly initialized: (options?: Partial<WireOptions>, capabilities?: object) => Promise<WireEngine> } => {
  const engines: WireEngine[] = [];
  const roots: string[] = [];
  afterEach(async () => {
    for (const engine of engines.splice(0)) {
      engine.process.kill('SIGKILL');
      await engine.exit();
    }
    for (const root of roots.splice(0)) {
      const hash = createHash('sha256').update(root).digest('hex').slice(0, 12);
      for (const name of existsSync('/run/silo') ? readdirSync('/run/silo') : []) if (name.startsWith(hash)) rmSync(join('/run/silo', name), { recursive: true, force: true });
      rmSync(root, { recursive: true, force: true });
    }
  });
  const root = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'silo-wire-'));
    chmodSync(folder, 0o755);
    roots.push(folder);
    return folder;
  };
  const options = (given: Partial<WireOptions>): WireOptions => ({ ...given, root: given.root ?? root() });
  return {
    root,
    start: (given = {}) => {
      const engine = new WireEngine(options(given));
      engines.push(engine);
      return engine;
    },
    initialized: async (given = {}, capabilities = {}) => {
      const engine = await WireEngine.initialized(options(given), capabilities);
      engines.push(engine);
      return engine;
    },
  };
};
