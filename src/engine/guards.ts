import { SiloError } from '../base/index.ts';
import type { Ports } from './ports.ts';

/** Before any change: the engine must have the rights, and its mounts must be seen by every engine on the root. */
export const requireHost = (ports: Ports, root: string): void => {
  if (!ports.host.elevated) throw new SiloError('ElevationRequired', { args: { reason: 'containers and images are kept for the whole machine' } });
  if (ports.host.mountNamespaceProblem !== undefined) throw new SiloError('MountNamespacePrivate', { args: { path: root }, target: { kind: 'host', id: ports.host.hostName } });
};

export const throwIfCancelled = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted) throw new SiloError('OperationCancelled');
};
