import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Lock, Locks } from '../../src/core/index.ts';
import { expectError } from '../fixtures/expect-error.ts';

export interface LocksFixture {
  readonly locks: Locks;
  /** The same locks as another engine sees them. */
  readonly another: Locks;
  dispose(): Promise<void>;
}

/** The contract of the seam Locks. */
export const locksSuite = (name: string, make: () => Promise<LocksFixture>): void => {
  describe(`${name} as Locks`, () => {
    let fixture: LocksFixture;
    let locks: Locks;
    beforeEach(async () => {
      fixture = await make();
      locks = fixture.locks;
    });
    afterEach(() => fixture.dispose());

    const held = async (lock: Promise<Lock | undefined>): Promise<Lock> => {
      const found = await lock;
      if (found === undefined) throw new Error('The lock should have been free.');
      return found;
    };

    it('gives a lock to one holder at a time, within one engine and between two', async () => {
      const lock = await held(locks.tryAcquire('store'));
      expect(await locks.tryAcquire('store')).toBeUndefined();
      expect(await fixture.another.tryAcquire('store')).toBeUndefined();
      await lock.release();
      await (await held(fixture.another.tryAcquire('store'))).release();
    });

    it('keeps locks of different names apart', async () => {
      const first = await held(locks.tryAcquire('a'));
      const second = await held(locks.tryAcquire('b'));
      await first.release();
      await second.release();
    });

    it('takes names of any characters and length', async () => {
      for (const odd of ['..', '.', 'docker.io/library/alpine:3.20', 'x'.repeat(5000), '한글']) {
        const lock = await held(locks.tryAcquire(odd));
        expect(await fixture.another.tryAcquire(odd)).toBeUndefined();
        await lock.release();
      }
    });

    it('lets many share, and keeps the exclusive holder out until all are gone', async () => {
      const first = await held(locks.tryAcquire('store', { shared: true }));
      const second = await held(fixture.another.tryAcquire('store', { shared: true }));
      expect(await locks.tryAcquire('store')).toBeUndefined();
      await first.release();
      expect(await locks.tryAcquire('store')).toBeUndefined();
      await second.release();
      const alone = await held(locks.tryAcquire('store'));
      expect(await fixture.another.tryAcquire('store', { shared: true })).toBeUndefined();
      await alone.release();
    });

    it('hands a released lock to who waits for it, soon', async () => {
      const lock = await held(locks.tryAcquire('store'));
      const waiting = fixture.another.acquire('store', { timeoutMs: 10_000 });
      await delay(20);
      const released = performance.now();
      await lock.release();
      const next = await waiting;
      expect(performance.now() - released).toBeLessThan(1000);
      await next.release();
    });

    it('gives up after the time given, with the code of what is busy', async () => {
      const id = 'a'.repeat(64);
      const [store, container] = [await held(locks.tryAcquire('store')), await held(locks.tryAcquire(id))];
      const began = performance.now();
      await expectError('StoreBusy', fixture.another.acquire('store', { timeoutMs: 60 }));
      expect(performance.now() - began).toBeGreaterThan(55);
      const error = await expectError('ContainerBusy', fixture.another.acquire(id, { timeoutMs: 0 }));
      expect(error.args).toEqual({ id });
      await store.release();
      await container.release();
    });

    it('ends a cancelled wait at once and takes nothing', async () => {
      const lock = await held(locks.tryAcquire('store'));
      const cancel = new AbortController();
      const waiting = fixture.another.acquire('store', { signal: cancel.signal });
      setTimeout(() => { cancel.abort(); }, 20);
      await expectError('OperationCancelled', waiting);
      await expectError('OperationCancelled', fixture.another.acquire('free', { signal: cancel.signal }));
      await lock.release();
      await (await held(locks.tryAcquire('store'))).release();
    });

    it('excludes everybody also while holders remove the lock', async () => {
      let inside = 0;
      let entered = 0;
      const worker = async (mine: Locks): Promise<void> => {
        for (let round = 0; round < 40; round += 1) {
          const lock = await mine.acquire('x', { timeoutMs: 20_000 });
          inside += 1;
          entered += 1;
          expect(inside).toBe(1);
          await delay(0);
          if (round % 2 === 0) await mine.forget('x');
          inside -= 1;
          await lock.release();
        }
      };
      await Promise.all([locks, fixture.another, locks, fixture.another].map(worker));
      expect(entered).toBe(160);
    });

    it('forgets a lock that nobody made', async () => {
      await expect(locks.forget('nothing')).resolves.toBeUndefined();
    });
  });
};
