import { SiloError, formatIpAddress, parseIpAddress, parseIpPrefix, prefixContains } from '../base/index.ts';
import type { ContainerLink, ContainerNetworking, ForeignNetwork, MetadataReader, NameValue, NetworkMode, NetworkRecord } from '../core/index.ts';
import { findContainer } from './container-lookup.ts';
import { defaultNetwork } from './create-network.ts';
import { adoptNetworks, findForeign } from './foreign-networks.ts';
import { publishingNetwork } from './network-links.ts';
import { hostGateway } from './name-service.ts';
import { findNetwork } from './network-lookup.ts';
import type { Ports } from './ports.ts';
import { choosePorts, parsePublishedPorts } from './published-ports.ts';

/** What a request may say about the networks of a new container. */
export interface NetworkingRequest {
  /** none, host, container:<name or id>, or a network; `networks` instead where there are several, or more to say. */
  readonly network?: string | undefined;
  readonly networks?: readonly LinkRequest[] | undefined;
  readonly ports?: readonly string[] | undefined;
  readonly dnsServers?: readonly string[] | undefined;
  readonly dnsSearch?: readonly string[] | undefined;
  /** Such as `ndots:2`. */
  readonly dnsOptions?: readonly string[] | undefined;
  readonly domainName?: string | undefined;
  readonly hostEntries?: readonly NameValue[] | undefined;
}

export interface LinkRequest {
  /** Undefined for the default network. */
  readonly network: string | undefined;
  readonly addresses?: readonly string[] | undefined;
  readonly macAddress?: string | undefined;
  readonly aliases?: readonly string[] | undefined;
}

export interface ResolvedNetworking {
  readonly mode: NetworkMode;
  readonly networking: ContainerNetworking | undefined;
  /** Sandbox of another container that this one shares. */
  readonly sandboxId: string | undefined;
}

const refused = (parameter: string, reason: string): SiloError => new SiloError('ParameterInvalid', { args: { parameter, reason } });

const checkAddress = (parameter: string, text: string): string => {
  const parsed = parseIpAddress(text);
  if (parsed === undefined) throw refused(parameter, `'${text}' is not an address`);
  return formatIpAddress(parsed);
};

/** In the form that links have: lower case, with colons. */
const checkMacAddress = (text: string): string => {
  const pairs = text.toLowerCase().replaceAll(/[:-]/g, '');
  if (!/^[0-9a-f]{12}$/.test(pairs)) throw refused('macAddress', `'${text}' is not of the form 02-00-00-00-00-01`);
  if ((Number.parseInt(pairs.slice(0, 2), 16) & 1) === 1) throw refused('macAddress', `'${text}' is an address of groups: the lowest bit of its first byte is set`);
  return (pairs.match(/../g) ?? []).join(':');
};

const hostName = /^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252}[A-Za-z0-9_])?$/;

const checkName = (parameter: string, name: string): string => {
  if (!hostName.test(name)) throw refused(parameter, `'${name}' cannot be the name of a host`);
  return name;
};

/** One word, as resolv.conf(5) has them; which there are is up to the container's own library. */
const checkResolverOption = (text: string): string => {
  if (!/^[a-z][a-z0-9-]{0,31}(?::\d{1,6})?$/i.test(text)) throw refused('dnsOptions', `'${text}' cannot be an option of a resolver, as ndots:2 is one`);
  return text;
};

/** What was asked of one network, checked against its subnets. @throws SiloError ParameterInvalid */
export const checkLink = (network: NetworkRecord, { addresses = [], macAddress, aliases = [] }: Omit<LinkRequest, 'network'>): ContainerLink => {
  const checked = addresses.map((address) => checkAddress('addresses', address));
  for (const address of checked) {
    const parsed = parseIpAddress(address);
    const subnet = network.subnets.find(({ prefix }) => {
      const range = parseIpPrefix(prefix);
      return range !== undefined && parsed !== undefined && prefixContains(range, parsed);
    });
    if (subnet === undefined) throw refused('addresses', `${address} lies in no subnet of the network ${network.name} (${network.subnets.map(({ prefix }) => prefix).join(', ') || 'it has none'})`);
    if (subnet.gateway === address) throw refused('addresses', `${address} is the gateway of the network ${network.name}`);
  }
  for (const six of [false, true]) if (checked.filter((address) => address.includes(':') === six).length > 1) throw refused('addresses', `there is more than one of IPv${six ? 6 : 4} for the network ${network.name}`);
  return { networkId: network.id, addresses: checked, macAddress: macAddress === undefined ? undefined : checkMacAddress(macAddress), aliases: aliases.map((alias) => checkName('aliases', alias)) };
};

/** A plugin is told of a container only what its configuration says that it takes. Errors: OptionUnsupported. */
export const refuseUntold = (foreign: readonly ForeignNetwork[], network: string, wanted: readonly string[]): void => {
  const found = findForeign(foreign, network);
  const missing = found === undefined ? undefined : wanted.find((capability) => !found.capabilities.includes(capability));
  if (found !== undefined && missing !== undefined) throw new SiloError('OptionUnsupported', { args: { option: missing, reason: `no plugin of the network '${found.name}' has that capability in ${found.file}` }, target: { kind: 'network', id: found.name } });
};

