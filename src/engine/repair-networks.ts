import { SiloError } from '../base/index.ts';
import type { HostEndpoint, NetworkRecord } from '../core/index.ts';
import { lockName } from './container-lock.ts';
import { foreignProblem, isForsaken } from './foreign-networks.ts';
import { linksOf } from './name-service.ts';
import { attachLink, recordLinks } from './network-links.ts';
import { withNetworks } from './network-lock.ts';
import type { Ports } from './ports.ts';
import { technologyOf } from './technology.ts';

export interface NetworkItem {
  readonly kind: 'Network' | 'Endpoint';
  readonly id: string;
  /** Name of the network, or of the container. */
  readonly name: string;
  readonly problem: string;
  readonly action: 'Repaired' | 'WouldRepair' | 'Removed' | 'WouldRemove' | 'Failed';
}

interface Finding extends Omit<NetworkItem, 'action'> { readonly removal: boolean; readonly mend: () => Promise<void> }

/**
 * Holds the host's networks against the store: what the host has lost is made again, with the links of the containers that
 * run; what it has and nobody knows of is taken away. Only what carries this root's mark is touched.
 */
export const repairNetworks = async (ports: Ports, dryRun: boolean, signal?: AbortSignal): Promise<readonly NetworkItem[]> => {
  const items: NetworkItem[] = [];
  const act = async ({ removal, mend, ...item }: Finding): Promise<void> => {
    if (dryRun) {
      items.push({ ...item, action: removal ? 'WouldRemove' : 'WouldRepair' });
      return;
    }
    try {
      await mend();
      items.push({ ...item, action: removal ? 'Removed' : 'Repaired' });
    } catch (error) {
      ports.log.error({ err: error, subject: item.id }, 'a network could not be repaired');
      items.push({ ...item, problem: error instanceof Error ? error.message : String(error), action: 'Failed' });
    }
  };
  await repairEndpoints(ports, act, 'leftovers');
  await withNetworks(ports, { shared: false, signal }, () => repairHostNetworks(ports, act));
  await repairEndpoints(ports, act, 'losses');
  return items;
};

const repairHostNetworks = async (ports: Ports, act: (finding: Finding) => Promise<void>): Promise<void> => {
  const onHost = new Map((await ports.network.networks()).map((network) => [network.id, network]));
  const foreign = await ports.network.foreignNetworks();
  const known = ports.metadata.read((reader) => reader.networks());
  for (const network of known) {
    const { id, name } = network;
    if (network.driver === 'foreign') {
      const { problem, forsaken } = ports.metadata.read((reader) => ({ problem: foreignProblem(reader, network, foreign), forsaken: isForsaken(reader, network, foreign) }));
      // Its configuration is somebody else's to mend.
      const refuse = (): Promise<void> => Promise.reject(new SiloError('NetworkForeign', { args: { id: name, file: network.hostId ?? name }, target: { kind: 'network', id } }));
      if (forsaken) await act({ kind: 'Network', id, name, problem: problem ?? '', removal: true, mend: () => ports.metadata.write((writer) => { if (isForsaken(writer, network, foreign)) writer.deleteNetwork(id); }) });
      else if (problem !== undefined) await act({ kind: 'Network', id, name, problem, removal: false, mend: refuse });
      continue;
    }
    const faults = onHost.get(network.id)?.faults ?? ['the host does not have it'];
    if (faults.length > 0) await act({ kind: 'Network', id: network.id, name: network.name, problem: faults.join('; '), removal: false, mend: () => remake(ports, network) });
  }
  for (const { id, hostId } of onHost.values()) {
    if (known.some((network) => network.id === id)) continue;
    await act({ kind: 'Network', id, name: hostId, problem: 'the store does not know it', removal: true, mend: () => ports.network.removeNetwork({ id, hostId }) });
  }
};

const remake = async (ports: Ports, network: NetworkRecord): Promise<void> => {
  const made = await ports.network.createNetwork(network);
  await ports.metadata.write((writer) => { writer.updateNetwork({ ...network, ...made }); });
};

/** Leftovers belong to no container that runs; losses are links that a running container should have. Containers that somebody is changing are left to them. */
const repairEndpoints = async (ports: Ports, act: (finding: Finding) => Promise<void>, what: 'leftovers' | 'losses'): Promise<void> => {
  const onHost = new Map((await ports.network.endpoints()).map((endpoint) => [endpoint.id, endpoint]));
  if (what === 'leftovers') for (const endpoint of onHost.values()) await repairLeftover(ports, act, endpoint);
  else for (const { id, containerId } of ports.metadata.read((reader) => reader.endpoints())) if (onHost.get(id)?.faults.length !== 0) await repairLoss(ports, act, id, containerId, onHost.get(id)?.faults ?? []);
};

const repairLeftover = async (ports: Ports, act: (finding: Finding) => Promise<void>, { id, hostId }: HostEndpoint): Promise<void> => {
  const row = ports.metadata.read((reader) => reader.endpoint(id));
  const remove = (name: string, problem: string): Promise<void> =>
    act({ kind: 'Endpoint', id, name, problem, removal: true, mend: () => ports.network.detach('', { id, hostId, addresses: [], ports: [] }) });
  if (row === undefined) return remove(hostId, 'the store does not know it');
  await ifFree(ports, row.containerId, async () => {
    const container = ports.metadata.read((reader) => reader.container(row.containerId));
    if (container?.state === 'running' || container?.state === 'paused') return;
    await remove(container?.name ?? hostId, 'its container does not run');
  });
};

const repairLoss = (ports: Ports, act: (finding: Finding) => Promise<void>, id: string, containerId: string, faults: readonly string[]): Promise<void> =>
  ifFree(ports, containerId, async () => {
    const { container, link } = ports.metadata.read((reader) => ({ container: reader.container(containerId), link: linksOf(reader, containerId).find(({ endpoint }) => endpoint.id === id) }));
    if (container === undefined || link?.endpoint.attached === undefined || (container.state !== 'running' && container.state !== 'paused')) return;
    await act({
      kind: 'Endpoint', id, name: container.name, problem: faults.length === 0 ? 'the host does not have it' : faults.join('; '), removal: false,
      mend: () => withNetworks(ports, { shared: true }, async () => {
        const attached = await attachLink(ports, container, link);
        await technologyOf(ports.isolations, container).runtime.refreshNetwork?.(container.id);
        await ports.metadata.write((writer) => { recordLinks(writer, container, [{ ...link.endpoint, attached }]); });
      }),
    });
  });

const ifFree = async (ports: Ports, containerId: string, body: () => Promise<void>): Promise<void> => {
  const lock = await ports.locks.tryAcquire(lockName(containerId));
  if (lock === undefined) return;
  try {
    await body();
  } finally {
    await lock.release();
  }
};
