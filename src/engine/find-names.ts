import type { ContainerRecord, EndpointRecord, MetadataReader, NetworkRecord } from '../core/index.ts';
import { plainAddresses } from './network-links.ts';
import type { Ports } from './ports.ts';

/** Digits of an id that are a name, too, as Docker has it. */
const shortIdLength = 12;

/** Where a network's responder listens. */
export interface NamedNetwork { readonly id: string; readonly gateways: readonly string[] }

/** Networks whose containers ask at the gateway. */
export const namedNetworks = (ports: Ports): readonly NamedNetwork[] =>
  ports.metadata.read((reader) => reader.networks()).filter(({ driver, hostId }) => hostId !== undefined && (driver === 'nat' || driver === 'internal'))
    .map(({ id, subnets }) => ({ id, gateways: subnets.flatMap(({ gateway }) => gateway ?? []) }));

/** What the store knows of a question that came in at a network's gateway. */
export interface NameFinding {
  /** Addresses of a name; undefined where no container has it. */
  readonly addresses: readonly string[] | undefined;
  /** Name of an address; undefined where it is none of these networks'. */
  readonly name: string | undefined;
  /** Servers for everything else: empty where the network has no way out, undefined for the host's own. */
  readonly servers: readonly string[] | undefined;
}

interface Candidate { readonly endpoint: EndpointRecord; readonly container: ContainerRecord; readonly network: NetworkRecord }

const namesOf = ({ endpoint, container, network }: Candidate): readonly string[] => {
  const short = [container.name, container.spec.hostName, container.id.slice(0, shortIdLength), ...endpoint.request.aliases].map((name) => name.toLowerCase());
  return network.dnsSuffix === undefined ? short : [...short, ...short.map((name) => `${name}.${network.dnsSuffix?.toLowerCase() ?? ''}`)];
};

/** Whoever asks from a container's address sees the names of all networks that the container is on; others those of the network alone. */
export const findName = (ports: Ports, networkId: string, source: string, asked: { readonly name: string } | { readonly address: string }): NameFinding =>
  ports.metadata.read((reader) => {
    const here = reader.endpointsOfNetwork(networkId);
    const asker = here.find((endpoint) => endpoint.attached !== undefined && plainAddresses(endpoint).includes(source));
    const networkIds = asker === undefined ? [networkId] : reader.endpointsOfContainer(asker.containerId).map((endpoint) => endpoint.networkId);
    const candidates = networkIds.flatMap((id) => candidatesOn(reader, id));
    const name = 'address' in asked ? candidates.find(({ endpoint }) => plainAddresses(endpoint).includes(asked.address))?.container.name : undefined;
    const found = 'name' in asked ? candidates.filter((candidate) => namesOf(candidate).includes(asked.name.toLowerCase())) : [];
    return { addresses: found.length === 0 ? undefined : found.flatMap(({ endpoint }) => plainAddresses(endpoint)), name, servers: serversFor(reader, networkId, asker) };
  });

const candidatesOn = (reader: MetadataReader, networkId: string): readonly Candidate[] => {
  const network = reader.network(networkId);
  return network === undefined ? [] : reader.endpointsOfNetwork(networkId).flatMap((endpoint) => {
    const container = endpoint.addresses.length === 0 ? undefined : reader.container(endpoint.containerId);
    // One that is being started is there already: whoever waits for it finds it.
    return container === undefined || (container.state !== 'running' && container.state !== 'paused' && container.state !== 'starting') ? [] : [{ endpoint, container, network }];
  });
};

const serversFor = (reader: MetadataReader, networkId: string, asker: EndpointRecord | undefined): readonly string[] | undefined => {
  const network = reader.network(networkId);
  const drivers = asker === undefined ? [network?.driver] : reader.endpointsOfContainer(asker.containerId).map((endpoint) => reader.network(endpoint.networkId)?.driver);
  if (drivers.every((driver) => driver === 'internal' || driver === undefined)) return [];
  const own = asker === undefined ? [] : reader.container(asker.containerId)?.spec.networking?.dnsServers ?? [];
  const given = own.length > 0 ? own : network?.dnsServers ?? [];
  return given.length > 0 ? given : undefined;
};
