import { SiloError, type Digest } from '../base/index.ts';
import { ContainedFolder, type BuildArguments, type ContentDigests, type Dockerfile, type SourceTree } from '../build/index.ts';
import type { BuildCacheEntry, ContainerPaths, LogLine, SnapshotKey, SnapshotStorage } from '../core/index.ts';
import { chainIds, packLayer, type ArchiveLayer, type ImageLayer } from '../image/index.ts';
import type { StepNetwork } from './build-network.ts';
import { lockName } from './container-lock.ts';
import type { IsolationTechnology, Ports } from './ports.ts';
import type { LineSink } from './run-container.ts';

/** A stack of layers that steps stand on. */
export interface BuildChain {
  /** Top layer first. */
  readonly keys: readonly SnapshotKey[];
  readonly layers: readonly ImageLayer[];
  /** Chain id of the top layer; undefined for an empty root. */
  readonly chainId: Digest | undefined;
}

export const emptyChain: BuildChain = { keys: [], layers: [], chainId: undefined };

/** A root that is mounted for the time of a step. */
export interface StepRoot {
  /** Id of the task that may run in it; its lock is held. */
  readonly id: string;
  readonly key: SnapshotKey;
  readonly paths: ContainerPaths;
  readonly storage: SnapshotStorage | undefined;
  readonly folder: ContainedFolder;
}

/** Steps that run, copy or pack at once. */
const parallelSteps = 2;

export interface SessionOptions {
  readonly ports: Ports;
  readonly technology: IsolationTechnology;
  readonly leaseId: string;
  readonly file: Dockerfile;
  readonly args: BuildArguments;
  readonly context: SourceTree;
  readonly secrets: ReadonlyMap<string, string>;
  readonly noCache: boolean;
  /** Of a RUN that asks for none by itself. */
  readonly network: StepNetwork;
  /** Seconds since 1970; undefined where nobody asked for a time. */
  readonly epoch: number | undefined;
  readonly sink: LineSink | undefined;
  readonly onStep: (title: string, done: number) => void;
  readonly signal: AbortSignal;
}

/** What all stages of one build share: the store's side of a step, its output, and how much goes on at once. */
export class BuildSession {
  readonly ports: Ports;
  readonly technology: IsolationTechnology;
  readonly leaseId: string;
  readonly file: Dockerfile;
  readonly args: BuildArguments;
  readonly context: SourceTree;
  readonly secrets: ReadonlyMap<string, string>;
  readonly network: StepNetwork;
  readonly epoch: number | undefined;
  readonly signal: AbortSignal;
  readonly digests: ContentDigests = new Map();
  readonly startedAt: Date;
  readonly #noCache: boolean;
  readonly #sink: LineSink | undefined;
  readonly #onStep: SessionOptions['onStep'];
  readonly #waiting: (() => void)[] = [];
  readonly #usedKeys = new Set<string>();
  readonly #configEntries: BuildCacheEntry[] = [];
  #running = 0;
  #output: Promise<void> = Promise.resolve();
  #steps = 0;
  #cachedSteps = 0;

  constructor(options: SessionOptions) {
    this.ports = options.ports;
    this.technology = options.technology;
    this.leaseId = options.leaseId;
    this.file = options.file;
    this.args = options.args;
    this.context = options.context;
    this.secrets = options.secrets;
    this.network = options.network;
    this.epoch = options.epoch;
    this.signal = options.signal;
    this.startedAt = this.ports.clock.now();
    this.#noCache = options.noCache;
    this.#sink = options.sink;
    this.#onStep = options.onStep;
  }

