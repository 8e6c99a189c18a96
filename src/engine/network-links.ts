import { SiloError, formatIpAddress, hostRange, parseIpAddress, parseIpPrefix } from '../base/index.ts';
import type { AttachedEndpoint, ContainerRecord, EndpointRecord, MetadataReader, MetadataWriter, NetworkRecord } from '../core/index.ts';
import { withNetworks } from './network-lock.ts';
import type { Ports } from './ports.ts';
import { formatPublishedPort, samePort } from './published-ports.ts';

/** A container's place on a network, with everything that will be made of it. */
export interface PlannedLink {
  readonly network: NetworkRecord;
  readonly endpoint: EndpointRecord;
  readonly defaultRoute: boolean;
}

/** Who holds which address of a network, an endpoint itself left out. */
const holdersOf = (reader: MetadataReader, networkId: string, endpointId: string): ReadonlyMap<string, string> =>
  new Map(reader.endpointsOfNetwork(networkId).filter(({ id }) => id !== endpointId).flatMap((other) => other.addresses.map((address) => [address, other.containerId] as const)));

const refuseHeld = (reader: MetadataReader, network: NetworkRecord, address: string, holder: string | undefined): string => {
  if (holder === undefined) return address;
  throw new SiloError('AddressInUse', { args: { address, network: network.name, owner: `container ${reader.container(holder)?.name ?? holder.slice(0, 12)}` }, target: { kind: 'network', id: network.id } });
};

/** Gives a new container its places on networks; addresses that it is always to have are its own from now on. Errors: NetworkNotFound, AddressInUse. */
export const reserveLinks = (writer: MetadataWriter, record: ContainerRecord, endpointIds: readonly string[]): void => {
  for (const [position, { networkId, ...request }] of (record.spec.networking?.links ?? []).entries()) {
    const network = writer.network(networkId);
    const id = endpointIds[position];
    if (network === undefined || id === undefined) throw new SiloError('NetworkNotFound', { args: { id: networkId.slice(0, 12) }, target: { kind: 'network', id: networkId } });
    const holders = holdersOf(writer, networkId, id);
    for (const address of request.addresses) refuseHeld(writer, network, address, holders.get(address));
    writer.putEndpoint({ id, containerId: record.id, networkId, position, request, addresses: request.addresses, ports: [], attached: undefined });
  }
};

/** One address of each of the network's families: those asked for, else the first that nobody holds. */
export const freeAddresses = (reader: MetadataReader, network: NetworkRecord, endpoint: EndpointRecord): readonly string[] => {
  const holders = holdersOf(reader, network.id, endpoint.id);
  const gateways = new Set(network.subnets.map(({ gateway }) => gateway));
  return network.subnets.map(({ prefix }) => {
    const asked = endpoint.request.addresses.find((address) => address.includes(':') === prefix.includes(':'));
    if (asked !== undefined) return refuseHeld(reader, network, asked, holders.get(asked));
    const range = parseIpPrefix(prefix);
    if (range === undefined) throw new SiloError('RecordInvalid', { args: { kind: 'network', id: network.id } });
    const { first, last } = hostRange(range);
    for (let value = first; value <= last; value++) {
      const address = formatIpAddress({ family: range.family, value });
      if (!holders.has(address) && !gateways.has(address)) return address;
    }
    throw new SiloError('AddressExhausted', { args: { network: network.name, subnet: prefix }, target: { kind: 'network', id: network.id } });
  });
};

const refuseTakenPorts = (reader: MetadataReader, endpoint: EndpointRecord): void => {
  if (endpoint.ports.length === 0) return;
  for (const other of reader.endpoints()) {
    if (other.containerId === endpoint.containerId) continue;
    const taken = endpoint.ports.find((port) => other.ports.some((held) => samePort(port, { protocol: held.protocol, port: held.hostPort, address: held.hostAddress })));
    if (taken !== undefined) throw new SiloError('PortInUse', { args: { port: formatPublishedPort(taken), owner: `container ${reader.container(other.containerId)?.name ?? other.containerId.slice(0, 12)} has published it` }, target: { kind: 'container', id: endpoint.containerId } });
  }
};

/** The one of a container's networks that leads ports of the host to it. */
export const publishingNetwork = (networks: readonly NetworkRecord[]): NetworkRecord | undefined => networks.find(({ driver }) => driver === 'nat') ?? networks.find(({ driver }) => driver === 'foreign');

/**
 * Reserves what a container needs of its networks, in the transaction of the change that needs it: from then on
 * it holds addresses and ports, until `releaseLinks`. Errors: NetworkNotFound, AddressInUse, AddressExhausted, PortInUse.
 */
