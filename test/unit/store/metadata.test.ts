import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Digest } from '../../../src/base/index.ts';
import type { ContainerChange, LayerRecord, MetadataWriter, SnapshotKey } from '../../../src/core/index.ts';
import { Database } from '../../../src/store/database.ts';
import { SqliteMetadata } from '../../../src/store/index.ts';
import { containerRecord, digestOf, idOf, imageRecord } from './records.ts';

const snapshotter = 'overlay';
let folder: string;
let store: SqliteMetadata;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'silo-metadata-'));
  store = await SqliteMetadata.open(join(folder, 'meta.db'));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Publishes a layer over another as an import does; the key under which it stands. */
const layer = (writer: MetadataWriter, name: string, parent: SnapshotKey | undefined, bootId = 'boot'): SnapshotKey => {
  const key = writer.allocateSnapshot(snapshotter, 'lease');
  const record: LayerRecord = { key, snapshotter, chainId: digestOf(`chain ${name}`), diffId: digestOf(`diff ${name}`), parent, sizeBytes: 10 };
  if (!writer.publishLayer(record, bootId)) throw new Error(`${name} was there already`);
  return key;
};

/** The writable snapshot of a container. */
const writable = (writer: MetadataWriter, containerId: string, parent: SnapshotKey | undefined): SnapshotKey => {
  const key = writer.allocateSnapshot(snapshotter, '');
  writer.assignSnapshot(key, containerId, parent);
  return key;
};

