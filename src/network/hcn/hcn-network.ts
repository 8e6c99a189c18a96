import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { formatIpPrefix, hasErrno, parseIpPrefix, prefixesOverlap, SiloError } from '../../base/index.ts';
import type { AttachedEndpoint, EndpointReference, EndpointRequest, ForeignNetwork, HostEndpoint, HostNetwork, Listener, Network, NetworkDefinition, NetworkMode, NetworkSubnet, OccupiedSubnet, RuntimeRequirement } from '../../core/index.ts';
import { protocolNumbers, type EndpointDocument, type NamespaceDocument, type NetworkDocument } from './documents.ts';
import { attachedEndpoint, endpointDocument } from './endpoint-document.ts';
import { HcnSandboxes } from './hcn-sandboxes.ts';
import { HcnService } from './hcn-service.ts';
import { hostTypes, networkDocument, subnetsOf } from './network-document.ts';
import { NetworkMark } from './network-mark.ts';

export interface HcnNetworkOptions {
  /** The state root, whose objects these are. */
  readonly root: string;
  readonly service?: HcnService;
  /** Ports that programs of the host listen on, and who listens; HCN knows only of those that containers have. */
  readonly programs?: { listeners(): Promise<readonly Listener[]>; holderOf(listener: Listener): Promise<string | undefined> };
  /** Prefixes of the host's own interfaces. */
  readonly interfaces?: () => readonly OccupiedSubnet[];
}

type Made<T> = T & { readonly ID: string };

/** A network of the host that was there before, and what it is called there. */
interface Adopted { readonly id: string; readonly hostId: string }

/**
 * Networks of a Windows host. A network of the host that is called as the wanted one, of the same type and with the same subnet (or any,
 * where none is asked for), is reused: it is nobody's to remove then but its owner's. Host ids are GUIDs in lower case.
 */
export class HcnNetwork implements Network {
  readonly assignsAddresses = true;
  readonly #service: HcnService;
  readonly #mark: NetworkMark;
  readonly #sandboxes: HcnSandboxes;
  readonly #adoptedFolder: string;
  readonly #programs: NonNullable<HcnNetworkOptions['programs']>;
  readonly #interfaces: () => readonly OccupiedSubnet[];

  constructor({ root, service = new HcnService(), programs = { listeners: () => Promise.resolve([]), holderOf: () => Promise.resolve(undefined) }, interfaces = interfacesOfHost }: HcnNetworkOptions) {
    this.#service = service;
    this.#mark = new NetworkMark(root);
    this.#sandboxes = new HcnSandboxes(join(root, 'hcn'), service, this.#mark);
    this.#adoptedFolder = join(root, 'hcn', 'adopted');
    this.#programs = programs;
    this.#interfaces = interfaces;
  }

