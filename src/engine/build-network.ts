import { defaultNetwork } from './create-network.ts';
import { adoptNetworks } from './foreign-networks.ts';
import { withNetworks } from './network-lock.ts';
import { freeAddresses } from './network-links.ts';
import { findNetwork } from './network-lookup.ts';
import type { Ports } from './ports.ts';

/** What a step of a build has: loopback alone, the network of the host, or a way out through the network of containers for which none was named. */
export type StepNetwork = 'none' | 'host' | 'networks';

/** Who says nothing gets what containers get. */
export const usualStepNetwork = (ports: Ports): StepNetwork => (ports.defaultNetwork === 'none' || ports.defaultNetwork === 'host' ? ports.defaultNetwork : 'networks');

/**
 * Links a step's sandbox, which is prepared, to that network; the answer gives back what it holds there. The
 * step's lock is held: without it, repair takes its address and its link for leftovers.
 */
export const linkStep = async (ports: Ports, stepId: string, signal: AbortSignal): Promise<() => Promise<void>> => {
  const named = ports.defaultNetwork;
  await adoptNetworks(ports, [named], signal);
  const network = named === undefined ? await defaultNetwork(ports, signal) : ports.metadata.read((reader) => findNetwork(reader, named));
  const id = ports.newId();
  const addresses = await ports.metadata.write((writer) => {
    const endpoint = { id, containerId: stepId, networkId: network.id, position: 0, request: { addresses: [], macAddress: undefined, aliases: [] }, addresses: [], ports: [], attached: undefined };
    const free = ports.network.assignsAddresses ? [] : freeAddresses(writer, network, endpoint);
    writer.putEndpoint({ ...endpoint, addresses: free });
    return free;
  }, signal);
  const release = async (): Promise<void> => {
    await ports.network.detach(stepId, { id, hostId: undefined, addresses, ports: [] });
    await ports.metadata.write((writer) => { writer.deleteEndpoint(id); });
  };
  try {
    await withNetworks(ports, { shared: true, signal }, () => ports.network.attach(stepId, network, { id, addresses, macAddress: undefined, aliases: [], ports: [], index: 0, defaultRoute: true }));
  } catch (error) {
    await release();
    throw error;
  }
  return release;
};