describe('containers in the store', () => {
  it('come back as they were put in', async () => {
    const full = containerRecord('full', {
      state: 'exited', snapshotKey: 7, startedAt: new Date(1), finishedAt: new Date(2), exitCode: 137, exitReason: 'Exited', oomKilled: true, startError: 'none', pid: 12, bootId: 'b', isolation: 'Process',
    });
    const bare = containerRecord('bare');
    await store.write((writer) => { for (const record of [full, bare]) writer.insertContainer(record); });
    store.read((reader) => {
      expect(reader.container(full.id)).toEqual({ ...full, position: 1 });
      expect(reader.containerByName('bare')).toEqual({ ...bare, position: 2 });
      expect(reader.container('full')).toBeUndefined();
    });
  });

  it('need somebody while they run, and after that only where they wait for a restart or want to be gone', async () => {
    const { spec, life } = containerRecord('any');
    const waiting = { ...life, restartAt: new Date(5) };
    await store.write((writer) => {
      for (const state of ['created', 'starting', 'running', 'paused', 'exited', 'removing'] as const) {
        writer.insertContainer(containerRecord(state, { state }));
        writer.insertContainer(containerRecord(`${state} waiting`, { state, life: waiting }));
        writer.insertContainer(containerRecord(`${state} automatic`, { state, spec: { ...spec, autoRemove: true } }));
      }
      // One whose text was damaged is no reason to look after nobody.
      writer.insertContainer(containerRecord('damaged', { state: 'exited' }));
    });
    const raw = new DatabaseSync(join(folder, 'meta.db'));
    raw.exec("UPDATE containers SET spec = '{', life = NULL WHERE name = 'damaged'");
    raw.close();
    const kinds = ['', ' waiting', ' automatic'];
    expect(store.read((reader) => reader.supervisedContainers()).map(({ name }) => name)).toEqual([
      ...['starting', 'running', 'paused'].flatMap((state) => kinds.map((kind) => `${state}${kind}`)), 'exited waiting', 'exited automatic',
    ]);
  });

  it('that need somebody are found without reading one that does not, however many there are', async () => {
    await store.write((writer) => {
      for (let number = 0; number < 2000; number += 1) writer.insertContainer(containerRecord(`ended ${number}`, { state: 'exited' }));
      writer.insertContainer(containerRecord('automatic', { state: 'exited', spec: { ...containerRecord('').spec, autoRemove: true } }));
    });
    const asked = vi.spyOn(Database.prototype, 'all');
    expect(store.read((reader) => reader.supervisedContainers()).map(({ name }) => name)).toEqual(['automatic']);
    const raw = new DatabaseSync(join(folder, 'meta.db'));
    const plan = raw.prepare(`EXPLAIN QUERY PLAN ${asked.mock.calls[0]?.[0] ?? ''}`).all().map(({ detail }) => String(detail)).filter((step) => /SCAN|SEARCH/.test(step));
    raw.close();
    expect(plan).toEqual(['SEARCH containers USING INDEX containers_state (state=?)', 'SEARCH containers USING INDEX containers_supervised (state=?)']);
  });

  it('change in the fields that are named, also to nothing, and in no others', async () => {
    const before = containerRecord('a', { startedAt: new Date(1), exitCode: 3, exitReason: 'Exited', oomKilled: true, startError: 'e', pid: 1, bootId: 'b', snapshotKey: 4 });
    const emptied: ContainerChange = { startedAt: undefined, exitCode: null, exitReason: undefined, oomKilled: false, startError: undefined, pid: undefined, bootId: undefined, snapshotKey: undefined };
    await store.write((writer) => {
      writer.insertContainer(before);
      writer.updateContainer(before.id, {});
      expect(writer.container(before.id)).toMatchObject(before);
      for (const [name, value] of Object.entries(emptied)) {
        writer.updateContainer(before.id, { [name]: value });
        const { [name as keyof ContainerChange]: kept, ...others } = { ...before };
        expect(kept).not.toEqual(value);
        expect(writer.container(before.id)).toMatchObject({ ...others, [name]: value });
        writer.updateContainer(before.id, { [name]: kept });
      }
      expect(writer.container(before.id)).toMatchObject(before);
      const moved: ContainerChange = { name: 'b', state: 'removing', isolation: 'HyperV', runtime: 'microvm', sandboxId: 's', manifestDigest: digestOf('other'), finishedAt: new Date(9) };
      writer.updateContainer(before.id, moved);
      expect(writer.container(before.id)).toMatchObject({ ...before, ...moved });
    });
  });

  it('have names of their own: who comes second is told whose name it is', async () => {
    await store.write((writer) => { writer.insertContainer(containerRecord('web')); });
    const second = store.write((writer) => { writer.insertContainer(containerRecord('web', { id: idOf('other') })); });
    await expect(second).rejects.toMatchObject({ code: 'ContainerNameInUse', args: { name: 'web', owner: idOf('web').slice(0, 12) } });
    expect(store.read((reader) => reader.containerCounts())).toEqual({ all: 1, running: 0 });
    await store.write((writer) => { writer.deleteContainer(idOf('web')); writer.insertContainer(containerRecord('web', { id: idOf('other') })); });
    expect(store.read((reader) => reader.containerByName('web')?.id)).toBe(idOf('other'));
  });

  it('are given in pages, in the order of their creation, with none lost or doubled while others come and go', () =>
    fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 9 }), fc.array(fc.nat(29), { maxLength: 5 }), async (count, limit, removed) => {
      const path = join(folder, `${Math.random()}.db`);
      const pages = await SqliteMetadata.open(path);
      const names = Array.from({ length: count }, (_, index) => `c${index}`);
      await pages.write((writer) => { for (const name of names) writer.insertContainer(containerRecord(name)); });
      await pages.write((writer) => { for (const index of removed) writer.deleteContainer(idOf(`c${index}`)); });
      const seen: string[] = [];
      for (let after = 0, page = 0; ; page++) {
        const found = pages.read((reader) => reader.containers({ after, limit }));
        expect(found.length).toBeLessThanOrEqual(limit);
        seen.push(...found.map(({ name }) => name));
        if (found.length < limit) break;
        after = found.at(-1)?.position ?? 0;
        // A container that is made meanwhile comes last, and so does not move the pages.
        if (page === 0) await pages.write((writer) => { writer.insertContainer(containerRecord('late')); writer.deleteContainer(found[0]?.id ?? ''); });
      }
      pages.close();
      const left = names.filter((name) => !removed.some((index) => name === `c${index}`));
      expect(seen.filter((name) => name !== 'late')).toEqual(left);
      expect(seen.filter((name) => name === 'late').length).toBeLessThanOrEqual(1);
    }), { numRuns: 25 }));

  it('are given by state, also in pages', async () => {
    const states = ['created', 'running', 'exited', 'running', 'paused', 'running'] as const;
    await store.write((writer) => { for (const [index, state] of states.entries()) writer.insertContainer(containerRecord(`c${index}`, { state })); });
    const names = (of: readonly ('running' | 'paused' | 'starting')[], after = 0, limit = 10): readonly string[] => store.read((reader) => reader.containers({ states: of, after, limit }).map(({ name }) => name));
    expect(names(['running'])).toEqual(['c1', 'c3', 'c5']);
    expect(names(['paused', 'running'])).toEqual(['c1', 'c3', 'c4', 'c5']);
    expect(names(['running'], 2, 1)).toEqual(['c3']);
    expect(names(['starting'])).toEqual([]);
    expect(names([])).toEqual([]);
    expect(store.read((reader) => reader.containerCounts())).toEqual({ all: 6, running: 4 });
  });

  it('are found by the beginning of an id, two at most', async () => {
    const ids = ['aaaa', 'aaab', 'aaac', 'aab'].map((start) => start.padEnd(64, '0'));
    await store.write((writer) => { for (const id of ids) writer.insertContainer(containerRecord(id, { id, name: `n${id}` })); });
    const found = (prefix: string): readonly string[] => store.read((reader) => reader.containerIdsByPrefix(prefix));
    expect(found('aaab')).toEqual([ids[1]]);
    expect(found('aaa').length).toBe(2);
    expect(found('aab')).toEqual([ids[3]]);
    expect(found('f')).toEqual([]);
    expect(found(ids[0] ?? '')).toEqual([ids[0]]);
  });

  it('whose record is damaged are named', async () => {
    await store.write((writer) => { writer.insertContainer(containerRecord('a')); });
    const raw = new DatabaseSync(join(folder, 'meta.db'));
    raw.exec("UPDATE containers SET spec = '{half'");
    raw.close();
    expect(() => store.read((reader) => reader.containerByName('a'))).toThrow(expect.objectContaining({ code: 'RecordInvalid', args: { kind: 'container', id: idOf('a') } }));
  });

  it('take their processes with them', async () => {
    const process = (id: string, containerId: string, startedAt: number) => ({ id, containerId, args: ['a', ''], user: '', startedAt: new Date(startedAt), exitedAt: undefined, exitCode: null, state: 'running' as const, pid: 5 });
    const [one, two, other] = [process('p1', idOf('a'), 2), process('p2', idOf('a'), 1), process('p1', idOf('b'), 1)];
    await store.write((writer) => {
      for (const name of ['a', 'b']) writer.insertContainer(containerRecord(name));
      for (const record of [one, two, other]) writer.putProcess(record);
    });
    expect(store.read((reader) => reader.processes(idOf('a')))).toEqual([two, one]);
    const ended = { ...one, state: 'exited' as const, exitCode: 0, exitedAt: new Date(3), pid: undefined };
    await store.write((writer) => { writer.putProcess(ended); });
    expect(store.read((reader) => reader.process(idOf('a'), 'p1'))).toEqual(ended);
    await store.write((writer) => { writer.deleteContainer(idOf('a')); });
    expect(store.read((reader) => [reader.processes(idOf('a')), reader.processes(idOf('b'))])).toEqual([[], [other]]);
  });
});

