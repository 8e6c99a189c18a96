import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import { unmount } from '../../native/libc.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { mountSmallDisk } from '../fixtures/small-disk.ts';
import { TestHost } from './host-state.ts';

const reason = whyNoContainers();

describe.skipIf(reason !== undefined)(`the move of the state root${reason === undefined ? '' : `: ${reason}`}`, () => {
  let host: TestHost;
  let engine: EngineClient;
  let disk: string;
  const disks: string[] = [];

  beforeEach(async () => {
    host = new TestHost();
    engine = await host.withImage();
    disk = join(host.folder, 'disk');
    await engine.call('container/run', { image: 'busybox:test', name: 'kept', command: ['sh', '-c', 'echo kept > /data/kept; rm /www/index.html; ln /data/kept /data/link; rm -r /tmp; mkdir /tmp'] });
  });
  afterEach(async () => {
    await engine.close();
    await host.close();
    for (const path of disks.splice(0)) unmount(path, true);
    rmSync(host.folder, { recursive: true, force: true });
  });

  const code = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'done', (error: unknown) => errorCode(error) ?? error);
  const mountDisk = (sizeBytes: number): string => {
    disks.push(disk);
    return mountSmallDisk(disk, sizeBytes);
  };
  /** Everything is there and works. */
  const expectWhole = async (client: EngineClient, root: string): Promise<void> => {
    expect((await client.call('host/get', {})).root).toBe(root);
    expect((await client.call('image/test', { image: 'busybox:test' })).intact).toBe(true);
    await client.call('container/start', { container: 'kept' });
    await client.call('container/wait', { container: 'kept' });
    const { image } = await client.call('container/commit', { container: 'kept', reference: 'look:test' });
    expect(image.layerCount).toBe(2);
    const lines: string[] = [];
    await client.call('container/run', { image: 'look:test', command: ['sh', '-c', 'cat /data/kept; test /data/kept -ef /data/link && echo linked; ls /www | wc -l'], autoRemove: true }, { onItem: (item) => lines.push((item as { text: string }).text) });
    expect(lines).toEqual(['kept', 'linked', '0']);
    await client.call('image/remove', { image: 'look:test' });
  };

  it('within a disk takes everything along; this engine and later ones find it, by the old path too', async () => {
    const path = join(host.folder, 'elsewhere/root');
    const dry = await engine.call('store/move', { path, dryRun: true });
    expect(existsSync(path)).toBe(false);
    const moved = await engine.call('store/move', { path });
    expect(moved.path).toBe(path);
    expect(moved.movedBytes).toBeGreaterThan(1_000_000);
    expect(Math.abs(moved.movedBytes - dry.movedBytes)).toBeLessThan(500_000);
    await expectWhole(engine, path);
    await using next = await host.engine();
    await expectWhole(next, path);
    expect(readdirSync(host.root).filter((name) => name !== 'log').toSorted()).toEqual(['locks', 'moved-to']);
    expect(readdirSync(join(host.folder, 'elsewhere'))).toEqual(['root']);
  });

  it('to another disk, and back again', async () => {
    const path = join(mountDisk(256 * 1024 * 1024), 'root');
    await engine.call('store/move', { path });
    await expectWhole(engine, path);
    const back = join(host.folder, 'back');
    await engine.call('store/move', { path: back });
    await expectWhole(engine, back);
    await using next = await host.engine();
    await expectWhole(next, back);
  });

  it('is refused while a container runs, another engine is open, or the target is not free', async () => {
    const path = join(host.folder, 'refused');
    {
      await using other = await host.engine();
      await other.call('host/get', {});
      expect(await code(engine.call('store/move', { path }))).toBe('StoreBusy');
    }
    mkdirSync(path);
    writeFileSync(join(path, 'mine'), 'mine');
    expect(await code(engine.call('store/move', { path }))).toBe('PathExists');
    expect(await code(engine.call('store/move', { path: join(path, 'mine') }))).toBe('PathExists');
    expect(await code(engine.call('store/move', { path: join(host.root, 'inner') }))).toBe('ParameterInvalid');
    expect(await code(engine.call('store/move', { path: host.folder }))).toBe('ParameterInvalid');
    expect(await code(engine.call('store/move', { path: 'relative' }))).toBe('ParameterInvalid');
    await engine.call('container/create', { image: 'busybox:test', name: 'running', command: ['sleep', '100'] });
    await engine.call('container/start', { container: 'running' });
    expect(await code(engine.call('store/move', { path: join(host.folder, 'other') }))).toBe('ContainerRunning');
    expect(await code(engine.call('store/move', { path: join(host.folder, 'other'), dryRun: true }))).toBe('ContainerRunning');
    await engine.call('container/remove', { container: 'running', force: true });
    await expectWhole(engine, host.root);
    expect(readFileSync(join(path, 'mine'), 'utf8')).toBe('mine');
  });

  it('changes nothing where the new disk is full', async () => {
    const path = join(mountDisk(512 * 1024), 'root');
    expect(await code(engine.call('store/move', { path }))).toBe('DiskFull');
    expect(readdirSync(disk)).toEqual([]);
    await expectWhole(engine, host.root);
  });

  it('changes nothing where it is cancelled before the switch', async () => {
    const path = join(mountDisk(256 * 1024 * 1024), 'root');
    for (const after of [0, 5, 20, 60]) {
      const cancel = new AbortController();
      const moving = code(engine.call('store/move', { path }, { signal: cancel.signal }));
      setTimeout(() => { cancel.abort(); }, after);
      const outcome = await moving;
      expect(outcome).toMatch(/^(?:done|OperationCancelled)$/);
      await expectWhole(engine, outcome === 'done' ? path : host.root);
      if (outcome === 'done') break;
      expect(readdirSync(disk)).toEqual([]);
    }
  });

  it('by an engine that is killed leaves one whole root, and the next one clears up', async () => {
    await engine.close();
    const path = join(mountDisk(256 * 1024 * 1024), 'root');
    let moved = false;
    for (const moment of [0, 10, 20, 40, 60, 90, 130, 200]) {
      const doomed = await host.engine();
      await doomed.call('host/get', {});
      doomed.call('store/move', { path }).catch(() => undefined);
      await delay(moment);
      await host.kill(doomed);
      await using next = await host.engine();
      const { root } = await next.call('host/get', {});
      await expectWhole(next, root);
      moved = root === path;
      if (moved) break;
    }
    engine = await host.engine();
    if (!moved) await engine.call('store/move', { path });
    await expectWhole(engine, path);
    for (const end = performance.now() + 10_000; readdirSync(host.root).length > 3 && performance.now() < end;) await delay(50);
    expect(readdirSync(host.root).filter((name) => name !== 'log').toSorted()).toEqual(['locks', 'moved-to']);
    expect(readdirSync(disk)).toEqual(['root']);
  }, 240_000);
});
