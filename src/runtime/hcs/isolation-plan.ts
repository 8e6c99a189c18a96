import { copyFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fromFileError, SiloError } from '../../base/index.ts';
import type { ResourceLimits, SnapshotStorage, TaskSpec } from '../../core/index.ts';
import type { ComputeSystemDocument } from './documents/compute-system.ts';
import type { Device } from './documents/container.ts';
import type { ProcessParameters } from './documents/process.ts';
import type { ModifySettingRequest } from './documents/requests.ts';
import { disksOfController, hostedLinuxSystem, joinedLinuxSpecification, linuxGuestSteps, linuxNetworkRequests, linuxUtilityVm, machineMemories, type LinuxBoot } from './builders/linux-guest.ts';
import { linuxProcess, windowsProcess, type ProcessStreams } from './builders/process-parameters.ts';
import { hostedWindowsSystem, networkRequests, windowsGuestSteps, windowsUtilityVm, type MachineNetwork } from './builders/utility-vm.ts';
import { megabytes, processIsolatedSystem, processorLimits, storageOf } from './builders/windows-container.ts';
import { checkMachineSize, freeDisks, freeMemories, type JoinedMachine, type MachinePlace, type MachineSize } from './machine-place.ts';
import { utilityVmFolder } from './utility-vm-folder.ts';

/** What a task is made of. With a machine, that comes first, takes the requests, and then holds the system. */
export interface TaskSystems {
  readonly system: ComputeSystemDocument;
  readonly machine?: {
    readonly id: string;
    /** Undefined: another task's, which runs. */
    readonly document: ComputeSystemDocument | undefined;
    readonly requests: readonly ModifySettingRequest[];
    /** What it is asked when the container has ended: before it is ended itself, so that what was written is on its disks (nothing where its disks need none), or to give back all that another's was given. */
    readonly releases?: readonly ModifySettingRequest[];
    /** Files that its worker must be able to open. */
    readonly files: readonly string[];
    readonly place: MachinePlace;
    readonly size: MachineSize;
  };
}