describe('a transaction', () => {
  it('that fails leaves nothing of itself', async () => {
    await expect(store.write((writer) => {
      writer.insertContainer(containerRecord('a'));
      writer.setSetting('isolation', 'Process');
      throw new Error('the body failed');
    })).rejects.toThrow('the body failed');
    expect(store.read((reader) => [reader.containerCounts().all, reader.setting('isolation')])).toEqual([0, undefined]);
    await store.write((writer) => { writer.insertContainer(containerRecord('a')); });
    expect(store.read((reader) => reader.containerCounts().all)).toBe(1);
  });

  it('that reads sees one state, whatever another engine writes meanwhile', async () => {
    const other = await SqliteMetadata.open(join(folder, 'meta.db'));
    await store.write((writer) => { writer.setSetting('a', '1'); });
    const pending: Promise<unknown>[] = [];
    const [before, after] = store.read((reader) => {
      const first = reader.setting('a');
      pending.push(other.write((writer) => { writer.setSetting('a', '2'); }));
      return [first, reader.setting('a')];
    });
    await Promise.all(pending);
    expect([before, after]).toEqual(['1', '1']);
    expect(store.read((reader) => reader.setting('a'))).toBe('2');
    other.close();
  });

  it('waits for that of another engine without blocking this one, and can be cancelled meanwhile', async () => {
    const blocker = new DatabaseSync(join(folder, 'meta.db'));
    blocker.exec('BEGIN IMMEDIATE');
    let ran = 0;
    const cancelled = new AbortController();
    const giving = store.write(() => undefined, cancelled.signal);
    const waiting = store.write((writer) => { ran += 1; writer.setSetting('a', 'mine'); });
    let turns = 0;
    const ticking = setInterval(() => { turns += 1; }, 1);
    // Other work goes on: a writer that blocked would let none of these turns come.
    await vi.waitUntil(() => turns >= 5, { timeout: 20_000, interval: 1 });
    expect(ran).toBe(0);
    cancelled.abort();
    await expect(giving).rejects.toMatchObject({ code: 'OperationCancelled' });
    blocker.exec('COMMIT');
    blocker.close();
    await waiting;
    clearInterval(ticking);
    expect([ran, store.read((reader) => reader.setting('a'))]).toEqual([1, 'mine']);
  });
});

