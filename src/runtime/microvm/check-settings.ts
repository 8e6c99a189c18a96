import { SiloError } from '../../base/index.ts';
import type { ContainerSettings, ResourceLimits, TaskSpec } from '../../core/index.ts';
import { requireInit } from '../conmon/index.ts';

const unsupported = (option: string, reason: string): SiloError => new SiloError('OptionUnsupported', { args: { option, reason } });

const ofTheHost = 'a container in a utility VM has a kernel of its own';

/** Holds settings to what a utility VM can give: see `Runtime.checkSettings`. */
export const checkMachineSettings = (resources: ResourceLimits, settings: Partial<ContainerSettings>): readonly string[] => {
  if (settings.pidMode === 'host') throw unsupported('pidMode', ofTheHost);
  if (settings.ipcMode === 'host') throw unsupported('ipcMode', ofTheHost);
  if ((settings.devices ?? []).length > 0) throw unsupported('devices', `${ofTheHost}, and no devices of this one`);
  if (settings.seccompProfile !== undefined && settings.seccompProfile !== 'unconfined') throw unsupported('seccompProfile', 'the guest agent applies no profiles');
  if (settings.oomKillDisabled === true) throw unsupported('oomKillDisabled', 'the guest kernel has no such setting');
  if (resources.cpuSet !== undefined) throw unsupported('cpuSet', `${ofTheHost}, with processors of its own`);
  if (resources.blockIoWeight !== undefined || (resources.blockIoLimits ?? []).length > 0) throw unsupported('blockIoLimits', `${ofTheHost}, and its files come from this one`);
  if (resources.memorySwapBytes !== undefined && resources.memorySwapBytes > 0) throw unsupported('memorySwapBytes', 'the guest has no swap');
  if (settings.init === true) requireInit();
  return [];
};

/** What a task asks of a machine that is known only when it is made. */
export const checkMachineTask = (spec: TaskSpec): void => {
  if (spec.networkNamespacePath === undefined) throw unsupported('the network host', ofTheHost);
  for (const [option, namespace] of [['pidMode', spec.settings?.pidNamespace], ['ipcMode', spec.settings?.ipcNamespace]] as const) {
    if (namespace !== undefined && spec.machineOf === undefined) throw unsupported(option, 'the container has a utility VM of its own; one that has the network of the other is in the same');
  }
  const shared = spec.mounts.find(({ propagation }) => propagation !== undefined && !/^r?private$/.test(propagation));
  if (shared !== undefined) throw unsupported(`the propagation ${shared.propagation ?? ''} of '${shared.target}'`, `${ofTheHost}, and mounts do not pass between kernels`);
};
