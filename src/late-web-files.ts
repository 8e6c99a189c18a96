import type { WebFile, WebFiles } from './core/index.ts';

/** As LateRegistry, for files of the web. */
export class LateWebFiles implements WebFiles {
  readonly #load: () => Promise<WebFiles>;
  #loaded: Promise<WebFiles> | undefined;

  constructor(load: () => Promise<WebFiles>) { this.#load = load; }

  async open(address: string, signal?: AbortSignal): Promise<WebFile> {
    this.#loaded ??= this.#load();
    return (await this.#loaded).open(address, signal);
  }

  /** What was never loaded has nothing to close. */
  async close(): Promise<void> { await (await this.#loaded)?.close(); }
}