describe('images in the store', () => {
  it('come back as they were put in, and move when their reference is set again', async () => {
    const first = imageRecord('b', { createdAt: new Date(5), chainId: digestOf('chain'), platform: { os: 'windows', architecture: 'amd64', osVersion: '10.0.20348.1' } });
    const second = imageRecord('b', { manifestDigest: digestOf('second'), configDigest: digestOf('c2'), layerCount: 3, storedBytes: 2 ** 40 });
    await store.write((writer) => { writer.putImage(first); writer.putImage(imageRecord('a')); });
    expect(store.read((reader) => reader.images())).toEqual([imageRecord('a'), first]);
    await store.write((writer) => { writer.putImage(second); });
    expect(store.read((reader) => [reader.image('b'), reader.imagesByManifest(digestOf('manifest'))])).toEqual([second, [imageRecord('a')]]);
    await store.write((writer) => { writer.deleteImage('b'); });
    expect(store.read((reader) => reader.image('b'))).toBeUndefined();
  });
});

describe('chains of layers', () => {
  it('are told top first, as deep as they are, without the snapshot itself', async () => {
    const keys = await store.write((writer) => {
      const chain: SnapshotKey[] = [];
      for (let depth = 0; depth < 150; depth++) chain.push(layer(writer, String(depth), chain.at(-1)));
      return [...chain, writable(writer, idOf('a'), chain.at(-1))];
    });
    const [top = 0, ...below] = keys.toReversed();
    expect(store.read((reader) => reader.chainBelow(top))).toEqual(below);
    expect(store.read((reader) => reader.chainBelow(keys[0] ?? 0))).toEqual([]);
    expect(store.read((reader) => reader.chainBelow(12_345))).toEqual([]);
  });

  it('have each chain id once for each snapshotter: the second to publish is told', async () => {
    await store.write((writer) => {
      const key = layer(writer, 'a', undefined);
      const again = writer.allocateSnapshot(snapshotter, 'lease');
      const record = { key: again, snapshotter, chainId: digestOf('chain a'), diffId: digestOf('diff a'), parent: undefined, sizeBytes: 10 };
      expect(writer.publishLayer(record, 'boot')).toBe(false);
      expect(writer.layer(snapshotter, digestOf('chain a'))?.key).toBe(key);
      expect(writer.leasedSnapshots('lease')).toEqual([again]);
      const elsewhere = writer.allocateSnapshot('wclayer', 'lease');
      expect(writer.publishLayer({ ...record, key: elsewhere, snapshotter: 'wclayer' }, 'boot')).toBe(true);
    });
  });

  it('never get the key of a snapshot that was deleted', async () => {
    await store.write((writer) => {
      const key = writer.allocateSnapshot(snapshotter, 'lease');
      writer.deleteSnapshot(key);
      expect(writer.allocateSnapshot(snapshotter, 'lease')).toBeGreaterThan(key);
    });
  });
});