  get steps(): number { return this.#steps; }
  get cachedSteps(): number { return this.#cachedSteps; }
  get times(): { readonly now: number; readonly latest: number | undefined } { return { now: this.epoch ?? Math.floor(this.startedAt.getTime() / 1000), latest: this.epoch }; }

  /** Hands lines on in their order; several stages write at once. */
  write(lines: readonly LogLine[]): Promise<void> {
    const sink = this.#sink;
    if (sink === undefined) return Promise.resolve();
    const sent = this.#output.then(() => sink(lines));
    this.#output = sent.catch(() => undefined);
    return sent;
  }

  tell(text: string): Promise<void> { return this.write([{ time: this.ports.clock.now(), stream: 'stderr', text }]); }

  /** Tells of a step when it is clear whether it must be done. */
  async begin(title: string, cached: boolean): Promise<void> {
    if (this.signal.aborted) throw new SiloError('OperationCancelled');
    this.#steps += 1;
    if (cached) this.#cachedSteps += 1;
    this.#onStep(title, this.#steps);
    await this.tell(cached ? `CACHED ${title}` : title);
  }

  /** Waits for one of the places in which work is done. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= parallelSteps) await new Promise<void>((resolve) => { this.#waiting.push(resolve); });
    else this.#running += 1;
    try {
      if (this.signal.aborted) throw new SiloError('OperationCancelled');
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  /** What a step made before, if all of it is still there. No engine sweeps the store while this one holds its lease. */
  async cached(key: string): Promise<BuildCacheEntry | undefined> {
    if (this.#noCache) return undefined;
    const entry = this.ports.metadata.read((reader) => reader.buildCacheEntry(key));
    if (entry === undefined || (entry.layer !== undefined && (await this.ports.content.stat(entry.layer.digest)) === undefined)) return undefined;
    this.#usedKeys.add(key);
    return entry;
  }

  /** Remembers a step that changed the configuration alone; it is written down with the image. */
  rememberConfig(key: string): void { this.#configEntries.push({ key, layer: undefined, createdAt: this.startedAt, usedAt: this.startedAt }); }

  async writeDown(): Promise<void> {
    await this.ports.metadata.write((writer) => {
      for (const entry of this.#configEntries) writer.putBuildCacheEntry(entry);
      writer.markBuildCacheUsed([...this.#usedKeys], this.ports.clock.now());
    }, this.signal);
  }

  /** Stores the tar of a layer. Undefined where `worthKeeping` says that nothing changed. */
  pack(pieces: AsyncIterable<Uint8Array>, worthKeeping: () => boolean): Promise<ArchiveLayer | undefined> {
    return packLayer(this.ports.content, pieces, {
      onBlob: (digest) => this.ports.metadata.writeLightly((writer) => { writer.leaseBlob(this.leaseId, digest); }, this.signal),
      worthKeeping,
      signal: this.signal,
    });
  }

  /** Puts a layer on a chain, unpacked where no image had it yet, and remembers it under the keys. */
  async stack(chain: BuildChain, layer: ArchiveLayer | undefined, keys: readonly string[], createdAt: Date): Promise<BuildChain> {
    if (layer === undefined) {
      await this.ports.metadata.write((writer) => { for (const key of keys) writer.putBuildCacheEntry({ key, layer: undefined, createdAt, usedAt: createdAt }); }, this.signal);
      return chain;
    }
    const { metadata, host, content } = this.ports;
    const { snapshotter } = this.technology;
    const chainId = chainIds([...chain.layers.map(({ diffId }) => diffId), layer.diffId]).at(-1) as Digest;
    const entry = { layer: { digest: layer.digest, diffId: layer.diffId, chainId, mediaType: layer.mediaType, sizeBytes: layer.sizeBytes }, createdAt, usedAt: createdAt };
    let found = metadata.read((reader) => reader.layer(snapshotter.name, chainId));
    if (found === undefined) {
      const key = await this.allocate();
      const applied = await snapshotter.applyLayer(key, chain.keys, { path: await content.path(layer.digest), mediaType: layer.mediaType, diffId: layer.diffId, signal: this.signal });
      const record = { key, snapshotter: snapshotter.name, chainId, diffId: layer.diffId, parent: chain.keys[0], sizeBytes: applied.sizeBytes };
      found = await metadata.write((writer) => {
        for (const name of keys) writer.putBuildCacheEntry({ key: name, ...entry });
        // Another engine may have made the same layer meanwhile: its own stays, and this one goes with the lease.
        return writer.publishLayer(record, host.bootId) ? record : writer.layer(snapshotter.name, chainId);
      });
      if (found === undefined) throw new SiloError('SnapshotNotFound', { args: { key } });
    } else if (keys.length > 0) {
      await metadata.write((writer) => { for (const name of keys) writer.putBuildCacheEntry({ key: name, ...entry }); }, this.signal);
    }
    return { keys: [found.key, ...chain.keys], layers: [...chain.layers, { ...layer, urls: [] }], chainId };
  }

  allocate(): Promise<SnapshotKey> {
    const { snapshotter } = this.technology;
    return this.ports.metadata.write((writer) => writer.allocateSnapshot(snapshotter.name, this.leaseId), this.signal);
  }

  /**
   * Mounts a scratch space over a chain for the time of `body`. It has the id and the lock of a container
   * without a record: what an engine that is killed leaves of it is taken away by the repair of the next one.
   */
  async withRoot<T>(keys: readonly SnapshotKey[], network: StepNetwork, body: (root: StepRoot) => Promise<T>): Promise<T> {
    const { files, locks, newId } = this.ports;
    const { snapshotter } = this.technology;
    const id = newId();
    const lock = await locks.acquire(lockName(id));
    try {
      const key = await this.allocate();
      const { rootPath } = files.paths(id);
      try {
        const paths = await files.prepare(id, { hostName: buildHostName, nameService: { servers: [], search: [], fromHost: network !== 'none', withoutLoopback: network === 'networks' }, hostLines: [] });
        await snapshotter.prepare(key);
        const storage = await snapshotter.mount(key, keys, rootPath);
        return await body({ id, key, paths, storage, folder: new ContainedFolder(rootPath) });
      } finally {
        await snapshotter.unmount(rootPath);
        await files.remove(id);
        await snapshotter.remove(key);
      }
    } finally {
      await locks.forget(lockName(id));
      await lock.release();
    }
  }
}

/** The same in every build: it is seen by what runs, and must not make a difference. */
export const buildHostName = 'silo-build';
