import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { SiloError, type Digest } from '../../../src/base/index.ts';
import { Downloads } from '../../../src/engine/downloads.ts';

const digest = (number: number): Digest => `sha256:${String(number).padStart(64, '0')}`;
const layers = [1, 2, 3, 4, 5].map((number) => ({ digest: digest(number), sizeBytes: 1, urls: [], mediaType: '' }));

describe('the downloads of an image', () => {
  it('fail alike, also those that nobody began with, for the reason of the first that failed', async () => {
    const broken = new Error('the second layer is broken');
    const downloads = new Downloads(layers, async (layer, _watch, signal) => {
      if (layer.digest === digest(2)) {
        await delay(5);
        throw broken;
      }
      await new Promise((_, reject) => { signal.addEventListener('abort', () => { reject(new SiloError('OperationCancelled')); }); });
    }, undefined);
    const ends = await Promise.allSettled(layers.flatMap((layer) => [downloads.arriving(layer.digest), downloads.arrived(layer.digest)]));
    expect(ends.map((end) => (end.status === 'rejected' ? end.reason as unknown : end.status))).toEqual(ends.map(() => broken));
    await expect(downloads.all()).rejects.toBe(broken);
    await downloads.end();
  });

  it('come in their order, three at once', async () => {
    const begun: Digest[] = [];
    let [now, most] = [0, 0];
    const downloads = new Downloads(layers, async (layer) => {
      begun.push(layer.digest);
      most = Math.max(most, (now += 1));
      await delay(2);
      now -= 1;
    }, undefined);
    await downloads.all();
    expect([begun, most]).toEqual([layers.map((layer) => layer.digest), 3]);
    await downloads.end();
  });

  it('give the line to the next layer as soon as the bytes have come, while the store is still at work with them', async () => {
    const begun: Digest[] = [];
    const stored = Promise.withResolvers<void>();
    const downloads = new Downloads(layers, async (layer, watch) => {
      begun.push(layer.digest);
      watch.whole();
      await stored.promise;
    }, undefined);
    await delay(5);
    expect(begun).toEqual(layers.map((layer) => layer.digest));
    let all = false;
    const ended = downloads.all().then(() => { all = true; });
    await delay(5);
    expect(all).toBe(false);
    stored.resolve();
    await ended;
    await downloads.end();
  });

  it('fail as a whole where the bytes have come and cannot be stored', async () => {
    const full = new Error('the disk is full');
    const downloads = new Downloads(layers, async (layer, watch) => {
      watch.whole();
      await delay(2);
      if (layer.digest === digest(2)) throw full;
    }, undefined);
    await expect(downloads.all()).rejects.toBe(full);
    await expect(downloads.arrived(digest(2))).rejects.toBe(full);
    await downloads.end();
  });
});