describe('the garbage collector', () => {
  const sweep = (known: readonly Digest[] = []) => store.write((writer) => {
    const garbage = writer.collectGarbage(known);
    for (const key of garbage.snapshots) writer.deleteSnapshot(key);
    return garbage;
  });

  it('keeps layers that an image or a container stands on, shared or not, and sweeps the others', async () => {
    const keys = await store.write((writer) => {
      const base = layer(writer, 'base', undefined);
      const [left, right, dead] = [layer(writer, 'left', base), layer(writer, 'right', base), layer(writer, 'dead', base)];
      const deadTop = layer(writer, 'dead top', dead);
      writer.putImage(imageRecord('left', { chainId: digestOf('chain left') }));
      writer.insertContainer(containerRecord('c'));
      const own = writable(writer, idOf('c'), right);
      return { base, left, right, dead, deadTop, own };
    });
    expect(new Set((await sweep()).snapshots)).toEqual(new Set([keys.dead, keys.deadTop]));
    expect(new Set(store.read((reader) => reader.snapshotKeys(snapshotter)))).toEqual(new Set([keys.base, keys.left, keys.right, keys.own]));
    await store.write((writer) => { writer.deleteImage('left'); writer.deleteSnapshot(keys.own); writer.deleteContainer(idOf('c')); });
    expect(new Set((await sweep()).snapshots)).toEqual(new Set([keys.base, keys.left, keys.right]));
    expect((await sweep()).snapshots).toEqual([]);
  });

  it('keeps blobs that an image, a container or a lease reaches, over any number of steps', async () => {
    const [index, manifest, config, shared, other, leased, leasedChild, dead] = ['index', 'manifest', 'config', 'shared', 'other', 'leased', 'leased child', 'dead'].map(digestOf) as [Digest, Digest, Digest, Digest, Digest, Digest, Digest, Digest];
    await store.write((writer) => {
      writer.setBlobReferences(index, [manifest]);
      writer.setBlobReferences(manifest, [config, shared]);
      writer.setBlobReferences(other, [shared]);
      writer.setBlobReferences(leased, [leasedChild]);
      writer.setBlobReferences(dead, [shared, dead]);
      writer.putImage(imageRecord('a', { manifestDigest: index }));
      writer.insertContainer(containerRecord('c', { manifestDigest: other }));
      writer.addLease('l');
      writer.leaseBlob('l', leased);
      writer.leaseBlob('l', leased);
    });
    const all = [index, manifest, config, shared, other, leased, leasedChild, dead];
    expect((await sweep(all)).blobs).toEqual([dead]);
    await store.write((writer) => { writer.deleteImage('a'); });
    expect((await sweep(all)).blobs).toEqual([index, manifest, config, dead]);
    await store.write((writer) => { writer.deleteContainer(idOf('c')); writer.deleteLease('l'); });
    expect((await sweep(all)).blobs).toEqual(all);
  });

  it('agrees with a plain walk over random images, containers and leases', () =>
    fc.assert(fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 25 }), fc.uniqueArray(fc.nat(9), { maxLength: 3 }), fc.uniqueArray(fc.nat(9), { maxLength: 3 }), fc.uniqueArray(fc.nat(9), { maxLength: 3 }),
      async (edges, images, containers, leases) => {
        const random = await SqliteMetadata.open(join(folder, `${Math.random()}.db`));
        const name = (node: number): Digest => digestOf(`node ${node}`);
        const garbage = await random.write((writer) => {
          for (const [parent, child] of edges) writer.setBlobReferences(name(parent), [name(child)]);
          for (const node of images) writer.putImage(imageRecord(`i${node}`, { manifestDigest: name(node) }));
          for (const node of containers) writer.insertContainer(containerRecord(`c${node}`, { manifestDigest: name(node) }));
          writer.addLease('l');
          for (const node of leases) writer.leaseBlob('l', name(node));
          return writer.collectGarbage(Array.from({ length: 10 }, (_, node) => name(node)));
        });
        random.close();
        const reached = new Set([...images, ...containers, ...leases]);
        for (let size = -1; size < reached.size;) {
          size = reached.size;
          for (const [parent, child] of edges) if (reached.has(parent)) reached.add(child);
        }
        expect(garbage.blobs).toEqual(Array.from({ length: 10 }, (_, node) => node).filter((node) => !reached.has(node)).map(name));
      }), { numRuns: 30 }));

  it('tells of layers that were marked and not deleted again, and nobody finds them meanwhile', async () => {
    const key = await store.write((writer) => layer(writer, 'doomed', undefined));
    const mark = () => store.write((writer) => writer.collectGarbage([]));
    expect((await mark()).snapshots).toEqual([key]);
    expect(store.read((reader) => [reader.layer(snapshotter, digestOf('chain doomed')), reader.layers(), reader.leasedSnapshots('')])).toEqual([undefined, [], [key]]);
    expect(store.read((reader) => reader.snapshotKeys(snapshotter))).toEqual([key]);
    expect((await mark()).snapshots).toEqual([key]);
    await store.write((writer) => { writer.deleteSnapshot(key); });
    expect((await mark()).snapshots).toEqual([]);
  });

  it('leaves snapshots alone that are still being made', async () => {
    const key = await store.write((writer) => { writer.addLease('l'); return writer.allocateSnapshot(snapshotter, 'l'); });
    expect((await sweep()).snapshots).toEqual([]);
    expect(store.read((reader) => reader.leasedSnapshots('l'))).toEqual([key]);
  });
});

