import { access } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { nameToGuid } from '../../../../native/vmcompute.ts';
import { fromFileError } from '../../../base/index.ts';
import type { SnapshotStorage, TaskSpec } from '../../../core/index.ts';
import { hostedLinuxSystem, linuxGuestSteps, linuxUtilityVm, type LinuxBoot } from '../builders/linux-guest.ts';
import { hostedWindowsSystem, windowsGuestSteps, windowsUtilityVm, type GuestStep } from '../builders/utility-vm.ts';
import { megabytes, processIsolatedSystem } from '../builders/windows-container.ts';
import type { ComputeSystemDocument } from '../documents/compute-system.ts';
import { findLinuxBoot } from '../linux-boot.ts';
import type { ContainerCredentialGuard } from '../documents/container.ts';
import { utilityVmFolder } from '../utility-vm-folder.ts';
import type { BundleConfig } from './bundle-config.ts';
import { bundleInvalid } from './bundle-document.ts';
import { linuxSpecification } from './linux-specification.ts';

/** What a container is made of, in this order: its machine, what the machine is given, and its system. */
export interface BundleSystems {
  readonly machine?: {
    readonly document: ComputeSystemDocument;
    /** Disk that the machine starts from, and the copy that becomes its own. */
    readonly copy?: { readonly from: string; readonly to: string };
  };
  readonly steps: readonly GuestStep[];
  /** Files that the machine's worker must be able to open. */
  readonly files: readonly string[];
  /** Where the scratch disk was mounted for it. */
  readonly volume?: string;
  /** Told with a credential that the service has been given. */
  readonly system: (credential: ContainerCredentialGuard | undefined) => ComputeSystemDocument;
}

export interface BundleSystemsOptions {
  readonly id: string;
  readonly owner: string;
  /** Folder of the container's own. */
  readonly folder: string;
  readonly networkNamespace: string | undefined;
  /** Id of the machine's system, where it is in one, and whether the machine is its own. */
  readonly vm: { readonly id: string; readonly isOwn: boolean } | undefined;
  readonly place: { readonly lun: number; readonly firstMemory: number } | undefined;
  readonly consolePipe: string | undefined;
  readonly linuxBootFolder: string;
  readonly hostProcessors: number;
  /** vmcompute.dll, or what stands in its place. */
  readonly vmCompute: string;
  /** Shows a scratch disk over its layers, nearest first, as a volume. */
  readonly mount: (disk: string, layers: SnapshotStorage['layers']) => string;
}

/** Whether nobody has mounted what a container on the host's kernel writes to. */
export const needsVolume = ({ kind, rootPath }: BundleConfig): boolean => kind === 'process' && rootPath === '';

export const scratchDiskOf = ({ scratchFolder }: BundleConfig): string => join(scratchFolder, 'sandbox.vhdx');

const machineMemoryMB = 1024;
/** A machine needs memory for its own system beside that of the container. */
const machineOverheadMB = 512;
const machineProcessors = 2;

const there = (path: string): Promise<boolean> => access(path).then(() => true, () => false);
const mustBeThere = (path: string): Promise<void> => access(path).catch((error: unknown) => { throw fromFileError(error, path); });

const numberIn = (config: BundleConfig, name: string): number | undefined => {
  const text = config.annotations[name];
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw bundleInvalid('config.json', `annotations.${name} is not a number`);
  return Number(text);
};

const sizeOf = (config: BundleConfig, hostProcessors: number): { readonly memoryMB: number; readonly processors: number } => ({
  memoryMB: numberIn(config, 'io.microsoft.virtualmachine.computetopology.memory.sizeinmb')
    ?? Math.max(machineMemoryMB, config.memoryBytes === undefined ? 0 : megabytes(config.memoryBytes) + machineOverheadMB),
  processors: Math.min(hostProcessors, numberIn(config, 'io.microsoft.virtualmachine.computetopology.processor.count') ?? config.processorCount ?? machineProcessors),
});

/** @throws SiloError PathNotFound */
const linuxBoot = (config: BundleConfig, { linuxBootFolder, hostProcessors, consolePipe }: Pick<BundleSystemsOptions, 'linuxBootFolder' | 'hostProcessors' | 'consolePipe'>): Promise<LinuxBoot> =>
  findLinuxBoot(config.annotations['io.microsoft.virtualmachine.lcow.bootfilesrootpath'] ?? linuxBootFolder, { ...sizeOf(config, hostProcessors), consolePipe });

