import { appendFile } from 'node:fs/promises';
import type { BundleSettings } from '../../../core/index.ts';

/** The runtime's log, as callers of OCI runtimes read it: a line for each event, as text or JSON with `level`, `msg` and `time`. */
export class BundleLog {
  readonly #path: string | undefined;
  readonly #settings: Pick<BundleSettings, 'logFormat' | 'debug'>;

  constructor(path: string | undefined, settings: Pick<BundleSettings, 'logFormat' | 'debug'>) {
    this.#path = path;
    this.#settings = settings;
  }

  error(message: string): Promise<void> { return this.#write('error', message); }

  async debug(message: string): Promise<void> { if (this.#settings.debug) await this.#write('debug', message); }

  /** A log that cannot be written changes nothing of what is done. */
  async #write(level: string, msg: string): Promise<void> {
    if (this.#path === undefined) return;
    const time = new Date().toISOString();
    const line = this.#settings.logFormat === 'json' ? JSON.stringify({ level, msg, time }) : `time="${time}" level=${level} msg=${JSON.stringify(msg)}`;
    await appendFile(this.#path, `${line}\n`, { mode: 0o600 }).catch(() => undefined);
  }
}
