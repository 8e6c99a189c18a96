import { copyFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fromFileError, SiloError } from '../../base/index.ts';
import type { ResourceLimits, SnapshotStorage, TaskSpec } from '../../core/index.ts';
import type { ComputeSystemDocument } from './documents/compute-system.ts';
import type { ProcessParameters } from './documents/process.ts';
import type { ModifySettingRequest } from './documents/requests.ts';
import { disksOfController, hostedLinuxSystem, linuxGuestSteps, linuxNetworkRequests, linuxUtilityVm, machineMemories, type LinuxBoot } from './builders/linux-guest.ts';
import { linuxProcess, windowsProcess, type ProcessStreams } from './builders/process-parameters.ts';
import { hostedWindowsSystem, networkRequests, windowsGuestSteps, windowsUtilityVm, type MachineNetwork } from './builders/utility-vm.ts';
import { megabytes, processIsolatedSystem, processorLimits, storageOf } from './builders/windows-container.ts';
import { utilityVmFolder } from './utility-vm-folder.ts';

/** What a task is made of. With a machine, that comes first, takes the requests, and then holds the system. */
export interface TaskSystems {
  readonly system: ComputeSystemDocument;
  readonly machine?: {
    readonly id: string;
    readonly document: ComputeSystemDocument;
    readonly requests: readonly ModifySettingRequest[];
    /** What it is asked before it is ended, so that what was written is on its disks; nothing where its disks need none. */
    readonly releases?: readonly ModifySettingRequest[];
    /** Files that its worker must be able to open. */
    readonly files: readonly string[];
  };
}

/** How a kind of isolation puts tasks together; HcsRuntime does the rest. */
export interface IsolationPlan {
  /** The runtime's name, which container records keep. */
  readonly name: string;
  readonly guest: 'windows' | 'linux';
  /** `folder` is the task's own, and goes with it. */
  systems(spec: TaskSpec, folder: string): Promise<TaskSystems>;
  process(spec: TaskSpec['process'], streams: ProcessStreams, first: boolean): ProcessParameters;
  /** Requests that set limits of a running system. */
  limits(resources: ResourceLimits): readonly ModifySettingRequest[];
}

const windowsLimits = (resources: ResourceLimits, processors: number): readonly ModifySettingRequest[] => {
  const processor = processorLimits(resources, processors);
  return [
    ...(resources.memoryBytes === undefined ? [] : [{ ResourcePath: 'Container/Memory/SizeInMB', RequestType: 'Update' as const, Settings: megabytes(resources.memoryBytes) }]),
    ...(processor === undefined ? [] : [{ ResourcePath: 'Container/Processor', RequestType: 'Update' as const, Settings: processor }]),
  ];
};

/** Windows containers that share the host's kernel. */
export const processIsolation = (hostProcessors: number): IsolationPlan => ({
  name: 'hcs-process',
  guest: 'windows',
  systems: (spec) => Promise.resolve({ system: processIsolatedSystem(spec, hostProcessors) }),
  process: windowsProcess,
  limits: (resources) => windowsLimits(resources, hostProcessors),
});

export interface MachineSize { readonly memoryMB: number; readonly processors: number }

const machineId = (spec: TaskSpec): string => `${spec.id}@vm`;

/** A machine needs memory for its own system beside that of the container. */
const machineMemory = (spec: TaskSpec, size: MachineSize, ownMB: number): number =>
  spec.resources.memoryBytes === undefined ? size.memoryMB : Math.max(size.memoryMB, megabytes(spec.resources.memoryBytes) + ownMB);

const utilityVmOf = async ({ layers }: SnapshotStorage): Promise<string> => {
  const folder = await utilityVmFolder(layers.map(({ path }) => path));
  if (folder !== undefined) return folder;
  throw new SiloError('IsolationUnsupported', { args: { isolation: 'HyperV', reason: 'no layer of the image has a utility VM, which such a container starts in' }, target: { kind: 'isolation', id: 'HyperV' } });
};

