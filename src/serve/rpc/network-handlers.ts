import type { WireAdapter, WireNetwork } from '../../contract/index.ts';
import type { NetworkDriver } from '../../core/index.ts';
import { connectContainer, createNetwork, disconnectContainer, formatPublishedPort, listAdapters, listNetworks, removeNetwork, repairNetworks, type Adapter, type NetworkWithUsers } from '../../engine/index.ts';
import type { Handlers } from './handlers.ts';

/** Those that Silo makes. */
export const drivers = { nat: 'Nat', internal: 'Internal', transparent: 'Transparent', l2bridge: 'L2Bridge', overlay: 'Overlay' } as const satisfies Record<Exclude<NetworkDriver, 'foreign'>, WireNetwork['driver']>;

export const driverOf = (word: WireNetwork['driver'] | undefined): NetworkDriver | undefined => (word === undefined ? undefined : word.toLowerCase() as NetworkDriver);

const viewNetwork = ({ network, containers, problem }: NetworkWithUsers): WireNetwork => ({
  id: network.id, name: network.name, driver: network.driver === 'foreign' ? 'Foreign' : drivers[network.driver], subnets: network.subnets.map(({ prefix, gateway }) => ({ prefix, gateway: gateway ?? null })),
  parentInterface: network.parentInterface ?? null, vlanId: network.vlanId ?? null, mtu: network.mtu ?? null, dnsServers: [...network.dnsServers], dnsSuffix: network.dnsSuffix ?? null,
  hostId: network.hostId ?? null, problem: problem ?? null, labels: [...network.labels], containers: [...containers], createdAt: network.createdAt.toISOString(),
});

const viewAdapter = ({ endpoint, container, network }: Adapter): WireAdapter => ({
  id: endpoint.id, containerId: container.id, containerName: container.name, networkId: network.id, network: network.name, attached: endpoint.attached !== undefined,
  interfaceName: endpoint.attached?.interfaceName ?? null, addresses: [...(endpoint.attached?.addresses ?? endpoint.addresses)], gateways: [...(endpoint.attached?.gateways ?? [])],
  macAddress: endpoint.attached?.macAddress ?? endpoint.request.macAddress ?? null, aliases: [...endpoint.request.aliases], ports: endpoint.ports.map(formatPublishedPort),
});

/** Methods that make networks and link containers to them. */
export const networkHandlers: Handlers<'network/list' | 'network/create' | 'network/remove' | 'network/connect' | 'network/disconnect' | 'network/repair' | 'network/adapters'> = {
  'network/list': async ({ networks }, { engine }) => ({ items: (await listNetworks(engine.ports, networks)).map(viewNetwork) }),
  'network/create': async ({ driver, ...request }, { engine, signal }) => ({ network: viewNetwork({ network: await createNetwork(engine.forChange(), { ...request, driver: driverOf(driver) }, signal), containers: [], problem: undefined }) }),
  'network/remove': async ({ network, force }, { engine, signal }) => removeNetwork(engine.forChange(), network, force ?? false, signal),
  'network/connect': async ({ container, network, ...request }, { engine, signal }) => {
    const { adapter, changed } = await connectContainer(engine.forChange(), container, network, request, signal);
    return { adapter: viewAdapter(adapter), changed };
  },
  'network/disconnect': async ({ container, network, force }, { engine, signal }) => disconnectContainer(engine.forChange(), container, network, force ?? false, signal),
  'network/repair': async ({ dryRun }, { engine, signal }) => ({ items: [...await repairNetworks(engine.forChange(), dryRun ?? false, signal)] }),
  'network/adapters': async (filter, { engine }) => ({ items: listAdapters(engine.ports, filter).map(viewAdapter) }),
};
