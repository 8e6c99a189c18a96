import { SiloError } from '../base/index.ts';
import type { ContainerRecord, ContainerSpec, ProcessSpec, TaskSettings } from '../core/index.ts';
import type { IsolationTechnology, Ports } from './ports.ts';
import { refuseApart } from './shared-sandbox.ts';
import { technologyOf } from './technology.ts';

/** What the settings of a container say about each of its processes. */
export const processSettings = ({ settings }: ContainerSpec): Pick<ProcessSpec, 'additionalGroups' | 'addedCapabilities' | 'droppedCapabilities' | 'userLimits' | 'oomScoreAdjust'> => (settings === undefined ? {} : {
  ...(settings.additionalGroups === undefined ? {} : { additionalGroups: settings.additionalGroups }),
  addedCapabilities: settings.addedCapabilities,
  droppedCapabilities: settings.droppedCapabilities,
  userLimits: settings.userLimits,
  oomScoreAdjust: settings.oomScoreAdjust,
});

/** Settings of a task that is about to be made; others whose namespaces it shares must run. @throws SiloError ContainerNotFound, ContainerNotRunning, SharingUnsupported */
export const taskSettings = async (ports: Ports, { spec, runtime }: ContainerRecord): Promise<TaskSettings | undefined> => {
  const domainName = spec.networking?.domainName;
  if (spec.settings === undefined && domainName === undefined) return undefined;
  const { pidMode, ipcMode, ...asked } = spec.settings ?? {};
  // It has no field of its own in a configuration of the version that is written (runtime specification 1.0).
  const rest = domainName === undefined ? asked : { ...asked, kernelParameters: [{ name: 'kernel.domainname', value: domainName }, ...asked.kernelParameters ?? []] };
  const technology = technologyOf(ports.isolations, { runtime });
  const [pidNamespace, ipcNamespace] = [await namespaceOf(ports, pidMode, 'pid', technology), await namespaceOf(ports, ipcMode, 'ipc', technology)];
  return { ...rest, ...(pidNamespace === undefined ? {} : { pidNamespace }), ...(ipcNamespace === undefined ? {} : { ipcNamespace }) };
};

const namespaceOf = async (ports: Ports, mode: string | undefined, kind: 'pid' | 'ipc', technology: IsolationTechnology): Promise<string | undefined> => {
  if (mode === undefined || mode === 'host') return mode;
  const target = { kind: 'container', id: mode } as const;
  const owner = ports.metadata.read((reader) => reader.container(mode));
  if (owner === undefined) throw new SiloError('ContainerNotFound', { args: { id: mode.slice(0, 12) }, target });
  refuseApart(ports, `${kind} namespace`, owner, technology);
  const { state, pid } = await technology.runtime.status(mode);
  if (pid === undefined || state === 'created' || state === 'stopped' || state === 'missing') throw new SiloError('ContainerNotRunning', { args: { id: owner.name, state: owner.state }, target });
  return technology.runtime.joinsMachines === true ? mode : `/proc/${pid}/ns/${kind}`;
};
