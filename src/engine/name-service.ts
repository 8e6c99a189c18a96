import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerRecord, Listener, MetadataReader, NameService } from '../core/index.ts';
import type { PlannedLink } from './network-links.ts';
import type { Ports } from './ports.ts';

const hasResponder = (link: PlannedLink): boolean => link.network.driver === 'nat' || link.network.driver === 'internal';

/**
 * How a container finds names. On nat and internal networks the responder at the gateway knows the
 * containers and asks others for the rest; elsewhere the servers are named directly, the host's where nobody gave any.
 */
export const nameServiceOf = (record: ContainerRecord, links: readonly PlannedLink[]): NameService => {
  const { dnsServers = [], dnsSearch = [], dnsOptions = [] } = record.spec.networking ?? {};
  const [responder] = links.filter(hasResponder);
  const gateways = responder?.network.subnets.flatMap(({ gateway }) => gateway ?? []) ?? [];
  const search = dnsSearch.length > 0 ? dnsSearch : links.flatMap(({ network }) => network.dnsSuffix ?? []);
  const given = dnsServers.length > 0 ? dnsServers : links.flatMap(({ network }) => network.dnsServers);
  const outside = record.spec.network === 'host' || links.length > 0;
  const servers = gateways.length > 0 ? gateways : given;
  return { servers, search, options: dnsOptions, fromHost: outside && servers.length === 0 };
};

/** In place of an address: that at which a container finds its host. */
export const hostGateway = 'host-gateway';

/** The host has the gateway's address on the networks that it makes itself; in its own namespace it is at loopback. */
const hostAddresses = ({ spec }: ContainerRecord, links: readonly PlannedLink[]): readonly string[] =>
  spec.network === 'host' ? ['127.0.0.1'] : (links.find(({ network }) => network.driver === 'nat') ?? links.find(hasResponder))?.network.subnets.flatMap(({ gateway }) => gateway ?? []) ?? [];

/** Lines of the hosts file beside those of loopback. */
export const hostLines = (record: ContainerRecord, links: readonly PlannedLink[]): readonly { readonly address: string; readonly names: readonly string[] }[] => [
  ...links.flatMap(({ endpoint }) => endpoint.addresses).map((address) => ({ address, names: [...(record.spec.networking?.domainName === undefined ? [] : [`${record.spec.hostName}.${record.spec.networking.domainName}`]), record.spec.hostName] })),
  ...(record.spec.networking?.hostEntries ?? []).flatMap(({ name, value }) => (value === hostGateway ? hostAddresses(record, links) : [value]).map((address) => ({ address, names: [name] }))),
];

/** The links of a container that runs, as they were planned when it was started. */
export const linksOf = (reader: MetadataReader, containerId: string): readonly PlannedLink[] => {
  const links = reader.endpointsOfContainer(containerId).flatMap((endpoint) => {
    const network = reader.network(endpoint.networkId);
    return network === undefined ? [] : [{ network, endpoint }];
  });
  const outward = links.find(({ network }) => network.driver !== 'internal');
  return links.map((link) => ({ ...link, defaultRoute: link === outward }));
};

const servicePort = 53;
const servicePatienceMs = 5000;
const serviceLookMs = 20;

const looks = new WeakMap<Ports['network'], Promise<readonly Listener[]>>();

/** One look at the kernel's table for all starts that wait meanwhile: hundreds at once that look each for itself keep the processor from the one that they wait for. */
const lookTogether = (network: Ports['network']): Promise<readonly Listener[]> => {
  const begun = looks.get(network);
  if (begun !== undefined) return begun;
  const look = network.listeners('udp');
  looks.set(network, look);
  setTimeout(() => { looks.delete(network); }, serviceLookMs).unref();
  return look;
};

/** Waits until somebody answers at the gateways: a program that asks as it starts would otherwise be told that there is no such name. */
export const awaitNameService = async (ports: Ports, links: readonly PlannedLink[]): Promise<void> => {
  const responders = ports.network.assignsAddresses ? [] : links.filter(hasResponder).slice(0, 1).flatMap(({ network }) => network.subnets.flatMap(({ gateway }) => gateway ?? []));
  if (responders.length === 0) return;
  for (const began = performance.now(); performance.now() - began < servicePatienceMs; await delay(serviceLookMs)) {
    const listeners = await lookTogether(ports.network);
    if (responders.every((address) => listeners.some((listener) => listener.port === servicePort && (listener.address === address || listener.address === '0.0.0.0' || listener.address === '::')))) return;
  }
  ports.log.warn({ gateways: responders }, 'nobody answers names on a network; the container is started all the same');
};
