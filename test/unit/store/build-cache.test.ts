import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BuildCacheEntry, SnapshotKey } from '../../../src/core/index.ts';
import { SqliteMetadata } from '../../../src/store/index.ts';
import { temporaryFolders } from '../../fixtures/temporary-folder.ts';
import { digestOf, idOf } from './records.ts';

const folders = temporaryFolders();
let store: SqliteMetadata;
beforeEach(async () => { store = await SqliteMetadata.open(join(folders.make(), 'meta.db')); });
afterEach(() => { store.close(); });

const at = (second: number): Date => new Date(second * 1000);

const entry = (name: string, second: number, layered = true): BuildCacheEntry => ({
  key: idOf(name),
  layer: layered ? { digest: digestOf(`blob ${name}`), diffId: digestOf(`diff ${name}`), chainId: digestOf(`chain ${name}`), mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', sizeBytes: 5 } : undefined,
  createdAt: at(second),
  usedAt: at(second),
});

describe('the cache of builds', () => {
  it('comes back as it was put in, what was not used for longest first', async () => {
    await store.write((writer) => {
      writer.putBuildCacheEntry(entry('new', 20));
      writer.putBuildCacheEntry(entry('old', 10, false));
    });
    expect(store.read((reader) => [reader.buildCacheEntry(idOf('new')), reader.buildCacheEntry(idOf('old')), reader.buildCacheEntry(idOf('none'))])).toEqual([entry('new', 20), entry('old', 10, false), undefined]);
    await store.write((writer) => { writer.markBuildCacheUsed([idOf('old'), idOf('none')], at(30)); });
    expect(store.read((reader) => reader.buildCacheEntries()).map(({ key, usedAt }) => [key, usedAt])).toEqual([[idOf('new'), at(20)], [idOf('old'), at(30)]]);
    await store.write((writer) => { writer.putBuildCacheEntry(entry('new', 40)); });
    expect(store.read((reader) => reader.buildCacheEntry(idOf('new')))).toEqual(entry('new', 40));
  });

  it('keeps its layers with all below them, and their blobs, until it is asked to let go', async () => {
    const key = await store.write((writer) => {
      let parent: SnapshotKey | undefined;
      for (const name of ['below', 'cached', 'above']) {
        const next = writer.allocateSnapshot('overlay', 'lease');
        writer.publishLayer({ key: next, snapshotter: 'overlay', chainId: digestOf(`chain ${name}`), diffId: digestOf(`diff ${name}`), parent, sizeBytes: 1 }, 'boot');
        parent = next;
      }
      writer.putBuildCacheEntry(entry('cached', 1));
      return parent ?? 0;
    });
    const blobs = [digestOf('blob cached'), digestOf('blob above')];
    expect(await store.write((writer) => writer.collectGarbage(blobs))).toMatchObject({ blobs: [digestOf('blob above')], snapshots: [key] });
    await store.write((writer) => { writer.deleteBuildCacheEntry(idOf('cached')); });
    const rest = await store.write((writer) => writer.collectGarbage(blobs));
    expect(rest.blobs).toEqual(blobs);
    expect(rest.snapshots).toEqual(expect.arrayContaining([key - 2, key - 1]));
  });
});
