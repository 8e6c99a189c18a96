import { SiloError } from '../../../base/index.ts';
import type { ResourceLimits, SnapshotStorage, TaskMount, TaskSpec } from '../../../core/index.ts';
import type { ComputeSystemDocument } from '../documents/compute-system.ts';
import type { Container, ContainerCredentialGuard, Device, MappedDirectory, MappedPipe, RegistryChanges } from '../documents/container.ts';

/** Schema of Windows 10 1809 and Server 2019, which every later one reads. */
export const schemaVersion = { Major: 2, Minor: 1 } as const;
/** Who made a system: what others made is never touched. */
export const owner = 'Silo';

/** What a container may have beyond its TaskSpec. */
export interface WindowsContainerExtras {
  /** Instance of a credential specification, as `HostComputeService.serviceProperties` tells it. */
  readonly credentialGuard?: ContainerCredentialGuard;
  readonly devices?: readonly Device[];
  readonly storageQos?: { readonly iopsMaximum?: number; readonly bytesPerSecond?: number };
  readonly dnsSearchList?: readonly string[];
  /** True where left out. */
  readonly allowUnqualifiedDnsQuery?: boolean;
  /** Instead of the limits that follow from the task's. */
  readonly processor?: Container['Processor'];
}

const unsupported = (option: string, reason: string): SiloError => new SiloError('OptionUnsupported', { args: { option, reason } });

export const megabytes = (bytes: number): number => Math.max(1, Math.ceil(bytes / 1024 ** 2));

/** 1 to 10000 with 100 as the default, on HCS's scale of the same ends, whose middle is 5000. */
const processorWeight = (weight: number): number => Math.round(weight <= 100 ? 1 + (weight - 1) * (4999 / 99) : 5000 + (weight - 100) * (5000 / 9900));

/** HCS takes one of count, maximum and weight. `hostProcessors`: what the maximum is a share of. */
export const processorLimits = (resources: ResourceLimits, hostProcessors: number): Container['Processor'] => {
  if (resources.cpuCount !== undefined && resources.cpuWeight !== undefined) throw unsupported('A weight beside a limit of processor time', 'Windows takes one of the two');
  if (resources.cpuCount !== undefined) return { Maximum: Math.min(10_000, Math.max(1, Math.round((resources.cpuCount / hostProcessors) * 10_000))) };
  return resources.cpuWeight === undefined ? undefined : { Weight: processorWeight(resources.cpuWeight) };
};

const pipePrefix = '\\\\.\\pipe\\';

export const isPipe = ({ source }: TaskMount): boolean => source.toLowerCase().startsWith(pipePrefix);

const mappedPipe = ({ source, target }: TaskMount): MappedPipe => {
  if (!target.toLowerCase().startsWith(pipePrefix)) throw new SiloError('ParameterInvalid', { args: { parameter: 'mounts', reason: `a pipe can only be mapped to a pipe, not to '${target}'` } });
  return { HostPath: source, ContainerPipeName: target.slice(pipePrefix.length) };
};

/** `hostPath`: where a folder of the host is seen from. */
const mappedFolders = (mounts: readonly TaskMount[], hostPath: (mount: TaskMount) => string = ({ source }) => source): readonly MappedDirectory[] =>
  mounts.filter((mount) => !isPipe(mount)).map((mount) => {
    if (mount.memory !== undefined) throw unsupported('A folder in memory', 'Windows containers have none');
    return { HostPath: hostPath(mount), ContainerPath: mount.target, ReadOnly: mount.readOnly };
  });

const mappedPipes = (mounts: readonly TaskMount[]): readonly MappedPipe[] => mounts.filter(isPipe).map(mappedPipe);

/** Services get as long to end as whoever stops the container gives it: Windows would end them after five seconds (hcsshim, hcsdoc_wcow.go). */
const registryChanges: RegistryChanges = {
  AddValues: [{ Key: { Hive: 'System', Name: 'ControlSet001\\Control' }, Name: 'WaitToKillServiceTimeout', Type: 'String', StringValue: '2147483647' }],
};

