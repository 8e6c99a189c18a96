import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import type { Params, WireLogLine } from '../../src/contract/index.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';

describe.skipIf(skipReason('containers', whyNoContainers()))('a container made from another', () => {
  let host: TestHost;
  let engine: EngineClient;
  const settings = {
    image: 'busybox:test', name: 'first', network: 'None', command: ['sh', '-c', 'echo $A $B; hostname; ulimit -n; cat /proc/self/oom_score_adj'], environment: [{ name: 'A', value: '1' }, { name: 'B', value: '2' }],
    labels: [{ name: 'tier', value: 'web' }, { name: 'silo.scope', value: 'list' }], hostName: 'copied', userLimits: [{ name: 'nofile', soft: 100, hard: 200 }], oomScoreAdjust: 500, memoryBytes: 64 * 1024 * 1024, cpuWeight: 50,
    mounts: [{ kind: 'Volume', source: 'data', target: '/data', readOnly: false }, { kind: 'Volume', source: '', target: '/own', readOnly: false }], healthCheck: { command: ['true'], intervalSeconds: 7 },
    devices: ['/dev/null:/dev/other:rw'], pidMode: 'Host', stopSignal: 'SIGQUIT', restartPolicy: { name: 'OnFailure', maximumRetries: 3 },
  } satisfies Params<'container/create'>;
  beforeAll(async () => {
    host = new TestHost();
    engine = await host.withImage();
    await engine.call('container/create', settings);
  });
  afterAll(() => host?.close());

  it('is the same but for its name, the volumes of its own and the labels of lists', async () => {
    const { container: copy } = await engine.call('container/create', { from: 'first', name: 'second' });
    const { container: again } = await engine.call('container/create', { ...settings, name: 'asked', labels: [{ name: 'tier', value: 'web' }], mounts: settings.mounts.slice(0, 1) });
    const plain = ({ id: _id, sandboxId: _sandboxId, name: _name, createdAt: _createdAt, mounts, ...rest }: typeof copy): object => ({ ...rest, mounts: mounts.filter(({ source }) => source === 'data') });
    expect(plain(copy)).toEqual(plain(again));
    await engine.call('container/start', { container: copy.id });
    await engine.call('container/wait', { container: copy.id });
    const lines: string[] = [];
    await engine.call('container/log', { container: copy.id }, { onItem: (item) => lines.push((item as WireLogLine).text) });
    expect(lines).toEqual(['1 2', 'copied', '100', '500']);
  });

  it('has what was asked for in place of it', async () => {
    const { container } = await engine.call('container/create', { from: 'first', command: ['true'], environment: [{ name: 'B', value: '3' }], memoryBytes: 32 * 1024 * 1024, autoRemove: true, healthCheck: { command: [] } });
    expect(container).toMatchObject({ command: ['true'], memoryBytes: 32 * 1024 * 1024, autoRemove: true, hostName: 'copied', image: 'docker.io/library/busybox:test' });
  });

  it('needs that container, or an image', async () => {
    expect(await engine.call('container/create', { from: 'absent' }).catch((error: unknown) => errorCode(error))).toBe('ContainerNotFound');
    expect(await engine.call('container/create', {}).catch((error: unknown) => errorCode(error))).toBe('ParameterInvalid');
  });
});
