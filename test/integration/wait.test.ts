import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';

describe.skipIf(skipReason('containers', whyNoContainers()))('the wait for a container', () => {
  let host: TestHost;
  let engine: EngineClient;
  beforeAll(async () => {
    host = new TestHost();
    engine = await host.withImage();
  });
  afterAll(() => host?.close());

  type Wait = Partial<Parameters<typeof engine.call<'container/wait'>>[1]>;
  const wait = (container: string, request: Wait) => engine.call('container/wait', { container, timeoutSeconds: 30, ...request });
  const refused = async (container: string, request: Wait): Promise<unknown> => {
    const error = await wait(container, request).then(() => 'done', (caught: unknown) => caught);
    return errorCode(error) ?? error;
  };

  it('ends when it runs, when its health check says so, and never for one that has ended', async () => {
    await engine.call('container/create', {
      image: 'busybox:test', name: 'slow', network: 'None', command: ['sh', '-c', 'sleep 1; touch /healthy; until test -e /end; do sleep 0.1; done; exit 7'],
      healthCheck: { command: ['test', '-e', '/healthy'], intervalSeconds: 0.2, retries: 100 },
    });
    let running = false;
    const waiting = wait('slow', { for: 'Running' }).then(() => { running = true; });
    await delay(300);
    expect(running).toBe(false);
    expect(await refused('slow', { for: 'Running', timeoutSeconds: 0 })).toBe('RunningTimedOut');
    expect(await refused('slow', { for: 'Healthy', timeoutSeconds: 0 })).toBe('HealthyTimedOut');
    await engine.call('container/start', { container: 'slow' });
    await waiting;
    expect((await wait('slow', { for: 'Healthy' })).container).toMatchObject({ state: 'Running', health: 'Healthy' });
    const error = await wait('slow', { for: 'Port', port: 80 }).catch((caught: unknown) => caught);
    expect(errorCode(error)).toBe('ParameterInvalid');
    await engine.call('process/run', { container: 'slow', command: ['touch', '/end'] });
    expect((await wait('slow', {})).container).toMatchObject({ state: 'Exited', exitCode: 7 });
    await expect(wait('slow', { for: 'Running' })).rejects.toMatchObject({ data: { code: 'ContainerNotRunning', args: { state: 'exited (exit code 7)' } } });
    await engine.call('container/remove', { container: 'slow' });
  });

  it('ends when a port takes connections', async () => {
    const server = createServer((socket) => { socket.destroy(); });
    const port = await new Promise<number>((resolve) => { server.listen(0, '127.0.0.1', () => { resolve((server.address() as { port: number }).port); }); });
    await new Promise<void>((resolve) => { server.close(() => { resolve(); }); });
    await engine.call('container/create', { image: 'busybox:test', name: 'server', network: 'Host', command: ['sh', '-c', `sleep 1; exec httpd -f -p 127.0.0.1:${port} -h /www`] });
    await engine.call('container/start', { container: 'server' });
    expect(await refused('server', { for: 'Port', port, timeoutSeconds: 0 })).toBe('PortTimedOut');
    expect((await wait('server', { for: 'Port', port })).container.state).toBe('Running');
    expect(await refused('server', { for: 'Port' })).toBe('ParameterInvalid');
    expect(await refused('server', { for: 'Healthy' })).toBe('ParameterInvalid');
    await engine.call('container/remove', { container: 'server', force: true });
  });

  it('ends with an error where it ends instead, or is removed', async () => {
    await engine.call('container/create', { image: 'busybox:test', name: 'short', network: 'Host', command: ['sh', '-c', 'sleep 1; exit 3'] });
    await engine.call('container/start', { container: 'short' });
    expect(await refused('short', { for: 'Port', port: 1 })).toBe('ContainerNotRunning');
    await engine.call('container/create', { image: 'busybox:test', name: 'gone', network: 'None', command: ['true'] });
    const waiting = refused('gone', { for: 'Running' });
    await delay(300);
    await engine.call('container/remove', { container: 'gone' });
    expect(await waiting).toBe('ContainerNotFound');
    await engine.call('container/remove', { container: 'short' });
  });
});
