import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { digestParts } from '../../../src/base/index.ts';
import { FileContentStore } from '../../../src/store/index.ts';
import { sha256, storeBytes } from '../../conformance/content-store.suite.ts';
import { killChild, startChild } from '../../fixtures/child-engine.ts';
import { expectError } from '../../fixtures/expect-error.ts';
import { mountSmallDisk } from '../../fixtures/small-disk.ts';
import { skipReason, temporaryFolders, whyNoMounts } from '../../fixtures/temporary-folder.ts';
import { fileLocking } from '../../fixtures/file-locking.ts';

const folders = temporaryFolders();
const ingestNames = (root: string): string[] => (existsSync(join(root, 'blobs/ingest')) ? readdirSync(join(root, 'blobs/ingest')) : []);

describe('a large blob', () => {
  const mebibyte = 1024 * 1024;

  it('is begun with by the disk while it comes, and not closed before that is told', async () => {
    const asked: (readonly [offset: number, length: number])[] = [];
    const told: PromiseWithResolvers<void>[] = [];
    const store = new FileContentStore(folders.make(), fileLocking, (_fd, offset, length) => {
      asked.push([offset, length]);
      const turn = Promise.withResolvers<void>();
      told.push(turn);
      return turn.promise;
    });
    const writer = await store.ingest();
    const write = async (mebibytes: number): Promise<void> => { for (let count = 0; count < mebibytes; count += 1) await writer.write(Buffer.alloc(mebibyte, asked.length)); };
    await write(7);
    expect(asked).toEqual([]);
    await write(12);
    // One at a time: what came meanwhile is told with the next.
    expect(asked).toEqual([[0, 8 * mebibyte]]);
    told[0]?.resolve();
    await delay(1);
    await write(1);
    expect(asked).toEqual([[0, 8 * mebibyte], [8 * mebibyte, 12 * mebibyte]]);
    let committed = false;
    const commit = writer.commit().then((info) => { committed = true; return info; });
    await delay(50);
    expect(committed).toBe(false);
    // A hint that fails is none.
    told[1]?.reject(new Error('ENOSYS'));
    expect(await commit).toMatchObject({ sizeBytes: 20 * mebibyte });
    expect((await store.readAll((await commit).digest, 20 * mebibyte)).length).toBe(20 * mebibyte);
  });

  it('is stored beside others that come at once', async () => {
    const store = new FileContentStore(folders.make(), fileLocking);
    const one = Buffer.alloc(9 * mebibyte, 'one');
    const two = Buffer.alloc(9 * mebibyte, 'two');
    const digests = await Promise.all([one, two, one, Buffer.from('small')].map((content) => storeBytes(store, content)));
    expect(digests).toEqual([one, two, one, Buffer.from('small')].map(sha256));
  });
});

describe('the content store on the disk', () => {
  it('lays blobs out as an OCI image layout does', async () => {
    const root = folders.make();
    const digest = await storeBytes(new FileContentStore(root, fileLocking), Buffer.from('x'));
    expect(readdirSync(join(root, 'blobs/sha256'))).toEqual([digestParts(digest).hex]);
    // Windows keeps other users out by the access list of the state root.
    if (process.platform !== 'win32') expect(statSync(join(root, 'blobs')).mode & 0o777).toBe(0o700);
  });

  it('removes what a killed engine was writing, and nothing that is being written', async () => {
    const root = folders.make();
    const store = new FileContentStore(root, fileLocking);
    const mine = await store.ingest();
    const child = await startChild('ingest', root);
    expect(ingestNames(root)).toHaveLength(2);
    expect(await store.repair()).toBe(0);
    await killChild(child);
    expect(await store.repair()).toBe(1);
    expect(ingestNames(root)).toHaveLength(1);
    await mine.commit();
    expect(ingestNames(root)).toEqual([]);
  });

  it('has whole content only, while engines that write the same are killed at any moment', async () => {
    const root = folders.make();
    const store = new FileContentStore(root, fileLocking);
    for (let round = 0; round < 6; round += 1) {
      const children = await Promise.all([startChild('ingest-many', root, 'same'), startChild('ingest-many', root, 'same')]);
      await delay(30 + round * 20);
      await store.repair();
      await Promise.all(children.map(killChild));
    }
    let seen = 0;
    for await (const { digest } of store.list()) {
      expect(sha256(await store.readAll(digest, 1_000_000))).toBe(digest);
      seen += 1;
    }
    expect(seen).toBeGreaterThan(0);
    await store.repair();
    expect(ingestNames(root)).toEqual([]);
  });

  it('survives a repair by another engine at every moment of a write', async () => {
    const root = folders.make();
    const [store, other] = [new FileContentStore(root, fileLocking), new FileContentStore(root, fileLocking)];
    let writing = true;
    const repairing = (async () => {
      while (writing) {
        // It may meet a file that is not locked yet; its writer then takes another.
        await other.repair();
        await delay(0);
      }
    })();
    for (let round = 0; round < 60; round += 1) {
      const bytes = randomBytes(2000);
      expect(Buffer.from(await store.readAll(await storeBytes(store, bytes), 2000))).toEqual(bytes);
    }
    writing = false;
    await repairing;
    expect(ingestNames(root)).toEqual([]);
  });

  it('tells of content that was changed on the disk', async () => {
    const root = folders.make();
    const store = new FileContentStore(root, fileLocking);
    const digest = await storeBytes(store, Buffer.from('good'));
    writeFileSync(join(root, 'blobs/sha256', digestParts(digest).hex), 'evil');
    const error = await expectError('DigestMismatch', store.readAll(digest, 100));
    expect(error.args['expected']).toBe(digest);
  });

  it('heals content that was cut off, when it comes again', async () => {
    const root = folders.make();
    const store = new FileContentStore(root, fileLocking);
    const digest = await storeBytes(store, Buffer.from('good'));
    writeFileSync(join(root, 'blobs/sha256', digestParts(digest).hex), 'go');
    await storeBytes(store, Buffer.from('good'));
    expect(Buffer.from(await store.readAll(digest, 100)).toString()).toBe('good');
  });

  it('ignores files that are no blobs', async () => {
    const root = folders.make();
    mkdirSync(join(root, 'blobs/sha256'), { recursive: true });
    writeFileSync(join(root, 'blobs/sha256/notes.txt'), 'x');
    const found: unknown[] = [];
    for await (const blob of new FileContentStore(root, fileLocking).list()) found.push(blob);
    expect(found).toEqual([]);
  });

  it.skipIf(skipReason('a full disk', whyNoMounts()))('says that the disk is full, and gives the space back', async () => {
    const root = mountSmallDisk(join(folders.make(), 'disk'), 2_000_000);
    folders.mounts.push(root);
    const store = new FileContentStore(root, fileLocking);
    const kept = await storeBytes(store, Buffer.from('kept'));
    const writer = await store.ingest();
    const error = await expectError('DiskFull', async () => {
      for (let piece = 0; piece < 10; piece += 1) await writer.write(randomBytes(500_000));
    });
    expect(error.retryable).toBe(true);
    await writer.abort();
    expect(ingestNames(root)).toEqual([]);
    expect(await storeBytes(store, randomBytes(1_000_000))).toBeDefined();
    expect(await store.stat(kept)).toBeDefined();
  });
});
