import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ComputeNetwork } from '../../../../native/computenetwork.ts';
import type { EndpointRequest, NetworkDefinition } from '../../../../src/core/index.ts';
import { accessRule, HcnNetwork, hcnResults, HcnService, loadBalancer, outboundTranslation, portMapping } from '../../../../src/network/hcn/index.ts';
import { expectError } from '../../../fixtures/expect-error.ts';
import { startHcnHost, whyNoHcn, type HcnHost } from '../../../fixtures/hcn-host.ts';
import { skipReason } from '../../../fixtures/temporary-folder.ts';

const id = (): string => randomBytes(32).toString('hex');
const subnet = { prefix: '10.88.0.0/24', gateway: '10.88.0.1' };
const definition = (changes: Partial<NetworkDefinition> = {}): NetworkDefinition => ({
  id: id(), name: 'shop', driver: 'nat', subnets: [subnet], parentInterface: undefined, vlanId: undefined, mtu: undefined, dnsServers: [], dnsSuffix: undefined, hostId: undefined, ...changes,
});
const request = (changes: Partial<EndpointRequest> = {}): EndpointRequest => ({ id: id(), addresses: [], macAddress: undefined, aliases: [], ports: [], index: 0, defaultRoute: true, ...changes });
const web = { protocol: 'tcp', hostAddress: undefined, hostPort: 8080, containerPort: 80 } as const;
const foreignNat = { Name: 'nat', Ipams: [{ Type: 'Static', Subnets: [{ IpAddressPrefix: '172.28.0.0/20', Routes: [{ NextHop: '172.28.0.1', DestinationPrefix: '0.0.0.0/0' }] }] }] };

