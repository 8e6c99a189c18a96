import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { CancellationTokenSource, createMessageConnection, NotificationType, ParameterStructures, ResponseError, type MessageConnection } from 'vscode-jsonrpc/node';
import { protocolVersion, type MethodName, type Params, type Result } from '../src/contract/index.ts';

const projectRoot = join(import.meta.dirname, '..');

interface StreamData { readonly stream: string; readonly items: readonly unknown[]; readonly bytes: number }

const streamData = new NotificationType<StreamData>('stream/data');

export interface EngineOptions {
  /** State root; a folder of its own for each test or demonstration. */
  readonly root: string;
  /** The engine's program and arguments; the bundle under this Node where left out. */
  readonly command?: readonly [string, ...string[]];
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Gets the items of the call's stream; the method must take `stream`. */
  readonly onItem?: (item: unknown) => void;
}

/** An engine, and a typed JSON-RPC connection to it: what any other client would do, in a few lines. */
export class EngineClient implements AsyncDisposable {
  readonly process: ChildProcessWithoutNullStreams;
  readonly #connection: MessageConnection;
  readonly #streams = new Map<string, (item: unknown) => void>();
  #nextStream = 0;
  #log = '';

  private constructor({ root, command = [process.execPath, join(projectRoot, 'dist/silo.mjs')] }: EngineOptions) {
    const [file, ...args] = command;
    this.process = spawn(file, [...args, 'engine'], { env: { ...process.env, SILO_ROOT: root }, stdio: 'pipe' });
    this.process.stderr.setEncoding('utf8').on('data', (text: string) => { this.#log = (this.#log + text).slice(-65_536); });
    // Writing to an engine that is gone is told by the call that is open then.
    this.process.stdin.on('error', () => {});
    this.#connection = createMessageConnection(this.process.stdout, this.process.stdin);
    this.#connection.onNotification(streamData, ({ stream, items, bytes }) => {
      const use = this.#streams.get(stream);
      for (const item of items) use?.(item);
      void this.#connection.sendNotification('stream/credit', ParameterStructures.byName, { stream, bytes });
    });
    this.#connection.listen();
  }

  /** Starts an engine and opens the connection. */
  static async start(options: EngineOptions): Promise<EngineClient> {
    const client = new EngineClient(options);
    await client.call('initialize', { protocolVersion, client: { name: 'engine-client', version: '1' } });
    return client;
  }

  /** The last that the engine wrote to its standard error. */
  get log(): string { return this.#log; }

  async call<M extends MethodName>(method: M, params: Params<M>, { signal, onItem }: CallOptions = {}): Promise<Result<M>> {
    const cancellation = new CancellationTokenSource();
    const cancel = (): void => cancellation.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    const stream = onItem === undefined ? undefined : `s${this.#nextStream++}`;
    if (stream !== undefined && onItem !== undefined) this.#streams.set(stream, onItem);
    try {
      const sent = stream === undefined ? params : { ...params, stream };
      return await this.#whileRunning(method, this.#connection.sendRequest<Result<M>>(method, ParameterStructures.byName, sent, cancellation.token));
    } finally {
      if (stream !== undefined) this.#streams.delete(stream);
      signal?.removeEventListener('abort', cancel);
      cancellation.dispose();
    }
  }

  /** Lets the engine end by itself and waits for it. */
  async close(): Promise<void> {
    this.process.stdin.end();
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'exit');
    this.#connection.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> { await this.close(); }

  /** A connection by itself never tells a request that the other side has died. */
  async #whileRunning<T>(method: string, answer: Promise<T>): Promise<T> {
    const gone = new AbortController();
    const death = once(this.process, 'exit', { signal: gone.signal }).then(
      ([code, signal]: unknown[]) => { throw new Error(`the engine ended (${String(signal ?? code)}) before it answered ${method}\n${this.#log}`); },
      (error: unknown) => { if (!gone.signal.aborted) throw error; },
    );
    try {
      return await (Promise.race([answer, death]) as Promise<T>);
    } finally {
      gone.abort();
    }
  }
}

/** Code of an error that the engine answered with (`ContainerNotFound`); undefined for any other error. */
export const errorCode = (error: unknown): string | undefined =>
  error instanceof ResponseError ? (error.data as { code?: string } | undefined)?.code : undefined;
