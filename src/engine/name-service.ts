import type { ContainerRecord, MetadataReader, NameService } from '../core/index.ts';
import type { PlannedLink } from './network-links.ts';

const hasResponder = (link: PlannedLink): boolean => link.network.driver === 'nat' || link.network.driver === 'internal';

/**
 * How a container finds names. On nat and internal networks the responder at the gateway knows the
 * containers and asks others for the rest; elsewhere the servers are named directly, the host's where nobody gave any.
 */
export const nameServiceOf = (record: ContainerRecord, links: readonly PlannedLink[]): NameService => {
  const { dnsServers = [], dnsSearch = [] } = record.spec.networking ?? {};
  const [responder] = links.filter(hasResponder);
  const gateways = responder?.network.subnets.flatMap(({ gateway }) => gateway ?? []) ?? [];
  const search = dnsSearch.length > 0 ? dnsSearch : links.flatMap(({ network }) => network.dnsSuffix ?? []);
  const given = dnsServers.length > 0 ? dnsServers : links.flatMap(({ network }) => network.dnsServers);
  const outside = record.spec.network === 'host' || links.length > 0;
  const servers = gateways.length > 0 ? gateways : given;
  return { servers, search, fromHost: outside && servers.length === 0 };
};

/** Lines of the hosts file beside those of loopback. */
export const hostLines = (record: ContainerRecord, links: readonly PlannedLink[]): readonly { readonly address: string; readonly names: readonly string[] }[] => [
  ...links.flatMap(({ endpoint }) => endpoint.addresses).map((address) => ({ address, names: [record.spec.hostName] })),
  ...(record.spec.networking?.hostEntries ?? []).map(({ name, value }) => ({ address: value, names: [name] })),
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
