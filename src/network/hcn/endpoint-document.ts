import { parseIpAddress, parseIpPrefix, prefixContains } from '../../base/index.ts';
import type { AttachedEndpoint, EndpointRequest, NetworkDefinition, NetworkSubnet } from '../../core/index.ts';
import type { EndpointDocument, Policy, Route } from './documents.ts';
import { owner } from './network-mark.ts';
import { portMapping } from './policies.ts';

/** The subnet that an address is in. */
const subnetOf = (address: string, subnets: readonly NetworkSubnet[]): NetworkSubnet | undefined => {
  const parsed = parseIpAddress(address);
  return subnets.find(({ prefix }) => {
    const range = parseIpPrefix(prefix);
    return parsed !== undefined && range !== undefined && prefixContains(range, parsed);
  });
};

const lengthOf = (subnet: NetworkSubnet | undefined): number | undefined => parseIpPrefix(subnet?.prefix ?? '')?.length;

/** What HCN is to make of an endpoint. `name` is the mark; `subnets` are the network's as the host has them. */
export const endpointDocument = (request: EndpointRequest, network: NetworkDefinition, subnets: readonly NetworkSubnet[], name: string): EndpointDocument => {
  const routes = laterRoutes(request, subnets);
  return {
    Name: name,
    Owner: owner,
    ...(request.addresses.length === 0 ? {} : { IpConfigurations: request.addresses.map((address) => {
      const length = lengthOf(subnetOf(address, subnets));
      return { IpAddress: address, ...(length === undefined ? {} : { PrefixLength: length }) };
    }) }),
    ...(request.macAddress === undefined ? {} : { MacAddress: request.macAddress.toUpperCase().replaceAll(':', '-') }),
    ...(routes.length === 0 ? {} : { Routes: routes }),
    Policies: policies(request, network),
  };
};

/** A link that is not the way out has the route all the same, behind every other: without one, HCN gives it the network's own. */
const laterRoutes = ({ defaultRoute, index }: EndpointRequest, subnets: readonly NetworkSubnet[]): readonly Route[] =>
  defaultRoute ? [] : subnets.flatMap(({ gateway }) => (gateway === undefined ? [] : [{ NextHop: gateway, DestinationPrefix: gateway.includes(':') ? '::/0' : '0.0.0.0/0', Metric: 1000 + index }]));

const policies = ({ ports }: EndpointRequest, { mtu }: NetworkDefinition): readonly Policy[] => [
  ...ports.map(portMapping),
  ...(mtu === undefined ? [] : [{ Type: 'InterfaceParameters', Settings: { Mtu: mtu } }]),
];

/** An endpoint as the host has it. `subnets` are its network's. */
export const attachedEndpoint = (document: EndpointDocument & { readonly ID: string }, subnets: readonly NetworkSubnet[]): AttachedEndpoint => {
  const addresses = (document.IpConfigurations ?? []).map(({ IpAddress, PrefixLength }) => ({ address: IpAddress, length: PrefixLength ?? lengthOf(subnetOf(IpAddress, subnets)) }));
  return {
    addresses: addresses.map(({ address, length }) => `${address}/${length ?? (address.includes(':') ? 128 : 32)}`),
    macAddress: (document.MacAddress ?? '').toLowerCase().replaceAll('-', ':'),
    gateways: addresses.map(({ address }) => subnetOf(address, subnets)?.gateway).filter((gateway) => gateway !== undefined),
    // As Windows names the adapter of an endpoint inside of a namespace.
    interfaceName: `vEthernet (${document.Name ?? document.ID})`,
    hostId: document.ID.toLowerCase(),
  };
};
