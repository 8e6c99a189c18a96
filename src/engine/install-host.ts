import { SiloError } from '../base/index.ts';
import type { HostFeature, HostService, HostServiceState } from '../core/index.ts';
import type { Ports } from './ports.ts';
import { throwIfCancelled } from './guards.ts';

export interface HostInstallation {
  readonly service: HostServiceState;
  readonly changed: boolean;
  /** Windows alone: a feature, or an update before, waits for it. */
  readonly restartNeeded: boolean;
}

export const serviceOf = ({ service }: Ports): HostService => {
  if (service === undefined) throw new SiloError('ServiceManagerMissing', { args: { reason: 'it has no service manager that Silo knows' }, target: { kind: 'host', id: 'service' } });
  return service;
};

/** Has the system run the supervisor from its start on. Features are enabled first: without them it could run nothing. */
export const installHost = async (ports: Ports, root: string, wanted: readonly HostFeature[], signal?: AbortSignal): Promise<HostInstallation> => {
  const service = serviceOf(ports);
  const { features } = ports;
  if (wanted.length > 0 && features === undefined) throw new SiloError('OptionUnsupported', { args: { option: 'Feature', reason: 'only Windows has optional features' } });
  let restartNeeded = ports.host.windows?.rebootPending ?? false;
  for (const feature of wanted) {
    throwIfCancelled(signal);
    if (await features?.enable(feature) === true) restartNeeded = true;
  }
  throwIfCancelled(signal);
  const changed = await service.install(root);
  return { service: await service.status(root), changed, restartNeeded };
};
