import { SiloError, isSiloError } from '../base/index.ts';
import type { NetworkRecord } from '../core/index.ts';
import { disconnectContainer } from './connect-container.ts';
import { findForeign } from './foreign-networks.ts';
import { withNetworks } from './network-lock.ts';
import { findNetwork } from './network-lookup.ts';
import type { Ports } from './ports.ts';

const notOurs = (name: string, file: string): SiloError => new SiloError('NetworkForeign', { args: { id: name, file }, target: { kind: 'network', id: name } });

/** Removes a network that Silo made. With `force` the containers on it are disconnected before, and one that is not there is no error. Errors: NetworkForeign. */
export const removeNetwork = async (ports: Ports, reference: string, force: boolean, signal?: AbortSignal): Promise<{ readonly removed: boolean; readonly id: string | null }> => {
  let network: NetworkRecord;
  try {
    network = ports.metadata.read((reader) => findNetwork(reader, reference));
  } catch (error) {
    const foreign = isSiloError(error, 'NetworkNotFound') ? findForeign(await ports.network.foreignNetworks(), reference) : undefined;
    if (foreign !== undefined) throw notOurs(foreign.name, foreign.file);
    if (force && isSiloError(error, 'NetworkNotFound')) return { removed: false, id: null };
    throw error;
  }
  if (network.driver === 'foreign') throw notOurs(network.name, network.hostId ?? network.name);
  if (force) {
    // The container's lock comes before that of networks, so this is done before.
    for (const { containerId } of ports.metadata.read((reader) => reader.endpointsOfNetwork(network.id))) {
      await disconnectContainer(ports, containerId, network.id, true, signal).catch((error: unknown) => { if (!isSiloError(error, 'ContainerNotFound')) throw error; });
    }
  }
  await withNetworks(ports, { shared: false, signal }, async () => {
    const endpoints = ports.metadata.read((reader) => reader.endpointsOfNetwork(network.id).map((endpoint) => ({ endpoint, container: reader.container(endpoint.containerId) })));
    const users = endpoints.flatMap(({ container }) => container?.name ?? []);
    if (users.length > 0) throw new SiloError('NetworkInUse', { args: { id: network.name, users: users.join(', ') }, target: { kind: 'network', id: network.id } });
    await ports.network.removeNetwork(network);
    await ports.metadata.write((writer) => {
      writer.deleteNetwork(network.id);
      writer.appendEvent({ time: ports.clock.now(), kind: 'network/remove', subject: network.id, attributes: [{ name: 'name', value: network.name }] });
    });
  });
  return { removed: true, id: network.id };
};