/** Reads what a request says of networks; where it says nothing, the default network is made and taken. */
export const resolveNetworking = async (ports: Ports, request: NetworkingRequest, defaultMode: NetworkMode, signal: AbortSignal | undefined): Promise<ResolvedNetworking> => {
  if (request.network !== undefined && request.networks !== undefined) throw refused('network', 'give either network or networks');
  const dnsServers = (request.dnsServers ?? []).map((address) => checkAddress('dnsServers', address));
  const dnsSearch = (request.dnsSearch ?? []).map((name) => checkName('dnsSearch', name));
  const hostEntries = (request.hostEntries ?? []).map(({ name, value }) => ({ name: checkName('hostEntries', name), value: value === hostGateway ? value : checkAddress('hostEntries', value) }));
  const published = parsePublishedPorts(request.ports ?? []);
  const gatewayNeeds = (found: boolean): void => { if (!found && hostEntries.some(({ value }) => value === hostGateway)) throw refused('hostEntries', `${hostGateway} needs a network of type nat or internal, or that of the host`); };
  const dnsOptions = (request.dnsOptions ?? []).map(checkResolverOption);
  const further = { ...(dnsOptions.length === 0 ? {} : { dnsOptions }), ...(request.domainName === undefined ? {} : { domainName: checkName('domainName', request.domainName) }) };
  const base = { links: [], ports: [], dnsServers, dnsSearch, ...further, hostEntries, containerId: undefined };
  const said = dnsServers.length + dnsSearch.length + hostEntries.length + Object.keys(further).length > 0;
  const unsaid = request.networks === undefined && published.length === 0;
  // Whoever publishes ports has said that it wants a network.
  const named = request.network ?? (unsaid ? (defaultMode === 'networks' ? ports.defaultNetwork : defaultMode) : undefined);
  const word = named?.toLowerCase();
  if (word === 'none' || word === 'host') {
    if (published.length > 0) throw refused('ports', `a container with the network ${word} publishes no ports`);
    gatewayNeeds(word === 'host');
    return { mode: word, networking: said ? base : undefined, sandboxId: undefined };
  }
  if (word?.startsWith('container:') === true) {
    if (published.length > 0) throw refused('ports', "the container shares another one's network, which publishes the ports");
    gatewayNeeds(false);
    const owner = ports.metadata.read((reader) => findContainer(reader, named?.slice('container:'.length) ?? ''));
    if (owner.spec.network === 'container') throw refused('network', `${owner.name} itself shares another container's network; name that one`);
    return { mode: 'container', networking: { ...base, containerId: owner.id }, sandboxId: owner.sandboxId };
  }
  const wanted: readonly LinkRequest[] = request.networks ?? [{ network: named }];
  const fallback = wanted.some(({ network }) => network === undefined || ['nat', 'default'].includes(network.toLowerCase())) ? await defaultNetwork(ports, signal) : undefined;
  const foreign = await adoptNetworks(ports, wanted.map(({ network }) => (network?.toLowerCase() === 'default' ? undefined : network)), signal);
  for (const { network, macAddress } of wanted) if (network !== undefined && macAddress !== undefined) refuseUntold(foreign, network, ['mac']);
  return ports.metadata.read((reader) => {
    const networks = wanted.map(({ network, ...rest }) => {
      const found = network === undefined || network.toLowerCase() === 'default' ? fallback : findNetwork(reader, network);
      if (found === undefined) throw refused('networks', 'the default network is not there');
      return { network: found, link: checkLink(found, rest) };
    });
    if (networks.length === 0) throw refused('networks', 'there is none in the list');
    if (new Set(networks.map(({ network }) => network.id)).size < networks.length) throw refused('networks', 'one network is named twice');
    gatewayNeeds(networks.some(({ network: { driver } }) => driver === 'nat' || driver === 'internal'));
    const publishing = published.length === 0 ? undefined : publishingNetwork(networks.map(({ network }) => network));
    if (published.length > 0 && publishing === undefined) throw refused('ports', 'only a network of type nat publishes ports, and a foreign one whose plugins do');
    if (publishing?.driver === 'foreign') refuseUntold(foreign, publishing.name, ['portMappings']);
    return { mode: 'networks', networking: { ...base, links: networks.map(({ link }) => link), ports: published }, sandboxId: undefined };
  });
};

/** Gives ports that were to be free a number, once for the life of the container. */
export const fixPorts = async (ports: Ports, networking: ContainerNetworking | undefined): Promise<ContainerNetworking | undefined> => {
  if (networking === undefined || !networking.ports.some(({ hostPort }) => hostPort === 0)) return networking;
  const listeners = await ports.network.listeners();
  const published = ports.metadata.read(publishedPorts);
  return { ...networking, ports: choosePorts(networking.ports, listeners, published) };
};

const publishedPorts = (reader: MetadataReader): ContainerNetworking['ports'] => reader.containers().flatMap(({ spec }) => spec.networking?.ports ?? []);
