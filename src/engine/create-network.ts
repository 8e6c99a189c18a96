import { SiloError } from '../base/index.ts';
import type { NameValue, NetworkDriver, NetworkRecord, NetworkSubnet, OccupiedSubnet } from '../core/index.ts';
import { freeSubnet, givenSubnets, localSubnet, refuseConflicts } from './choose-subnet.ts';
import { findForeign, isForsaken } from './foreign-networks.ts';
import { withNetworks } from './network-lock.ts';
import type { Ports } from './ports.ts';

export interface NetworkRequest {
  readonly name: string;
  readonly driver?: NetworkDriver | undefined;
  /** CIDR; one of each family at most. Where left out a free IPv4 subnet is chosen. */
  readonly subnets?: readonly string[] | undefined;
  readonly gateways?: readonly string[] | undefined;
  /** Adds a chosen IPv6 subnet where none was given. */
  readonly ipv6?: boolean | undefined;
  readonly parentInterface?: string | undefined;
  readonly vlanId?: number | undefined;
  readonly mtu?: number | undefined;
  readonly dnsServers?: readonly string[] | undefined;
  readonly dnsSuffix?: string | undefined;
  readonly labels?: readonly NameValue[] | undefined;
}

const pattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;
const reserved: ReadonlySet<string> = new Set(['none', 'host', 'default', 'container']);

/** @throws SiloError NetworkNameInvalid */
const checkName = (name: string): string => {
  if (!pattern.test(name) || reserved.has(name.toLowerCase()) || /^[0-9a-f]{64}$/.test(name)) throw new SiloError('NetworkNameInvalid', { args: { name }, target: { kind: 'network', id: name } });
  return name;
};

/** Makes a network: its row first, so that whatever a kill leaves of it on the host has an owner. */
export const createNetwork = (ports: Ports, request: NetworkRequest, signal?: AbortSignal): Promise<NetworkRecord> =>
  withNetworks(ports, { shared: false, signal }, () => createUnderLock(ports, request));

/** A name of somebody else's configuration would mean either. Errors: NetworkNameInUse. */
const refuseForeignName = async (ports: Ports, name: string): Promise<void> => {
  const foreign = await ports.network.foreignNetworks();
  const found = findForeign(foreign, name);
  if (found !== undefined) throw new SiloError('NetworkNameInUse', { args: { name, owner: found.file }, target: { kind: 'network', id: name } });
  const row = ports.metadata.read((reader) => reader.networkByName(name));
  if (row?.driver !== 'foreign') return;
  await ports.metadata.write((writer) => { if (isForsaken(writer, row, foreign)) writer.deleteNetwork(row.id); });
};

const createUnderLock = async (ports: Ports, request: NetworkRequest): Promise<NetworkRecord> => {
  const name = checkName(request.name);
  await refuseForeignName(ports, name);
  const driver = request.driver ?? 'nat';
  const id = ports.newId();
  const occupied = await ports.network.occupiedSubnets();
  const subnets = chooseSubnets(request, driver, id, occupied, ports);
  const record: NetworkRecord = {
    id, name, driver, subnets, parentInterface: request.parentInterface, vlanId: request.vlanId, mtu: request.mtu, dnsServers: request.dnsServers ?? [], dnsSuffix: request.dnsSuffix,
    hostId: undefined, labels: request.labels ?? [], createdAt: ports.clock.now(),
  };
  await ports.metadata.write((writer) => { writer.insertNetwork(record); });
  try {
    const made = { ...record, ...await ports.network.createNetwork(record) };
    await ports.metadata.write((writer) => {
      writer.updateNetwork(made);
      writer.appendEvent({ time: record.createdAt, kind: 'network/create', subject: id, attributes: [{ name: 'name', value: name }, { name: 'driver', value: driver }] });
    });
    return made;
  } catch (error) {
    await ports.metadata.write((writer) => { writer.deleteNetwork(id); });
    throw error;
  }
};

const chooseSubnets = (request: NetworkRequest, driver: NetworkDriver, id: string, occupied: readonly OccupiedSubnet[], ports: Ports): readonly NetworkSubnet[] => {
  const hostIsGateway = driver === 'nat' || driver === 'internal';
  // A transparent network lies where the host's own already does.
  const known = ports.metadata.read((reader) => reader.networks()).flatMap((network) => network.subnets.map(({ prefix }) => ({ prefix, owner: `the network ${network.name}` })));
  const all = hostIsGateway ? [...known, ...occupied] : [];
  if (request.subnets !== undefined && request.subnets.length > 0) {
    const subnets = givenSubnets(request.subnets, request.gateways ?? [], hostIsGateway);
    refuseConflicts(subnets, all);
    return request.ipv6 === true && !subnets.some(({ prefix }) => prefix.includes(':')) ? [...subnets, localSubnet(id)] : subnets;
  }
  if ((request.gateways ?? []).length > 0) throw new SiloError('ParameterInvalid', { args: { parameter: 'gateways', reason: 'a gateway needs the subnet it lies in' } });
  if (!hostIsGateway) return [];
  return [freeSubnet(all), ...(request.ipv6 === true ? [localSubnet(id)] : [])];
};

const defaultNetworkName = 'nat';

/** The network of containers for which none was named: nat, made when it is first needed. */
export const defaultNetwork = async (ports: Ports, signal: AbortSignal | undefined): Promise<NetworkRecord> => {
  const find = (): NetworkRecord | undefined => ports.metadata.read((reader) => reader.networkByName(defaultNetworkName));
  return find() ?? withNetworks(ports, { shared: false, signal }, async () => find() ?? createUnderLock(ports, { name: defaultNetworkName }));
};
