import { SiloError } from '../base/index.ts';
import type { HostServiceState } from '../core/index.ts';
import { serviceOf } from './install-host.ts';
import { throwIfCancelled } from './guards.ts';
import type { Ports } from './ports.ts';
import { removeContainer } from './remove-container.ts';
import { removeNetwork } from './remove-network.ts';
import { repairStore } from './repair.ts';
import { refuseRunning } from './running-containers.ts';
import { takeRootAlone } from './take-root-alone.ts';

export interface UninstallRequest {
  readonly removeStore?: boolean | undefined;
  /** Ends containers that run. */
  readonly force?: boolean | undefined;
}

export interface HostRemoval {
  readonly service: HostServiceState;
  readonly changed: boolean;
  readonly storeRemoved: boolean;
}

/**
 * Takes the service away; containers go on, looked after on demand. With `removeStore` also everything that Silo keeps: every
 * container, network, image and volume. These ports are closed then, whatever came of it: the caller opens the root anew.
 */
export const uninstallHost = async (ports: Ports, root: string, { removeStore = false, force = false }: UninstallRequest, signal?: AbortSignal): Promise<HostRemoval> => {
  const service = serviceOf(ports);
  if (!removeStore) {
    const changed = await service.uninstall(root);
    ports.supervisor.ensureSoon();
    return { service: await service.status(root), changed, storeRemoved: false };
  }
  // What a reboot or a killed engine left is no running container.
  await repairStore(ports);
  if (!force) refuseRunning(ports);
  throwIfCancelled(signal);
  const changed = await service.uninstall(root, { end: true });
  await removeEverythingOnHost(ports, force, signal);
  await ports.supervisor.close();
  const serviceState = await service.status(root);
  const alone = await takeRootAlone(ports);
  try {
    // Another engine may have made one before this was alone.
    const left = ports.metadata.read((reader) => reader.containers())[0];
    if (left !== undefined) throw new SiloError('ContainerBusy', { args: { id: left.name }, target: { kind: 'container', id: left.id }, retryable: true });
    throwIfCancelled(signal);
    ports.metadata.close();
    await ports.stateRoot.clear();
    ports.log.warn({ root }, 'the store was removed');
    return { service: serviceState, changed, storeRemoved: true };
  } finally {
    await alone.release();
  }
};

/** What lies outside the root goes first: tasks, mounts, sandboxes, networks. What is then left in it is only files. */
const removeEverythingOnHost = async (ports: Ports, force: boolean, signal: AbortSignal | undefined): Promise<void> => {
  for (const { id } of ports.metadata.read((reader) => reader.containers())) {
    throwIfCancelled(signal);
    await removeContainer(ports, id, { force }, signal);
  }
  for (const { id } of ports.metadata.read((reader) => reader.networks().filter(({ driver }) => driver !== 'foreign'))) await removeNetwork(ports, id, true, signal);
};
