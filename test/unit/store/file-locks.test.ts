import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileLocks } from '../../../src/store/index.ts';
import { killChild, startChild } from '../../fixtures/child-engine.ts';
import { temporaryFolders } from '../../fixtures/temporary-folder.ts';
import { fileLocking } from '../../fixtures/file-locking.ts';

const folders = temporaryFolders();

describe('locks on files', () => {
  it('end with the process that holds them, however it ends', async () => {
    const folder = folders.make();
    const locks = new FileLocks(folder, fileLocking);
    const child = await startChild('lock', folder, 'store');
    expect(await locks.tryAcquire('store')).toBeUndefined();
    const waiting = locks.acquire('store', { timeoutMs: 10_000 });
    await killChild(child);
    await (await waiting).release();
  });

  it('are not inherited by children', async () => {
    const locks = new FileLocks(folders.make(), fileLocking);
    const lock = await locks.acquire('store');
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 30_000)'], { stdio: 'ignore' });
    await once(child, 'spawn');
    await lock.release();
    const again = await locks.tryAcquire('store');
    expect(again).toBeDefined();
    await again?.release();
    child.kill();
  });

  it('leave no file behind when they are forgotten', async () => {
    const folder = join(folders.make(), 'locks');
    const locks = new FileLocks(folder, fileLocking);
    const lock = await locks.acquire('a/b:c');
    expect(readdirSync(folder)).toHaveLength(1);
    await locks.forget('a/b:c');
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('keep the event loop free while they wait', async () => {
    const locks = new FileLocks(folders.make(), fileLocking);
    const lock = await locks.acquire('store');
    const waiting = Promise.all(Array.from({ length: 50 }, () => locks.acquire('store', { timeoutMs: 200 }).catch(() => undefined)));
    let longestMs = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - last);
      last = performance.now();
    }, 1);
    await waiting;
    clearInterval(timer);
    await lock.release();
    expect(longestMs).toBeLessThan(100);
  });
});
