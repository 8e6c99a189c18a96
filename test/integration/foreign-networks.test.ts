import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import type { Params, WireContainer } from '../../src/contract/index.ts';
import { findPlugin } from '../../src/network/cni/index.ts';
import { LinuxNetwork } from '../../src/network/linux-network.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { makeNetworkNamespace, whyNoNetworks, type NetworkNamespace } from '../fixtures/network-namespace.ts';
import { silent } from '../fixtures/silent-log.ts';
import { TestHost } from './host-state.ts';

const missing = ['bridge', 'host-local', 'portmap'].find((name) => findPlugin(name) === undefined);
const noTables = spawnSync('sh', ['-c', 'PATH=$PATH:/usr/sbin:/sbin command -v iptables-save']).status === 0 ? undefined : 'iptables is not installed';
const reason = whyNoContainers() ?? noTables ?? whyNoNetworks() ?? (missing === undefined ? undefined : `the CNI plugin ${missing} is not installed`);

describe.skipIf(reason !== undefined)(`networks of CNI configuration lists${reason === undefined ? '' : `: ${reason}`}`, () => {
  let machine: NetworkNamespace;
  let host: TestHost;
  let engine: EngineClient;
  const folder = mkdtempSync(join(tmpdir(), 'silo-cni-'));
  const [configurations, addresses] = [join(folder, 'net.d'), join(folder, 'addresses')];

  const write = (file: string, content: unknown, mode = 0o644): string => {
    const path = join(configurations, file);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    chmodSync(path, mode);
    return path;
  };
  const office = (changes: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({
    cniVersion: '1.0.0', name: 'office',
    plugins: [
      { type: 'bridge', bridge: 'office0', isDefaultGateway: true, capabilities: { mac: true }, ipam: { type: 'host-local', dataDir: addresses, ranges: [[{ subnet: '10.123.0.0/24' }]] } },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
    ...changes,
  });
  const files = (path: string): readonly string[] => (existsSync(path) ? readdirSync(path) : []);
  /** What plugins, the host and Silo keep of links. */
  const left = (): readonly string[] => [
    ...files(join(addresses, 'office')).filter((name) => /^\d/.test(name)),
    ...machine.run('ip -brief link show type veth; iptables-save -t nat | grep -e --to-destination || true').split('\n').filter((line) => line !== ''),
    ...files(join(host.root, 'foreign-networks')),
  ];
  const code = async (call: Promise<unknown>): Promise<string> => call.then(() => 'done', (error: unknown) => errorCode(error) ?? String(error));
  const message = async (call: Promise<unknown>): Promise<string> => call.then(() => 'done', (error: Error) => error.message);
  const create = async (params: Omit<Params<'container/create'>, 'image'> = {}): Promise<string> => (await engine.call('container/create', { image: 'busybox:test', command: ['sleep', '1000'], stopTimeoutSeconds: 0, ...(params.networks === undefined ? { network: 'office' } : {}), ...params })).container.id;
  const started = async (params: Omit<Params<'container/create'>, 'image'> = {}): Promise<WireContainer> => (await engine.call('container/start', { container: await create(params) })).container;
  const inside = async (container: string, command: string): Promise<string> => {
    const lines: string[] = [];
    await engine.call('process/run', { container, command: ['sh', '-c', command] }, { onItem: (item) => { const { stream, text } = item as { stream: string; text: string }; if (stream === 'stdout') lines.push(text); } });
    return lines.join('\n');
  };

  beforeAll(async () => {
    mkdirSync(configurations);
    machine = makeNetworkNamespace();
    host = new TestHost(undefined, ['env', 'SILO_DEFAULT_NETWORK=none', `SILO_CNI_FOLDER=${configurations}`, 'nsenter', `--net=${machine.path}`]);
    engine = await host.withImage();
  });
  afterEach(async () => {
    for (const { id } of (await engine.call('container/list', {})).items) await engine.call('container/remove', { container: id, force: true });
    for (const { id, driver } of (await engine.call('network/list', {})).items) if (driver !== 'Foreign') await engine.call('network/remove', { network: id });
    for (const name of readdirSync(configurations)) rmSync(join(configurations, name), { recursive: true });
    const rest = left();
    if (rest.length > 0) throw new Error(`left: ${rest.join('; ')}`);
  });
  afterAll(async () => {
    await engine?.close();
    await host?.close();
    machine?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('lists them, and links containers to one by name, with an address and published ports of its plugins', async () => {
    const file = write('10-office.conflist', office());
    const [listed] = (await engine.call('network/list', {})).items;
    expect(listed).toMatchObject({ name: 'office', driver: 'Foreign', hostId: file, problem: null, containers: [], subnets: [] });
    const web = await started({ name: 'web', hostName: 'web', ports: ['8080:80'], command: ['sh', '-c', 'hostname > /www/name; exec httpd -f -p 80 -h /www 2>&1'] });
    expect(web.ipAddress).toMatch(/^10\.123\.0\.\d+$/);
    const get = (address: string, port: number): string => machine.run(`printf 'GET /name HTTP/1.0\\r\\n\\r\\n' | busybox nc -w 2 ${address} ${port} 2>/dev/null | tail -n 1`).trim();
    await expect.poll(() => get(web.ipAddress ?? '', 80), { timeout: 10_000 }).toBe('web');
    expect(machine.run('iptables-save -t nat')).toContain(`--to-destination ${web.ipAddress}:80`);
    expect(await inside('web', "grep -w web /etc/hosts; ip route | grep -c default")).toBe(`${web.ipAddress}\tweb\n1`);
    expect((await engine.call('network/list', { networks: ['OFFICE'] })).items).toMatchObject([{ id: listed?.id, containers: ['web'] }]);
    expect((await engine.call('network/adapters', { container: 'web' })).items).toMatchObject([{ network: 'office', attached: true, interfaceName: 'eth0', gateways: ['10.123.0.1'], ports: ['8080:80/tcp'] }]);
    await engine.call('container/stop', { container: 'web' });
    expect(left()).toEqual([]);
  });

  it('connects a running container to one, with the hardware address that was asked for, and takes it off', async () => {
    write('10-office.conflist', office());
    await started({ name: 'late', networks: [{ network: (await engine.call('network/create', { name: 'own', driver: 'Internal' })).network.id }] });
    const { adapter } = await engine.call('network/connect', { container: 'late', network: 'office', macAddress: '02-15-5D-00-00-09' });
    expect(adapter).toMatchObject({ interfaceName: 'eth1', macAddress: '02:15:5d:00:00:09', attached: true });
    expect(await inside('late', 'cat /sys/class/net/eth1/address')).toBe('02:15:5d:00:00:09');
    await engine.call('network/disconnect', { container: 'late', network: 'office' });
    expect(left().filter((line) => !line.includes('silov'))).toEqual([]);
  });

  it('changes and removes none of them', async () => {
    write('10-office.conflist', office());
    for (let round = 0; round < 2; round += 1) {
      expect(await code(engine.call('network/remove', { network: 'office', force: true }))).toBe('NetworkForeign');
      await create({ name: `of${round}` });
    }
    expect(await code(engine.call('network/create', { name: 'Office' }))).toBe('NetworkNameInUse');
    rmSync(join(configurations, '10-office.conflist'));
    const { items } = await engine.call('network/repair', {});
    expect(items).toMatchObject([{ kind: 'Network', name: 'office', action: 'Failed', problem: expect.stringMatching(/changes nothing of it/) as string }]);
    expect(await message(engine.call('container/start', { container: 'of0' }))).toMatch(/no file of this folder has the network 'office' any more/);
    for (const name of ['of0', 'of1']) await engine.call('container/remove', { container: name });
    expect((await engine.call('network/list', {})).items).toEqual([]);
    expect((await engine.call('network/create', { name: 'Office' })).network.driver).toBe('Nat');
  });

  it.each([
    ['no JSON', '10-office.conflist', '{ "name": "office", ', 0o644, 'it is no valid JSON'],
    ['a missing plugin', '10-office.conflist', { cniVersion: '1.0.0', name: 'office', plugins: [{ type: 'nosuchplugin' }] }, 0o644, 'the plugin nosuchplugin is not installed'],
    ['a path for a plugin', '10-office.conflist', { cniVersion: '1.0.0', name: 'office', plugins: [{ type: '../../../bin/sh' }] }, 0o644, 'the type of a plugin must be the name of one'],
    ['no plugins', '10-office.conflist', { cniVersion: '1.0.0', name: 'office', plugins: [] }, 0o644, 'it lists no plugins'],
    ['an old version', '10-office.conflist', { cniVersion: '0.2.0', name: 'office', plugins: [{ type: 'bridge' }] }, 0o644, 'its cniVersion must be'],
    ['a path for a name', 'office', { cniVersion: '1.0.0', name: '../../etc', plugins: [{ type: 'bridge' }] }, 0o644, 'its name must be'],
    ['a writer beside root', '10-office.conflist', { cniVersion: '1.0.0', name: 'office', plugins: [{ type: 'bridge' }] }, 0o666, 'somebody other than root can write to it'],
  ])('says what is wrong with a list that has %s', async (_what, file, content, mode, problem) => {
    const name = file === 'office' ? 'office.conflist' : 'office';
    const path = write(file === 'office' ? 'office.conflist' : file, content, mode);
    const listed = (await engine.call('network/list', {})).items;
    expect(listed).toMatchObject([{ driver: 'Foreign', hostId: path, problem: expect.stringContaining(problem) as string }]);
    // A file that may not be read at all has its own name.
    const reference = listed[0]?.name ?? name;
    expect(await code(create({ network: reference }))).toBe('NetworkConfigInvalid');
    expect(await message(create({ network: reference }))).toContain(problem);
  });

  it('refuses a name that two lists have, or a list and a network of Silo', async () => {
    write('10-office.conflist', office());
    write('20-office.conflist', office());
    expect((await engine.call('network/list', {})).items).toMatchObject([{ name: 'office', problem: expect.stringContaining('20-office.conflist') as string }]);
    expect(await code(create())).toBe('NetworkConfigInvalid');
    for (const name of ['10-office.conflist', '20-office.conflist']) rmSync(join(configurations, name));
    await engine.call('network/create', { name: 'office' });
    write('30-office.conflist', office());
    expect(await message(create())).toMatch(/Silo's own network .* has the name 'office' too; rename or remove one of them/);
    rmSync(join(configurations, '30-office.conflist'));
    await create();
  });

  it('refuses what no plugin of the list can do, before anything is made', async () => {
    write('10-office.conflist', office({ plugins: [{ type: 'bridge', bridge: 'office0', ipam: { type: 'host-local', dataDir: addresses, ranges: [[{ subnet: '10.123.0.0/24' }]] } }] }));
    expect(await code(create({ ports: ['8080:80'] }))).toBe('OptionUnsupported');
    expect(await code(create({ networks: [{ network: 'office', macAddress: '02-15-5D-00-00-09' }] }))).toBe('OptionUnsupported');
    expect(await code(create({ networks: [{ network: 'office', addresses: ['10.123.0.9'] }] }))).toBe('ParameterInvalid');
  });

  it('tells what a plugin answers, and takes back what others of the list have made', async () => {
    const [bridge] = office()['plugins'] as readonly object[];
    write('10-office.conflist', office({ plugins: [bridge, { type: 'tuning', sysctl: { 'net.ipv4.no_such_thing': '1' } }] }));
    expect(await message(engine.call('container/start', { container: await create() }))).toMatch(/tuning: .*no_such_thing/);
    expect(left()).toEqual([]);
  });

  it('gives back at once what a container held whose start failed', async () => {
    write('10-office.conflist', office());
    expect(await code(engine.call('container/start', { container: await create({ command: ['/no/such/program'] }) }))).toBe('ExecutableNotFound');
    expect(left()).toEqual([]);
  });

  it('mends a link that was taken away by hand', async () => {
    write('10-office.conflist', office());
    const { id } = await started({ name: 'cut' });
    machine.run("for link in $(ip -brief link show type veth | cut -d@ -f1); do ip link delete $link; done");
    expect((await engine.call('network/repair', {})).items).toMatchObject([{ kind: 'Endpoint', name: 'cut', action: 'Repaired' }]);
    expect(await inside(id, 'cat /sys/class/net/eth0/operstate')).toBe('up');
    expect((await engine.call('network/repair', {})).items).toEqual([]);
  });

  it('leaves nothing of an engine that was killed while it linked a container', { timeout: 120_000 }, async () => {
    write('10-office.conflist', office());
    const steps = [10, 40, 80, 120, 200];
    for (const [index, milliseconds] of steps.entries()) {
      const id = await create({ name: `killed${index}`, ports: index % 2 === 0 ? ['8080:80'] : [] });
      const starting = engine.call('container/start', { container: id }).catch(() => undefined);
      const began = performance.now();
      while (performance.now() - began < 5000 && files(join(host.root, 'foreign-networks')).length === 0) await delay(2);
      await delay(milliseconds);
      await host.kill(engine);
      await starting;
      engine = await host.engine();
      await engine.call('container/remove', { container: id, force: true });
      expect(left()).toEqual([]);
    }
  });

  it('gives back an address after a reboot, when sandbox and list are gone', async () => {
    const root = join(folder, 'other-root');
    const file = write('10-office.conflist', office());
    const open = (boot: string): LinuxNetwork => new LinuxNetwork({ root, runFolder: join(folder, boot), log: silent, namespace: machine.path, configurations });
    const [sandbox, id] = ['ab'.repeat(32), 'cd'.repeat(32)];
    const before = open('first');
    await before.prepare(sandbox, 'networks');
    const network = { id: 'ef'.repeat(32), name: 'office', driver: 'foreign', subnets: [], parentInterface: undefined, vlanId: undefined, mtu: undefined, dnsServers: [], dnsSuffix: undefined, hostId: file } as const;
    const request = { id, addresses: [], macAddress: undefined, aliases: [], ports: [{ protocol: 'tcp', hostAddress: undefined, hostPort: 8080, containerPort: 80 }], index: 0, defaultRoute: true } as const;
    const attached = await before.attach(sandbox, network, request);
    expect(await before.endpoints()).toEqual([{ id, hostId: attached.hostId, faults: [] }]);
    expect(await before.attach(sandbox, network, request)).toEqual(attached);
    expect(left().length).toBeGreaterThan(2);
    await before.release(sandbox);
    rmSync(join(folder, 'first'), { recursive: true });
    rmSync(file);
    const after = open('second');
    expect(await after.endpoints()).toEqual([{ id, hostId: attached.hostId, faults: ['its sandbox is gone'] }]);
    await after.detach('', { id, hostId: undefined, addresses: [], ports: [] });
    expect(await after.endpoints()).toEqual([]);
    expect(left()).toEqual([]);
  });
});