/** How a kind of isolation puts tasks together; HcsRuntime does the rest. */
export interface IsolationPlan {
  /** The runtime's name, which container records keep. */
  readonly name: string;
  readonly guest: 'windows' | 'linux';
  /** True where a task has a machine, which others can join. */
  readonly hasMachines: boolean;
  /** True where devices of the host are given to its containers. */
  readonly takesDevices: boolean;
  /** `folder` is the task's own, and goes with it. `joined`: the machine that it is made in; without it, it gets one of its own where it needs one. */
  systems(spec: TaskSpec, folder: string, joined?: JoinedMachine): Promise<TaskSystems>;
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

const devicesOf = ({ settings }: TaskSpec): readonly Device[] => (settings?.devices ?? []).map(({ hostPath }) => ({ InterfaceClassGuid: hostPath.slice('class/'.length) }));

/** Windows containers that share the host's kernel. */
export const processIsolation = (hostProcessors: number): IsolationPlan => ({
  name: 'hcs-process',
  guest: 'windows',
  hasMachines: false,
  takesDevices: true,
  systems: (spec) => Promise.resolve({ system: processIsolatedSystem(spec, hostProcessors, { devices: devicesOf(spec) }) }),
  process: windowsProcess,
  limits: (resources) => windowsLimits(resources, hostProcessors),
});

const machineId = (spec: TaskSpec): string => `${spec.id}@vm`;

/** A machine needs memory for its own system beside that of the container. */
const machineMemory = (spec: TaskSpec, size: MachineSize, ownMB: number): number =>
  spec.resources.memoryBytes === undefined ? size.memoryMB : Math.max(size.memoryMB, megabytes(spec.resources.memoryBytes) + ownMB);

const utilityVmOf = async ({ layers }: SnapshotStorage): Promise<string> => {
  const folder = await utilityVmFolder(layers.map(({ path }) => path));
  if (folder !== undefined) return folder;
  throw new SiloError('IsolationUnsupported', { args: { isolation: 'HyperV', reason: 'no layer of the image has a utility VM, which such a container starts in' }, target: { kind: 'isolation', id: 'HyperV' } });
};

const noRoom = (what: string, reason: string): SiloError => new SiloError('OptionUnsupported', { args: { option: what, reason }, target: { kind: 'isolation', id: 'HyperV' } });

/** Disk 0 is the machine's own. */
const windowsPlace = (taken: readonly MachinePlace[]): MachinePlace => {
  const lun = freeDisks(taken, 1, disksOfController, 1);
  if (lun === undefined) throw noRoom('Another container in the utility VM', `it takes ${disksOfController - 1}`);
  return { lun, disks: 1, firstMemory: 0, memories: 0 };
};

/** Windows containers in utility VMs, of their own or joined; the image brings what a machine boots. `networkOf` looks a namespace of the host up. */
export const hyperVIsolation = (size: MachineSize, networkOf: (namespaceId: string) => Promise<MachineNetwork>): IsolationPlan => ({
  name: 'hcs-hyperv',
  guest: 'windows',
  hasMachines: true,
  takesDevices: false,
  systems: async (spec, folder, joined) => {
    const storage = storageOf(spec);
    const place = windowsPlace(joined?.taken ?? []);
    const steps = windowsGuestSteps(spec, storage, place);
    if (joined !== undefined) {
      checkMachineSize(spec.resources, joined.size);
      return {
        // Its network is the namespace that the machine was given with its adapters.
        system: hostedWindowsSystem(spec, storage, place, joined.id, joined.size.processors),
        machine: { id: joined.id, document: undefined, requests: steps.map(({ add }) => add), releases: steps.map(({ remove }) => remove).toReversed(), files: [storage.scratchPath], place, size: joined.size },
      };
    }
    const utilityVmPath = await utilityVmOf(storage);
    const scratchPath = join(folder, 'vm-scratch.vhdx');
    const template = join(utilityVmPath, 'SystemTemplate.vhdx');
    await copyFile(template, scratchPath).catch((error: unknown) => { throw fromFileError(error, template); });
    const network = spec.networkNamespacePath === undefined ? [] : networkRequests(await networkOf(spec.networkNamespacePath));
    const own = { memoryMB: machineMemory(spec, size, 512), processors: size.processors };
    return {
      system: hostedWindowsSystem(spec, storage, place, machineId(spec), own.processors),
      machine: {
        id: machineId(spec),
        document: windowsUtilityVm({ filesPath: join(utilityVmPath, 'Files'), scratchPath, ...own }),
        requests: [...network, ...steps.map(({ add }) => add)],
        files: [scratchPath, storage.scratchPath],
        place,
        size: own,
      },
    };
  },
  process: windowsProcess,
  limits: (resources) => windowsLimits(resources, size.processors),
});

interface LinuxPlace extends MachinePlace { readonly layersOnDisks: ReadonlySet<number> }

/** Layers that persistent memory has no room for are disks of the controller. @throws SiloError OptionUnsupported */
const linuxPlace = async ({ layers }: SnapshotStorage, firstOfAll: number, joined: JoinedMachine | undefined): Promise<LinuxPlace> => {
  const taken = joined?.taken ?? [];
  const small: number[] = [];
  for (const [index, { path }] of layers.entries()) {
    const { size } = await stat(path).catch((error: unknown) => { throw fromFileError(error, path); });
    if (size <= machineMemories.mostBytes) small.push(index);
  }
  const start = (count: number): number | undefined => freeMemories(taken, firstOfAll, machineMemories.count, count);
  let memories = small.length;
  while (memories > 0 && start(memories) === undefined) memories -= 1;
  const inMemory = new Set(small.slice(0, memories));
  const layersOnDisks = new Set([...layers.keys()].filter((index) => !inMemory.has(index)));
  // One more is the scratch's.
  const disks = layersOnDisks.size + 1;
  const lun = freeDisks(taken, 0, disksOfController, disks);
  if (lun === undefined) throw noRoom(`An image with ${layers.length} layers`, joined === undefined ? `a utility VM takes ${machineMemories.count - firstOfAll + disksOfController - 1}` : 'the utility VM has no room for them beside those of others');
  return { lun, disks, firstMemory: start(memories) ?? firstOfAll, memories, layersOnDisks };
};

/** Linux containers in utility VMs, of their own or joined. `findBoot` is asked for each machine; `networkOf` as for Windows machines. */
export const linuxIsolation = (findBoot: () => Promise<LinuxBoot>, networkOf: (namespaceId: string) => Promise<MachineNetwork>): IsolationPlan => ({
  name: 'hcs-linux',
  guest: 'linux',
  hasMachines: true,
  takesDevices: false,
  systems: async (spec, _folder, joined) => {
    const storage = storageOf(spec);
    const boot = await findBoot();
    // A machine that starts from a disk has that as its first memory.
    const { layersOnDisks, ...place } = await linuxPlace(storage, boot.root.kind === 'vhd' ? 1 : 0, joined);
    const steps = linuxGuestSteps(spec, storage, { ...place, disks: layersOnDisks });
    const files = [storage.scratchPath, ...storage.layers.map(({ path }) => path)];
    if (joined !== undefined) {
      checkMachineSize(spec.resources, joined.size);
      return {
        system: hostedLinuxSystem(spec, joined.id, joinedLinuxSpecification(spec, joined.owner)),
        machine: { id: joined.id, document: undefined, requests: steps.map(({ add }) => add), releases: steps.map(({ remove }) => remove).toReversed(), files, place, size: joined.size },
      };
    }
    const network = spec.networkNamespacePath === undefined ? [] : linuxNetworkRequests(await networkOf(spec.networkNamespacePath));
    const own = { memoryMB: machineMemory(spec, boot, 256), processors: boot.processors };
    return {
      system: hostedLinuxSystem(spec, machineId(spec)),
      machine: {
        id: machineId(spec),
        document: linuxUtilityVm({ ...boot, ...own }),
        requests: [...network, ...steps.map(({ add }) => add)],
        // Without a journal a disk that is mounted when its machine ends lacks what was written last.
        releases: steps.slice(storage.layers.length, storage.layers.length + 2).map(({ remove }) => remove).reverse(),
        files,
        place,
        size: own,
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