describe('leases', () => {
  it('take the rows of their unfinished snapshots with them, and leave what was finished', async () => {
    await store.write((writer) => {
      writer.addLease('l');
      writer.addLease('other');
      const [unfinished, finished, foreign] = [writer.allocateSnapshot(snapshotter, 'l'), writer.allocateSnapshot(snapshotter, 'l'), writer.allocateSnapshot(snapshotter, 'other')];
      writer.publishLayer({ key: finished, snapshotter, chainId: digestOf('c'), diffId: digestOf('d'), parent: undefined, sizeBytes: 1 }, 'boot');
      expect(writer.leasedSnapshots('l')).toEqual([unfinished]);
      writer.deleteLease('l');
      expect(writer.snapshotKeys(snapshotter)).toEqual([finished, foreign]);
      expect(writer.leases().map(({ id }) => id)).toEqual(['other']);
    });
  });
});

describe('layers that were never written through', () => {
  it('go after another boot, with all above them, but for those under a container', async () => {
    const keys = await store.write((writer) => {
      const safe = layer(writer, 'safe', undefined, 'old');
      writer.markLayersSynced([safe]);
      const doubtful = layer(writer, 'doubtful', safe, 'old');
      const above = layer(writer, 'above', doubtful, 'new');
      const used = layer(writer, 'used', safe, 'old');
      const usedBelow = layer(writer, 'used below', used, 'old');
      const own = writable(writer, idOf('c'), usedBelow);
      const fresh = layer(writer, 'fresh', safe, 'new');
      return { safe, doubtful, above, used, usedBelow, own, fresh };
    });
    expect(new Set(store.read((reader) => reader.unsyncedLayers()))).toEqual(new Set([keys.doubtful, keys.above, keys.used, keys.usedBelow, keys.fresh]));
    const dropped = await store.write((writer) => writer.dropUnsyncedLayers('new'));
    expect(new Set(dropped)).toEqual(new Set([keys.doubtful, keys.above]));
    expect(new Set(store.read((reader) => reader.snapshotKeys(snapshotter)))).toEqual(new Set([keys.safe, keys.used, keys.usedBelow, keys.own, keys.fresh]));
    await store.write((writer) => { writer.markLayersSynced([keys.used, keys.usedBelow, keys.fresh]); });
    expect(store.read((reader) => reader.unsyncedLayers())).toEqual([]);
    expect(await store.write((writer) => writer.dropUnsyncedLayers('newer'))).toEqual([]);
  });
});

