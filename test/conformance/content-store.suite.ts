import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Digest } from '../../src/base/index.ts';
import type { ContentStore } from '../../src/core/index.ts';
import { expectError } from '../fixtures/expect-error.ts';

export interface ContentStoreFixture {
  readonly store: ContentStore;
  /** The same store as another engine sees it. */
  readonly another: ContentStore;
  dispose(): Promise<void>;
}

export const sha256 = (bytes: Uint8Array): Digest => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

export const storeBytes = async (store: ContentStore, bytes: Uint8Array): Promise<Digest> => {
  const writer = await store.ingest();
  await writer.write(bytes);
  return (await writer.commit()).digest;
};

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
};

/** The contract of the seam ContentStore. */
export const contentStoreSuite = (name: string, make: () => Promise<ContentStoreFixture>): void => {
  describe(`${name} as ContentStore`, () => {
    let fixture: ContentStoreFixture;
    let store: ContentStore;
    const content = Buffer.from('some content');
    const digest = sha256(content);

    beforeEach(async () => {
      fixture = await make();
      store = fixture.store;
    });
    afterEach(() => fixture.dispose());

    it('keeps content under its digest', async () => {
      const writer = await store.ingest();
      await writer.write(content.subarray(0, 5));
      await writer.write(content.subarray(5));
      expect(writer.writtenBytes).toBe(content.length);
      expect(await writer.commit()).toEqual({ digest, sizeBytes: content.length });
      expect(await store.stat(digest)).toEqual({ digest, sizeBytes: content.length });
      expect(Buffer.concat(await all(store.read(digest)))).toEqual(content);
      expect(Buffer.from(await store.readAll(digest, 100))).toEqual(content);
      expect(await readFile(await store.path(digest))).toEqual(content);
    });

    it('shows content to nobody before it is committed', async () => {
      const writer = await store.ingest({ expected: digest });
      await writer.write(content);
      expect(await fixture.another.stat(digest)).toBeUndefined();
      expect(await all(fixture.another.list())).toEqual([]);
      await writer.commit();
      expect(await fixture.another.stat(digest)).toBeDefined();
    });

    it('lets a chunk be reused as soon as it is written', async () => {
      const chunk = Buffer.from('aaaa');
      const writer = await store.ingest();
      await writer.write(chunk);
      chunk.fill('b');
      await writer.write(chunk);
      expect((await writer.commit()).digest).toBe(sha256(Buffer.from('aaaabbbb')));
    });

    it('refuses content with another digest than expected, and keeps nothing of it', async () => {
      const expected = sha256(Buffer.from('other'));
      const writer = await store.ingest({ expected });
      await writer.write(content);
      const error = await expectError('DigestMismatch', writer.commit());
      expect(error.args).toMatchObject({ actual: digest, expected });
      await writer.abort();
      expect(await store.stat(expected)).toBeUndefined();
      expect(await store.stat(digest)).toBeUndefined();
      expect(await store.repair()).toBe(0);
    });

    it('takes sha512 where it is expected', async () => {
      const expected: Digest = `sha512:${createHash('sha512').update(content).digest('hex')}`;
      const writer = await store.ingest({ expected });
      await writer.write(content);
      expect((await writer.commit()).digest).toBe(expected);
      expect(Buffer.from(await store.readAll(expected, 100))).toEqual(content);
    });

    it('refuses content that is longer or shorter than expected', async () => {
      const long = await store.ingest({ expectedSizeBytes: 3 });
      await expectError('SizeMismatch', long.write(content));
      const short = await store.ingest({ expectedSizeBytes: 30 });
      await short.write(content);
      await expectError('SizeMismatch', short.commit());
      expect(await all(store.list())).toEqual([]);
      expect(await store.repair()).toBe(0);
    });

    it('takes content that is there already', async () => {
      await storeBytes(store, content);
      expect(await storeBytes(fixture.another, content)).toBe(digest);
      expect(await all(store.list())).toEqual([{ digest, sizeBytes: content.length }]);
    });

    it('takes the same content from many writers at once', async () => {
      const big = randomBytes(300_000);
      const digests = await Promise.all(Array.from({ length: 8 }, (_, index) => storeBytes(index % 2 === 0 ? store : fixture.another, big)));
      expect(new Set(digests)).toEqual(new Set([sha256(big)]));
      expect(Buffer.from(await store.readAll(sha256(big), big.length))).toEqual(big);
    });

    it('keeps empty content', async () => {
      const writer = await store.ingest();
      expect((await writer.commit()).sizeBytes).toBe(0);
      expect(await all(store.read(sha256(Buffer.alloc(0))))).toEqual([]);
    });

    it('forgets what is aborted, and an abort after commit does nothing', async () => {
      const aborted = await store.ingest();
      await aborted.write(content);
      await aborted.abort();
      await aborted.abort();
      expect(await all(store.list())).toEqual([]);
      const writer = await store.ingest();
      await writer.write(content);
      await writer.commit();
      await writer.abort();
      expect(await store.stat(digest)).toBeDefined();
    });

    it('ends a cancelled write without a trace', async () => {
      const cancel = new AbortController();
      const writer = await store.ingest({ signal: cancel.signal });
      await writer.write(content);
      cancel.abort();
      await expectError('OperationCancelled', writer.write(content));
      await expectError('OperationCancelled', store.ingest({ signal: cancel.signal }));
      expect(await store.repair()).toBe(0);
    });

    it('reads from an offset', async () => {
      await storeBytes(store, content);
      expect(Buffer.concat(await all(store.read(digest, { offset: 5 }))).toString()).toBe('content');
      expect(await all(store.read(digest, { offset: 500 }))).toEqual([]);
    });

    it('reads large content in pieces, and may be left early', async () => {
      const big = randomBytes(3_000_000);
      const bigDigest = await storeBytes(store, big);
      expect(Buffer.concat(await all(store.read(bigDigest)))).toEqual(big);
      for await (const piece of store.read(bigDigest)) {
        expect(piece.length).toBeLessThan(big.length);
        break;
      }
      const cancel = new AbortController();
      const reading = async (): Promise<void> => {
        for await (const _ of store.read(bigDigest, { signal: cancel.signal })) cancel.abort();
      };
      await expectError('OperationCancelled', reading());
    });

    it('says where content is missing', async () => {
      expect(await store.stat(digest)).toBeUndefined();
      await expectError('BlobNotFound', store.path(digest));
      await expectError('BlobNotFound', all(store.read(digest)));
      await expectError('BlobNotFound', store.readAll(digest, 100));
    });

    it('reads no more at once than allowed', async () => {
      await storeBytes(store, content);
      await expectError('SizeMismatch', store.readAll(digest, content.length - 1));
    });

    it('deletes content once', async () => {
      await storeBytes(store, content);
      expect(await store.delete(digest)).toBe(true);
      expect(await store.delete(digest)).toBe(false);
      expect(await store.stat(digest)).toBeUndefined();
    });

    it('leaves the writes of living engines alone when it repairs', async () => {
      const writer = await store.ingest();
      await writer.write(content);
      expect(await fixture.another.repair()).toBe(0);
      expect(await store.repair()).toBe(0);
      expect((await writer.commit()).digest).toBe(digest);
    });
  });
};
