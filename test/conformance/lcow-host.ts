import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DiffOptions, LayerSource, SnapshotKey, Snapshotter, SnapshotStorage } from '../../src/core/index.ts';
import { LcowSnapshotter } from '../../src/snapshot/lcow/index.ts';
import { whyNoLoops } from '../fixtures/loop-devices.ts';
import { whyNoSimulatedLayers, type simulatedStorage } from './wclayer-host.ts';
import type { SnapshotterFixture } from './snapshotter.suite.ts';

export const whyNoMachineDisks = (): string | undefined => whyNoSimulatedLayers() ?? whyNoLoops();

interface View { readonly folder: string; readonly mounts: string[] }

/** What a machine would mount, on this host: layers and scratch by the kernel, the one laid over the others as the guest's agent does it. */
class Views {
  readonly #folder: string;
  readonly #views = new Map<string, View>();
  #count = 0;

  constructor(folder: string) { this.#folder = folder; }

  show({ layers, scratchPath }: SnapshotStorage, target: string): void {
    if (this.#views.has(target)) return;
    const view: View = { folder: join(this.#folder, String(this.#count++)), mounts: [] };
    this.#views.set(target, view);
    const mount = (name: string, ...args: readonly string[]): void => {
      const place = name.startsWith('/') ? name : join(view.folder, name);
      mkdirSync(place, { recursive: true });
      execFileSync('mount', [...args, place], { cwd: view.folder, stdio: 'pipe' });
      view.mounts.push(place);
    };
    mkdirSync(view.folder, { recursive: true });
    for (const [index, { path }] of layers.entries()) mount(`l${index}`, '-o', 'loop,ro', path);
    // Where the simulator keeps what is written to a disk.
    const contents = readdirSync(dirname(scratchPath)).find((name) => name.endsWith('.contents') && existsSync(join(dirname(scratchPath), name, 'sectors')));
    mount('s', '-o', 'loop', join(dirname(scratchPath), contents ?? '', 'sectors'));
    for (const name of ['upper', 'work']) mkdirSync(join(view.folder, 's', name), { recursive: true });
    mount(target, '-t', 'overlay', 'overlay', '-o', `lowerdir=${layers.map((_, index) => `l${index}`).join(':')},upperdir=s/upper,workdir=s/work,redirect_dir=off,metacopy=off`);
  }

  hide(target: string): void {
    const view = this.#views.get(target);
    this.#views.delete(target);
    for (const place of view?.mounts.reverse() ?? []) execFileSync('umount', [place], { stdio: 'pipe' });
    if (view !== undefined) rmSync(view.folder, { recursive: true, force: true });
  }

  /** Everything that was written is on the disks. */
  settle(): void { for (const { folder } of this.#views.values()) execFileSync('sync', ['-f', join(folder, 's')], { stdio: 'pipe' }); }
}

/** The snapshotter with eyes: what it gives a machine is shown where it would show nothing. */
class ShownSnapshotter implements Snapshotter {
  readonly name = 'lcow';
  readonly #inner: LcowSnapshotter;
  readonly #views: Views;

  constructor(inner: LcowSnapshotter, views: Views) {
    this.#inner = inner;
    this.#views = views;
  }

  async mount(key: SnapshotKey, chain: readonly SnapshotKey[], target: string): Promise<SnapshotStorage> {
    const storage = await this.#inner.mount(key, chain, target);
    this.#views.show(storage, await realpath(target));
    return storage;
  }

  async unmount(target: string): Promise<void> {
    this.#views.hide(await realpath(target).catch(() => target));
    await this.#inner.unmount();
  }

  diff(key: SnapshotKey, chain: readonly SnapshotKey[], options?: DiffOptions): AsyncIterable<Uint8Array> {
    this.#views.settle();
    return this.#inner.diff(key, chain, options);
  }

  applyLayer(key: SnapshotKey, chain: readonly SnapshotKey[], source: LayerSource): ReturnType<Snapshotter['applyLayer']> { return this.#inner.applyLayer(key, chain, source); }
  prepare(key: SnapshotKey): Promise<void> { return this.#inner.prepare(key); }
  usage(key: SnapshotKey): ReturnType<Snapshotter['usage']> { return this.#inner.usage(key); }
  remove(key: SnapshotKey): Promise<void> { return this.#inner.remove(key); }
  list(): Promise<readonly SnapshotKey[]> { return this.#inner.list(); }
  sync(): Promise<void> { return this.#inner.sync(); }
}

export const makeLcow = (storage: ReturnType<typeof simulatedStorage>) => async (): Promise<SnapshotterFixture> => {
  const root = await mkdtemp(join(tmpdir(), 'silo-lcow-'));
  const folder = join(root, 'work');
  await mkdir(folder);
  const views = new Views(join(root, 'views'));
  const { virtDisk, kernel } = storage.libraries();
  const make = (): Snapshotter => new ShownSnapshotter(new LcowSnapshotter(root, { libraries: { virtDisk, kernel } }), views);
  return {
    snapshotter: make(),
    another: make(),
    folder,
    dispose: async () => {
      await storage.expectNothingHeld();
      await rm(root, { recursive: true, force: true });
    },
  };
};