describe('events', () => {
  const append = (writer: MetadataWriter, subject: string, kind = 'container/exit'): void => { writer.appendEvent({ time: new Date(1), kind, subject, attributes: [{ name: 'n', value: 'v' }] }); };

  it('are numbered, kept in order, and read on from a number', async () => {
    await store.write((writer) => { for (const subject of ['a', 'b', 'c']) append(writer, subject); append(writer, 'a', 'container/start'); });
    store.read((reader) => {
      expect(reader.events({ afterSeq: 0, limit: 2 }).map(({ seq, subject }) => [seq, subject])).toEqual([[1, 'a'], [2, 'b']]);
      expect(reader.events({ afterSeq: 2, limit: 10 }).map(({ seq }) => seq)).toEqual([3, 4]);
      expect(reader.lastEvent('container/exit', 'a')).toEqual({ seq: 1, time: new Date(1), kind: 'container/exit', subject: 'a', attributes: [{ name: 'n', value: 'v' }] });
      expect(reader.lastEvent('container/exit', 'z')).toBeUndefined();
    });
  });

  it('belong to the transaction of the change that they tell', async () => {
    await expect(store.write((writer) => { append(writer, 'a'); throw new Error('no'); })).rejects.toThrow('no');
    expect(store.read((reader) => reader.events({ afterSeq: 0, limit: 10 }))).toEqual([]);
  });

  it('are forgotten, the oldest first, beyond some ten thousands, and never renumbered', async () => {
    const all = 25_000;
    await store.write((writer) => { for (let count = 0; count < all; count++) append(writer, 'a'); });
    const kept = store.read((reader) => reader.events({ afterSeq: 0, limit: all }));
    expect(kept.length).toBe(20_000);
    expect([kept[0]?.seq, kept.at(-1)?.seq]).toEqual([all - kept.length + 1, all]);
  });
});

describe('volumes and settings', () => {
  it('are remembered', async () => {
    await store.write((writer) => {
      writer.putVolume({ id: 'v1', containerId: 'a', labels: [{ name: 'l', value: 'v1' }], createdAt: new Date(5) });
      writer.putVolume({ id: 'v2', containerId: 'a', labels: [{ name: 'l', value: 'v2' }], createdAt: new Date(5) });
      writer.putVolume({ id: 'v3', containerId: 'b', labels: [{ name: 'l', value: 'v3' }], createdAt: new Date(5) });
      writer.setSetting('isolation', 'Auto');
      writer.setSetting('isolation', 'Process');
      writer.deleteVolume('v2');
    });
    store.read((reader) => {
      expect(reader.volume('v3') ?? reader.volume('v1')).toMatchObject({ labels: [{ name: 'l' }], createdAt: new Date(5) });
      expect([reader.volumesOf('a'), reader.volumesOf('b'), reader.volumeIds()]).toEqual([['v1'], ['v3'], ['v1', 'v3']]);
      expect([reader.setting('isolation'), reader.setting('other')]).toEqual(['Process', undefined]);
    });
  });
});
