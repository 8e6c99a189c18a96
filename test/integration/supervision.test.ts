import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineClient } from '../../build/engine-client.ts';
import type { WireContainer } from '../../src/contract/index.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { FileLocks } from '../../src/store/index.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';

describe.skipIf(skipReason('containers', whyNoContainers()))('containers while no engine runs', () => {
  let host: TestHost;
  beforeAll(async () => {
    host = new TestHost();
    await (await host.withImage())[Symbol.asyncDispose]();
  });
  afterAll(() => host?.close());

  /** Runs `body` on an engine that ends with it. */
  const briefly = async <T>(body: (engine: EngineClient) => Promise<T>): Promise<T> => {
    const engine = await host.engine();
    try {
      return await body(engine);
    } finally {
      await engine[Symbol.asyncDispose]();
    }
  };
  const look = (container: string): Promise<WireContainer | undefined> => briefly(async (engine) => (await engine.call('container/list', { containers: [container] })).items[0]);
  const start = (script: string, options: object): Promise<string> => briefly(async (engine) => {
    const { container } = await engine.call('container/create', { image: 'busybox:test', network: 'None', command: ['sh', '-c', script], ...options });
    await engine.call('container/start', { container: container.id });
    return container.id;
  });
  const remove = (container: string): Promise<unknown> => briefly((engine) => engine.call('container/remove', { container, force: true }));
  const patience = { timeout: 20_000, interval: 300 };

  it('are started again as their policy says, and given up when it says so', async () => {
    const id = await start('echo begin; exit 3', { restartPolicy: { name: 'OnFailure', maximumRetries: 3 } });
    await expect.poll(() => look(id), patience).toMatchObject({ state: 'Exited', exitCode: 3, restartCount: 3 });
    let lines = 0;
    await briefly((engine) => engine.call('container/log', { container: id }, { onItem: () => { lines += 1; } }));
    expect(lines).toBe(4);
    await remove(id);
  });

  it('stay stopped once somebody has stopped them', async () => {
    const id = await start('trap "exit 1" TERM; while :; do sleep 0.05; done', { restartPolicy: { name: 'UnlessStopped' } });
    await briefly((engine) => engine.call('container/stop', { container: id }));
    await new Promise((resolve) => { setTimeout(resolve, 1500); });
    expect(await look(id)).toMatchObject({ state: 'Exited', exitCode: 1, restartCount: 0 });
    await remove(id);
  });

  it('are started again after their process was killed from outside', async () => {
    const id = await start('while :; do sleep 0.05; done', { restartPolicy: { name: 'Always' } });
    const before = await look(id);
    process.kill(before?.pid ?? 0, 'SIGKILL');
    await expect.poll(() => look(id), patience).toMatchObject({ state: 'Running', restartCount: 1 });
    expect((await look(id))?.pid).not.toBe(before?.pid);
    await remove(id);
  });

  it('are healthy, unhealthy and healthy again as their check says', async () => {
    const id = await start('touch /tmp/well; sleep 100', { healthCheck: { command: ['sh', '-c', 'cat /tmp/well && echo fine'], intervalSeconds: 0.3, retries: 2 } });
    await expect.poll(() => look(id), patience).toMatchObject({ health: 'Healthy', healthOutput: 'fine' });
    await briefly((engine) => engine.call('process/run', { container: id, command: ['rm', '/tmp/well'] }));
    await expect.poll(() => look(id), patience).toMatchObject({ health: 'Unhealthy', state: 'Running', healthOutput: expect.stringContaining('No such file') as string });
    await briefly((engine) => engine.call('process/run', { container: id, command: ['touch', '/tmp/well'] }));
    await expect.poll(() => look(id), patience).toMatchObject({ health: 'Healthy' });
    // Checks leave nothing behind.
    expect(readdirSync(join(host.root, 'containers', id, 'processes')).length).toBeLessThanOrEqual(3);
    await remove(id);
  });

  it('are unhealthy where their check never ends, and its process is ended', async () => {
    const id = await start('sleep 100', { healthCheck: { command: ['sleep', '1000'], intervalSeconds: 0.2, timeoutSeconds: 0.2, retries: 2 } });
    await expect.poll(() => look(id), patience).toMatchObject({ health: 'Unhealthy', healthOutput: expect.stringContaining('did not end within 0.2 seconds') as string });
    const { items } = await briefly((engine) => engine.call('process/list', { container: id }));
    expect(items).toEqual([]);
    await remove(id);
  });

  it('have logs that stay small from their first moment on, before there is a supervisor', async () => {
    const lock = await new FileLocks(join(host.root, 'locks')).acquire('supervisor', { timeoutMs: 60_000 });
    const engine = await host.engine();
    try {
      const { container: { id } } = await engine.call('container/create', { image: 'busybox:test', network: 'None', command: ['sh', '-c', 'seq 20000; sleep 1d'], logLimits: { maximumSizeBytes: 64 * 1024, keptFiles: 3 } });
      await engine.call('container/start', { container: id });
      await expect.poll(() => readdirSync(join(host.root, 'containers', id)).includes('log.1'), { timeout: 2500, interval: 50 }).toBe(true);
      const numbers: number[] = [];
      await engine.call('container/log', { container: id }, { onItem: (item) => { numbers.push(Number((item as { text: string }).text)); } });
      expect(numbers).toEqual(Array.from({ length: 20_000 }, (_, index) => index + 1));
      await engine.call('container/remove', { container: id, force: true });
    } finally {
      await engine[Symbol.asyncDispose]();
      await lock.release();
    }
  });

  it('have logs that stay small', async () => {
    const limits = { maximumSizeBytes: 65_536, keptFiles: 2 };
    const id = await start('i=0; while :; do i=$((i+1)); echo "line $i of many that fill the log of this container"; [ $((i % 500)) = 0 ] && sleep 0.1; done', { logLimits: limits });
    const folder = join(host.root, 'containers', id);
    const logs = (): readonly string[] => readdirSync(folder).filter((name) => name.startsWith('log')).toSorted();
    await expect.poll(logs, patience).toEqual(['log', 'log.1', 'log.2']);
    await expect.poll(() => readFileSync(join(folder, 'log.2'), 'utf8').includes(' line 1 of '), patience).toBe(false);
    await briefly((engine) => engine.call('container/stop', { container: id, force: true }));
    // The oldest lines are gone, and the newest are there without a gap.
    const numbers: number[] = [];
    await briefly((engine) => engine.call('container/log', { container: id }, { onItem: (item) => { numbers.push(Number((item as { text: string }).text.split(' ')[1])); } }));
    // The first line may have begun in a file that is gone.
    numbers.shift();
    expect(numbers[0]).toBeGreaterThan(1);
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
    await remove(id);
  });

  it('have further processes whose logs stay small', async () => {
    const id = await start('sleep 1d', { logLimits: { maximumSizeBytes: 65_536, keptFiles: 2 } });
    const script = 'i=0; while :; do i=$((i+1)); echo "line $i of many that fill the log of this process"; [ $((i % 500)) = 0 ] && sleep 0.1; done';
    const process = (await briefly((engine) => engine.call('process/start', { container: id, command: ['sh', '-c', script] }))).process.id;
    const folder = join(host.root, 'containers', id, 'processes', process);
    await expect.poll(() => readdirSync(folder).filter((name) => name.startsWith('log')).toSorted(), patience).toEqual(['log', 'log.1', 'log.2']);
    await expect.poll(() => readFileSync(join(folder, 'log.2'), 'utf8').includes(' line 1 of '), patience).toBe(false);
    await briefly((engine) => engine.call('process/stop', { container: id, process, force: true }));
    const numbers: number[] = [];
    await briefly((engine) => engine.call('container/log', { container: id, process }, { onItem: (item) => { numbers.push(Number((item as { text: string }).text.split(' ')[1])); } }));
    numbers.shift();
    expect(numbers[0]).toBeGreaterThan(1);
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
    await remove(id);
  });
});