const refuseLinuxOptions = (spec: TaskSpec): void => {
  if (spec.readOnlyRoot) throw unsupported('A read-only root', 'Windows containers write to theirs');
  if (spec.privileged) throw unsupported('A privileged container', 'Windows containers have no such rights');
  if (spec.resources.processCount !== undefined) throw unsupported('A limit of processes', 'Windows containers have none');
  if (spec.process.capabilities !== undefined) throw unsupported('A list of capabilities', 'Windows has none');
};

export const storageOf = ({ id, storage }: TaskSpec): SnapshotStorage => {
  if (storage === undefined) throw new SiloError('RuntimeFailed', { args: { runtime: 'HCS', reason: `nobody told what the files of ${id} are put together from` } });
  return storage;
};

/** The part of a document that is the container itself, wherever it runs. `hostProcessors` are those of whoever runs it. */
export const windowsContainer = (spec: TaskSpec, storage: SnapshotStorage, hostProcessors: number, extras: WindowsContainerExtras = {}, hostPath?: (mount: TaskMount) => string): Container => {
  refuseLinuxOptions(spec);
  const folders = mappedFolders(spec.mounts, hostPath);
  const pipes = mappedPipes(spec.mounts);
  const { storageQos: qos, credentialGuard, devices, dnsSearchList, allowUnqualifiedDnsQuery = true } = extras;
  const processor = extras.processor ?? processorLimits(spec.resources, hostProcessors);
  return {
    ...(spec.hostName === '' ? {} : { GuestOs: { HostName: spec.hostName } }),
    Storage: {
      Layers: storage.layers.map(({ id, path }) => ({ Id: id, Path: path })),
      Path: storage.scratchPath,
      ...(qos === undefined ? {} : { QoS: { ...(qos.iopsMaximum === undefined ? {} : { IopsMaximum: qos.iopsMaximum }), ...(qos.bytesPerSecond === undefined ? {} : { BandwidthMaximum: qos.bytesPerSecond }) } }),
    },
    ...(folders.length === 0 ? {} : { MappedDirectories: [...folders] }),
    ...(pipes.length === 0 ? {} : { MappedPipes: [...pipes] }),
    ...(spec.resources.memoryBytes === undefined ? {} : { Memory: { SizeInMB: megabytes(spec.resources.memoryBytes) } }),
    ...(processor === undefined ? {} : { Processor: processor }),
    ...(spec.networkNamespacePath === undefined ? {} : {
      Networking: { AllowUnqualifiedDnsQuery: allowUnqualifiedDnsQuery, Namespace: spec.networkNamespacePath, ...(dnsSearchList === undefined ? {} : { DnsSearchList: dnsSearchList.join(',') }) },
    }),
    ...(credentialGuard === undefined ? {} : { ContainerCredentialGuard: credentialGuard }),
    ...(devices === undefined || devices.length === 0 ? {} : { AssignedDevices: [...devices] }),
    RegistryChanges: registryChanges,
  };
};

/** A container that shares the host's kernel. Its system outlives whoever made it. */
export const processIsolatedSystem = (spec: TaskSpec, hostProcessors: number, extras?: WindowsContainerExtras): ComputeSystemDocument => ({
  Owner: owner,
  SchemaVersion: schemaVersion,
  Container: windowsContainer(spec, storageOf(spec), hostProcessors, extras),
  ShouldTerminateOnLastHandleClosed: false,
});

/** The same system with the service's instance of a credential specification, wherever its container stands in the document. */
export const withCredential = (document: ComputeSystemDocument, credentialGuard: ContainerCredentialGuard): ComputeSystemDocument => {
  const guarded = (container: Container): Container => ({ ...container, ContainerCredentialGuard: credentialGuard });
  const { Container: own, HostedSystem: hosted } = document;
  return {
    ...document,
    ...(own === undefined ? {} : { Container: guarded(own) }),
    ...(hosted?.Container === undefined ? {} : { HostedSystem: { ...hosted, Container: guarded(hosted.Container) } }),
  };
};
