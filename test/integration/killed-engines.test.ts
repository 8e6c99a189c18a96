import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { TestHost } from './host-state.ts';

const reason = whyNoContainers();

/** Moments at which the engine dies, in ms after the request was written: from before it is read to after it is done. */
const moments = [0, 1, 2, 4, 6, 9, 12, 16, 22, 30, 40, 55, 75, 100];

describe.skipIf(reason !== undefined)(`an engine that is killed (SIGKILL)${reason === undefined ? '' : `: ${reason}`}`, () => {
  let host: TestHost;
  beforeAll(async () => {
    host = new TestHost();
    await using engine = await host.withImage();
    void engine;
  });
  afterAll(async () => { await host.close(); });

  it('in the middle of an import leaves an image or nothing, and the import can be repeated', async () => {
    for (const moment of [...moments, 150, 250]) {
      const doomed = await host.engine();
      await doomed.call('host/get', {});
      doomed.call('image/import', { path: host.archive, reference: 'killed:import' }).catch(() => undefined);
      await delay(moment);
      await host.kill(doomed);
      await using next = await host.engine();
      const images = (await next.call('image/list', {})).items.map((image) => image.name);
      expect(images).toContain('busybox:test');
      await next.call('image/import', { path: host.archive, reference: 'killed:import' });
      await next.call('image/remove', { image: 'killed:import' });
      expect(await host.settledLeaks()).toEqual([]);
    }
  }, 120_000);

  it('in the middle of a create leaves a container or none, and its name is free or can be had', async () => {
    for (const moment of moments.slice(0, 8)) {
      const doomed = await host.engine();
      await doomed.call('host/get', {});
      doomed.call('container/create', { image: 'busybox:test', name: 'killed-create', command: ['true'] }).catch(() => undefined);
      await delay(moment);
      await host.kill(doomed);
      await using next = await host.engine();
      const { container } = await next.call('container/create', { image: 'busybox:test', name: 'killed-create', command: ['true'], ifNotExists: true });
      await next.call('container/start', { container: container.id });
      expect((await next.call('container/wait', { container: container.id })).container.exitCode).toBe(0);
      await next.call('container/remove', { container: container.id });
      expect(await host.settledLeaks()).toEqual([]);
    }
  }, 120_000);

  it('in the middle of a start leaves a container that runs or that can be started', async () => {
    for (const moment of moments) {
      const doomed = await host.engine();
      const { container } = await doomed.call('container/create', { image: 'busybox:test', name: `killed-start-${moment}`, command: ['sleep', '1000'] });
      doomed.call('container/start', { container: container.id }).catch(() => undefined);
      await delay(moment);
      await host.kill(doomed);
      await using next = await host.engine();
      const started = await next.call('container/start', { container: container.id });
      expect(started.container.state).toBe('Running');
      const { process } = await next.call('process/run', { container: container.id, command: ['true'] });
      expect(process.exitCode).toBe(0);
      await next.call('container/remove', { container: container.id, force: true });
      expect(await host.settledLeaks()).toEqual([]);
    }
  }, 120_000);

  it('in the middle of a remove leaves the container or nothing, and nothing that nobody knows of', async () => {
    for (const moment of moments) {
      const doomed = await host.engine();
      const { container } = await doomed.call('container/create', { image: 'busybox:test', name: `killed-remove-${moment}`, command: ['sleep', '1000'] });
      await doomed.call('container/start', { container: container.id });
      doomed.call('container/remove', { container: container.id, force: true }).catch(() => undefined);
      await delay(moment);
      await host.kill(doomed);
      await using next = await host.engine();
      await next.call('container/remove', { container: container.id, force: true });
      expect((await next.call('container/list', {})).items.map((item) => item.name)).not.toContain(`killed-remove-${moment}`);
      expect(await host.settledLeaks()).toEqual([]);
    }
  }, 120_000);

  it('does not take its containers with it: they run, write and end as before', async () => {
    const doomed = await host.engine();
    const { container } = await doomed.call('container/create', { image: 'busybox:test', name: 'survivor', command: ['sh', '-c', 'for i in 1 2 3 4 5 6; do echo $i; sleep 0.2; done; exit 4'] });
    await doomed.call('container/start', { container: container.id });
    await host.kill(doomed);
    await delay(300);
    await using next = await host.engine();
    const lines: string[] = [];
    await next.call('container/log', { container: 'survivor', follow: true }, { onItem: (item) => lines.push((item as { text: string }).text) });
    expect(lines).toEqual(['1', '2', '3', '4', '5', '6']);
    expect((await next.call('container/wait', { container: 'survivor' })).container).toMatchObject({ state: 'Exited', exitCode: 4, exitReason: 'Exited' });
    await next.call('container/remove', { container: 'survivor' });
  });

  it('does not keep a container that removes itself from going, with no engine alive', async () => {
    const doomed = await host.engine();
    const { container } = await doomed.call('container/create', { image: 'busybox:test', name: 'vanishing', command: ['sleep', '1'], autoRemove: true });
    await doomed.call('container/start', { container: container.id });
    await host.kill(doomed);
    await delay(1000);
    expect(await host.settledLeaks()).toEqual([]);
    await using next = await host.engine();
    expect((await next.call('container/list', {})).items.map((item) => item.name)).not.toContain('vanishing');
  });
});
