import type { Readable, Writable } from 'node:stream';
import {
  CancellationToken, ErrorCodes, ProgressType, ResponseError, StreamMessageReader, createMessageConnection, type Message, type MessageConnection,
} from 'vscode-jsonrpc/node';
import { SiloError } from '../../base/index.ts';
import { createValidators, maximumFrameBytes, methods, openRpcDocument, protocolVersion, streamWindowBytes, timeFields, type MethodName, type Params, type Result } from '../../contract/index.ts';
import type { Logger, RuntimeRequirement } from '../../core/index.ts';
import { disconnected, explainMissing, isHostReady, type Engine } from '../../engine/index.ts';
import { decodeMessage } from './decode.ts';
import { encodeMessage } from './encode.ts';
import { FrameGuard } from './frame-guard.ts';
import { handlers, type CallContext } from './handlers.ts';
import { MessageWriter } from './message-writer.ts';
import { throttled, type Progress } from './progress.ts';
import { Streams } from './streams.ts';
import { viewRequirement } from './views.ts';
import { asSiloError, toResponseError } from './wire-errors.ts';

export interface EngineIdentity {
  readonly version: string;
  readonly protocolVersion: number;
  readonly logPath: string;
}

/** A line of the engines' own log, as it is read for the wire. */
interface OwnLogLine {
  readonly time: Date;
  /** pino's numbers. */
  readonly level: number;
  readonly source: 'engine' | 'supervisor';
  readonly pid: number;
  readonly message: string;
  readonly data: string;
}

interface OwnLogQuery {
  readonly tail?: number | undefined;
  readonly since?: Date | undefined;
  readonly leastLevel?: number | undefined;
  readonly source?: 'engine' | 'supervisor' | undefined;
  readonly follow?: boolean | undefined;
}

export interface RootFiles {
  readLog(query: OwnLogQuery, sink: (lines: readonly OwnLogLine[]) => Promise<void>, signal: AbortSignal): Promise<void>;
  readSettings(): Promise<Result<'host/settings'>>;
}

const levels = { Debug: 20, Information: 30, Warning: 40, Error: 50 } as const;
const levelName = (level: number): keyof typeof levels => (level >= levels.Error ? 'Error' : level >= levels.Warning ? 'Warning' : level >= levels.Information ? 'Information' : 'Debug');

export interface ServeOptions {
  readonly input: Readable;
  readonly output: Writable;
  readonly identity: Omit<EngineIdentity, 'protocolVersion'>;
  readonly log: Logger;
  /** Opens the state root; called once, after `initialize`. Its failure is the answer to every call that needs the store. */
  readonly open: () => Promise<Engine>;
  /** What the host must have; answers without the store, which may be what is missing. */
  readonly probe: () => Promise<readonly RuntimeRequirement[]>;
  /** What the state root tells without the store. */
  readonly files: RootFiles;
  /** Ends the connection when no request was open for so long; undefined never does. */
  readonly idleMs?: number;
  /** Called once after each spell of work, when no request was open for ten seconds. */
  readonly onRest?: () => void;
}

/** Why the connection ended. */
export type ServeEnd = 'inputClosed' | 'shutdown' | 'idle' | 'violation';

/** How long open calls may take to come to rest after the client is gone: a start is finished or undone, never cut. */
const windDownMs = 20_000;

const restMs = 10_000;

const progressType = new ProgressType<Progress>();

/**
 * Serves one client until it is gone. Messages that can't be parsed get an answer where the protocol has
 * one; bytes that are no frame end the connection. Every open call is aborted and awaited before it settles.
 */
export const serveConnection = (options: ServeOptions): Promise<ServeEnd> => new RpcConnection(options).run();

class RpcConnection {
  readonly #options: ServeOptions;
  readonly #identity: EngineIdentity;
  readonly #connection: MessageConnection;
  readonly #writer: MessageWriter;
  readonly #guard = new FrameGuard(maximumFrameBytes);
  readonly #validators = createValidators();
  readonly #streams: Streams;
  readonly #open = new Map<Promise<unknown>, AbortController>();
  readonly #end = Promise.withResolvers<ServeEnd>();
  #engine: Promise<Engine> | undefined;
  #initialized = false;
  #escapeDateLikeText = false;
  #idle: NodeJS.Timeout | undefined;
  #rest: NodeJS.Timeout | undefined;

