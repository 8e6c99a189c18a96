import { Arrival, type Digest } from '../base/index.ts';
import type { LayerSource, RemoteBlob } from '../core/index.ts';
import type { IntakeWatch } from '../image/index.ts';
import type { LayerArrivals } from './unpack-layers.ts';

/** Layers on their way at once: more do not fill a line better, and cost a connection each. */
const parallelLayers = 3;

/** Brings a layer into the store; a layer that is there already needs no word to `watch`. */
type Fetch = (layer: RemoteBlob, watch: IntakeWatch, signal: AbortSignal) => Promise<void>;

interface Transfer {
  readonly begun: PromiseWithResolvers<LayerSource['arriving']>;
  readonly done: PromiseWithResolvers<void>;
  readonly arrival: Arrival;
}

/**
 * Layers that come in parallel and in order, and can be read while they come: from the wire into the file,
 * and from the file (which the kernel still has in memory) to the unpacker. The first failure stops all.
 */
export class Downloads implements LayerArrivals {
  readonly #transfers: ReadonlyMap<Digest, Transfer>;
  readonly #readers: { close(): Promise<void> }[] = [];
  readonly #stop = new AbortController();
  #failure: { readonly reason: unknown } | undefined;
  readonly #workers: readonly Promise<void>[];
  readonly #stored: Promise<void>[] = [];

  constructor(layers: readonly RemoteBlob[], fetch: Fetch, signal: AbortSignal | undefined) {
    this.#transfers = new Map(layers.map((layer) => [layer.digest, { begun: Promise.withResolvers<LayerSource['arriving']>(), done: Promise.withResolvers<void>(), arrival: new Arrival() }]));
    // Nobody may be waiting for a later layer when an earlier one fails.
    for (const { begun, done } of this.#transfers.values()) {
      begun.promise.catch(() => undefined);
      done.promise.catch(() => undefined);
    }
    const stop = signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]);
    const waiting = [...layers];
    this.#workers = Array.from({ length: Math.min(parallelLayers, layers.length) }, async () => {
      while (this.#failure === undefined) {
        const layer = waiting.shift();
        if (layer === undefined) return;
        await this.#bring(layer, fetch, stop);
      }
    });
    void this.#settled().then(() => {
      // Those that nobody came to, because one before them failed.
      for (const { begun, done } of this.#transfers.values()) {
        begun.reject(this.#failure?.reason);
        done.reject(this.#failure?.reason);
      }
    });
  }

  arriving(digest: Digest): Promise<LayerSource['arriving']> { return this.#transfers.get(digest)?.begun.promise ?? Promise.resolve(undefined); }

  arrived(digest: Digest): Promise<void> { return this.#transfers.get(digest)?.done.promise ?? Promise.resolve(); }

  /** Settles when every layer is in the store. */
  async all(): Promise<void> {
    await Promise.all(this.#workers);
    await Promise.all(this.#stored);
  }

  stop(): void { this.#stop.abort(); }

  /** Stops what is under way, waits for its end, and closes the files. */
  async end(): Promise<void> {
    this.stop();
    await this.#settled();
    for (const { arrival } of this.#transfers.values()) arrival.fail();
    for (const reader of this.#readers) await reader.close();
  }

  async #settled(): Promise<void> {
    await Promise.allSettled(this.#workers);
    await Promise.allSettled(this.#stored);
  }

  /** Settles when the layer's bytes have come: while the disk writes the last of them, the next layer may use the line. */
  #bring(layer: RemoteBlob, fetch: Fetch, signal: AbortSignal): Promise<void> {
    const transfer = this.#transfers.get(layer.digest);
    if (transfer === undefined) return Promise.resolve();
    const received = Promise.withResolvers<void>();
    const stored = this.#store(layer, transfer, received.resolve, fetch, signal).finally(received.resolve);
    // `all` tells of it, and whoever waits for the layer.
    stored.catch(() => undefined);
    this.#stored.push(stored);
    return received.promise;
  }

  async #store(layer: RemoteBlob, { begun, done, arrival }: Transfer, received: () => void, fetch: Fetch, signal: AbortSignal): Promise<void> {
    const watch: IntakeWatch = {
      begun: async (open) => {
        const reader = await open();
        if (reader === undefined) return;
        this.#readers.push(reader);
        begun.resolve({ fd: reader.fd, arrival });
      },
      grown: (bytes) => { arrival.grownTo(bytes); },
      whole: () => {
        arrival.finish();
        received();
      },
    };
    try {
      await fetch(layer, watch, signal);
      // In the store from the beginning: there was nothing to follow.
      begun.resolve(undefined);
      done.resolve();
    } catch (error) {
      // The others end because of the first, and say so.
      const { reason } = (this.#failure ??= { reason: error });
      arrival.fail();
      begun.reject(reason);
      done.reject(reason);
      this.#stop.abort();
      throw reason;
    }
  }
}
