import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ComputeNetwork, hcnFunctions, hcnPortAccess, hcnPortProtocol, type HcnFunction, type HcnKind } from '../../native/computenetwork.ts';
import { buildHcsSimulator, simulatorBuildTimeout, startSimulator, whyNoSimulator, type RunningSimulator } from '../fixtures/hcs-simulator.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';

const schema = { SchemaVersion: { Major: 2, Minor: 0 } };
const query = (filter?: object): string => JSON.stringify({ ...schema, ...(filter === undefined ? {} : { Filter: JSON.stringify(filter) }) });
const unknownId = '5f0b1190-63be-4e0c-b974-bd0f55675a42';
const macPool = { Ranges: [{ StartMacAddress: '00-15-5D-52-C0-00', EndMacAddress: '00-15-5D-52-CF-FF' }] };
const subnet = (prefix: string, gateway: string, ...policies: object[]) => ({ IpAddressPrefix: prefix, Routes: [{ NextHop: gateway, DestinationPrefix: '0.0.0.0/0' }], ...(policies.length === 0 ? {} : { Policies: policies }) });
const natNetwork = (name = 'one', ...subnets: object[]) => ({ ...schema, Name: name, Type: 'NAT', MacPool: macPool, Ipams: [{ Type: 'Static', Subnets: subnets.length > 0 ? subnets : [subnet('192.168.100.0/24', '192.168.100.1')] }] });
const overlay = { ...schema, Name: 'overlay', Type: 'Overlay', MacPool: macPool, Flags: 8, Ipams: [{ Type: 'Static', Subnets: [subnet('192.168.100.0/24', '192.168.100.1', { Type: 'VSID', Settings: { IsolationId: 5000 } })] }] };
const mapping = (external: number, internal = 80, protocol = 6) => ({ Type: 'PortMapping', Settings: { Protocol: protocol, InternalPort: internal, ExternalPort: external } });
const acl = (priority: number, direction = 'In') => ({ Type: 'ACL', Settings: { Protocols: '6', Action: 'Allow', Direction: direction, LocalPorts: '80,8080', RuleType: 'Switch', Priority: priority } });

interface Endpoint { readonly ID: string; readonly IpConfigurations: readonly { readonly IpAddress: string; readonly PrefixLength: number }[]; readonly MacAddress: string; readonly Policies: readonly { readonly Type: string; readonly Settings: Record<string, unknown> }[]; readonly HostComputeNamespace?: string; readonly Dns: object; readonly Routes: readonly object[]; readonly State?: number }

