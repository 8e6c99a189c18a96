import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { ResponseError, type CancellationToken, type MessageConnection } from 'vscode-jsonrpc/node';
import { SiloError } from '../../base/index.ts';
import type { ExecResult, ExecSpec, Logger, Runtime } from '../../core/index.ts';
import { removeAddress, writeAddress } from './address-file.ts';
import { callable, connectionOn, proofOf, proves, requests, signalOf, type Call, type Exec, type ExecStarted, type Hello, type HelloAnswer } from './wire.ts';
import { pack, packError, unpack } from './wire-values.ts';
import { agreedVersion, leastWireVersion, wireVersion } from './wire-version.ts';

export interface RuntimeServerOptions {
  readonly runtimes: readonly Runtime[];
  /** Path of a socket, which must not be in use, or name of a Windows pipe. */
  readonly address: string;
  /** File of the state root that tells engines of it. */
  readonly addressFile: string;
  readonly log: Logger;
  /** Closes a Windows pipe to all but administrators; called before anybody is served. */
  readonly secure?: (address: string) => void;
  /** Called when an engine asks for the supervisor's end. */
  readonly onRetire?: () => void;
}

/**
 * Serves runtimes to the engines of a root, or none where they have their own, and hears who asks for its end. One a root: the caller holds the
 * supervisor's lock. A client that goes away cancels what it waits for, never what it began.
 */
export class RuntimeServer {
  readonly #options: RuntimeServerOptions;
  readonly #token = randomBytes(32).toString('hex');
  readonly #server: Server;
  readonly #clients = new Set<Socket>();
  #secured = false;
  #retiring = false;

  private constructor(options: RuntimeServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => {
      socket.on('error', () => { socket.destroy(); });
      if (this.#secured) this.#serve(socket);
      else socket.destroy();
    });
  }

  static async listen(options: RuntimeServerOptions): Promise<RuntimeServer> {
    const server = new RuntimeServer(options);
    const isPipe = options.address.startsWith('\\\\');
    if (!isPipe) await rm(options.address, { force: true });
    server.#server.listen(options.address);
    await once(server.#server, 'listening');
    try {
      if (!isPipe) await chmod(options.address, 0o600);
      options.secure?.(options.address);
      server.#secured = true;
      await writeAddress(options.addressFile, { address: options.address, token: server.#token, pid: process.pid });
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  /** Whether any engine is connected. */
  get isUsed(): boolean { return this.#clients.size > 0; }

  /** Whether an engine has asked for its end. */
  get isRetiring(): boolean { return this.#retiring; }

  /** Serves nobody any more; tasks go on. */
  async close(): Promise<void> {
    await removeAddress(this.#options.addressFile, process.pid);
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#clients) socket.destroy();
    await closed;
  }

  #retire(): void {
    this.#retiring = true;
    this.#options.onRetire?.();
  }

  #serve(socket: Socket): void {
    this.#clients.add(socket);
    const client = new Client(connectionOn(socket), this.#options, this.#token, { end: () => { socket.destroy(); }, retire: () => { this.#retire(); } });
    socket.on('close', () => {
      this.#clients.delete(socket);
      client.gone();
    });
  }
}

/** What one client does to the whole. */
interface ClientEffects {
  /** Its connection. */
  readonly end: () => void;
  readonly retire: () => void;
}

/** One connected engine. */
class Client {
  readonly #connection: MessageConnection;
  readonly #runtimes: ReadonlyMap<string, Runtime>;
  readonly #log: Logger;
  readonly #token: string;
  readonly #effects: ClientEffects;
  readonly #gone = new AbortController();
  readonly #processes = new Map<number, Promise<ExecResult>>();
  #known = false;
  #lastProcess = 0;

  constructor(connection: MessageConnection, { runtimes, log }: RuntimeServerOptions, token: string, effects: ClientEffects) {
    this.#connection = connection;
    this.#runtimes = new Map(runtimes.map((runtime) => [runtime.name, runtime]));
    this.#log = log;
    this.#token = token;
    this.#effects = effects;
    connection.onRequest(requests.hello, (hello) => this.#hello(hello));
    connection.onRequest(requests.call, (call, cancellation) => this.#answer(() => this.#call(call, cancellation)));
    connection.onRequest(requests.exec, (exec) => this.#answer(() => this.#exec(exec)));
    connection.onRequest(requests.retire, () => this.#answer(() => { this.#effects.retire(); return Promise.resolve(null); }));
    connection.onRequest(requests.execExit, (process) => this.#answer(() => this.#execExit(process.token)));
    connection.listen();
  }

  gone(): void {
    this.#gone.abort();
    this.#connection.dispose();
  }

  #hello({ version, nonce, proof }: Hello): HelloAnswer {
    if (!proves(proof, this.#token, 'client', nonce)) {
      this.#log.warn({}, 'somebody who does not know the token came to the supervisor');
      this.#effects.end();
      throw new Error('not known');
    }
    // An engine that is too old for this one is told so; one that is newer says hello again.
    this.#known = version >= leastWireVersion;
    return { version: this.#known ? agreedVersion(version) : wireVersion, proof: proofOf(this.#token, 'server', nonce), pid: process.pid };
  }

  async #answer<T>(work: () => Promise<T>): Promise<T> {
    try {
      if (!this.#known) throw new SiloError('ProtocolViolation', { args: { reason: 'the first request is hello' } });
      return await work();
    } catch (error) {
      if (!(error instanceof SiloError)) this.#log.error({ err: error }, 'a runtime failed unexpectedly');
      throw new ResponseError(1, error instanceof Error ? error.message : String(error), packError(error));
    }
  }

  #runtime(name: string): Runtime {
    const runtime = this.#runtimes.get(name);
    if (runtime === undefined) throw new SiloError('RuntimeFailed', { args: { runtime: name, reason: 'the supervisor has no such runtime' } });
    return runtime;
  }

  async #call({ runtime: name, method, args }: Call, token: CancellationToken): Promise<unknown> {
    const runtime = this.#runtime(name);
    const given = unpack(args) as unknown[];
    if (!(method in callable)) throw new SiloError('RuntimeFailed', { args: { runtime: name, reason: `the supervisor does not know '${method}'` } });
    const signal = AbortSignal.any([signalOf(token), this.#gone.signal]);
    const work = runtime[method] as (this: Runtime, ...args: readonly unknown[]) => Promise<unknown>;
    // Only these two can be waited for no longer.
    return pack(await work.apply(runtime, method === 'create' || method === 'wait' ? [given[0], signal] : given)) ?? null;
  }

  async #exec({ runtime: name, spec, joinable }: Exec): Promise<ExecStarted> {
    const given = unpack(spec) as ExecSpec;
    // The engine hears of it by this answer.
    const { pid, exited } = await this.#runtime(name).exec(joinable === true ? { ...given, onJoinable: () => Promise.resolve() } : given);
    this.#lastProcess += 1;
    // Asked for at once by the engine, unless it is gone.
    exited.catch(() => undefined);
    this.#processes.set(this.#lastProcess, exited);
    return { pid, token: this.#lastProcess };
  }

  async #execExit(token: number): Promise<unknown> {
    const exited = this.#processes.get(token);
    if (exited === undefined) throw new SiloError('RuntimeFailed', { args: { runtime: 'supervisor', reason: 'the process is not known' } });
    try {
      return pack(await exited);
    } finally {
      this.#processes.delete(token);
    }
  }
}
