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

/** A machine is told what has changed; other tasks stand in the network themselves. */
const tellTask = async (ports: Ports, record: ContainerRecord): Promise<void> => {
  if (runs(record)) await technologyOf(ports.isolations, record).runtime.refreshNetwork?.(record.id);
};

/** Connects a container to one more network; a running one at once. Where it is connected already nothing is changed. */
export const connectContainer = (ports: Ports, container: string, reference: string, request: Omit<LinkRequest, 'network'>, signal?: AbortSignal): Promise<{ readonly adapter: Adapter; readonly changed: boolean }> =>
  withContainer(ports, container, signal, async (record) => {
    if (record.spec.network !== 'networks') {
      throw new SiloError('OptionUnsupported', { args: { option: 'connect', reason: `the container was made with the network '${record.spec.network}', which no other can be added to` }, target: { kind: 'container', id: record.id } });
    }
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
    if (endpoint.id !== endpointId) {
      // Its task may not have heard of it, where an engine was killed.
      await tellTask(ports, record);
      return { adapter: { endpoint, container: record, network }, changed: false };
    }
    try {
      await refuseListeners(ports, links);
      const [attached] = await attachLinks(ports, record, links);
      if (attached !== undefined) await showLink(ports, record, attached);
      if (attached !== undefined) await ports.metadata.write((writer) => { recordLinks(writer, record, [attached]); });
      if (attached !== undefined) await ports.supervisor.ensure();
      return { adapter: { endpoint: attached ?? endpoint, container: record, network }, changed: true };
    } catch (error) {
      await ports.metadata.write((writer) => { writer.deleteEndpoint(endpointId); });
      throw error;
    }
  });

/** Tells the task of a new link, which goes again where it cannot have it. */
const showLink = async (ports: Ports, record: ContainerRecord, endpoint: EndpointRecord): Promise<void> => {
  try {
    await tellTask(ports, record);
  } catch (error) {
    await detachLink(ports, record, endpoint);
    throw error;
  }
};

/** Takes a container off a network; a running one at once. Errors, unless `force`: NetworkNotConnected, and what keeps a utility VM from giving its adapter back. */
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
    await detachEndpoint(ports, record, endpoint, force);
    return { changed: true };
  });

/** Takes one link away for good; the caller holds the container's lock. What led out through it leads out through the next. */
const detachEndpoint = async (ports: Ports, record: ContainerRecord, endpoint: EndpointRecord, force: boolean): Promise<void> => {
  await detachLink(ports, record, endpoint);
  const heard = await tellTask(ports, record).then(() => true, (error: unknown) => {
    if (!force) throw error;
    ports.log.warn({ err: error, container: record.id }, 'a utility VM keeps an adapter without a network');
    return false;
  });
  const links = await ports.metadata.write((writer) => {
    writer.deleteEndpoint(endpoint.id);
    writer.appendEvent({ time: ports.clock.now(), kind: 'network/disconnect', subject: endpoint.networkId, attributes: [{ name: 'container', value: record.id }] });
    recordLinks(writer, record, []);
    return runs(record) ? linksOf(writer, record.id) : [];
  });
  const outward = links.find((link) => link.defaultRoute && link.endpoint.attached !== undefined);
  if (outward === undefined) return;
  await withNetworks(ports, { shared: true }, () => attachLink(ports, record, outward));
  if (heard) await tellTask(ports, record);
};

const detachLink = (ports: Ports, record: ContainerRecord, { id, attached, addresses, ports: published }: EndpointRecord): Promise<void> =>
  withNetworks(ports, { shared: true }, () => ports.network.detach(record.sandboxId, { id, hostId: attached?.hostId, addresses, ports: published }));
