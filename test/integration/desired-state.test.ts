import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import type { Params, Result, WireContainer } from '../../src/contract/index.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { makeNetworkNamespace, whyNoNetworks, type NetworkNamespace } from '../fixtures/network-namespace.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';

type Wishes = Params<'desired/test'>;
type ContainerWish = NonNullable<Wishes['container']>;

const idle = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.05; done'];

describe.skipIf(skipReason('desired state', whyNoContainers() ?? whyNoNetworks()))('desired state', { timeout: 180_000 }, () => {
  let machine: NetworkNamespace;
  let host: TestHost;
  let engine: EngineClient;
  beforeAll(async () => {
    machine = makeNetworkNamespace();
    host = new TestHost(undefined, ['env', 'SILO_DEFAULT_NETWORK=none', 'nsenter', `--net=${machine.path}`], machine);
    engine = await host.withImage();
    await engine.call('image/import', { path: host.archive, reference: 'busybox:next', config: { environment: [{ name: 'EDITION', value: 'next' }], labels: [{ name: 'edition', value: 'next' }] } });
  });
  afterAll(async () => {
    await host?.close();
    machine?.close();
  });
  afterEach(async () => {
    for (const { id } of (await engine.call('container/list', {})).items) await engine.call('container/remove', { container: id, force: true });
    for (const { name } of (await engine.call('network/list', {})).items) await engine.call('network/remove', { network: name, force: true });
    for (const { name } of (await engine.call('volume/list', {})).items) await engine.call('volume/remove', { volume: name });
    const left = await host.settledLeaks();
    if (left.length > 0) throw new Error(`left on the host: ${left.join('; ')}`);
  });

  const properties = ({ differences }: Pick<Result<'desired/test'>, 'differences'>): readonly string[] => differences.map(({ property, change }) => `${property} ${change}`);
  const test = async (wishes: Wishes): Promise<readonly string[]> => properties(await engine.call('desired/test', wishes));
  /** Sets once, and expects that nothing is left to do then. */
  const set = async (wishes: Wishes): Promise<Result<'desired/set'>> => {
    const result = await engine.call('desired/set', wishes);
    expect(properties({ differences: result.left })).toEqual([]);
    expect(await test(wishes)).toEqual([]);
    const again = await engine.call('desired/set', wishes);
    expect(again.differences).toEqual([]);
    expect(again.before).toEqual(again.found);
    return result;
  };
  const container = async (name: string): Promise<WireContainer> => (await engine.call('container/list', { containers: [name] })).items[0] as WireContainer;
  const code = async (call: Promise<unknown>): Promise<string> => call.then(() => 'done', (error: unknown) => errorCode(error) ?? String(error));
  const web: ContainerWish = { name: 'web', image: 'busybox:test', command: idle, state: 'Running', settleSeconds: 0 };

  describe('of a container', () => {
    it('is brought about once, and found again in the words in which it was asked for', async () => {
      const wish: ContainerWish = {
        ...web, environment: [{ name: 'A', value: 'b' }], labels: [{ name: 'tier', value: 'web' }], mounts: [{ kind: 'Volume', source: 'data', target: '/data', readOnly: false }, { kind: 'Tmpfs', source: '', target: '/scratch', readOnly: false, sizeBytes: 1_048_576 }],
        memoryBytes: 67_108_864, cpuCount: 0.5, restartPolicy: 'OnFailure', maximumRetries: 3, user: '0', workingDirectory: '/tmp', hostName: 'web', readOnlyRoot: true, stopTimeoutSeconds: 3,
      };
      expect(await test({ container: wish })).toEqual(['exist Create']);
      const { found, differences, before } = await set({ container: wish });
      expect(properties({ differences })).toEqual(['exist Create']);
      expect(before).toEqual({ container: { name: 'web', exist: false } });
      const { settleSeconds: _, ...asked } = wish;
      expect(found.container).toMatchObject({ ...asked, exist: true, networks: ['None'] });
      const id = (await container('web')).id;
      const { items } = await engine.call('desired/list', { kind: 'container' });
      expect(items).toEqual([found]);
      const { id: _id, imageDigest: _digest, effectiveIsolation: _isolation, ipAddress: _ip, exitCode: _code, ...exported } = items[0]?.container ?? { name: '', exist: true };
      expect(await test({ container: exported as ContainerWish })).toEqual([]);
      expect((await container('web')).id).toBe(id);
    });

    it('tells what differs property by property, and manages nothing that is not named', async () => {
      await set({ container: { ...web, environment: [{ name: 'SECRET', value: 'hunter2' }], mounts: [{ kind: 'Tmpfs', source: '', target: '/a', readOnly: false }] } });
      expect(await test({ container: { name: 'web' } })).toEqual([]);
      const result = await engine.call('desired/test', {
        container: {
          name: 'web', image: 'busybox:next', command: ['sleep', '9'], environment: [{ name: 'SECRET', value: 'other' }], labels: [{ name: 'x', value: 'y' }], mounts: [], user: 'web', workingDirectory: '/etc', hostName: 'other', readOnlyRoot: true, privileged: true,
          stopTimeoutSeconds: 1, memoryBytes: 67_108_864, cpuCount: 1, cpuWeight: 200, processCount: 100, restartPolicy: 'Always', state: 'Stopped', isolation: 'Process', networks: ['Host'],
        },
      });
      expect(properties(result)).toEqual([
        'image Recreate', 'command Recreate', 'environment Recreate', 'labels InPlace', 'mounts Recreate', 'user Recreate', 'workingDirectory Recreate', 'hostName Recreate', 'readOnlyRoot Recreate', 'privileged Recreate', 'stopTimeoutSeconds Recreate',
        'networks Recreate', 'isolation Restart', 'memoryBytes InPlace', 'cpuCount InPlace', 'cpuWeight InPlace', 'processCount InPlace', 'restartPolicy InPlace', 'state InPlace',
      ]);
      expect(result.differences.map(({ reason }) => reason).join(' ')).not.toMatch(/hunter2|other"/);
      expect(result.differences.find(({ property }) => property === 'environment')?.reason).toBe('these variables differ: EDITION, SECRET');
    });

    it('is changed in place where that is possible: the process goes on', async () => {
      await set({ container: web });
      const before = await container('web');
      await set({ container: { ...web, memoryBytes: 67_108_864, cpuCount: 0.5, processCount: 64, restartPolicy: 'UnlessStopped', labels: [{ name: 'tier', value: 'web' }] } });
      expect(await container('web')).toMatchObject({ id: before.id, pid: before.pid, memoryBytes: 67_108_864, restartPolicy: 'UnlessStopped', labels: [{ name: 'tier', value: 'web' }] });
      await set({ container: { ...web, state: 'Stopped' } });
      expect(await container('web')).toMatchObject({ id: before.id, state: 'Exited', memoryBytes: 67_108_864 });
      await engine.call('container/start', { container: 'web' });
      await engine.call('container/pause', { container: 'web' });
      expect(await test({ container: web })).toEqual(['state InPlace']);
      await set({ container: web });
      expect(await container('web')).toMatchObject({ id: before.id, state: 'Running' });
      // Only as long as it is stopped can the isolation change, so it is stopped for that, and runs again.
      await set({ container: { ...web, isolation: 'Process' } });
      expect(await container('web')).toMatchObject({ id: before.id, state: 'Running', isolation: 'Process' });
    });

    it('is made anew where nothing else helps, and keeps what was not named', async () => {
      await set({ container: { ...web, environment: [{ name: 'OWN', value: '1' }], memoryBytes: 67_108_864, restartPolicy: 'Always', mounts: [{ kind: 'Volume', source: 'kept', target: '/kept', readOnly: false }] } });
      const before = await container('web');
      const { differences } = await set({ container: { name: 'web', image: 'busybox:next', state: 'Running' } });
      expect(properties({ differences })).toEqual(['image Recreate']);
      const after = await container('web');
      expect(after.id).not.toBe(before.id);
      expect(after).toMatchObject({ state: 'Running', memoryBytes: 67_108_864, restartPolicy: 'Always', mounts: [{ source: 'kept' }], environment: expect.arrayContaining([{ name: 'EDITION', value: 'next' }, { name: 'OWN', value: '1' }]), command: idle });
      expect((await engine.call('container/list', {})).items).toHaveLength(1);
    });

    it('runs what its new image says, where it ran what the old one said', async () => {
      const made = (edition: string): Promise<unknown> => engine.call('image/import', { path: host.archive, reference: `says:${edition}`, config: { command: ['sleep', edition] } });
      await made('1000');
      await made('2000');
      await set({ container: { name: 'web', image: 'says:1000', state: 'Running', settleSeconds: 0, stopTimeoutSeconds: 0 } });
      await set({ container: { name: 'web', image: 'says:2000' } });
      expect(await container('web')).toMatchObject({ state: 'Running', command: ['sleep', '2000'] });
    });

    it('sees that a tag names another image now', async () => {
      await engine.call('image/tag', { image: 'busybox:test', reference: 'busybox:moving' });
      await set({ container: { ...web, image: 'busybox:moving' } });
      await engine.call('image/tag', { image: 'busybox:next', reference: 'busybox:moving', force: true });
      const { differences } = await engine.call('desired/test', { container: { ...web, image: 'busybox:moving' } });
      expect(differences).toMatchObject([{ property: 'image', change: 'Recreate', reason: expect.stringMatching(/^busybox:moving names another image now \(sha256:/) }]);
      await engine.call('image/remove', { image: 'busybox:moving', force: true });
    });

    it('is no success where it ends soon after its start, and what was there before is there again', async () => {
      await set({ container: web });
      const before = await container('web');
      expect(await code(engine.call('desired/set', { container: { ...web, command: ['sh', '-c', 'sleep 0.2; exit 7'], settleSeconds: 5 } }))).toBe('ContainerNotRunning');
      const after = await container('web');
      expect(after).toMatchObject({ id: before.id, state: 'Running' });
      expect((await engine.call('container/list', {})).items).toHaveLength(1);
      expect(await code(engine.call('desired/set', { container: { ...web, user: 'nobody-of-that-name' } }))).toBe('UserNotFound');
      expect(await container('web')).toMatchObject({ id: before.id, state: 'Running' });
    });

    it('mends a replacement that was interrupted, on either side of the moment at which the new one was made', async () => {
      await set({ container: web });
      const { id } = await container('web');
      const parked = `web-replaced-${id.slice(0, 12)}`;
      await engine.call('container/rename', { container: id, name: parked });
      expect(await test({ container: web })).toEqual(['name InPlace']);
      await set({ container: web });
      expect((await container('web')).id).toBe(id);
      await engine.call('container/rename', { container: id, name: parked });
      await engine.call('container/create', { image: 'busybox:test', name: 'web', command: idle });
      expect(await test({ container: web })).toEqual(['state InPlace', 'name InPlace']);
      await set({ container: web });
      expect((await engine.call('container/list', {})).items).toMatchObject([{ name: 'web', state: 'Running' }]);
      await engine.call('container/create', { image: 'busybox:test', name: 'other-replaced-0123456789ab', command: idle });
      await set({ container: { name: 'web', exist: false } });
      expect((await engine.call('container/list', {})).items.map(({ name }) => name)).toEqual(['other-replaced-0123456789ab']);
    });

    it('survives an engine that is killed at any moment of a replacement', async () => {
      for (let round = 0; round < 6; round += 1) {
        await set({ container: web });
        const other = await host.engine();
        const replaced = other.call('desired/set', { container: { ...web, image: 'busybox:next', stopTimeoutSeconds: 1 } }).catch(() => undefined);
        await new Promise((resolve) => { setTimeout(resolve, 30 + round * 60); });
        await host.kill(other);
        await replaced;
        await set({ container: { ...web, image: 'busybox:next', stopTimeoutSeconds: 1 } });
        expect((await engine.call('container/list', {})).items).toMatchObject([{ name: 'web', state: 'Running' }]);
        await set({ container: { name: 'web', exist: false } });
      }
    });

    it('goes where it shall not be, running or not, and needs an image only where it is made', async () => {
      await set({ container: web });
      await set({ container: { name: 'web', exist: false } });
      expect((await engine.call('container/list', {})).items).toEqual([]);
      expect(await code(engine.call('desired/set', { container: { name: 'web' } }))).toBe('ParameterInvalid');
      expect(await code(engine.call('desired/set', { container: { name: 'web', image: 'nothing:here', pull: 'Never' } }))).toBe('ImageNotFound');
    });

    it('is rehearsed by a dry run that changes nothing', async () => {
      await set({ container: web });
      const before = await engine.call('container/list', {});
      const result = await engine.call('desired/set', { container: { ...web, command: ['sleep', '1'], memoryBytes: 67_108_864 }, dryRun: true });
      expect(properties(result)).toEqual(['command Recreate', 'memoryBytes InPlace']);
      expect(result.left).toEqual(result.differences);
      expect(await engine.call('container/list', {})).toEqual(before);
      expect(properties(await engine.call('desired/set', { container: { name: 'new', image: 'busybox:test' }, dryRun: true }))).toEqual(['exist Create']);
      expect(properties(await engine.call('desired/set', { container: { name: 'web', exist: false }, dryRun: true }))).toEqual(['exist Remove']);
      expect(await engine.call('container/list', {})).toEqual(before);
    });

    it('has its networks and ports', async () => {
      for (const name of ['front', 'back', 'side']) await set({ network: { name, driver: 'Nat' } });
      const wish: ContainerWish = { ...web, networks: ['front', 'back'], ports: ['8080:80', '9090/udp'] };
      const { found } = await set({ container: wish });
      expect(found.container).toMatchObject({ networks: ['front', 'back'], ports: ['8080:80/tcp', expect.stringMatching(/^\d+:9090\/udp$/)] });
      const { id } = await container('web');
      await set({ container: { ...wish, networks: ['FRONT', 'side'] } });
      expect((await container('web')).id).toBe(id);
      expect(await test({ container: { ...wish, networks: ['side', 'front'] } })).toEqual(['networks Recreate']);
      expect(await test({ container: { ...wish, networks: ['front', 'side'], ports: ['8081:80'] } })).toEqual(['ports Recreate']);
      await set({ container: { ...wish, networks: ['side'], ports: ['8081:80'] } });
      expect(await container('web')).toMatchObject({ state: 'Running', ports: ['8081:80/tcp'] });
      expect((await container('web')).id).not.toBe(id);
    });
  });

  it('of a volume: it is there, with its labels, and goes when nothing mounts it', async () => {
    expect(properties(await set({ volume: { name: 'data', labels: [{ name: 'keep', value: 'yes' }] } }))).toEqual(['exist Create']);
    writeFileSync(join((await engine.call('volume/list', { volumes: ['data'] })).items[0]?.path ?? '', 'file'), 'content');
    expect(properties(await set({ volume: { name: 'data', labels: [{ name: 'keep', value: 'no' }] } }))).toEqual(['labels InPlace']);
    expect((await engine.call('volume/list', { volumes: ['data'], size: true })).items).toMatchObject([{ labels: [{ name: 'keep', value: 'no' }], sizeBytes: expect.any(Number) }]);
    await set({ container: { ...web, mounts: [{ kind: 'Volume', source: 'data', target: '/data', readOnly: false }] } });
    expect(await code(engine.call('desired/set', { volume: { name: 'data', exist: false } }))).toBe('VolumeInUse');
    await set({ container: { name: 'web', exist: false } });
    await set({ volume: { name: 'data', exist: false } });
    expect((await engine.call('volume/list', {})).items).toEqual([]);
  });

  it('of a network: labels change in place, the rest makes it anew, but not under its containers', async () => {
    const wish = { name: 'app', driver: 'Nat', subnets: ['10.99.0.0/24'], labels: [{ name: 'a', value: '1' }] } as const satisfies Wishes['network'];
    const asked = { ...wish, subnets: [...wish.subnets], labels: [...wish.labels] };
    await set({ network: asked });
    const id = (await engine.call('network/list', { networks: ['app'] })).items[0]?.id;
    expect(await test({ network: { name: 'APP', subnets: ['10.99.0.7/24'] } })).toEqual([]);
    expect(properties(await set({ network: { ...asked, labels: [{ name: 'a', value: '2' }] } }))).toEqual(['labels InPlace']);
    expect((await engine.call('network/list', { networks: ['app'] })).items).toMatchObject([{ id, labels: [{ name: 'a', value: '2' }] }]);
    await set({ container: { ...web, networks: ['app'] } });
    expect(await test({ network: { name: 'app', subnets: ['10.98.0.0/24'], mtu: 1400, driver: 'Internal' } })).toEqual(['driver Recreate', 'subnets Recreate', 'mtu Recreate']);
    expect(await code(engine.call('desired/set', { network: { name: 'app', subnets: ['10.98.0.0/24'] } }))).toBe('NetworkInUse');
    await set({ container: { name: 'web', exist: false } });
    await set({ network: { name: 'app', subnets: ['10.98.0.0/24'] } });
    await set({ network: { name: 'app', exist: false } });
  });

  it('of an image: it comes from an archive, has a digest and a platform, and goes unless it is used', async () => {
    const wish = { reference: 'from-archive:1', path: host.archive } as const;
    expect(properties(await set({ image: wish }))).toEqual(['exist Create']);
    const { found } = await engine.call('desired/test', { image: wish });
    const digest = found.image?.digest ?? '';
    expect(await test({ image: { reference: 'from-archive:1', digest, platform: found.image?.platform ?? '' } })).toEqual([]);
    expect(await test({ image: { reference: 'from-archive:1', digest: `sha256:${'0'.repeat(64)}`, platform: 'windows/amd64' } })).toEqual(['digest Recreate', 'platform Recreate']);
    expect(await code(engine.call('desired/set', { image: { ...wish, digest: `sha256:${'0'.repeat(64)}` } }))).toBe('ParameterInvalid');
    await set({ image: { reference: 'from-archive:1', exist: false } });
    await engine.call('image/import', { path: host.archive, reference: 'used:1', config: { user: '0' } });
    await set({ container: { ...web, image: 'used:1' } });
    expect(await code(engine.call('desired/set', { image: { reference: 'used:1', exist: false } }))).toBe('ImageInUse');
    await set({ image: { reference: 'used:1', exist: false, force: true } });
    // The container stands on what it was made from, whatever became of the name.
    expect(await test({ container: { ...web, image: 'used:1' } })).toEqual([]);
  });

  it('of the host: its default isolation', async () => {
    expect(await test({ host: { isolation: 'Process' } })).toEqual(['isolation InPlace']);
    const { found } = await set({ host: { isolation: 'Process' } });
    expect(found.host).toMatchObject({ isolation: 'Process', service: false, features: [], restartNeeded: false });
    await set({ host: { isolation: 'Auto' } });
    expect(await code(engine.call('desired/set', { host: { features: ['HyperV'] } }))).toMatch(/OptionUnsupported|ServiceManagerMissing/);
  });

  it('of an application: what its files say runs, and goes', async () => {
    const folder = join(host.folder, 'shop');
    mkdirSync(folder);
    const write = (text: string): void => { writeFileSync(join(folder, 'compose.yaml'), text); };
    write('services: { web: { image: "busybox:test", command: [sleep, "1000"], network_mode: none, stop_grace_period: 0s } }');
    const wish = { name: 'shop', files: [folder], state: 'Running' } as const satisfies Wishes['application'];
    const asked = { ...wish, files: [...wish.files] };
    const { found } = await set({ application: asked });
    expect(found.application).toMatchObject({ state: 'Running', containers: ['shop-web-1'] });
    write('services: { web: { image: "busybox:test", command: [sleep, "2000"], network_mode: none, stop_grace_period: 0s } }');
    expect(await test({ application: asked })).toEqual(['files Recreate']);
    await set({ application: asked });
    await engine.call('application/stop', { name: 'shop' });
    expect(await test({ application: asked })).toEqual(['state InPlace']);
    await set({ application: asked });
    expect(await test({ application: { name: 'shop', state: 'Stopped' } })).toEqual(['state InPlace']);
    await set({ application: { name: 'shop', state: 'Stopped' } });
    await set({ application: { name: 'shop', exist: false } });
  });

  it('of a list: its containers are there, and with purge no others of its scope', async () => {
    await set({ container: { ...web, name: 'stranger' } });
    const list = (names: readonly string[], more: Partial<NonNullable<Wishes['containerList']>> = {}): Wishes => ({ containerList: { scope: 'shop', containers: names.map((name) => ({ ...web, name })), ...more } });
    const { differences } = await set(list(['one', 'two']));
    expect(differences.map(({ property, reason }) => `${property}: ${reason}`)).toEqual(['containers: one: exist: it is not there', 'containers: two: exist: it is not there']);
    expect(await test(list(['one']))).toEqual([]);
    expect((await engine.call('desired/test', list(['one'], { purge: true }))).differences).toEqual([{ property: 'purge', change: 'Remove', reason: 'two is not listed' }]);
    await set(list(['one', 'three'], { purge: true }));
    expect((await engine.call('container/list', {})).items.map(({ name }) => name).sort()).toEqual(['one', 'stranger', 'three']);
    // One that is listed and was made by somebody belongs to the list from then on.
    const { id } = await container('stranger');
    await set(list(['one', 'stranger'], { purge: true }));
    expect((await container('stranger')).id).toBe(id);
    expect((await engine.call('desired/list', { kind: 'containerList' })).items).toMatchObject([{ containerList: { scope: 'shop', containers: [{ name: 'stranger' }, { name: 'one' }] } }]);
    expect(await code(engine.call('desired/test', list(['one', 'one'])))).toBe('ParameterInvalid');
    await set({ containerList: { scope: 'shop', exist: false } });
    expect((await engine.call('container/list', {})).items).toEqual([]);
  });

  it('is asked for of one thing at a time', async () => {
    expect(await code(engine.call('desired/test', {}))).toBe('ParameterInvalid');
    expect(await code(engine.call('desired/test', { container: web, volume: { name: 'x' } }))).toBe('ParameterInvalid');
    expect(await code(engine.call('desired/test', { container: { name: 'x', colour: 'red' } as ContainerWish }))).toBe('ParameterInvalid');
  });
});
