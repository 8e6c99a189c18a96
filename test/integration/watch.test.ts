import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineClient } from '../../build/engine-client.ts';
import type { WireEvent } from '../../src/contract/index.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';

const megabyte = 1024 * 1024;

describe.skipIf(skipReason('containers', whyNoContainers()))('a running container', () => {
  let host: TestHost;
  let engine: EngineClient;
  let id: string;
  beforeAll(async () => {
    host = new TestHost();
    engine = await host.withImage();
    ({ container: { id } } = await engine.call('container/create', { image: 'busybox:test', name: 'busy', network: 'None', memoryBytes: 64 * megabyte, command: ['sh', '-c', 'while :; do :; done'] }));
    await engine.call('container/start', { container: id });
  });
  afterAll(() => host?.close());

  it('is measured: what it has used, and its share of a processor', async () => {
    const { items: [once] } = await engine.call('container/statistics', { containers: ['busy'] });
    expect(once).toMatchObject({ containerId: id, name: 'busy', cpuPercent: null, memoryLimitBytes: 64 * megabyte, processCount: 1 });
    const { items: [twice] } = await engine.call('container/statistics', { sampleMilliseconds: 500 });
    // On a machine that does other things too it gets less than a whole one.
    expect(twice?.cpuPercent).toBeGreaterThan(2);
    expect(twice?.cpuPercent).toBeLessThan(150);
    expect(twice?.cpuMicroseconds).toBeGreaterThan(once?.cpuMicroseconds ?? Number.POSITIVE_INFINITY);
  });

  it('is not measured where it does not run', async () => {
    const { container } = await engine.call('container/create', { image: 'busybox:test', network: 'None', command: ['true'] });
    await expect(engine.call('container/statistics', { containers: [container.id] })).rejects.toMatchObject({ data: { code: 'ContainerNotRunning' } });
    expect((await engine.call('container/statistics', {})).items.map((item) => item.containerId)).toEqual([id]);
    await engine.call('container/remove', { container: container.id });
  });

  it('gets other limits at once, and keeps them for its next start', async () => {
    expect((await engine.call('container/update', { container: id, memoryBytes: 128 * megabyte, restartPolicy: { name: 'OnFailure', maximumRetries: 2 } })).container).toMatchObject({ memoryBytes: 128 * megabyte, restartPolicy: 'OnFailure', maximumRetries: 2 });
    expect((await engine.call('container/statistics', { containers: [id] })).items[0]?.memoryLimitBytes).toBe(128 * megabyte);
    await engine.call('container/restart', { container: id, force: true });
    expect((await engine.call('container/statistics', { containers: [id] })).items[0]?.memoryLimitBytes).toBe(128 * megabyte);
    await engine.call('container/update', { container: id, restartPolicy: { name: 'No' } });
  });

  it('keeps its limits where the host refuses others', async () => {
    // In memory, and there is nowhere to move it to.
    expect((await engine.call('process/run', { container: id, command: ['dd', 'if=/dev/zero', 'of=/dev/shm/full', 'bs=1M', 'count=20'] })).process.exitCode).toBe(0);
    await expect(engine.call('container/update', { container: id, memoryBytes: 6 * megabyte, cpuCount: 0.5 })).rejects.toMatchObject({ data: { code: expect.stringMatching(/RuntimeFailed|OptionUnsupported/) as string } });
    expect((await engine.call('container/list', { containers: [id] })).items[0]).toMatchObject({ memoryBytes: 128 * megabyte, cpuCount: null });
  });

  it('has processes that are ended by name, gently or at once', async () => {
    const gentle = (await engine.call('process/start', { container: id, command: ['sh', '-c', 'trap "exit 6" TERM; while :; do sleep 0.05; done'] })).process;
    await new Promise((resolve) => { setTimeout(resolve, 300); });
    expect((await engine.call('process/stop', { container: id, process: gentle.id })).process).toMatchObject({ state: 'Exited', exitCode: 6 });
    expect((await engine.call('process/stop', { container: id, process: gentle.id })).process).toMatchObject({ exitCode: 6 });
    const deaf = (await engine.call('process/start', { container: id, command: ['sh', '-c', 'trap "" TERM; while :; do sleep 0.05; done'] })).process;
    await new Promise((resolve) => { setTimeout(resolve, 300); });
    expect((await engine.call('process/stop', { container: id, process: deaf.id, timeoutSeconds: 1 })).process).toMatchObject({ exitCode: 137 });
    expect(readFileSync(`/proc/${(await engine.call('container/list', { containers: [id] })).items[0]?.pid ?? 0}/comm`, 'utf8')).toBe('sh\n');
  });

  it('leaves events that are told from the beginning, from a number on, and as they come', async () => {
    const told = async (params: object): Promise<readonly WireEvent[]> => {
      const events: WireEvent[] = [];
      await engine.call('event/list', { containers: ['busy'], ...params }, { onItem: (item) => { events.push(item as WireEvent); } });
      return events;
    };
    const all = await told({});
    expect(all.map(({ kind }) => kind).slice(0, 3)).toEqual(['container/create', 'container/start', 'container/update']);
    expect(await told({ afterSeq: all[1]?.seq ?? 0 })).toEqual(all.slice(2));
    expect((await told({ kind: 'container/start' })).every(({ kind }) => kind === 'container/start')).toBe(true);
    const stop = new AbortController();
    const coming: WireEvent[] = [];
    const following = engine.call('event/list', { follow: true }, { signal: stop.signal, onItem: (item) => { coming.push(item as WireEvent); } });
    await new Promise((resolve) => { setTimeout(resolve, 300); });
    const other = await host.engine();
    await other.call('container/pause', { container: id });
    await other.call('container/resume', { container: id });
    await expect.poll(() => coming.map(({ kind }) => kind), { timeout: 5000 }).toEqual(['container/pause', 'container/resume']);
    stop.abort();
    await expect(following).rejects.toMatchObject({ data: { code: 'OperationCancelled' } });
  });
});