  prepare(sandboxId: string, mode: NetworkMode): Promise<string | undefined> { return this.#sandboxes.prepare(sandboxId, mode); }

  release(sandboxId: string): Promise<void> { return this.#sandboxes.release(sandboxId); }

  list(): Promise<readonly string[]> { return this.#sandboxes.list(); }

  async createNetwork(definition: NetworkDefinition): Promise<{ readonly hostId: string; readonly subnets: readonly NetworkSubnet[] }> {
    const network = await this.#find(definition) ?? await this.#adopt(definition) ?? await this.#make(definition);
    return { hostId: network.ID.toLowerCase(), subnets: subnetsOf(network) };
  }

  async removeNetwork({ id, hostId }: Pick<NetworkDefinition, 'id' | 'hostId'>): Promise<void> {
    const network = await this.#find({ id, hostId });
    const linked = network === undefined ? [] : await this.#endpointsOf(network);
    const ours = linked.filter(({ Name }) => this.#mark.idOf(Name) !== undefined);
    const adopted = network !== undefined && this.#mark.idOf(network.Name) === undefined;
    const users = adopted ? ours : linked;
    if (users.length > 0) throw new SiloError('NetworkInUse', { args: { id: hostId ?? id, users: users.map(({ Name, ID }) => Name ?? ID).join(', ') }, target: { kind: 'network', id } });
    if (network !== undefined && !adopted) await this.#service.remove('Network', network.ID);
    await rm(join(this.#adoptedFolder, id), { force: true });
  }

  async networks(): Promise<readonly HostNetwork[]> {
    const all = await this.#service.list('Network');
    const made = all.flatMap(({ Name, ID }) => {
      const id = this.#mark.idOf(Name);
      return id === undefined ? [] : [{ id, hostId: ID.toLowerCase(), faults: [] }];
    });
    const adopted = (await this.#adopted()).filter(({ hostId }) => all.some(({ ID }) => ID.toLowerCase() === hostId));
    return [...made, ...adopted.map((network) => ({ ...network, faults: [] }))];
  }

  async occupiedSubnets(): Promise<readonly OccupiedSubnet[]> {
    const networks = await this.#service.list('Network');
    return [...networks.flatMap((network) => subnetsOf(network).map(({ prefix }) => ({ prefix, owner: describe(network) }))), ...this.#interfaces()];
  }

  async attach(sandboxId: string, network: NetworkDefinition, request: EndpointRequest): Promise<AttachedEndpoint> {
    const namespace = await this.#sandboxes.namespaceOf(sandboxId);
    if (namespace === undefined) throw new SiloError('NetworkFailed', { args: { reason: `the sandbox ${sandboxId} was not prepared` }, target: { kind: 'network', id: network.id } });
    if (network.hostId === undefined) throw new SiloError('NetworkNotFound', { args: { id: network.name }, target: { kind: 'network', id: network.id } });
    const { hostId, subnets } = await this.createNetwork(network);
    const endpoint = await this.#findEndpoint(request) ?? await this.#makeEndpoint(hostId, subnets, network, request);
    if (endpoint.HostComputeNamespace?.toLowerCase() !== namespace) await this.#enter(namespace, endpoint);
    return attachedEndpoint(endpoint, subnets);
  }

  async detach(_sandboxId: string, reference: EndpointReference): Promise<void> {
    const endpoint = await this.#findEndpoint(reference);
    if (endpoint !== undefined) await this.#service.remove('Endpoint', endpoint.ID);
  }

  /** A namespace with its endpoints, for a virtual machine that gets an adapter for each of them. */
  async describe(namespaceId: string): Promise<{ readonly namespace: Made<NamespaceDocument>; readonly endpoints: readonly Made<EndpointDocument>[] }> {
    const namespace = await this.#service.get('Namespace', namespaceId);
    if (namespace === undefined) throw new SiloError('NetworkFailed', { args: { reason: `there is no namespace ${namespaceId}` } });
    const endpoints = (await this.#service.list('Endpoint')).filter(({ HostComputeNamespace }) => HostComputeNamespace?.toLowerCase() === namespaceId.toLowerCase());
    return { namespace, endpoints };
  }

  /** After a restart of the host endpoints are still there, and have their addresses and ports; their namespaces are gone. */
  /** What others made at HNS is left to them. */
  foreignNetworks(): Promise<readonly ForeignNetwork[]> { return Promise.resolve([]); }

  async endpoints(): Promise<readonly HostEndpoint[]> {
    return (await this.#service.list('Endpoint')).flatMap(({ Name, ID, HostComputeNamespace }) => {
      const id = this.#mark.idOf(Name);
      return id === undefined ? [] : [{ id, hostId: ID.toLowerCase(), faults: HostComputeNamespace === undefined ? ['it is in no namespace: nothing uses its addresses and ports'] : [] }];
    });
  }

  async listeners(only?: Listener['protocol']): Promise<readonly Listener[]> {
    const [endpoints, reserved, programs] = await Promise.all([this.#service.list('Endpoint'), this.#service.reservedPorts(), this.#programs.listeners()]);
    const ranges = reserved.flatMap(({ protocols, first, last }) => protocols.flatMap((protocol) => Array.from({ length: last - first + 1 }, (_, index) => ({ protocol, address: '0.0.0.0', port: first + index }))));
    return [...endpoints.flatMap(mappedPorts), ...ranges, ...programs].filter(({ protocol }) => only === undefined || protocol === only);
  }

  async holderOf(listener: Listener): Promise<string | undefined> {
    const endpoint = (await this.#service.list('Endpoint')).find((candidate) => mappedPorts(candidate).some(({ protocol, port }) => protocol === listener.protocol && port === listener.port));
    return endpoint === undefined ? this.#programs.holderOf(listener) : `the endpoint '${endpoint.Name ?? endpoint.ID}' of the Host Networking Service`;
  }

  async requirements(): Promise<readonly RuntimeRequirement[]> {
    const name = 'Host Networking Service';
    try {
      const networks = await this.#service.list('Network');
      return [{ name, satisfied: true, detail: `answers; ${networks.length} networks`, remedy: undefined }];
    } catch (error) {
      if (!(error instanceof SiloError)) throw error;
      return [{ name, satisfied: false, detail: error.message, remedy: error.code === 'NetworkServiceStopped' ? 'Start-Service hns' : error.action }];
    }
  }

  /** The host's object of a network of this state root: by its GUID, or by its name where that is not known yet. */
  async #find({ id, hostId }: Pick<NetworkDefinition, 'id' | 'hostId'>): Promise<Made<NetworkDocument> | undefined> {
    const known = hostId ?? (await this.#adopted()).find((adopted) => adopted.id === id)?.hostId;
    const network = known === undefined ? undefined : await this.#service.get('Network', known);
    if (network !== undefined && (this.#mark.idOf(network.Name) === id || (await this.#adopted()).some((adopted) => adopted.id === id && adopted.hostId === known))) return network;
    return (await this.#service.list('Network', { Name: this.#mark.nameOf(id) }))[0];
  }

  async #adopt({ id, name, driver, subnets }: NetworkDefinition): Promise<Made<NetworkDocument> | undefined> {
    const called = (await this.#service.list('Network', { Name: name }))[0];
    if (called === undefined || (called.Type ?? 'NAT') !== hostTypes[driver]) return undefined;
    const there = subnetsOf(called).map(({ prefix }) => prefix);
    if (!subnets.every(({ prefix }) => there.includes(prefix))) return undefined;
    await mkdir(this.#adoptedFolder, { recursive: true, mode: 0o700 });
    await writeFile(join(this.#adoptedFolder, id), `${called.ID.toLowerCase()}\n`, { mode: 0o600, flush: true });
    return called;
  }

  async #adopted(): Promise<readonly Adopted[]> {
    const ids = await readdir(this.#adoptedFolder).catch((error: unknown) => {
      if (hasErrno(error, 'ENOENT')) return [];
      throw error;
    });
    return Promise.all(ids.map(async (id) => ({ id, hostId: (await readFile(join(this.#adoptedFolder, id), 'utf8')).trim() })));
  }

  /** One that the host has lost gets the GUID again that the store knows. */
  async #make(definition: NetworkDefinition): Promise<Made<NetworkDocument>> {
    await this.#refuseTaken(definition);
    const { id, name, driver, subnets, parentInterface, hostId } = definition;
    const args = { id: name, network: name, driver, name: parentInterface ?? 'of an external switch', subnet: subnets.map(({ prefix }) => prefix).join(', ') };
    try {
      return await this.#service.create('Network', networkDocument(definition, this.#mark.nameOf(id)), { ...(hostId === undefined ? {} : { id: hostId }), args });
    } catch (error) {
      // Another engine may have been quicker.
      const there = await this.#find({ id, hostId });
      if (there === undefined) throw error;
      return there;
    }
  }

  /** Transparent networks and bridges have the addresses of the host's own network, so only the others must stay clear. */
  async #refuseTaken({ id, driver, subnets }: NetworkDefinition): Promise<void> {
    if (driver === 'transparent' || driver === 'l2bridge') return;
    const occupied = subnets.length === 0 ? [] : await this.occupiedSubnets();
    for (const { prefix } of subnets) {
      const wanted = parseIpPrefix(prefix);
      const taken = occupied.find((other) => {
        const range = parseIpPrefix(other.prefix);
        return wanted !== undefined && range !== undefined && prefixesOverlap(wanted, range);
      });
      if (taken !== undefined) throw new SiloError('SubnetConflict', { args: { subnet: prefix, other: taken.prefix, owner: taken.owner }, target: { kind: 'network', id } });
    }
  }

  async #endpointsOf(network: Made<NetworkDocument>): Promise<readonly Made<EndpointDocument>[]> {
    // Older versions filter endpoints by the first version's name of the member.
    return this.#service.list('Endpoint', { VirtualNetwork: network.ID });
  }

  async #findEndpoint({ id, hostId }: { readonly id: string; readonly hostId?: string | undefined }): Promise<Made<EndpointDocument> | undefined> {
    const known = hostId === undefined ? undefined : await this.#service.get('Endpoint', hostId);
    if (this.#mark.idOf(known?.Name) === id) return known;
    return (await this.#service.list('Endpoint', { Name: this.#mark.nameOf(id) }))[0];
  }

  async #makeEndpoint(hostId: string, subnets: readonly NetworkSubnet[], network: NetworkDefinition, request: EndpointRequest): Promise<Made<EndpointDocument>> {
    const args = { network: network.name, id: network.name, address: request.addresses.join(', '), subnet: subnets.map(({ prefix }) => prefix).join(', '), port: request.ports.map(({ protocol, hostPort }) => `${hostPort}/${protocol}`).join(', ') };
    try {
      return await this.#service.createEndpoint(hostId, endpointDocument(request, network, subnets, this.#mark.nameOf(request.id)), { args });
    } catch (error) {
      throw await this.#withOwner(error, hostId, network, request);
    }
  }

  /** A conflict names what holds the address or port. */
  async #withOwner(error: unknown, hostId: string, network: NetworkDefinition, request: EndpointRequest): Promise<unknown> {
    if (!(error instanceof SiloError) || (error.code !== 'AddressInUse' && error.code !== 'PortInUse')) return error;
    const endpoints = await this.#service.list('Endpoint');
    const wanted = request.ports.map(({ protocol, hostPort }) => `${hostPort}/${protocol}`);
    const holder = endpoints.find((endpoint) => (error.code === 'PortInUse'
      ? mappedPorts(endpoint).some(({ protocol, port }) => wanted.includes(`${port}/${protocol}`))
      : endpoint.HostComputeNetwork?.toLowerCase() === hostId && endpoint.IpConfigurations?.some(({ IpAddress }) => request.addresses.includes(IpAddress)) === true));
    const owner = holder === undefined ? 'the host itself, or a reservation of it' : `the endpoint '${holder.Name ?? holder.ID}'`;
    const port = holder === undefined ? wanted.join(', ') : mappedPorts(holder).map((taken) => `${taken.port}/${taken.protocol}`).find((taken) => wanted.includes(taken)) ?? wanted.join(', ');
    return new SiloError(error.code, { args: { ...error.args, owner, port, network: network.name }, target: { kind: 'network', id: network.id }, ...(error.operation === undefined ? {} : { operation: error.operation }), ...(error.native === undefined ? {} : { native: error.native }), cause: error });
  }

  /** An endpoint that cannot enter is taken away again. One of an earlier namespace, which may be gone, is taken out of it first. */
  async #enter(namespace: string, endpoint: Made<EndpointDocument>): Promise<void> {
    const request = (RequestType: 'Add' | 'Remove') => ({ ResourceType: 'Endpoint', RequestType, Settings: { EndpointId: endpoint.ID } });
    const before = endpoint.HostComputeNamespace;
    try {
      if (before !== undefined && await this.#service.get('Namespace', before) !== undefined) await this.#service.modify('Namespace', before, request('Remove'));
      await this.#service.modify('Namespace', namespace, request('Add'));
    } catch (error) {
      await this.#service.remove('Endpoint', endpoint.ID);
      throw error;
    }
  }
}

const describe = ({ Name, ID, Type = 'NAT' }: Made<NetworkDocument>): string => `the ${Type} network '${Name ?? ID}' of the Host Networking Service`;

const mappedPorts = ({ Policies = [] }: EndpointDocument): readonly Listener[] =>
  Policies.flatMap(({ Type, Settings: { Protocol, ExternalPort, VIP } }) => {
    const protocol = (['tcp', 'udp'] as const).find((name) => protocolNumbers[name] === Protocol);
    return Type === 'PortMapping' && protocol !== undefined && typeof ExternalPort === 'number' ? [{ protocol, address: typeof VIP === 'string' ? VIP : '0.0.0.0', port: ExternalPort }] : [];
  });

const interfacesOfHost = (): readonly OccupiedSubnet[] =>
  Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) => addresses.flatMap(({ cidr }) => {
    const prefix = cidr === null ? undefined : parseIpPrefix(cidr);
    return prefix === undefined ? [] : [{ prefix: formatIpPrefix(prefix), owner: `the interface '${name}'` }];
  }));