describe.skipIf(skipReason('HcnNetwork', whyNoHcn()))('HcnNetwork', () => {
  let host: HcnHost;
  let network: HcnNetwork;
  beforeAll(async () => {
    host = await startHcnHost();
    network = host.network();
  });
  afterAll(async () => { await host?.close(); });

  const fault = (...faults: object[]): void => { writeFileSync(join(host.simulator.root, 'faults.json'), JSON.stringify({ Faults: faults })); };
  const created = async (changes: Partial<NetworkDefinition> = {}, by = network): Promise<NetworkDefinition> => {
    const wanted = definition(changes);
    return { ...wanted, ...await by.createNetwork(wanted) };
  };
  const linked = async (on: NetworkDefinition, changes: Partial<EndpointRequest> = {}, by = network) => {
    const sandbox = id();
    const namespace = await by.prepare(sandbox, 'networks') ?? '';
    const endpoint = request(changes);
    return { sandbox, namespace, endpoint, attached: await by.attach(sandbox, on, endpoint) };
  };
  const described = async (hostId: string | undefined) => host.service.get('Network', hostId ?? '');

  afterEach(async ({ task }) => {
    rmSync(join(host.simulator.root, 'faults.json'), { force: true });
    const { handles } = await host.simulator.counts();
    for (const kind of ['LoadBalancer', 'Endpoint', 'Namespace', 'Network'] as const) for (const { ID } of await host.service.list(kind)) await host.service.remove(kind, ID);
    for (const folder of ['namespaces', 'adopted']) rmSync(join(host.root, 'hcn', folder), { recursive: true, force: true });
    if ((handles ?? 0) !== 0) throw new Error(`'${task.name}' left ${handles} handles open`);
  });

  it.each([
    ['nat', {}, { Ipams: [{ Type: 'Static', Subnets: [{ IpAddressPrefix: '10.88.0.0/24', Routes: [{ NextHop: '10.88.0.1', DestinationPrefix: '0.0.0.0/0' }] }] }] }],
    ['internal', {}, { Type: 'Internal' }],
    ['transparent', { subnets: [], parentInterface: 'Ethernet' }, { Type: 'Transparent', Ipams: [{ Type: 'Dhcp' }], Policies: [{ Type: 'NetAdapterName', Settings: { NetworkAdapterName: 'Ethernet' } }] }],
    ['transparent', { vlanId: 7 }, { Type: 'Transparent', Ipams: [{ Subnets: [{ Policies: [{ Type: 'VLAN', Settings: { IsolationId: 7 } }] }] }] }],
    ['l2bridge', {}, { Type: 'L2Bridge' }],
    ['overlay', { vlanId: 5000 }, { Type: 'Overlay', Ipams: [{ Subnets: [{ Policies: [{ Type: 'VSID', Settings: { IsolationId: 5000 } }] }] }] }],
    ['overlay', { id: 'f'.repeat(64) }, { Ipams: [{ Subnets: [{ Policies: [{ Type: 'VSID', Settings: { IsolationId: 4096 + (0xffffffff % 0xffe000) } }] }] }] }],
    ['nat', { dnsServers: ['9.9.9.9'], dnsSuffix: 'shop.test' }, { Dns: { ServerList: ['9.9.9.9'], Domain: 'shop.test', Search: ['shop.test'] } }],
  ] as const)('makes a network of type %s with %j that names Silo as its owner', async (driver, changes, expected) => {
    const { hostId, id: own } = await created({ driver, ...changes });
    expect(await described(hostId)).toMatchObject({ ...expected, Owner: 'Silo', Name: expect.stringMatching(new RegExp(`^silo-[0-9a-f]{8}-${own}$`)) });
    expect(await network.networks()).toEqual([{ id: own, hostId, faults: [] }]);
  });

  it('takes the subnet that the host chooses where none is asked for', async () => {
    const { subnets } = await created({ subnets: [] });
    expect(subnets).toEqual([{ prefix: expect.stringMatching(/^172\.\d+\.\d+\.0\/20$/), gateway: expect.stringMatching(/^172\.\d+\.\d+\.1$/) }]);
    expect((await linked(await created({ subnets: [] }))).attached.addresses[0]).toMatch(/^172\..*\/20$/);
  });

  it('refuses an adapter that the host does not have, and an overlay without a subnet', async () => {
    expect((await expectError('InterfaceNotFound', network.createNetwork(definition({ driver: 'transparent', parentInterface: 'Wi-Fi' })))).message).toContain("'Wi-Fi'");
    await expectError('NetworkDriverUnsupported', network.createNetwork(definition({ driver: 'overlay', subnets: [] })));
    fault({ Function: 'HcnCreateNetwork', HResult: '0x803b0037' });
    await expectError('NetworkDriverUnsupported', network.createNetwork(definition({ driver: 'overlay' })));
  });

  it('reuses a network that the host has, whoever made it, and leaves it to its owner', async () => {
    const { ID } = await host.service.create('Network', foreignNat);
    const nat = await created({ name: 'NAT', subnets: [] });
    expect(nat).toMatchObject({ hostId: ID.toLowerCase(), subnets: [{ prefix: '172.28.0.0/20', gateway: '172.28.0.1' }] });
    expect(await host.network().networks()).toEqual([{ id: nat.id, hostId: nat.hostId, faults: [] }]);
    const { sandbox, endpoint, attached } = await linked(nat);
    expect(attached.gateways).toEqual(['172.28.0.1']);
    await expectError('NetworkInUse', network.removeNetwork(nat));
    await network.detach(sandbox, { ...endpoint, hostId: attached.hostId });
    await network.removeNetwork(nat);
    expect(await described(ID)).toBeDefined();
    expect(await network.networks()).toEqual([]);
    expect((await created({ name: 'other', subnets: [] })).hostId, 'another name is another network').not.toBe(ID.toLowerCase());
  });

  it('never removes what a known GUID leads to if the name is not its own', async () => {
    const { ID } = await host.service.create('Network', foreignNat);
    await network.removeNetwork({ id: id(), hostId: ID.toLowerCase() });
    expect(await described(ID)).toBeDefined();
    const endpoint = await host.service.createEndpoint(ID, { Name: 'box' });
    await network.detach(id(), { id: id(), hostId: endpoint.ID.toLowerCase(), addresses: [], ports: [] });
    expect(await host.service.get('Endpoint', endpoint.ID)).toBeDefined();
  });

  it('names the owner of a subnet that is taken', async () => {
    await host.service.create('Network', foreignNat);
    const { args } = await expectError('SubnetConflict', network.createNetwork(definition({ subnets: [{ prefix: '172.28.8.0/24', gateway: '172.28.8.1' }] })));
    expect(args).toMatchObject({ subnet: '172.28.8.0/24', other: '172.28.0.0/20', owner: "the NAT network 'nat' of the Host Networking Service" });
    const beside = host.network({ interfaces: [{ prefix: '10.88.0.0/16', owner: "the interface 'Ethernet'" }] });
    expect((await expectError('SubnetConflict', beside.createNetwork(definition()))).args).toMatchObject({ owner: "the interface 'Ethernet'" });
    await expect(beside.createNetwork(definition({ driver: 'l2bridge' })), 'a bridge stands in the network of that interface').resolves.toMatchObject({ subnets: [subnet] });
    fault({ Function: 'HcnCreateNetwork', HResult: '0x80071392' });
    await expectError('SubnetConflict', network.createNetwork(definition({ subnets: [{ prefix: '10.1.0.0/24', gateway: '10.1.0.1' }] })));
  });

  it('names the owner of a port and of an address that are taken', async () => {
    const shop = await created();
    await host.service.createEndpoint(shop.hostId ?? '', { Name: 'somebody', IpConfigurations: [{ IpAddress: '10.88.0.9' }], Policies: [portMapping(web)] });
    expect((await expectError('PortInUse', linked(shop, { ports: [web] }))).args).toMatchObject({ port: '8080/tcp', owner: "the endpoint 'somebody'" });
    expect((await expectError('AddressInUse', linked(shop, { addresses: ['10.88.0.9'] }))).args).toMatchObject({ address: '10.88.0.9', network: 'shop', owner: "the endpoint 'somebody'" });
    expect(await network.endpoints(), 'nothing of it was left').toEqual([]);
    await expectError('PortInUse', linked(shop, { ports: [web] }));
    expect((await host.service.list('Endpoint')).map(({ Name }) => Name)).toEqual(['somebody']);
  });

  it('says that a network has no address left', async () => {
    const small = await created({ subnets: [{ prefix: '10.88.0.0/30', gateway: '10.88.0.1' }] });
    await linked(small);
    expect((await expectError('AddressExhausted', linked(small))).args).toMatchObject({ network: 'shop', subnet: '10.88.0.0/30' });
  });

  it('puts an endpoint with its ports, address, hardware address, size of packets and later way out into the namespace', async () => {
    const shop = await created({ mtu: 1400 });
    const { attached, namespace } = await linked(shop, { addresses: ['10.88.0.7'], macAddress: '02:15:5d:00:00:07', ports: [{ ...web, hostAddress: '127.0.0.1' }], defaultRoute: false, index: 1 });
    expect(attached).toMatchObject({ addresses: ['10.88.0.7/24'], macAddress: '02:15:5d:00:00:07', gateways: ['10.88.0.1'] });
    expect(await host.service.get('Endpoint', attached.hostId)).toMatchObject({
      Owner: 'Silo', HostComputeNamespace: namespace.toUpperCase(), Routes: [{ NextHop: '10.88.0.1', DestinationPrefix: '0.0.0.0/0', Metric: 1001 }],
      Policies: [{ Type: 'PortMapping', Settings: { Protocol: 6, InternalPort: 80, ExternalPort: 8080, VIP: '127.0.0.1' } }, { Type: 'InterfaceParameters', Settings: { Mtu: 1400 } }],
    });
    expect(await network.listeners()).toEqual([{ protocol: 'tcp', address: '127.0.0.1', port: 8080 }]);
    expect(await network.holderOf({ protocol: 'tcp', address: '127.0.0.1', port: 8080 })).toMatch(/^the endpoint 'silo-/);
    expect(await network.holderOf({ protocol: 'udp', address: '127.0.0.1', port: 8080 })).toBeUndefined();
  });

  it('asks programs of the host for what HCN does not know', async () => {
    const listener = { protocol: 'udp', address: '0.0.0.0', port: 53 } as const;
    const asking = new HcnNetwork({ root: host.root, service: host.service, programs: { listeners: () => Promise.resolve([listener]), holderOf: () => Promise.resolve('dns.exe (7)') }, interfaces: () => [] });
    expect(await asking.listeners()).toEqual([listener]);
    expect(await asking.holderOf(listener)).toBe('dns.exe (7)');
  });

  it('keeps the GUID of a namespace, and makes the namespace again where it is gone', async () => {
    const sandbox = id();
    const namespace = await network.prepare(sandbox, 'none') ?? '';
    await host.service.remove('Namespace', namespace);
    expect(await network.prepare(sandbox, 'none')).toBe(namespace);
    expect(await host.service.get('Namespace', namespace)).toBeDefined();
    expect(readdirSync(join(host.root, 'hcn', 'namespaces'))).toEqual([sandbox]);
  });

  it('takes its own endpoints away with a sandbox, and a container that is still named there; others\' are only taken out', async () => {
    const shop = await created();
    const { sandbox, namespace } = await linked(shop);
    const foreign = await host.service.createEndpoint(shop.hostId ?? '', { Name: 'somebody' });
    await host.service.modify('Namespace', namespace, { ResourceType: 'Endpoint', RequestType: 'Add', Settings: { EndpointId: foreign.ID } });
    await host.service.modify('Namespace', namespace, { ResourceType: 'Container', RequestType: 'Add', Settings: { ContainerId: 'box' } });
    await network.release(sandbox);
    await network.release(sandbox);
    expect(await host.service.list('Namespace')).toEqual([]);
    expect((await host.service.list('Endpoint')).map(({ Name, HostComputeNamespace }) => [Name, HostComputeNamespace])).toEqual([['somebody', undefined]]);
  });

  it('finds after a restart of the host what nobody uses any more, and takes away its own alone', async () => {
    const shop = await created();
    await host.service.createEndpoint(shop.hostId ?? '', { Name: 'somebody' });
    const { sandbox, endpoint, attached } = await linked(shop, { addresses: ['10.88.0.7'], ports: [web] });
    await host.simulator.reset();
    const engine = host.network();
    expect(await engine.networks()).toEqual([{ id: shop.id, hostId: shop.hostId, faults: [] }]);
    expect(await engine.endpoints()).toEqual([{ id: endpoint.id, hostId: attached.hostId, faults: ['it is in no namespace: nothing uses its addresses and ports'] }]);
    await expectError('AddressInUse', linked(shop, { addresses: ['10.88.0.7'] }, engine));
    await engine.prepare(sandbox, 'networks');
    expect(await engine.attach(sandbox, shop, endpoint), 'the container that had it has it again').toEqual(attached);
    expect((await engine.endpoints())[0]?.faults).toEqual([]);
    await host.simulator.reset();
    for (const stale of await engine.endpoints()) await engine.detach('', { ...stale, addresses: [], ports: [] });
    await engine.release(sandbox);
    expect((await host.service.list('Endpoint')).map(({ Name }) => Name)).toEqual(['somebody']);
    expect((await linked(shop, { addresses: ['10.88.0.7'], ports: [web] }, engine)).attached.addresses).toEqual(['10.88.0.7/24']);
  });

  it('makes a network that was lost again with the GUID that the store knows', async () => {
    const shop = await created();
    await host.service.remove('Network', shop.hostId ?? '');
    const { attached } = await linked(shop);
    expect(await host.service.get('Endpoint', attached.hostId)).toMatchObject({ HostComputeNetwork: shop.hostId?.toUpperCase() });
  });

  it('shares a host with other state roots, and knows only its own', async () => {
    const other = host.network({ root: join(host.root, 'other') });
    const [mine, theirs] = [await created(), await created({ subnets: [{ prefix: '10.89.0.0/24', gateway: '10.89.0.1' }] }, other)];
    await linked(mine);
    await linked(theirs, {}, other);
    expect((await network.networks()).map((found) => found.id)).toEqual([mine.id]);
    expect((await other.networks()).map((found) => found.id)).toEqual([theirs.id]);
    expect(await network.endpoints()).toHaveLength(1);
    expect((await network.occupiedSubnets()).map(({ prefix }) => prefix)).toEqual(['10.88.0.0/24', '10.89.0.0/24']);
  });

  it('takes an endpoint away that cannot enter its namespace', async () => {
    const shop = await created();
    fault({ Function: 'HcnModifyNamespace', HResult: '0x803b002e' });
    const { native } = await expectError('NetworkFailed', linked(shop, { ports: [web] }));
    expect(native).toMatchObject({ hresult: 0x803b002e, hresultName: 'HCN_E_NAMESPACE_ATTACH_FAILED' });
    expect(await host.service.list('Endpoint')).toEqual([]);
  });

  it('makes one network where two engines make the same at once', async () => {
    const wanted = definition();
    const answers = await Promise.all([network.createNetwork(wanted), host.network().createNetwork(wanted)].map((answer) => answer.catch((error: unknown) => error)));
    expect(await host.service.list('Network')).toHaveLength(1);
    expect(answers).toContainEqual(expect.objectContaining({ subnets: [subnet] }));
  });

  it('refuses a sandbox that was not prepared, and a network that was not made', async () => {
    await expectError('NetworkFailed', network.attach(id(), await created(), request()));
    const sandbox = id();
    await network.prepare(sandbox, 'networks');
    await expectError('NetworkNotFound', network.attach(sandbox, definition(), request()));
    writeFileSync(join(host.root, 'hcn', 'namespaces', sandbox), 'no guid');
    await expectError('RecordInvalid', network.prepare(sandbox, 'networks'));
    rmSync(join(host.root, 'hcn', 'namespaces', sandbox));
  });

  it.each([
    ['refuses who calls', { HResult: '0x80070005' }, 'ElevationRequired'],
    ['cuts its answers in half', { MalformedResult: true }, 'HcsAnswerInvalid'],
    ['is about to stop', { HResult: '0x803b0020' }, 'NetworkServiceStopped'],
    ['has an error that nobody knows', { HResult: '0x803b00ff' }, 'NetworkFailed'],
  ] as const)('says so where the service %s', async (_what, behaviour, code) => {
    await created();
    for (const name of ['HcnEnumerateNetworks', 'HcnQueryNetworkProperties', 'HcnEnumerateEndpoints'] as const) {
      fault({ Function: name, ...behaviour });
      await expectError(code, name === 'HcnEnumerateEndpoints' ? network.endpoints() : network.networks());
    }
    const [requirement] = await (fault({ Function: '*', ...behaviour }), network.requirements());
    expect(requirement).toMatchObject({ satisfied: false, remedy: expect.stringMatching(/./) });
  });

  it('says that the service went away, and goes on when it is there again', async () => {
    const shop = await created();
    fault({ Function: 'HcnEnumerateEndpoints', ServiceGone: true, Times: 1 });
    const { retryable } = await expectError('NetworkServiceStopped', network.endpoints());
    expect(retryable).toBe(true);
    rmSync(join(host.simulator.root, 'faults.json'));
    await expect.poll(() => network.networks().catch((error: unknown) => error)).toEqual([{ id: shop.id, hostId: shop.hostId, faults: [] }]);
  });

  it('leaves no object behind whose description could not be read', async () => {
    fault({ Function: 'HcnQueryNetworkProperties', MalformedResult: true, Times: 1 });
    await expectError('HcsAnswerInvalid', network.createNetwork(definition()));
    expect(await host.service.list('Network')).toEqual([]);
  });

  it('goes on with other work while the service is slow', async () => {
    fault({ Function: 'HcnEnumerateNetworks', DelayInMs: 60 });
    let [turns, longest, last] = [0, 0, performance.now()];
    const timer = setInterval(() => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      [turns, last] = [turns + 1, now];
    }, 5);
    await Promise.all(Array.from({ length: 10 }, () => host.service.list('Network')));
    clearInterval(timer);
    expect(turns, `the longest pause was ${longest.toFixed(0)} ms`).toBeGreaterThan(20);
  });

  it('balances connections between endpoints, and filters what they may do', async () => {
    const shop = await created({ driver: 'overlay', vlanId: 5000 });
    const [one, other] = [(await linked(shop)).attached.hostId, (await linked(shop)).attached.hostId];
    const { ID } = await host.service.create('LoadBalancer', loadBalancer({ endpoints: [one], addresses: ['1.1.1.2'], sourceAddress: '10.0.0.1', ports: [{ protocol: 'tcp', port: 80, containerPort: 8080 }], directReturn: true }));
    await host.service.modify('LoadBalancer', ID, loadBalancer({ endpoints: [one, other], addresses: ['1.1.1.2'], ports: [{ protocol: 'tcp', port: 80, containerPort: 8080 }] }));
    expect(await host.service.get('LoadBalancer', ID)).toMatchObject({ HostComputeEndpoints: [one, other], Flags: 1, PortMappings: [{ Protocol: 6, ExternalPort: 80, InternalPort: 8080 }] });
    expect((await expectError('NetworkFailed', host.service.remove('Endpoint', one))).native?.hresultName).toBe('HCN_E_ENTITY_HAS_REFERENCES');
    const rules = [accessRule({ action: 'Allow', direction: 'In', priority: 200, protocol: 'tcp', localPorts: [80, 8080], remoteAddresses: ['10.0.0.0/8'] }), accessRule({ action: 'Block', direction: 'In', priority: 300 })];
    await host.service.changePolicies('Endpoint', one, 'Update', [...rules, outboundTranslation(['10.0.0.0/8'])]);
    expect((await host.service.get('Endpoint', one))?.Policies).toEqual([...rules, { Type: 'OutBoundNAT', Settings: { Exceptions: ['10.0.0.0/8'] } }]);
    await host.service.changePolicies('Endpoint', one, 'Remove', rules);
    expect((await host.service.get('Endpoint', one))?.Policies).toHaveLength(1);
  });
});

