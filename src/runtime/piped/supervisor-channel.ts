import { randomBytes } from 'node:crypto';
import { createConnection, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { CancellationTokenSource, ResponseError, type MessageConnection, type RequestType } from 'vscode-jsonrpc/node';
import { SiloError } from '../../base/index.ts';
import { readAddress } from './address-file.ts';
import { connectionOn, proofOf, proves, requests } from './wire.ts';
import { unpackError } from './wire-values.ts';
import { leastWireVersion, refuseUnknown, retireSince, wireVersion, type Need } from './wire-version.ts';

export interface ChannelOptions {
  readonly addressFile: string;
  /** Starts the supervisor where none is at work. May be repeated. */
  readonly ensure: () => Promise<void>;
  /** How long a supervisor may take until it serves. */
  readonly patienceMs?: number;
}

const usualPatienceMs = 20_000;
const helloMs = 5000;
const retryMs = 50;

/** The connection was cut while the request was under way: it may or may not have been done. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** `version`: what both sides speak. */
interface Link { readonly connection: MessageConnection; readonly socket: Socket; readonly lost: Promise<void>; readonly version: number }

interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** What an older supervisor would not understand. */
  readonly need?: Need | undefined;
}

/** An engine's connection to its root's supervisor: made when it is needed, and again when it was lost. */
export class SupervisorChannel {
  readonly #options: ChannelOptions;
  #link: Promise<Link> | undefined;
  #open = 0;

  constructor(options: ChannelOptions) { this.#options = options; }

  /** Whether a supervisor answers now; none is started. */
  async isServed(): Promise<boolean> {
    try {
      await this.#connected();
      return true;
    } catch {
      return false;
    }
  }

  /**
   * One request, on a supervisor that is started where there is none. Errors: what the supervisor says; SupervisorUnavailable;
   * OptionUnsupported where it is too old for it; ConnectionLost, which the caller judges.
   */
  async request<P, R>(type: RequestType<P, R, unknown>, parameters: P, runtime: string, { signal, need }: RequestOptions = {}): Promise<R> {
    const { connection, socket, lost, version } = await this.#linkOrStart(signal);
    refuseUnknown(need, version);
    const cancel = new CancellationTokenSource();
    const onAbort = (): void => { cancel.cancel(); };
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#open += 1;
    socket.ref();
    try {
      return await Promise.race([connection.sendRequest<R>(type.method, parameters, cancel.token), lost.then(() => { throw new ConnectionLost(); })]);
    } catch (error) {
      throw error instanceof ResponseError && error.data !== undefined ? unpackError(error.data, runtime) : error instanceof ConnectionLost ? error : new ConnectionLost('the request could not be made', { cause: error });
    } finally {
      signal?.removeEventListener('abort', onAbort);
      cancel.dispose();
      this.#open -= 1;
      // The wish to ask something later keeps no process alive.
      if (this.#open === 0) socket.unref();
    }
  }

  /**
   * Asks the supervisor to end, until the signal: also one that only now begins its work. One that goes on, for its own reasons or because it
   * is too old to hear, is no error.
   */
  async retire(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const link = await this.#connected().catch(() => undefined);
      if (link === undefined) {
        await pause(retryMs, signal);
        continue;
      }
      // What is cut off was ending already.
      if (link.version >= retireSince) await link.connection.sendRequest(requests.retire, {}).catch(() => undefined);
      const waiting = new AbortController();
      await Promise.race([link.lost, aborted(AbortSignal.any([signal, waiting.signal]))]);
      waiting.abort();
    }
    await this.close();
  }

  async close(): Promise<void> {
    const link = await this.#link?.catch(() => undefined);
    link?.socket.destroy();
    await link?.lost;
  }

  async #linkOrStart(signal: AbortSignal | undefined): Promise<Link> {
    const patienceMs = this.#options.patienceMs ?? usualPatienceMs;
    const end = performance.now() + patienceMs;
    for (;;) {
      try {
        return await this.#connected();
      } catch (cause) {
        if (cause instanceof SiloError && cause.code === 'ProtocolMismatch') throw cause;
        if (performance.now() > end) throw unavailable(cause);
      }
      if (signal?.aborted) throw new SiloError('OperationCancelled', { cause: signal.reason });
      await this.#options.ensure();
      await delay(retryMs);
    }
  }

  #connected(): Promise<Link> {
    if (this.#link === undefined) {
      const link = this.#connect();
      this.#link = link;
      const forget = (): void => { if (this.#link === link) this.#link = undefined; };
      link.then(({ lost }) => lost.then(forget), forget);
    }
    return this.#link;
  }

  async #connect(): Promise<Link> {
    const known = await readAddress(this.#options.addressFile);
    if (known === undefined) throw new Error('no supervisor has written its address');
    const socket = createConnection(known.address);
    const lost = new Promise<void>((resolve) => { socket.once('close', () => { resolve(); }); });
    const failed = new Promise<never>((_, reject) => { socket.once('error', reject); });
    failed.catch(() => undefined);
    const connection = connectionOn(socket);
    connection.listen();
    void lost.then(() => { connection.dispose(); });
    const timer = setTimeout(() => { socket.destroy(new Error('the supervisor did not answer')); }, helloMs);
    try {
      let version = wireVersion;
      for (;;) {
        const nonce = randomBytes(16).toString('hex');
        const hello = connection.sendRequest(requests.hello, { version, nonce, proof: proofOf(known.token, 'client', nonce) });
        const answer = await Promise.race([hello, failed, lost.then(() => { throw new ConnectionLost(); })]);
        if (!proves(answer.proof, known.token, 'server', nonce)) throw new Error('who answered is not the supervisor');
        if (answer.version > version || answer.version < leastWireVersion) throw new SiloError('ProtocolMismatch', { args: { client: wireVersion, engine: answer.version } });
        if (answer.version === version) break;
        // It answers nothing before it has heard its own.
        version = answer.version;
      }
      socket.unref();
      return { connection, socket, lost, version };
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> => delay(ms, undefined, { signal }).catch(() => undefined);

const aborted = (signal: AbortSignal): Promise<void> => new Promise((resolve) => {
  if (signal.aborted) resolve();
  signal.addEventListener('abort', () => { resolve(); }, { once: true });
});

const unavailable = (cause: unknown): SiloError =>
  new SiloError('SupervisorUnavailable', { args: { reason: cause instanceof Error && cause.message !== '' ? cause.message : 'the connection was cut' }, target: { kind: 'host', id: 'supervisor' }, cause, retryable: true });
