import type { Digest, ImageReference } from './base/index.ts';
import type { Registry } from './core/index.ts';

/** A Registry that is loaded when it is first asked: an engine that never leaves its host does not pay for an HTTP client. */
export class LateRegistry implements Registry {
  readonly #load: () => Promise<Registry>;
  #loaded: Promise<Registry> | undefined;

  constructor(load: () => Promise<Registry>) { this.#load = load; }

  async parseReference(text: string): Promise<ImageReference> { return (await this.#registry()).parseReference(text); }
  async defaultRegistry(): Promise<string> { return (await this.#registry()).defaultRegistry(); }
  async manifest(...call: Parameters<Registry['manifest']>): ReturnType<Registry['manifest']> { return (await this.#registry()).manifest(...call); }
  async *blob(...call: Parameters<Registry['blob']>): AsyncGenerator<Uint8Array> { yield* (await this.#registry()).blob(...call); }
  async upload(...call: Parameters<Registry['upload']>): ReturnType<Registry['upload']> { return (await this.#registry()).upload(...call); }
  async putManifest(...call: Parameters<Registry['putManifest']>): Promise<Digest> { return (await this.#registry()).putManifest(...call); }
  async referrers(...call: Parameters<Registry['referrers']>): ReturnType<Registry['referrers']> { return (await this.#registry()).referrers(...call); }
  async tags(...call: Parameters<Registry['tags']>): Promise<readonly string[]> { return (await this.#registry()).tags(...call); }
  async repositories(...call: Parameters<Registry['repositories']>): Promise<readonly string[]> { return (await this.#registry()).repositories(...call); }
  async connect(...call: Parameters<Registry['connect']>): ReturnType<Registry['connect']> { return (await this.#registry()).connect(...call); }
  async disconnect(...call: Parameters<Registry['disconnect']>): Promise<boolean> { return (await this.#registry()).disconnect(...call); }
  /** What was never loaded has nothing to close. */
  async close(): Promise<void> { await (await this.#loaded)?.close(); }

  #registry(): Promise<Registry> {
    this.#loaded ??= this.#load();
    return this.#loaded;
  }
}
