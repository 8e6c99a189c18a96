import { parseIpPrefix, SiloError } from '../../base/index.ts';
import type { NetworkDefinition, NetworkDriver, NetworkSubnet } from '../../core/index.ts';
import { type HostNetworkType, type Ipam, type NetworkDocument, type Policy, type Subnet } from './documents.ts';
import { owner } from './network-mark.ts';

export const hostTypes: Readonly<Record<NetworkDriver, HostNetworkType | undefined>> = { nat: 'NAT', internal: 'Internal', transparent: 'Transparent', l2bridge: 'L2Bridge', overlay: 'Overlay', foreign: undefined };

const defaultRoutes = ['0.0.0.0/0', '::/0'] as const;

/** What HCN is to make of a network. `name` is the mark. */
export const networkDocument = (definition: NetworkDefinition, name: string): NetworkDocument => {
  const { driver, parentInterface, dnsServers, dnsSuffix } = definition;
  const type = hostTypes[driver];
  if (type === undefined) throw new SiloError('NetworkDriverUnsupported', { args: { driver, reason: 'what others configured is not made' }, target: { kind: 'network', id: definition.id } });
  return {
    Name: name,
    Owner: owner,
    Type: type,
    Ipams: ipams(definition),
    Dns: { ...(dnsServers.length === 0 ? {} : { ServerList: dnsServers }), ...(dnsSuffix === undefined ? {} : { Domain: dnsSuffix, Search: [dnsSuffix] }) },
    ...(parentInterface === undefined ? {} : { Policies: [{ Type: 'NetAdapterName', Settings: { NetworkAdapterName: parentInterface } }] }),
  };
};

/** Without a subnet, HCN chooses one for networks that it translates; others are served by somebody else's DHCP. */
const ipams = ({ id, driver, subnets, vlanId }: NetworkDefinition): readonly Ipam[] => {
  if (subnets.length === 0) {
    if (driver === 'nat' || driver === 'internal') return [];
    if (driver === 'transparent') return [{ Type: 'Dhcp' }];
    throw new SiloError('NetworkDriverUnsupported', { args: { driver, reason: 'such a network has a subnet of its own; give it one' }, target: { kind: 'network', id } });
  }
  return [{ Type: 'Static', Subnets: subnets.map(({ prefix, gateway }): Subnet => ({
    IpAddressPrefix: prefix,
    ...(gateway === undefined ? {} : { Routes: [{ NextHop: gateway, DestinationPrefix: gateway.includes(':') ? '::/0' : '0.0.0.0/0' }] }),
    ...isolation(id, driver, vlanId),
  })) }];
};

/** Overlays are told apart by a number of 24 bits, of which those below 4096 are Windows' own. */
const isolation = (id: string, driver: NetworkDriver, vlanId: number | undefined): { readonly Policies?: readonly Policy[] } => {
  if (driver === 'overlay') return { Policies: [{ Type: 'VSID', Settings: { IsolationId: vlanId ?? 4096 + (Number.parseInt(id.slice(0, 8), 16) % 0xffe000) } }] };
  return vlanId === undefined ? {} : { Policies: [{ Type: 'VLAN', Settings: { IsolationId: vlanId } }] };
};

/** The subnets of a network as the host has them. */
export const subnetsOf = (document: NetworkDocument): readonly NetworkSubnet[] =>
  (document.Ipams ?? []).flatMap(({ Subnets }) => Subnets ?? []).filter(({ IpAddressPrefix }) => parseIpPrefix(IpAddressPrefix ?? '') !== undefined)
    .map(({ IpAddressPrefix, Routes }) => ({ prefix: IpAddressPrefix, gateway: Routes?.find(({ DestinationPrefix }) => defaultRoutes.some((route) => route === DestinationPrefix))?.NextHop }));