/** The one that the bundle names, or that of its layers. */
const utilityVmOf = async (config: BundleConfig): Promise<string> => {
  if (config.utilityVmPath !== undefined) return config.utilityVmPath;
  const folder = await utilityVmFolder(config.layerFolders);
  if (folder !== undefined) return folder;
  throw bundleInvalid('config.json', 'no folder of windows.layerFolders has a UtilityVM, and windows.hyperv.utilityVMPath names none');
};

const taskOf = (config: BundleConfig, { id, folder, networkNamespace }: BundleSystemsOptions, storage: SnapshotStorage): TaskSpec => ({
  id, storage, rootPath: config.rootPath, bundlePath: folder, logPath: '', openStdin: true, hostName: config.hostName, readOnlyRoot: config.readOnlyRoot, mounts: config.mounts, privileged: false,
  networkNamespacePath: networkNamespace,
  resources: config.memoryBytes === undefined ? {} : { memoryBytes: config.memoryBytes },
  // HCS is told of the process when it starts, or by the specification.
  process: { args: [], env: [], workingDirectory: '', user: '', terminal: false, noNewPrivileges: false },
});

/** Puts a container's documents together. @throws SiloError PathNotFound, BundleInvalid, OptionUnsupported */
export const bundleSystems = async (config: BundleConfig, options: BundleSystemsOptions): Promise<BundleSystems> => {
  const { owner: Owner, vm, place = { lun: 0, firstMemory: 0 }, hostProcessors } = options;
  const scratchDisk = scratchDiskOf(config);
  const owned = (document: ComputeSystemDocument): ComputeSystemDocument => ({ ...document, Owner });
  if (config.kind === 'linux') {
    const layers = await Promise.all(config.layerFolders.map(async (folder) => ({ id: '', path: (await there(join(folder, 'layer.vhd'))) ? join(folder, 'layer.vhd') : join(folder, 'layer.vhdx') })));
    for (const path of [...layers.map((layer) => layer.path), scratchDisk]) await mustBeThere(path);
    const storage = { layers, scratchPath: scratchDisk };
    const task = taskOf(config, options, storage);
    return {
      ...(vm?.isOwn === true ? { machine: { document: owned(linuxUtilityVm(await linuxBoot(config, options))) } } : {}),
      steps: linuxGuestSteps(task, storage, place),
      files: [scratchDisk, ...layers.map((layer) => layer.path)],
      system: () => owned(hostedLinuxSystem(task, vm?.id ?? '', linuxSpecification(config, task))),
    };
  }
  const layers = config.layerFolders.map((path) => ({ id: nameToGuid(options.vmCompute, basename(path.replaceAll('\\', '/'))), path }));
  if (config.kind === 'process') {
    const volume = needsVolume(config) ? options.mount(scratchDisk, layers) : config.rootPath;
    const task = taskOf(config, options, { layers, scratchPath: volume });
    return { volume, steps: [], files: [], system: (credentialGuard) => owned(processIsolatedSystem(task, hostProcessors, { ...config.extras, ...(credentialGuard === undefined ? {} : { credentialGuard }) })) };
  }
  await mustBeThere(scratchDisk);
  const storage = { layers, scratchPath: scratchDisk };
  const task = taskOf(config, options, storage);
  const size = sizeOf(config, hostProcessors);
  const utilityVmPath = vm?.isOwn === true ? await utilityVmOf(config) : '';
  const copy = { from: join(utilityVmPath, 'SystemTemplate.vhdx'), to: join(options.folder, 'vm-scratch.vhdx') };
  return {
    ...(vm?.isOwn === true ? { machine: { document: owned(windowsUtilityVm({ filesPath: join(utilityVmPath, 'Files'), scratchPath: copy.to, ...size })), copy } } : {}),
    steps: windowsGuestSteps(task, storage, place),
    files: [scratchDisk, ...(vm?.isOwn === true ? [copy.to] : [])],
    system: (credentialGuard) => owned(hostedWindowsSystem(task, storage, place, vm?.id ?? '', size.processors, { ...config.extras, ...(credentialGuard === undefined ? {} : { credentialGuard }) })),
  };
};