  constructor(options: ServeOptions) {
    this.#options = options;
    this.#identity = { ...options.identity, protocolVersion };
    const times = new Set(timeFields());
    this.#writer = new MessageWriter(options.output, (message) => encodeMessage(message, { escapeDateLikeText: this.#escapeDateLikeText, timeFields: times }), maximumFrameBytes);
    this.#connection = createMessageConnection(new StreamMessageReader(this.#guard, { contentTypeDecoder: { name: 'application/json', decode: decodeMessage } }), this.#writer, {
      error: (message) => { options.log.error({}, message); }, warn: (message) => { options.log.warn({}, message); },
      info: (message) => { options.log.info({}, message); }, log: (message) => { options.log.debug({}, message); },
    });
    this.#streams = new Streams((params) => this.#connection.sendNotification('stream/data', params));
  }

  async run(): Promise<ServeEnd> {
    const { input, output, log } = this.#options;
    this.#connection.onRequest((method, params, token) => this.#track(method, params, token));
    this.#connection.onNotification('stream/credit', (params: { stream?: unknown; bytes?: unknown } | undefined) => {
      if (typeof params?.stream === 'string' && typeof params.bytes === 'number') this.#streams.credit(params.stream, params.bytes);
    });
    this.#connection.onError(([error]) => {
      // The guard's own error comes here too; its answer is the last word.
      if (this.#guard.destroyed) return;
      log.warn({ err: error }, 'a message could not be read');
      if (error instanceof SiloError) this.#sendUnreadable(ErrorCodes.InvalidRequest, error);
      else this.#sendUnreadable(ErrorCodes.ParseError, new SiloError('ProtocolViolation', { args: { reason: error.message } }));
    });
    this.#guard.on('error', (error) => { this.#violated(error); });
    this.#guard.on('end', () => { this.#end.resolve('inputClosed'); });
    input.on('error', () => { this.#end.resolve('inputClosed'); });
    output.on('error', () => { this.#end.resolve('inputClosed'); });
    input.pipe(this.#guard);
    this.#connection.listen();
    this.#restartIdle();
    const end = await this.#end.promise;
    await this.#windDown(end === 'shutdown' ? undefined : disconnected);
    return end;
  }

  async #windDown(reason: string | undefined): Promise<void> {
    clearTimeout(this.#idle);
    clearTimeout(this.#rest);
    if (reason !== undefined) for (const controller of this.#open.values()) controller.abort(reason);
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => { timer = setTimeout(resolve, windDownMs); });
    await Promise.race([this.#finished(), patience]);
    clearTimeout(timer);
    await this.#engine?.then((engine) => engine.close(), () => undefined);
    this.#connection.dispose();
  }

  /** Every call is at rest and its answer written. */
  async #finished(): Promise<void> {
    await Promise.allSettled(this.#open.keys());
    // The connection hands answers on in turns of its own.
    await new Promise((resolve) => { setImmediate(resolve); });
    await this.#writer.drained();
  }

  #violated(error: unknown): void {
    const violation = error instanceof SiloError ? error : new SiloError('ProtocolViolation', { args: { reason: String(error) } });
    this.#options.log.error({ err: violation }, 'the input is not this protocol');
    this.#sendUnreadable(ErrorCodes.ParseError, violation);
    this.#end.resolve('violation');
  }

  /** JSON-RPC 2.0, section 5: what is no request, or cannot be read at all, is answered with id null. */
  #sendUnreadable(code: number, error: SiloError): void {
    const { data, message } = toResponseError(error);
    const response = { jsonrpc: '2.0', id: null, error: { code, message, data } };
    this.#writer.write(response as Message).catch(() => { this.#end.resolve('inputClosed'); });
  }

  async #track(method: string, params: unknown, token: CancellationToken): Promise<unknown> {
    const controller = new AbortController();
    const cancel = token.onCancellationRequested(() => { controller.abort(); });
    // The token of a request that was cancelled before its turn came never tells it.
    if (token.isCancellationRequested) controller.abort();
    const call = this.#answer(method, params, controller.signal);
    this.#open.set(call, controller);
    clearTimeout(this.#idle);
    try {
      return await call;
    } finally {
      cancel.dispose();
      this.#open.delete(call);
      this.#restartIdle();
    }
  }

  async #answer(method: string, params: unknown, signal: AbortSignal): Promise<unknown> {
    if (!Object.hasOwn(methods, method)) return new ResponseError(ErrorCodes.MethodNotFound, `there is no method ${method}`);
    try {
      return await this.#dispatch(method as MethodName, params ?? {}, signal);
    } catch (error) {
      return toResponseError(asSiloError(signal.aborted && !(error instanceof SiloError) ? new SiloError('OperationCancelled', { cause: error }) : error, method, this.#options.log));
    }
  }

  async #dispatch(method: MethodName, rawParams: unknown, signal: AbortSignal): Promise<unknown> {
    if (method === 'initialize') return this.#initialize(rawParams);
    if (!this.#initialized) throw new SiloError('NotInitialized', { args: { method }, target: { kind: 'request', id: method } });
    if (method === 'rpc.discover') return openRpcDocument();
    if (method === 'shutdown') {
      setImmediate(() => { this.#end.resolve('shutdown'); });
      return {};
    }
    const params = this.#validators.params(method, rawParams);
    if (method === 'host/test') return this.#validators.result(method, await this.#testHost());
    if (method === 'host/settings') return this.#validators.result(method, await this.#options.files.readSettings());
    if (method === 'host/log') return this.#validators.result(method, await this.#readLog(params as Params<'host/log'>, signal));
    const engine = await this.#opened();
    const { stream, progressToken } = params as { stream?: string; progressToken?: string | number };
    return this.#streams.with(stream, async (credited) => {
      const progress = progressToken === undefined ? undefined : throttled((value) => {
        this.#connection.sendProgress(progressType, progressToken, value).catch(() => { this.#end.resolve('inputClosed'); });
      });
      const handler = handlers[method] as (params: Params<typeof method>, context: CallContext) => Promise<unknown>;
      const takesRoot = isAloneWithRoot(method, params as RootParams);
      // What other calls of this connection have open would stay at the old place.
      if (takesRoot && this.#open.size > 1) throw new SiloError('StoreBusy', { target: { kind: 'store', id: engine.root } });
      try {
        return this.#validators.result(method, await handler(params, { engine, identity: this.#identity, signal, stream: credited, progress }));
      } catch (error) {
        throw await explainMissing(engine.ports, error);
      } finally {
        if (takesRoot) await this.#reopen(engine);
      }
    });
  }

  /** Read by hand: compiling a validator costs as much as the rest of a start, and this is the first answer. */
  #initialize(raw: unknown): unknown {
    const { protocolVersion: client, capabilities } = (typeof raw === 'object' && raw !== null ? raw : {}) as { protocolVersion?: unknown; capabilities?: { escapeDateLikeText?: unknown } };
    if (typeof client !== 'number' || !Number.isInteger(client)) throw new SiloError('ParameterInvalid', { args: { parameter: 'protocolVersion', reason: 'it must be an integer' } });
    if (client !== protocolVersion) throw new SiloError('ProtocolMismatch', { args: { client, engine: protocolVersion }, target: { kind: 'request', id: 'initialize' } });
    this.#initialized = true;
    this.#escapeDateLikeText = capabilities?.escapeDateLikeText === true;
    // Opened once the answer is out; a failure is told to the calls that need the store.
    setImmediate(() => { this.#opened().catch(() => undefined); });
    return {
      protocolVersion,
      engine: { name: 'silo', version: this.#identity.version, pid: process.pid },
      capabilities: { methods: Object.keys(methods), streamWindowBytes, maximumFrameBytes },
    };
  }

  async #readLog({ source, level, since, tail, follow, stream }: Params<'host/log'>, signal: AbortSignal): Promise<unknown> {
    return this.#streams.with(stream, async (credited) => {
      if (credited === undefined) throw new SiloError('ParameterInvalid', { args: { parameter: 'stream', reason: 'it is required: the log is only given as a stream' } });
      const query = {
        tail, follow, since: since === undefined ? undefined : new Date(since), leastLevel: level === undefined ? undefined : levels[level],
        source: source === undefined ? undefined : source === 'Supervisor' ? 'supervisor' as const : 'engine' as const,
      };
      await this.#options.files.readLog(query, (lines) => credited.send(lines.map((line) => ({
        time: line.time.toISOString(), level: levelName(line.level), source: line.source === 'supervisor' ? 'Supervisor' : 'Engine', processId: line.pid, message: line.message, data: line.data,
      })), signal), signal);
      return {};
    });
  }

  async #testHost(): Promise<unknown> {
    const requirements = await this.#options.probe();
    return { ready: isHostReady(requirements), requirements: requirements.map(viewRequirement) };
  }

  #opened(): Promise<Engine> {
    this.#engine ??= this.#options.open().catch((error: unknown) => {
      // The next call may find the disk freed or the rights granted.
      this.#engine = undefined;
      throw error;
    });
    return this.#engine;
  }

  /** The next call opens the root where it is then. */
  async #reopen(engine: Engine): Promise<void> {
    this.#engine = undefined;
    await engine.close();
  }

  #restartIdle(): void {
    clearTimeout(this.#idle);
    clearTimeout(this.#rest);
    if (this.#open.size > 0) return;
    if (this.#options.onRest !== undefined) this.#rest = setTimeout(this.#options.onRest, restMs).unref();
    if (this.#options.idleMs === undefined) return;
    this.#idle = setTimeout(() => { this.#end.resolve('idle'); }, this.#options.idleMs);
  }
}

interface RootParams { readonly dryRun?: boolean; readonly removeStore?: boolean }

/** Calls after which the root is another one, or gone. */
const isAloneWithRoot = (method: MethodName, params: RootParams): boolean =>
  (method === 'store/move' && params.dryRun !== true) || (method === 'host/uninstall' && params.removeStore === true);