/** Windows containers in a utility VM of their own; the image brings what it boots. `networkOf` looks a namespace of the host up. */
export const hyperVIsolation = (size: MachineSize, networkOf: (namespaceId: string) => Promise<MachineNetwork>): IsolationPlan => ({
  name: 'hcs-hyperv',
  guest: 'windows',
  systems: async (spec, folder) => {
    const storage = storageOf(spec);
    const utilityVmPath = await utilityVmOf(storage);
    const scratchPath = join(folder, 'vm-scratch.vhdx');
    const template = join(utilityVmPath, 'SystemTemplate.vhdx');
    await copyFile(template, scratchPath).catch((error: unknown) => { throw fromFileError(error, template); });
    const place = { lun: 1 };
    const network = spec.networkNamespacePath === undefined ? [] : networkRequests(await networkOf(spec.networkNamespacePath));
    return {
      system: hostedWindowsSystem(spec, storage, place, machineId(spec), size.processors),
      machine: {
        id: machineId(spec),
        document: windowsUtilityVm({ filesPath: join(utilityVmPath, 'Files'), scratchPath, processors: size.processors, memoryMB: machineMemory(spec, size, 512) }),
        requests: [...network, ...windowsGuestSteps(spec, storage, place).map(({ add }) => add)],
        files: [scratchPath, storage.scratchPath],
      },
    };
  },
  process: windowsProcess,
  limits: (resources) => windowsLimits(resources, size.processors),
});

/** Which layers go to the machine as disks of its controller: those that persistent memory has no room for. @throws SiloError OptionUnsupported */
const layersOnDisks = async ({ layers }: SnapshotStorage, firstMemory: number): Promise<ReadonlySet<number>> => {
  const disks = new Set<number>();
  let memories = firstMemory;
  for (const [index, { path }] of layers.entries()) {
    const { size } = await stat(path).catch((error: unknown) => { throw fromFileError(error, path); });
    if (memories < machineMemories.count && size <= machineMemories.mostBytes) memories += 1;
    else disks.add(index);
  }
  // One is the scratch's.
  if (disks.size > disksOfController - 1) throw new SiloError('OptionUnsupported', { args: { option: `An image with ${layers.length} layers`, reason: `a utility VM takes ${machineMemories.count - firstMemory + disksOfController - 1}` }, target: { kind: 'isolation', id: 'HyperV' } });
  return disks;
};

/** Linux containers in a utility VM of their own. `findBoot` is asked for each; `networkOf` as for Windows machines. */
export const linuxIsolation = (findBoot: () => Promise<LinuxBoot>, networkOf: (namespaceId: string) => Promise<MachineNetwork>): IsolationPlan => ({
  name: 'hcs-linux',
  guest: 'linux',
  systems: async (spec) => {
    const storage = storageOf(spec);
    const boot = await findBoot();
    const firstMemory = boot.root.kind === 'vhd' ? 1 : 0;
    const place = { lun: 0, firstMemory, disks: await layersOnDisks(storage, firstMemory) };
    const steps = linuxGuestSteps(spec, storage, place);
    const network = spec.networkNamespacePath === undefined ? [] : linuxNetworkRequests(await networkOf(spec.networkNamespacePath));
    return {
      system: hostedLinuxSystem(spec, machineId(spec)),
      machine: {
        id: machineId(spec),
        document: linuxUtilityVm({ ...boot, memoryMB: machineMemory(spec, boot, 256) }),
        requests: [...network, ...steps.map(({ add }) => add)],
        // Without a journal a disk that is mounted when its machine ends lacks what was written last.
        releases: steps.slice(storage.layers.length, storage.layers.length + 2).map(({ remove }) => remove).reverse(),
        files: [storage.scratchPath, ...storage.layers.map(({ path }) => path)],
      },
    };
  },
  process: linuxProcess,
  limits: ({ memoryBytes, cpuCount, processCount }) => {
    const linux = {
      ...(memoryBytes === undefined ? {} : { memory: { limit: memoryBytes, swap: memoryBytes } }),
      ...(cpuCount === undefined ? {} : { cpu: { period: 100_000, quota: Math.max(1000, Math.round(cpuCount * 100_000)) } }),
      ...(processCount === undefined ? {} : { pids: { limit: processCount } }),
    };
    return Object.keys(linux).length === 0 ? [] : [{ GuestRequest: { ResourceType: 'ContainerConstraints', RequestType: 'Update', Settings: { Linux: linux } } }];
  },
});

