import { SiloError } from '../base/index.ts';
import type { ContainerRecord, EndpointRecord } from '../core/index.ts';
import { withContainer } from './container-lock.ts';
import { checkLink, refuseUntold, type LinkRequest } from './container-networking.ts';
import { adoptNetworks } from './foreign-networks.ts';
import type { Adapter } from './list-networks.ts';
import { linksOf } from './name-service.ts';
import { attachLink, attachLinks, planLinks, recordLinks, refuseListeners } from './network-links.ts';
import { withNetworks } from './network-lock.ts';
import { findNetwork } from './network-lookup.ts';
import type { Ports } from './ports.ts';
import { technologyOf } from './technology.ts';

const runs = ({ state }: ContainerRecord): boolean => state === 'running' || state === 'paused';

const refuseInMachine = (ports: Ports, record: ContainerRecord, option: 'connect' | 'disconnect'): void => {
  if (!runs(record) || technologyOf(ports.isolations, record).runtime.ownKernel !== true) return;
  throw new SiloError('OptionUnsupported', { args: { option, reason: 'the container runs in a utility VM, which has the adapters that it began with; stop it first' }, target: { kind: 'container', id: record.id } });
};

/** Connects a container to one more network; a running one at once. Where it is connected already nothing is changed. */
export const connectContainer = (ports: Ports, container: string, reference: string, request: Omit<LinkRequest, 'network'>, signal?: AbortSignal): Promise<{ readonly adapter: Adapter; readonly changed: boolean }> =>
  withContainer(ports, container, signal, async (record) => {
    if (record.spec.network !== 'networks') {
      throw new SiloError('OptionUnsupported', { args: { option: 'connect', reason: `the container was made with the network '${record.spec.network}', which no other can be added to` }, target: { kind: 'container', id: record.id } });
    }
    refuseInMachine(ports, record, 'connect');
    refuseUntold(await adoptNetworks(ports, [reference], signal), reference, request.macAddress !== undefined ? ['mac'] : []);
    const before = ports.metadata.read((reader) => reader.endpointsOfContainer(record.id));
    const endpointId = ports.newId();
    const { network, endpoint, links } = await ports.metadata.write((writer) => {
      const found = findNetwork(writer, reference);
      const existing = before.find(({ networkId }) => networkId === found.id);
      if (existing !== undefined) return { network: found, endpoint: existing, links: [] };
      const { networkId, ...asked } = checkLink(found, request);
      const position = Math.max(-1, ...writer.endpointsOfContainer(record.id).map((other) => other.position)) + 1;
      const made: EndpointRecord = { id: endpointId, containerId: record.id, networkId, position, request: asked, addresses: asked.addresses, ports: [], attached: undefined };
      writer.putEndpoint(made);
      writer.appendEvent({ time: ports.clock.now(), kind: 'network/connect', subject: found.id, attributes: [{ name: 'container', value: record.id }] });
      return { network: found, endpoint: made, links: runs(record) ? planLinks(writer, record, ports.network.assignsAddresses).filter((link) => link.endpoint.id === endpointId) : [] };
    }, signal);
    if (endpoint.id !== endpointId) return { adapter: { endpoint, container: record, network }, changed: false };
    try {
      await refuseListeners(ports, links);
      const [attached] = await attachLinks(ports, record, links);
      if (attached !== undefined) await ports.metadata.write((writer) => { recordLinks(writer, record, [attached]); });
      if (attached !== undefined) await ports.supervisor.ensure();
      return { adapter: { endpoint: attached ?? endpoint, container: record, network }, changed: true };
    } catch (error) {
      await ports.metadata.write((writer) => { writer.deleteEndpoint(endpointId); });
      throw error;
    }
  });

/** Takes a container off a network; a running one at once. Errors, unless `force`: NetworkNotConnected, and OptionUnsupported for one that runs in a utility VM. */
export const disconnectContainer = (ports: Ports, container: string, reference: string, force: boolean, signal?: AbortSignal): Promise<{ readonly changed: boolean }> =>
  withContainer(ports, container, signal, async (record) => {
    const { network, endpoint } = ports.metadata.read((reader) => {
      const found = findNetwork(reader, reference);
      return { network: found, endpoint: reader.endpointsOfContainer(record.id).find(({ networkId }) => networkId === found.id) };
    });
    if (endpoint === undefined) {
      if (force) return { changed: false };
      throw new SiloError('NetworkNotConnected', { args: { container: record.name, network: network.name }, target: { kind: 'container', id: record.id } });
    }
    // Its kernel keeps the adapter, its addresses and the way out through it: a dead one, which only who forces it wants.
    if (!force) refuseInMachine(ports, record, 'disconnect');
    await detachEndpoint(ports, record, endpoint);
    return { changed: true };
  });

/** Takes one link away for good; the caller holds the container's lock. What led out through it leads out through the next. */
const detachEndpoint = (ports: Ports, record: ContainerRecord, endpoint: EndpointRecord): Promise<void> =>
  withNetworks(ports, { shared: true }, async () => {
    const { id, attached, addresses, ports: published } = endpoint;
    await ports.network.detach(record.sandboxId, { id, hostId: attached?.hostId, addresses, ports: published });
    const links = await ports.metadata.write((writer) => {
      writer.deleteEndpoint(id);
      writer.appendEvent({ time: ports.clock.now(), kind: 'network/disconnect', subject: endpoint.networkId, attributes: [{ name: 'container', value: record.id }] });
      recordLinks(writer, record, []);
      return runs(record) ? linksOf(writer, record.id) : [];
    });
    for (const link of links) if (link.defaultRoute && link.endpoint.attached !== undefined) await attachLink(ports, record, link);
  });