describe('The results of HCN', () => {
  it('have a row for every code of the reference, each with a name of its own', () => {
    expect(Array.from({ length: 0x37 }, (_, index) => 0x803b0001 + index).filter((code) => hcnResults[code] === undefined)).toEqual([]);
    const rows = Object.values(hcnResults);
    expect(new Set(rows.map(({ id: name }) => name)).size).toBe(rows.length);
    for (const { meaning } of rows) expect(meaning).toMatch(/^[a-zA-Z].*[^.]$/);
  });
});

describe('A host without the Host Networking Service', () => {
  it('says what is missing, and what mends it', async () => {
    const nowhere = new HcnNetwork({ root: '/nowhere', service: new HcnService(new ComputeNetwork({ libraries: { network: '/nowhere/computenetwork.dll', memory: '/nowhere/ole32.dll' } })) });
    expect((await expectError('HcsNotInstalled', nowhere.networks())).args).toMatchObject({ reason: expect.stringContaining('17763') });
    expect(await nowhere.requirements()).toMatchObject([{ satisfied: false, remedy: expect.stringContaining('Install') }]);
  });

  it.skipIf(process.platform !== 'linux')('says which function Windows lacks', async () => {
    const old = new HcnService(new ComputeNetwork({ libraries: { network: 'libc.so.6', memory: 'libc.so.6' } }));
    expect((await expectError('HcsFunctionMissing', old.list('Network'))).args).toMatchObject({ function: 'HcnEnumerateNetworks', build: 17763 });
  });
});