describe.skipIf(skipReason('The networks of the HCS simulator', whyNoSimulator('linux')))('The HCS simulator\'s networks', () => {
  const called = new Set<HcnFunction>();
  let simulator: RunningSimulator;
  let hcn: ComputeNetwork;
  beforeAll(async () => {
    const { libraries, ...files } = await buildHcsSimulator({ target: 'linux', sanitized: true });
    simulator = startSimulator({ libraries, ...files });
    process.env['HCS_SIMULATOR_ROOT'] = simulator.root;
    hcn = new ComputeNetwork({ libraries: { network: libraries['computenetwork.dll'], memory: libraries['computenetwork.dll'] }, onCall: (name) => { called.add(name); } });
  }, simulatorBuildTimeout);
  afterAll(async () => { await simulator?.stop(); });

  const ids = async (kind: HcnKind, filter?: object): Promise<string[]> => JSON.parse((await hcn.enumerate(kind, query(filter))).value ?? '') as string[];
  /** The document of an object, through a handle that is closed again. */
  const read = async <T = Record<string, unknown>>(kind: HcnKind, id: string, flags?: string): Promise<T> => {
    const handle = (await hcn.open(kind, id)).value ?? 0n;
    const { value } = await hcn.query(kind, handle, JSON.stringify({ ...schema, ...(flags === undefined ? {} : { Flags: flags }) }));
    await hcn.close(kind, handle);
    return JSON.parse(value ?? '') as T;
  };
  const code = (answer: { readonly hresult: number }): string => answer.hresult.toString(16).padStart(8, '0');
  const creates = async (kind: Exclude<HcnKind, 'Endpoint'>, settings: object | string, id?: string): Promise<string> => {
    const answer = await hcn.create(kind, typeof settings === 'string' ? settings : JSON.stringify(settings), id);
    if (answer.value !== undefined) await hcn.close(kind, answer.value);
    return code(answer);
  };
  const made = async (kind: Exclude<HcnKind, 'Endpoint'>, settings: object): Promise<string> => {
    const { value: handle = 0n } = await hcn.create(kind, JSON.stringify(settings));
    const { ID } = JSON.parse((await hcn.query(kind, handle, '')).value ?? '') as { ID: string };
    await hcn.close(kind, handle);
    return ID;
  };
  const endpoint = async (network: string, settings: object = {}): Promise<{ readonly code: string; readonly document: Endpoint }> => {
    const { value: on = 0n } = await hcn.open('Network', network);
    const answer = await hcn.createEndpoint(on, JSON.stringify({ ...schema, HostComputeNetwork: network, ...settings }));
    const document = answer.value === undefined ? undefined : JSON.parse((await hcn.query('Endpoint', answer.value, '')).value ?? '') as Endpoint;
    if (answer.value !== undefined) await hcn.close('Endpoint', answer.value);
    await hcn.close('Network', on);
    return { code: code(answer), document: document as Endpoint };
  };
  const modifies = async (kind: HcnKind, id: string, request: object): Promise<string> => {
    const { value: handle = 0n } = await hcn.open(kind, id);
    const answer = await hcn.modify(kind, handle, JSON.stringify(request));
    await hcn.close(kind, handle);
    return code(answer);
  };
  const policies = (RequestType: string, ...Policies: object[]) => ({ ResourceType: 'Policy', RequestType, Settings: { Policies } });

  const counted = ['handles', 'networks', 'endpoints', 'namespaces', 'loadBalancers', 'portReservations'];
  afterEach(async ({ task }) => {
    for (const kind of ['LoadBalancer', 'Endpoint', 'Namespace', 'Network'] as const) for (const id of await ids(kind)) await hcn.delete(kind, id);
    const counts = await simulator.counts();
    const left = counted.filter((name) => counts[name] !== 0);
    if (left.length > 0) throw new Error(`'${task.name}' left ${left.join(', ')}`);
  });

  it('makes, finds, tells and deletes a network, and chooses its id', async () => {
    const id = await made('Network', natNetwork());
    expect(id).toMatch(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
    expect(await ids('Network', { Name: 'one' })).toEqual([id]);
    expect(await ids('Network', { ID: id.toLowerCase() })).toEqual([id]);
    expect(await ids('Network', { Name: 'another' })).toEqual([]);
    const document = await read('Network', id);
    expect(document).toMatchObject({ ID: id, Name: 'one', MacPool: macPool, SchemaVersion: { Major: 2, Minor: 0 } });
    expect(document, 'the type that is 0 is left out').not.toHaveProperty('Type');
    expect(document).not.toHaveProperty('State');
    expect(await read('Network', id, 'Detailed')).toHaveProperty('State', 1);
    expect(code(await hcn.delete('Network', id))).toBe('00000000');
    expect(code(await hcn.delete('Network', id))).toBe('803b0001');
  });

  it('takes the id that it is given, as an argument or in the document, once', async () => {
    expect(await creates('Network', natNetwork(), unknownId)).toBe('00000000');
    expect(await ids('Network')).toEqual([unknownId.toUpperCase()]);
    expect(await creates('Network', natNetwork('two'), unknownId)).toBe('803b0010');
    await hcn.delete('Network', unknownId);
    expect(await creates('Network', { ...natNetwork(), ID: unknownId })).toBe('00000000');
    expect(await ids('Network')).toEqual([unknownId.toUpperCase()]);
  });

  it.each([
    ['Network', '803b0001'], ['Endpoint', '803b0002'], ['Namespace', '80070490'], ['LoadBalancer', '80070490'],
  ] as const)('says of an unknown %s that it is not there, and why', async (kind, expected) => {
    const opened = await hcn.open(kind, unknownId);
    expect(code(opened)).toBe(expected);
    expect(JSON.parse(opened.errorRecord ?? '')).toEqual({ Success: false, Error: expect.stringMatching(/not found/), ErrorCode: opened.hresult });
    expect(code(await hcn.delete(kind, unknownId))).toBe(expected);
    expect(await ids(kind, { ID: unknownId })).toEqual([]);
  });

  it.each([
    ['text that is no document', '{"Name":', '803b001b'],
    ['a member that networks don\'t have', JSON.stringify({ ...natNetwork(), Colour: 'red' }), '803b001b'],
    ['a member of another kind', JSON.stringify({ ...natNetwork(), Name: 7 }), '803b001b'],
    ['a member that subnets don\'t have', JSON.stringify(natNetwork('one', { IpAddressPrefix: '10.0.0.0/8', Gateway: '10.0.0.1' })), '803b001b'],
    ['a type that networks don\'t have', JSON.stringify({ ...natNetwork(), Type: 'Token Ring' }), '803b000b'],
    ['a policy of a type that networks don\'t have', JSON.stringify({ ...natNetwork(), Policies: [{ Type: 'PortMapping', Settings: {} }] }), '803b000e'],
    ['settings that a policy doesn\'t have', JSON.stringify({ ...natNetwork(), Policies: [{ Type: 'VxlanPort', Settings: { Ports: 4789 } }] }), '803b000d'],
    ['a prefix with host bits', JSON.stringify(natNetwork('one', subnet('10.0.0.1/24', '10.0.0.1'))), '803b0030'],
    ['a gateway outside of its subnet', JSON.stringify(natNetwork('one', subnet('10.0.0.0/24', '10.0.1.1'))), '803b0032'],
    ['a subnet without a prefix', JSON.stringify(natNetwork('one', { Routes: [] })), '803b0032'],
    ['subnets that overlap', JSON.stringify(natNetwork('one', subnet('10.0.0.0/16', '10.0.0.1'), subnet('10.0.8.0/24', '10.0.8.1'))), '803b0032'],
    ['an overlay without its isolation id', JSON.stringify({ ...overlay, Ipams: natNetwork().Ipams }), '803b0032'],
    ['an adapter that the host doesn\'t have', JSON.stringify({ ...natNetwork(), Type: 'Transparent', Policies: [{ Type: 'NetAdapterName', Settings: { NetworkAdapterName: 'Wi-Fi' } }] }), '803b0006'],
    ['a pool that ends before it begins', JSON.stringify({ ...natNetwork(), MacPool: { Ranges: [{ StartMacAddress: '00-15-5D-52-CF-FF', EndMacAddress: '00-15-5D-52-C0-00' }] } }), '803b000a'],
  ])('refuses %s', async (_what, settings, expected) => {
    expect(await creates('Network', settings)).toBe(expected);
    expect(await ids('Network')).toEqual([]);
  });

  it('refuses a name that is taken, and addresses that another network translates', async () => {
    await made('Network', natNetwork());
    expect(await creates('Network', natNetwork('ONE', subnet('10.1.0.0/24', '10.1.0.1')))).toBe('803b0010');
    expect(await creates('Network', natNetwork('two', subnet('192.168.0.0/16', '192.168.0.1')))).toBe('80071392');
    expect(await creates('Network', overlay), 'an overlay translates nothing').toBe('00000000');
    expect(await creates('Network', { ...schema, Name: 'chosen', Type: 'NAT' }), 'a subnet is chosen').toBe('00000000');
  });

  it.each([[{ Filter: '{' }], [{ Filter: { Name: 'x' } }], [{ Filters: '{}' }]])('refuses the query %j', async (wrong) => {
    expect(code(await hcn.enumerate('Network', JSON.stringify({ ...schema, ...wrong })))).toBe('803b001b');
  });

  it('adds, replaces and removes policies of a network', async () => {
    const id = await made('Network', overlay);
    const route = { Type: 'RemoteSubnetRoute', Settings: { DestinationPrefix: '192.168.2.0/24', IsolationId: 5000, ProviderAddress: '1.1.1.1', DistributedRouterMacAddress: '00-12-34-56-78-9a' } };
    expect(await modifies('Network', id, policies('Add', route, { Type: 'HostRoute', Settings: {} }))).toBe('00000000');
    expect(await read('Network', id)).toHaveProperty('Policies', [route, { Type: 'HostRoute', Settings: {} }]);
    expect(await modifies('Network', id, policies('Add', route))).toBe('803b0012');
    expect(await modifies('Network', id, policies('Update', { ...route, Settings: { ...route.Settings, IsolationId: 5001 } }))).toBe('00000000');
    expect(await modifies('Network', id, policies('Remove', route))).toBe('803b0008');
    expect(await modifies('Network', id, policies('Remove', { Type: 'HostRoute', Settings: {} }))).toBe('00000000');
    expect((await read<{ Policies: unknown[] }>('Network', id)).Policies).toHaveLength(1);
    expect(await modifies('Network', id, { ResourceType: 'DNS', RequestType: 'Update', Settings: { ServerList: ['10.0.0.53'] } })).toBe('00000000');
    expect(await read('Network', id)).toHaveProperty('Dns', { ServerList: ['10.0.0.53'] });
    expect(await modifies('Network', id, { ResourceType: 'Policy', RequestType: 'Refresh', Settings: {} })).toBe('803b0015');
    expect(await modifies('Network', await made('Network', natNetwork('two', subnet('10.0.0.0/24', '10.0.0.1'))), policies('Add', route))).toBe('803b000d');
  });

  it('gives endpoints addresses of their network, and none twice', async () => {
    const network = await made('Network', { ...natNetwork('one', subnet('10.0.0.0/29', '10.0.0.1')), Dns: { ServerList: ['9.9.9.9'] } });
    const addresses = [];
    for (let place = 0; place < 5; place += 1) addresses.push((await endpoint(network)).document);
    expect(addresses.map(({ IpConfigurations }) => IpConfigurations)).toEqual([2, 3, 4, 5, 6].map((last) => [{ IpAddress: `10.0.0.${last}`, PrefixLength: 29 }]));
    expect(new Set(addresses.map(({ MacAddress }) => MacAddress)).size).toBe(5);
    expect(addresses[0]).toMatchObject({ MacAddress: '00-15-5D-52-C0-00', Dns: { ServerList: ['9.9.9.9'] }, Routes: [{ NextHop: '10.0.0.1', DestinationPrefix: '0.0.0.0/0' }] });
    expect((await endpoint(network)).code, 'every address is in use').toBe('803b0005');
    await hcn.delete('Endpoint', addresses[2]?.ID ?? '');
    expect((await endpoint(network)).document.IpConfigurations[0]?.IpAddress).toBe('10.0.0.4');
    expect(await ids('Endpoint', { VirtualNetwork: network })).toHaveLength(5);
    expect(await ids('Endpoint', { HostComputeNetwork: unknownId })).toEqual([]);
  });

  it.each([
    ['an address outside of the subnets', { IpConfigurations: [{ IpAddress: '10.9.9.9' }] }, '803b001e'],
    ['text that is no address', { IpConfigurations: [{ IpAddress: '192.168.100.256' }] }, '803b001e'],
    ['the gateway\'s address', { IpConfigurations: [{ IpAddress: '192.168.100.1' }] }, '803b002f'],
    ['the address of broadcasts', { IpConfigurations: [{ IpAddress: '192.168.100.255' }] }, '803b002f'],
    ['another endpoint\'s address', { IpConfigurations: [{ IpAddress: '192.168.100.2' }] }, '803b002f'],
    ['a MAC address that is none', { MacAddress: '00-15-5D-52-C0' }, '803b000c'],
    ['a namespace that is not there', { HostComputeNamespace: unknownId }, '80070490'],
    ['another network in its document', { HostComputeNetwork: unknownId }, '803b000c'],
    ['a policy that endpoints don\'t have', { Policies: [{ Type: 'VSID', Settings: { IsolationId: 1 } }] }, '803b000e'],
    ['a mapping to port 0', { Policies: [mapping(8080, 0)] }, '803b002d'],
    ['a mapping of a protocol without ports', { Policies: [mapping(8080, 80, 1)] }, '803b000d'],
    ['an ACL without a direction', { Policies: [{ Type: 'ACL', Settings: { Action: 'Allow' } }] }, '803b000d'],
    ['settings that an ACL doesn\'t have', { Policies: [{ Type: 'ACL', Settings: { Action: 'Allow', Direction: 'In', Port: 80 } }] }, '803b000d'],
    ['one port mapped twice', { Policies: [mapping(8080), mapping(8080, 81)] }, '803b0013'],
  ])('refuses an endpoint with %s', async (_what, settings, expected) => {
    const network = await made('Network', natNetwork());
    await endpoint(network);
    expect((await endpoint(network, settings)).code).toBe(expected);
    expect(await ids('Endpoint')).toHaveLength(1);
  });

  it('maps a port of the host for one endpoint alone, whatever its network, and chooses one that is asked for as 0', async () => {
    const [one, other] = [await made('Network', overlay), await made('Network', natNetwork('two', subnet('10.0.0.0/24', '10.0.0.1')))];
    const first = await endpoint(one, { Policies: [mapping(56789, 45678, 17)] });
    expect((await endpoint(one, { Policies: [mapping(56789, 45678, 17)] })).code).toBe('803b0013');
    expect((await endpoint(other, { Policies: [mapping(56789, 1, 17)] })).code).toBe('803b0013');
    const tcp = await endpoint(other, { Policies: [mapping(56789), mapping(0)] });
    expect(tcp.document.Policies[1]?.Settings['ExternalPort']).toBeGreaterThan(49151);
    expect(await modifies('Endpoint', tcp.document.ID, policies('Add', mapping(56789, 45678, 17)))).toBe('803b0013');
    await hcn.delete('Endpoint', first.document.ID);
    expect(await modifies('Endpoint', tcp.document.ID, policies('Add', mapping(56789, 45678, 17)))).toBe('00000000');
    const outside = await made('Network', { ...natNetwork('three'), Type: 'Transparent' });
    expect((await endpoint(outside, { Policies: [mapping(80)] })).code, 'a transparent network maps nothing').toBe('803b0016');
  });

  it('changes policies of an endpoint by type, and leaves all as they were where one fails', async () => {
    const network = await made('Network', natNetwork());
    const { document: { ID } } = await endpoint(network, { Policies: [mapping(8080), { Type: 'OutBoundNAT', Settings: {} }] });
    expect(await modifies('Endpoint', ID, policies('Update', acl(200), acl(201, 'Out')))).toBe('00000000');
    expect(await modifies('Endpoint', ID, policies('Update', acl(300)))).toBe('00000000');
    expect((await read<Endpoint>('Endpoint', ID)).Policies.map(({ Type }) => Type)).toEqual(['PortMapping', 'OutBoundNAT', 'ACL']);
    expect(await modifies('Endpoint', ID, policies('Add', { Type: 'QOS', Settings: { MaximumOutgoingBandwidthInBytes: 1000000 } }, mapping(8080)))).toBe('803b0013');
    expect((await read<Endpoint>('Endpoint', ID)).Policies).toHaveLength(3);
    expect(await modifies('Endpoint', ID, policies('Remove', acl(300)))).toBe('00000000');
    expect(await modifies('Endpoint', ID, policies('Remove', acl(300)))).toBe('803b0008');
    expect(await modifies('Endpoint', ID, policies('Add', { Type: 'L4WFPPROXY', Settings: { InboundProxyPort: '80', FilterTuple: { Protocols: '6', Priority: 8 }, OutboundExceptions: { PortExceptions: ['81'] } } }, { Type: 'SDNRoute', Settings: { DestinationPrefix: '10.0.0.0/8', NextHop: '192.168.100.1', NeedEncap: true } }))).toBe('00000000');
  });

  it('puts an endpoint into one namespace at a time', async () => {
    const network = await made('Network', natNetwork());
    const [one, other] = [await made('Namespace', { ...schema }), await made('Namespace', { ...schema, Type: 'HostDefault', NamespaceId: 5 })];
    const { document: { ID } } = await endpoint(network);
    const request = (RequestType: string, EndpointId = ID) => ({ ResourceType: 'Endpoint', RequestType, Settings: { EndpointId } });
    expect(await modifies('Namespace', one, request('Remove'))).toBe('803b0034');
    expect(await modifies('Namespace', one, request('Add', unknownId))).toBe('803b0002');
    expect(await modifies('Namespace', one, request('Add'))).toBe('00000000');
    expect(await modifies('Namespace', other, request('Add'))).toBe('803b002b');
    expect(await read('Namespace', one)).toMatchObject({ Resources: [{ Type: 'Endpoint', Data: { Id: ID } }] });
    expect(await read('Endpoint', ID)).toMatchObject({ HostComputeNamespace: one });
    expect(code(await hcn.delete('Network', network)), 'an endpoint of it is attached').toBe('803b002c');
    expect(await modifies('Namespace', one, request('Remove'))).toBe('00000000');
    expect(await modifies('Namespace', other, request('Add'))).toBe('00000000');
    expect(code(await hcn.delete('Namespace', other))).toBe('00000000');
    expect(await read('Endpoint', ID)).not.toHaveProperty('HostComputeNamespace');
    const { NamespaceId } = await read<{ NamespaceId: number }>('Namespace', one);
    expect(NamespaceId).toBeGreaterThan(1);
    const container = (RequestType: string) => ({ ResourceType: 'Container', RequestType, Settings: { ContainerId: 'box' } });
    expect(await modifies('Namespace', one, container('Add'))).toBe('00000000');
    expect(code(await hcn.delete('Namespace', one)), 'a container is in it').toBe('803b002c');
    expect(await modifies('Namespace', one, container('Remove'))).toBe('00000000');
  });

  it('leaves remote endpoints where they are', async () => {
    const network = await made('Network', overlay);
    expect((await endpoint(network, { Flags: 'RemoteEndpoint' })).code, 'it has no address').toBe('803b000c');
    const { document: { ID } } = await endpoint(network, { Flags: 1, IpConfigurations: [{ IpAddress: '192.168.100.77' }] });
    expect(await modifies('Namespace', await made('Namespace', { ...schema }), { ResourceType: 'Endpoint', RequestType: 'Add', Settings: { EndpointId: ID } })).toBe('803b000f');
    expect(await modifies('Endpoint', ID, { ResourceType: 'Port', RequestType: 'Add', Settings: { PortId: unknownId, VirtualNicName: 'nic' } })).toBe('803b000f');
  });

  it('balances one port of an address once, and follows changes of what stands behind it', async () => {
    const network = await made('Network', overlay);
    const [one, other] = [(await endpoint(network)).document.ID, (await endpoint(network)).document.ID];
    const balancer = (...HostComputeEndpoints: string[]) => ({ ...schema, HostComputeEndpoints, SourceVIP: '10.0.0.1', FrontendVIPs: ['1.1.1.2', '1.1.1.3'], PortMappings: [{ Protocol: 6, InternalPort: 8080, ExternalPort: 8090, Flags: 8 }], Flags: 'EnableDirectServerReturn' });
    expect(await creates('LoadBalancer', balancer(unknownId))).toBe('803b0002');
    const id = await made('LoadBalancer', balancer(one));
    expect(await read('LoadBalancer', id)).toMatchObject({ ...balancer(one), Flags: 1 });
    expect(await creates('LoadBalancer', { ...balancer(other), FrontendVIPs: ['1.1.1.3'] })).toBe('803b0013');
    expect(code(await hcn.delete('Endpoint', one)), 'it is balanced').toBe('803b002c');
    expect(await modifies('LoadBalancer', id, balancer(one, other))).toBe('00000000');
    expect(await read('LoadBalancer', id)).toHaveProperty('HostComputeEndpoints', [one, other]);
    expect(await modifies('LoadBalancer', id, balancer(other))).toBe('00000000');
    expect(code(await hcn.delete('Endpoint', one))).toBe('00000000');
  });

  it('tells a handle whose object is gone, and one that was closed', async () => {
    const id = await made('Network', natNetwork());
    const { value: handle = 0n } = await hcn.open('Network', id);
    await hcn.delete('Network', id);
    expect(code(await hcn.query('Network', handle, ''))).toBe('803b0031');
    expect(code(await hcn.modify('Network', handle, '{}'))).toBe('803b0031');
    expect(code(await hcn.close('Network', handle))).toBe('00000000');
    expect(code(await hcn.close('Network', handle))).toBe('80070006');
    expect(code(await hcn.query('Endpoint', handle, ''))).toBe('80070006');
  });

  it('tells who listens of networks and namespaces that come and go, until they stop listening', async () => {
    const seen: [number, string][] = [];
    const { value: callback = 0n } = await hcn.registerServiceCallback((type, _status, data) => { seen.push([type, (JSON.parse(data ?? '{}') as { ID: string }).ID]); });
    const network = await made('Network', natNetwork());
    const namespace = await made('Namespace', { ...schema });
    await hcn.delete('Namespace', namespace);
    await hcn.delete('Network', network);
    const expected = [[1, network], [2, network], [5, namespace], [6, namespace], [3, network], [4, network]];
    await expect.poll(() => seen).toEqual(expected);
    expect(code(await hcn.unregisterServiceCallback(callback))).toBe('00000000');
    await made('Namespace', { ...schema });
    expect(seen).toEqual(expected);
  });

  it('reserves ports for guests, and frees them with the reservation', async () => {
    const { value: service = 0n } = await hcn.create('GuestNetworkService', JSON.stringify({ ...schema, VirtualMachineId: unknownId }), unknownId);
    const states: string[] = [];
    const { value: callback = 0n } = await hcn.registerGuestNetworkServiceCallback(service, (_type, _status, data) => { states.push((JSON.parse(data ?? '') as { Data: { State: string } }).Data.State); });
    expect(code(await hcn.modify('GuestNetworkService', service, JSON.stringify({ ResourceType: 'State', RequestType: 'Update', Settings: { State: 'Synchronized' } })))).toBe('00000000');
    await expect.poll(() => states).toEqual(['Synchronized']);
    const { value: one = 0n } = await hcn.reservePort(service, hcnPortProtocol.tcp, hcnPortAccess.exclusive, 50000);
    expect(code(await hcn.reservePort(service, hcnPortProtocol.both, hcnPortAccess.shared, 50000))).toBe('803b0013');
    const { value: udp = 0n } = await hcn.reservePort(service, hcnPortProtocol.udp, hcnPortAccess.shared, 50000);
    const { value: range } = await hcn.reservePortRange(service, 1000);
    expect(range).toMatchObject({ startingPort: 50001, endingPort: 51000 });
    expect((await hcn.enumeratePortReservations()).value).toMatchObject([
      { owningPartitionId: unknownId, protocol: 1, startingPort: 50000, endingPort: 50000 }, { protocol: 2 }, { protocol: 3, startingPort: 50001, endingPort: 51000 },
    ]);
    for (const reservation of [one, udp, range?.reservation ?? 0n]) expect(code(await hcn.releasePortReservation(reservation))).toBe('00000000');
    expect((await hcn.enumeratePortReservations()).value).toEqual([]);
    await hcn.unregisterGuestNetworkServiceCallback(callback);
    expect(code(await hcn.delete('GuestNetworkService', unknownId))).toBe('00000000');
    expect(code(await hcn.close('GuestNetworkService', service))).toBe('00000000');
  });

  it('keeps networks and endpoints over a restart of the host, with addresses and ports that nobody uses any more', async () => {
    const network = await made('Network', natNetwork());
    const passing = await made('Network', overlay);
    await endpoint(passing);
    const namespace = await made('Namespace', { ...schema });
    const { document } = await endpoint(network, { HostComputeNamespace: namespace, Policies: [mapping(8080)] });
    await simulator.reset();
    expect(await ids('Network'), 'the overlay is not persistent').toEqual([network]);
    expect(await ids('Endpoint')).toEqual([document.ID]);
    expect(await read('Namespace', namespace)).toMatchObject({ Resources: [] });
    expect((await endpoint(network, { IpConfigurations: document.IpConfigurations })).code).toBe('803b002f');
    expect((await endpoint(network, { Policies: [mapping(8080)] })).code).toBe('803b0013');
  });

  it('lets no more calls run at once than it was told', async () => {
    const answers = await Promise.all(Array.from({ length: 400 }, () => hcn.enumerate('Network', query())));
    expect(new Set(answers.map(code))).toEqual(new Set(['00000000']));
  });

  it('is called by these tests in every function that is bound', () => {
    expect([...called].sort()).toEqual([...hcnFunctions].sort());
  });
});

describe('The bindings of ComputeNetwork.dll', () => {
  it('say which library is missing', async () => {
    const hcn = new ComputeNetwork({ libraries: { network: '/nowhere/computenetwork.dll', memory: '/nowhere/ole32.dll' } });
    await expect(hcn.enumerate('Network', '')).rejects.toMatchObject({ name: 'MissingFunction', library: '/nowhere/computenetwork.dll', functionName: undefined, leastBuild: 17763 });
  });

  it.skipIf(process.platform !== 'linux')('say which function is missing', async () => {
    const hcn = new ComputeNetwork({ libraries: { network: 'libc.so.6', memory: 'libc.so.6' } });
    await expect(hcn.delete('Network', unknownId)).rejects.toMatchObject({ name: 'MissingFunction', functionName: 'HcnDeleteNetwork' });
  });
});