export const planLinks = (writer: MetadataWriter, record: ContainerRecord, assignsAddresses: boolean): readonly PlannedLink[] => {
  if (record.spec.network !== 'networks') return [];
  const endpoints = writer.endpointsOfContainer(record.id).map((endpoint) => {
    const network = writer.network(endpoint.networkId);
    if (network === undefined) throw new SiloError('NetworkNotFound', { args: { id: endpoint.networkId.slice(0, 12) }, target: { kind: 'network', id: endpoint.networkId } });
    return { network, endpoint };
  });
  const outward = endpoints.find(({ network }) => network.driver !== 'internal')?.network.id;
  const publishing = publishingNetwork(endpoints.map(({ network }) => network))?.id;
  return endpoints.map(({ network, endpoint }) => {
    const planned = { ...endpoint, ports: network.id === publishing ? record.spec.networking?.ports ?? [] : [], addresses: assignsAddresses ? endpoint.request.addresses : freeAddresses(writer, network, endpoint) };
    refuseTakenPorts(writer, planned);
    writer.putEndpoint(planned);
    return { network, endpoint: planned, defaultRoute: network.id === outward };
  });
};

/** A published port would silently take the place of what listens there already. Errors: PortInUse. */
export const refuseListeners = async (ports: Ports, links: readonly PlannedLink[]): Promise<void> => {
  const published = links.flatMap(({ endpoint }) => endpoint.ports);
  if (published.length === 0) return;
  const listeners = await ports.network.listeners();
  for (const port of published) {
    const listener = listeners.find((candidate) => samePort(port, candidate));
    if (listener === undefined) continue;
    const holder = await ports.network.holderOf(listener);
    throw new SiloError('PortInUse', { args: { port: formatPublishedPort(port), owner: holder === undefined ? 'it is reserved, or a process that cannot be seen listens on it' : `${holder} listens on it` }, target: { kind: 'host', id: String(port.hostPort) } });
  }
};

/** Links a prepared sandbox to all of its networks. After an error the caller calls `releaseLinks`. */
export const attachLinks = async (ports: Ports, record: ContainerRecord, links: readonly PlannedLink[]): Promise<readonly EndpointRecord[]> => {
  if (links.length === 0) return [];
  return withNetworks(ports, { shared: true }, async () => {
    const attached: EndpointRecord[] = [];
    for (const link of links) attached.push({ ...link.endpoint, attached: await attachLink(ports, record, link) });
    return attached;
  });
};

/** One link; the caller holds the lock of networks. It may be repeated, to mend it or to move the way out. */
export const attachLink = (ports: Ports, record: ContainerRecord, { network, endpoint, defaultRoute }: PlannedLink): Promise<AttachedEndpoint> =>
  ports.network.attach(record.sandboxId, network, {
    id: endpoint.id, addresses: endpoint.addresses, macAddress: endpoint.request.macAddress, aliases: [record.name, ...endpoint.request.aliases], ports: endpoint.ports, index: endpoint.position, defaultRoute,
  });

/** Writes down what was attached; the first address is the container's. */
export const recordLinks = (writer: MetadataWriter, record: ContainerRecord, attached: readonly EndpointRecord[]): void => {
  for (const endpoint of attached) writer.putEndpoint({ ...endpoint, addresses: plainAddresses(endpoint) });
  const ipAddress = writer.endpointsOfContainer(record.id).flatMap(plainAddresses)[0];
  if (ipAddress !== record.ipAddress) writer.updateContainer(record.id, { ipAddress });
};

/** Without prefix length, as IPAM counts them. */
export const plainAddresses = ({ attached, addresses }: Pick<EndpointRecord, 'attached' | 'addresses'>): readonly string[] =>
  (attached === undefined ? addresses : attached.addresses.map((address) => address.split('/')[0] ?? '').filter((address) => parseIpAddress(address) !== undefined));

/** Gives back what a container that has ended, or never came to run, holds of its networks; its addresses and ports last, when nothing answers under them any more. */
const releaseLinks = async (ports: Ports, record: ContainerRecord): Promise<void> => {
  const held = ports.metadata.read((reader) => reader.endpointsOfContainer(record.id).filter(({ networkId, addresses, attached, ports: published }) =>
    // A plugin may have given what no engine came to write down.
    addresses.length > 0 || attached !== undefined || published.length > 0 || reader.network(networkId)?.driver === 'foreign'));
  if (held.length === 0) return;
  for (const { id, attached, addresses, ports: published } of held) await ports.network.detach(record.sandboxId, { id, hostId: attached?.hostId, addresses, ports: published });
  await ports.metadata.write((writer) => {
    for (const endpoint of held) if (writer.endpoint(endpoint.id) !== undefined) writer.putEndpoint({ ...endpoint, addresses: endpoint.request.addresses, ports: [], attached: undefined });
    writer.updateContainer(record.id, { ipAddress: undefined });
  });
};

/** Takes a sandbox away, unless it is that of another container. */
export const releaseSandbox = async (ports: Ports, record: ContainerRecord): Promise<void> => {
  await releaseLinks(ports, record);
  if (record.spec.network !== 'container') await ports.network.release(record.sandboxId);
};
