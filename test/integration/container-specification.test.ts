import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import type { Params, WireContainer } from '../../src/contract/index.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { makeNetworkNamespace, whyNoNetworks, type NetworkNamespace } from '../fixtures/network-namespace.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';

type Request = Params<'container/create'>;

describe.skipIf(skipReason('specifications', whyNoContainers() ?? whyNoNetworks()))('the specification of a container', () => {
  let machine: NetworkNamespace;
  let host: TestHost;
  let engine: EngineClient;
  beforeAll(async () => {
    machine = makeNetworkNamespace();
    host = new TestHost(undefined, ['env', 'SILO_DEFAULT_NETWORK=none', 'nsenter', `--net=${machine.path}`], machine);
    engine = await host.withImage();
    await engine.call('network/create', { name: 'front', driver: 'Internal', subnets: ['10.91.0.0/24'] });
    await engine.call('network/create', { name: 'back', driver: 'Internal', subnets: ['10.92.0.0/24'] });
    await engine.call('container/create', { image: 'busybox:test', name: 'other', network: 'None', command: ['true'] });
    const context = join(host.folder, 'context');
    mkdirSync(context);
    writeFileSync(join(context, 'Dockerfile'), `FROM busybox:test
ENTRYPOINT ["sh", "-c"]
CMD ["true"]
ENV A=1 B=2
LABEL tier=web
USER 1000
WORKDIR /tmp
VOLUME /v
STOPSIGNAL SIGINT
HEALTHCHECK --interval=5s --retries=2 CMD true
`);
    await engine.call('image/build', { path: context, references: ['full:1'], pull: 'Never' });
  });
  afterAll(async () => {
    await host?.close();
    machine?.close();
  });

  /** All that a look at a container tells, but what only one can have: ids, the times of it, and names of volumes that are made up. */
  const comparable = ({ id, sandboxId, createdAt: _, hostName, mounts, ...rest }: WireContainer): object =>
    ({ ...rest, ownSandbox: sandboxId === id, hostName: hostName === id.slice(0, 12) ? '' : hostName, mounts: mounts.map((mount) => ({ ...mount, source: /^[0-9a-f]{64}$/.test(mount.source) ? '' : mount.source })) });

  const rounds: readonly (readonly [string, Request])[] = [
    ['that says nothing', { image: 'full:1', network: 'None' }],
    ['without what its image would give it', { image: 'full:1', network: 'None', entrypoint: ['true'], command: ['x'], environment: [{ name: 'A', value: '' }], labels: [{ name: 'tier', value: '' }], user: 'root', workingDirectory: '/', stopSignal: 'SIGTERM', healthCheck: { command: [] } }],
    ["with another command than its image's", { image: 'full:1', network: 'None', command: ['exit 7'], healthCheck: { intervalSeconds: 9 } }],
    ["with another thing at the place of its image's volume", { image: 'full:1', network: 'None', mounts: [{ kind: 'Volume', source: '', target: '/v', readOnly: true }] }],
    ['with a command alone', { image: 'busybox:test', network: 'None', command: ['sleep', '100'] }],
    ['with an entry point and no command', { image: 'busybox:test', network: 'Host', entrypoint: ['true'], command: [] }],
    ['with limits', { image: 'busybox:test', network: 'None', command: ['true'], memoryBytes: 64 << 20, memorySwapBytes: 16 << 20, cpuCount: 0.5, cpuWeight: 7, processCount: 99, cpuSet: '0', blockIoWeight: 50, storageBytes: 32 << 20 }],
    ['with all that the kernel is told', {
      image: 'busybox:test', network: 'None', command: ['true'], oomScoreAdjust: 500, additionalGroups: ['4711'], addedCapabilities: ['CAP_NET_ADMIN'], droppedCapabilities: ['ALL'], devices: ['/dev/null:/dev/other:rw'],
      userLimits: [{ name: 'nofile', soft: 100, hard: 200 }, { name: 'core', soft: -1, hard: -1 }], kernelParameters: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '80' }], seccompProfile: 'unconfined', sharedMemoryBytes: 1 << 20, init: true, pidMode: 'Container:other', ipcMode: 'Container:other',
    }],
    ['with mounts of every kind', {
      image: 'busybox:test', network: 'None', command: ['true'],
      mounts: [
        { kind: 'Bind', source: '/tmp', target: '/host', readOnly: true, propagation: 'rslave' }, { kind: 'Volume', source: 'data', target: '/data', readOnly: false, noCopy: true },
        { kind: 'Volume', source: '', target: '/own', readOnly: false }, { kind: 'Tmpfs', source: '', target: '/memory', readOnly: false, sizeBytes: 65_536, mode: 0o700 },
      ],
    }],
    ['on several networks', { image: 'busybox:test', command: ['true'], networks: [{ network: 'back', addresses: ['10.92.0.9'], macAddress: '02:00:00:00:00:07', aliases: ['db'] }, { network: 'front' }], dnsServers: ['192.0.2.1'], dnsSearch: ['example'], hostEntries: [{ name: 'gate', value: '192.0.2.9' }] }],
    ['that publishes ports', { image: 'busybox:test', command: ['true'], network: 'nat', ports: ['127.0.0.1:18080:80/tcp', '53'] }],
    ["that shares another one's network", { image: 'busybox:test', command: ['true'], network: 'Container:other' }],
    ['with texts of every kind', {
      image: 'busybox:test', network: 'None', command: ['sh', '-c', "echo 'a \"b\" $c'\n"], environment: [{ name: 'A', value: "it's" }, { name: 'Path', value: '1' }, { name: 'PATH', value: '/bin' }],
      labels: [{ name: '', value: 'empty' }, { name: 'day', value: '2026-11-22T00:00:00Z' }, { name: '한글', value: '값' }], user: '1000:1000', workingDirectory: '/tmp', hostName: 'box',
    }],
    ['with a life', {
      image: 'busybox:test', network: 'None', command: ['true'], restartPolicy: { name: 'OnFailure', maximumRetries: 3 }, healthCheck: { command: ['true'], intervalSeconds: 7, timeoutSeconds: 2.5, startPeriodSeconds: 1, startIntervalSeconds: 0.5, retries: 9 },
      logLimits: { maximumSizeBytes: 65_536, keptFiles: 2 }, stopSignal: 'SIGQUIT', stopTimeoutSeconds: 3, readOnlyRoot: true, privileged: true, terminal: true, openStdin: true, isolation: 'Process',
    }],
    ['that goes when it ends', { image: 'busybox:test', network: 'None', command: ['true'], autoRemove: true }],
  ];
  it.each(rounds)('%s makes the same container again', async (_, request) => {
    const { container } = await engine.call('container/create', { ...request, name: 'round' });
    const { specification, omitted } = await engine.call('container/specification', { container: 'round' });
    expect(omitted).toEqual([]);
    await engine.call('container/remove', { container: 'round' });
    const { container: again } = await engine.call('container/create', specification);
    expect(comparable(again)).toEqual(comparable(container));
    expect((await engine.call('container/specification', { container: 'round' })).specification).toEqual(specification);
    await engine.call('container/remove', { container: 'round' });
  });

  it('says what was asked for, and not what the image gives', async () => {
    await engine.call('container/create', { image: 'full:1', name: 'short', network: 'None' });
    expect((await engine.call('container/specification', { container: 'short' })).specification).toEqual({ image: 'docker.io/library/full:1', name: 'short', isolation: 'Auto', network: 'None' });
  });

  it('leaves secrets out, and names them', async () => {
    await engine.call('container/create', {
      image: 'full:1', name: 'secretive', network: 'None', labels: [{ name: 'silo.scope', value: 'list' }, { name: 'tier', value: 'db' }],
      environment: [{ name: 'DB_PASSWORD', value: 'hunter2' }, { name: 'DB_PASSWORD_FILE', value: '/run/password' }, { name: 'API_KEY', value: 'hunter3' }, { name: 'KEYBOARD', value: 'kr' }],
    });
    const found = await engine.call('container/specification', { container: 'secretive' });
    expect(found.omitted).toEqual([{ kind: 'Variable', name: 'DB_PASSWORD' }, { kind: 'Variable', name: 'API_KEY' }]);
    expect(found.specification.environment?.map(({ name }) => name)).toEqual(['DB_PASSWORD_FILE', 'KEYBOARD']);
    expect(found.specification.labels).toEqual([{ name: 'tier', value: 'db' }]);
    expect(JSON.stringify(found)).not.toContain('hunter');
  });

  it('says which share is mounted with which account, and leaves its password out', async () => {
    const mount = { kind: 'Smb', source: '\\\\192.0.2.1\\share', target: '/share', readOnly: false, userName: 'EXAMPLE\\me', requirePrivacy: true } as const;
    await engine.call('container/create', { image: 'full:1', name: 'sharing', network: 'None', mounts: [{ ...mount, credential: { userName: 'EXAMPLE\\me', secret: 'hunter2' } }] });
    const found = await engine.call('container/specification', { container: 'sharing' });
    expect(found.omitted).toEqual([{ kind: 'Share', name: '/share' }]);
    expect(found.specification.mounts).toEqual([expect.objectContaining({ kind: 'Smb', target: '/share', userName: 'EXAMPLE\\me', requirePrivacy: true })]);
    expect(JSON.stringify(found)).not.toContain('hunter');
    await engine.call('container/rename', { container: 'sharing', name: 'sharing-first' });
    expect((await engine.call('container/create', found.specification)).container.mounts).toEqual(expect.arrayContaining(found.specification.mounts ?? []));
  });

  it('is asked of a container that is there', async () => {
    expect(await engine.call('container/specification', { container: 'absent' }).catch((error: unknown) => errorCode(error))).toBe('ContainerNotFound');
  });
});
