import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineClient } from '../../build/engine-client.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';

describe.skipIf(skipReason('containers', whyNoContainers()))('a container between its start and its end', () => {
  let host: TestHost;
  let engine: EngineClient;
  beforeAll(async () => {
    host = new TestHost();
    engine = await host.withImage();
  });
  afterAll(() => host?.close());

  const started = async (name: string): Promise<string> => {
    const { container } = await engine.call('container/create', { image: 'busybox:test', name, network: 'None', command: ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.05; done'] });
    await engine.call('container/start', { container: container.id });
    return container.id;
  };
  const state = async (container: string, client = engine): Promise<string | undefined> => (await client.call('container/list', { containers: [container] })).items[0]?.state;

  it('is frozen for every engine, until one of them lets it go on', async () => {
    const id = await started('frozen');
    const other = await host.engine();
    expect(await engine.call('container/pause', { container: id })).toMatchObject({ changed: true, container: { state: 'Paused' } });
    expect(await other.call('container/pause', { container: id })).toMatchObject({ changed: false, container: { state: 'Paused' } });
    expect(await state(id, other)).toBe('Paused');
    await expect(other.call('process/run', { container: id, command: ['true'] })).rejects.toMatchObject({ data: { code: 'ContainerPaused' } });
    expect(await other.call('container/resume', { container: id })).toMatchObject({ changed: true, container: { state: 'Running' } });
    expect(await engine.call('container/resume', { container: id })).toMatchObject({ changed: false });
    await engine.call('container/remove', { container: id, force: true });
  });

  it('is stopped while it is frozen, and begins again', async () => {
    const id = await started('frozen-then-stopped');
    await engine.call('container/pause', { container: id });
    expect(await engine.call('container/restart', { container: id })).toMatchObject({ stopReason: 'Graceful', container: { id, state: 'Running' } });
    expect(await engine.call('container/stop', { container: id })).toMatchObject({ stopReason: 'Graceful' });
    expect(await engine.call('container/restart', { container: id })).toMatchObject({ stopReason: null, container: { state: 'Running' } });
    await engine.call('container/remove', { container: id, force: true });
  });

  it('is never left frozen without its record saying so, whenever an engine is killed', async () => {
    const id = await started('killed');
    for (const delayMs of [0, 2, 4, 8, 16, 32]) {
      const killed = await host.engine();
      const asked = Promise.allSettled([killed.call('container/pause', { container: id })]);
      await new Promise((resolve) => { setTimeout(resolve, delayMs); });
      await host.kill(killed);
      await asked;
      // Whichever it came to: after the next engine's change, list and kernel agree.
      await engine.call('container/resume', { container: id });
      expect(await state(id)).toBe('Running');
      expect((await engine.call('process/run', { container: id, command: ['true'] })).process.exitCode).toBe(0);
    }
    await engine.call('container/remove', { container: id, force: true });
    expect(await host.settledLeaks()).toEqual([]);
  });

  it('changes its name, and the old one is free for another', async () => {
    const id = await started('before');
    expect((await engine.call('container/rename', { container: 'before', name: 'after' })).container).toMatchObject({ id, name: 'after', state: 'Running' });
    const other = await started('before');
    await expect(engine.call('container/rename', { container: other, name: 'after' })).rejects.toMatchObject({ data: { code: 'ContainerNameInUse' } });
    await expect(engine.call('container/rename', { container: other, name: 'no/name' })).rejects.toMatchObject({ data: { code: 'ContainerNameInvalid' } });
    for (const container of [id, other]) await engine.call('container/remove', { container, force: true });
  });
});
