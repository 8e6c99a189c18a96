import { spawn } from 'node:child_process';
import { SiloError } from '../base/index.ts';
import { fieldsOf, parseBoundedJson } from './bounded-json.ts';
import type { Credential } from './credentials.ts';
import { Secret } from './secret.ts';
import { cancelled } from './slots.ts';

/** Bytes that a helper may answer; real ones answer a few hundred. */
const answerLimitBytes = 64 * 1024;
/** What helpers say where they know nothing (docker-credential-helpers, `errors.go`). */
const notFound = /credentials not found in native keychain/i;
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

export interface CredentialHelperOptions {
  /** Milliseconds until the helper is ended; 15,000. Some of them ask the person. */
  readonly timeoutMs?: number;
  /** Environment of the helper, PATH included; this process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

interface Answer { readonly exitCode: number; readonly output: Buffer }

/**
 * A program `docker-credential-<name>` (protocol: docker-credential-helpers, README): it gets a server's
 * name on stdin and answers JSON on stdout. What it prints never reaches an error: it may be a secret.
 */
export class CredentialHelper {
  readonly #name: string;
  readonly #options: CredentialHelperOptions;

  /** Errors: CredentialHelperFailed where the name could be a path or an option. */
  constructor(name: string, options: CredentialHelperOptions = {}) {
    this.#name = name.slice(0, 64);
    this.#options = options;
    if (!namePattern.test(name) || name.length > 64) throw this.#failed('its name is not one of a helper');
  }

  /** Undefined where the helper knows nothing of the server. Errors: CredentialHelperFailed, OperationCancelled. */
  async get(server: string, signal?: AbortSignal): Promise<Credential | undefined> {
    const { exitCode, output } = await this.#run('get', server, signal);
    if (exitCode !== 0) {
      if (notFound.test(output.toString('utf8'))) return undefined;
      throw this.#failed(`it ended with exit code ${exitCode}`);
    }
    let fields: ReadonlyMap<string, unknown> | undefined;
    try {
      fields = fieldsOf(parseBoundedJson(output));
    } catch { /* told below, without what it printed */ }
    const username = fields?.get('Username');
    const secret = fields?.get('Secret');
    if (typeof username !== 'string' || typeof secret !== 'string') throw this.#failed('its answer is not a user name and a secret');
    if (secret === '') return undefined;
    return username === '<token>' ? { kind: 'identityToken', secret: new Secret(secret) } : { kind: 'password', username, secret: new Secret(secret) };
  }

  /** Errors: CredentialHelperFailed, OperationCancelled. */
  async store(server: string, username: string, secret: Secret, signal?: AbortSignal): Promise<void> {
    const { exitCode } = await this.#run('store', JSON.stringify({ ServerURL: server, Username: username, Secret: secret.reveal() }), signal);
    if (exitCode !== 0) throw this.#failed(`it ended with exit code ${exitCode}`);
  }

  /** True where the helper knew the server. Errors: CredentialHelperFailed, OperationCancelled. */
  async erase(server: string, signal?: AbortSignal): Promise<boolean> {
    const { exitCode, output } = await this.#run('erase', server, signal);
    if (exitCode !== 0 && !notFound.test(output.toString('utf8'))) throw this.#failed(`it ended with exit code ${exitCode}`);
    return exitCode === 0;
  }

  #run(action: 'get' | 'store' | 'erase', input: string, signal: AbortSignal | undefined): Promise<Answer> {
    if (signal?.aborted) return Promise.reject(cancelled(signal));
    const timeoutMs = this.#options.timeoutMs ?? 15_000;
    return new Promise((resolve, reject) => {
      const child = spawn(`docker-credential-${this.#name}`, [action], { stdio: ['pipe', 'pipe', 'ignore'], env: this.#options.environment ?? process.env, windowsHide: true });
      const pieces: Buffer[] = [];
      let sizeBytes = 0;
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        settle();
      };
      // SIGKILL: a helper that waits for a person may ignore anything less. Its children may hold stdout open, so nobody waits for it.
      const giveUp = (error: SiloError): void => end(() => {
        child.kill('SIGKILL');
        child.stdout.destroy();
        reject(error);
      });
      const onAbort = (): void => giveUp(cancelled(signal));
      const timer = setTimeout(() => giveUp(this.#failed(`it did not answer within ${timeoutMs / 1000} seconds`)), timeoutMs);
      signal?.addEventListener('abort', onAbort, { once: true });
      child.once('error', (error) => end(() => reject(this.#failed('code' in error && error.code === 'ENOENT' ? `docker-credential-${this.#name} is not on the PATH` : 'it cannot be started'))));
      child.stdout.on('data', (piece: Buffer) => {
        sizeBytes += piece.length;
        pieces.push(piece);
        if (sizeBytes > answerLimitBytes) giveUp(this.#failed(`it answered more than ${answerLimitBytes} bytes`));
      });
      // A helper that doesn't read its input closes the pipe; its exit code tells the rest.
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
      child.once('close', (code) => end(() => resolve({ exitCode: code ?? -1, output: Buffer.concat(pieces) })));
    });
  }

  #failed(reason: string): SiloError {
    return new SiloError('CredentialHelperFailed', { args: { helper: this.#name, reason } });
  }
}
