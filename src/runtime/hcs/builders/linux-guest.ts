import type { SnapshotStorage, TaskMount, TaskSpec } from '../../../core/index.ts';
import type { ComputeSystemDocument } from '../documents/compute-system.ts';
import type { GuestRequest, ModifySettingRequest } from '../documents/requests.ts';
import type { VirtualMachine } from '../documents/virtual-machine.ts';
import { guestMark } from './guest-mark.ts';
import { linuxGuestProcess } from './process-parameters.ts';
import type { GuestPlace, GuestStep, MachineNetwork } from './utility-vm.ts';
import { owner, schemaVersion } from './windows-container.ts';

/** What a Linux machine boots from. `initrdPath` or `rootVhdPath`: the guest's own root file system. */
export interface LinuxBoot {
  /** Folder that firmware boots from, and names in it; undefined where HCS starts the kernel itself (build 18286 and later). */
  readonly uefiFolder?: string;
  readonly kernelPath: string;
  readonly root: { readonly kind: 'initrd' | 'vhd'; readonly path: string };
  readonly memoryMB: number;
  readonly processors: number;
  /** Named pipe of the host that shows the machine's console; undefined where it has none. */
  readonly consolePipe?: string | undefined;
}

/** Entropy comes from vsock port 1, the agent's log goes to port 109 (hcsshim, internal/uvm/create_lcow.go). */
const agent = '-e 1 /bin/vsockexec -e 109 /bin/gcs -v4 -log-format json -loglevel info';

const fileName = (path: string): string => path.slice(path.lastIndexOf('\\') + 1);

const kernelCommandLine = ({ uefiFolder, root, processors, consolePipe }: LinuxBoot): string => [
  root.kind === 'vhd' ? 'root=/dev/pmem0 ro rootwait init=/init' : uefiFolder === undefined ? '' : `initrd=/${fileName(root.path)}`,
  // The machine has no serial port but for a console, and no PCI bus; a panic resets it, which ends it.
  consolePipe === undefined ? '8250_core.nr_uarts=0' : '8250_core.nr_uarts=1 8250_core.skip_txen_test=1 console=ttyS0,115200',
  `panic=-1 quiet pci=off nr_cpus=${processors} brd.rd_nr=0 pmtmr=0`,
  `-- ${agent}`,
].filter((part) => part !== '').join(' ');

const chipset = (boot: LinuxBoot): NonNullable<VirtualMachine['Chipset']> => {
  const words = kernelCommandLine(boot);
  if (boot.uefiFolder === undefined) return { LinuxKernelDirect: { KernelFilePath: boot.kernelPath, ...(boot.root.kind === 'initrd' ? { InitRdPath: boot.root.path } : {}), KernelCmdLine: words } };
  return { Uefi: { BootThis: { DeviceType: 'VmbFs', DevicePath: `\\${fileName(boot.kernelPath)}`, VmbFsRootPath: boot.uefiFolder, OptionalData: words } } };
};

/** Persistent memories of a machine, as others have them (hcsshim, internal/uvm): how many, and how large each may be. */
export const machineMemories = { count: 64, mostBytes: 4 * 1024 ** 3 } as const;
/** Of the one that it has. */
export const disksOfController = 64;

/** A machine that runs Linux containers. Persistent memory 0 is its own root where that is a disk. */
export const linuxUtilityVm = (boot: LinuxBoot): ComputeSystemDocument => ({
  Owner: owner,
  // Kernels are started directly since schema 2.2.
  SchemaVersion: boot.uefiFolder === undefined ? { Major: 2, Minor: 2 } : schemaVersion,
  VirtualMachine: {
    StopOnReset: true,
    Chipset: chipset(boot),
    ComputeTopology: { Memory: { SizeInMB: boot.memoryMB, AllowOvercommit: true }, Processor: { Count: boot.processors } },
    Devices: {
      Scsi: { 0: { Attachments: {} } },
      HvSocket: { HvSocketConfig: { DefaultBindSecurityDescriptor: 'D:P(A;;FA;;;SY)(A;;FA;;;BA)' } },
      VirtualPMem: {
        MaximumCount: machineMemories.count,
        MaximumSizeBytes: machineMemories.mostBytes,
        ...(boot.root.kind === 'vhd' ? { Devices: { 0: { HostPath: boot.root.path, ReadOnly: true, ImageFormat: 'Vhd1' as const } } } : {}),
      },
      Plan9: {},
      ...(boot.consolePipe === undefined ? {} : { ComPorts: { 0: { NamedPipe: boot.consolePipe } } }),
    },
    GuestConnection: { UseVsock: true, UseConnectedSuspend: true },
  },
  ShouldTerminateOnLastHandleClosed: false,
});

const request = (settings: GuestRequest): GuestRequest => settings;

/** Folders of the guest, as its agent expects them. */
const bundleOf = (spec: { readonly id: string }): string => `/run/gcs/c/${spec.id}`;
export const rootInGuest = (spec: TaskSpec): string => `${bundleOf(spec)}/rootfs`;
const layerFolder = (spec: TaskSpec, index: number): string => `/run/layers/${guestMark(spec)}-${index}`;
const scratchFolder = (spec: TaskSpec): string => `/run/mounts/scratch/${guestMark(spec)}`;
export const folderInGuest = (spec: TaskSpec, index: number): string => `/run/mounts/m${guestMark(spec)}-${index}`;

/** The first port of a container's shares: one for each, apart from those of others in the machine. */
const firstPort = 564;
const portsEach = 64;

/** Place of a container in a Linux machine: its disk, and the first of the persistent memories that are its layers. */
export interface LinuxGuestPlace extends GuestPlace {
  readonly firstMemory: number;
  /** Layers by their place in the chain that are disks of the controller, behind the container's own; none where not given. */
  readonly disks?: ReadonlySet<number>;
}

const layerStep = (path: string, memory: number, mountPath: string): GuestStep => {
  const resource = `VirtualMachine/Devices/VirtualPMem/Devices/${memory}`;
  const mount = { DeviceNumber: memory, MountPath: mountPath };
  return {
    add: { ResourcePath: resource, RequestType: 'Add', Settings: { HostPath: path, ReadOnly: true, ImageFormat: 'Vhd1' }, GuestRequest: request({ ResourceType: 'VPMemDevice', RequestType: 'Add', Settings: mount }) },
    remove: { ResourcePath: resource, RequestType: 'Remove', GuestRequest: request({ ResourceType: 'VPMemDevice', RequestType: 'Remove', Settings: mount }) },
  };
};

/** A layer as a disk of the controller that is only read. */
const diskLayerStep = (path: string, lun: number, mountPath: string): GuestStep => {
  const disk = `VirtualMachine/Devices/Scsi/0/Attachments/${lun}`;
  const mount = { MountPath: mountPath, Lun: lun, Controller: 0, ReadOnly: true };
  return {
    add: { ResourcePath: disk, RequestType: 'Add', Settings: { Type: 'VirtualDisk', Path: path, ReadOnly: true }, GuestRequest: request({ ResourceType: 'MappedVirtualDisk', RequestType: 'Add', Settings: mount }) },
    remove: { ResourcePath: disk, RequestType: 'Remove', GuestRequest: request({ ResourceType: 'MappedVirtualDisk', RequestType: 'Remove', Settings: mount }) },
  };
};

const layerSteps = (spec: TaskSpec, { layers }: SnapshotStorage, { lun, firstMemory, disks }: LinuxGuestPlace): readonly GuestStep[] => {
  let [memory, disk] = [firstMemory, lun + 1];
  return layers.map(({ path }, index) => (disks?.has(index) === true ? diskLayerStep(path, disk++, layerFolder(spec, index)) : layerStep(path, memory++, layerFolder(spec, index))));
};

const folderStep = (mount: TaskMount, name: string, port: number, mountPath: string): GuestStep => {
  const share = { Name: name, AccessName: name, Path: mount.source, Port: port };
  const folder = { MountPath: mountPath, Port: port, ShareName: name, ReadOnly: mount.readOnly };
  return {
    add: { ResourcePath: 'VirtualMachine/Devices/Plan9/Shares', RequestType: 'Add', Settings: share, GuestRequest: request({ ResourceType: 'MappedDirectory', RequestType: 'Add', Settings: folder }) },
    remove: { ResourcePath: 'VirtualMachine/Devices/Plan9/Shares', RequestType: 'Remove', Settings: { Name: name, AccessName: name, Port: port }, GuestRequest: request({ ResourceType: 'MappedDirectory', RequestType: 'Remove', Settings: folder }) },
  };
};

/** What a machine must be given before a Linux container can be made in it. */
export const linuxGuestSteps = (spec: TaskSpec, storage: SnapshotStorage, place: LinuxGuestPlace): readonly GuestStep[] => {
  const disk = `VirtualMachine/Devices/Scsi/0/Attachments/${place.lun}`;
  const mounted = { MountPath: scratchFolder(spec), Lun: place.lun, Controller: 0 };
  const combine = (RequestType: 'Add' | 'Remove', settings: object): ModifySettingRequest => ({ GuestRequest: request({ ResourceType: 'CombinedLayers', RequestType, Settings: settings }) });
  return [
    ...layerSteps(spec, storage, place),
    {
      add: { ResourcePath: disk, RequestType: 'Add', Settings: { Type: 'VirtualDisk', Path: storage.scratchPath }, GuestRequest: request({ ResourceType: 'MappedVirtualDisk', RequestType: 'Add', Settings: mounted }) },
      remove: { ResourcePath: disk, RequestType: 'Remove', GuestRequest: request({ ResourceType: 'MappedVirtualDisk', RequestType: 'Remove', Settings: mounted }) },
    },
    {
      add: combine('Add', { ContainerID: spec.id, ContainerRootPath: rootInGuest(spec), Layers: storage.layers.map((_, index) => ({ Path: layerFolder(spec, index) })), ScratchPath: scratchFolder(spec) }),
      remove: combine('Remove', { ContainerID: spec.id, ContainerRootPath: rootInGuest(spec) }),
    },
    ...spec.mounts.filter(({ memory }) => memory === undefined).map((mount, index) =>
      folderStep(mount, `${guestMark(spec)}-${index}`, firstPort + place.lun * portsEach + index, folderInGuest(spec, index))),
  ];
};

/** Gives a machine an adapter for each endpoint of a namespace of the host, with the addresses that its guest sets (hcsshim, internal/protocol/guestresource, LCOWNetworkAdapter). */
export const linuxNetworkRequests = ({ namespace, endpoints }: MachineNetwork): readonly ModifySettingRequest[] =>
  endpoints.map(({ ID, MacAddress, IpConfigurations = [], Routes = [], Dns }): ModifySettingRequest => {
    const mac = MacAddress === undefined ? {} : { MacAddress };
    const adapter = {
      NamespaceID: namespace.ID, ID, ...mac,
      IPConfigs: IpConfigurations.map(({ IpAddress, PrefixLength }) => ({ IPAddress: IpAddress, PrefixLength })),
      Routes: Routes.map(({ NextHop, DestinationPrefix }) => ({ NextHop, DestinationPrefix })),
      ...(Dns?.ServerList === undefined ? {} : { DNSServerList: Dns.ServerList.join(',') }),
      ...(Dns?.Suffix === undefined ? {} : { DNSSuffix: Dns.Suffix }),
    };
    return {
      ResourcePath: `VirtualMachine/Devices/NetworkAdapters/${ID}`,
      RequestType: 'Add',
      Settings: { EndpointId: ID, ...mac },
      GuestRequest: request({ ResourceType: 'Network', RequestType: 'Add', Settings: adapter }),
    };
  });

/** The network that a container joins, in place of one that the guest's agent finds by the host's namespace. */
interface JoinedNetwork { readonly id: string; readonly processId: number | undefined }

/** The specification that the guest's agent hands to runc. What the guest decides itself, devices and cgroups, is left to it. */
const ociSpecification = (spec: TaskSpec, joined?: JoinedNetwork) => {
  const folders = spec.mounts.filter(({ memory }) => memory === undefined);
  const { memoryBytes, cpuCount, cpuWeight, processCount } = spec.resources;
  const access = spec.privileged ? 'rw' : 'ro';
  return {
    ociVersion: '1.0.2',
    process: linuxGuestProcess(spec.process),
    root: { path: rootInGuest(spec), readonly: spec.readOnlyRoot },
    hostname: spec.hostName,
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'] },
      { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'] },
      { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', access] },
      { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
      { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k'] },
      ...spec.mounts.map((mount) => (mount.memory === undefined
        ? { destination: mount.target, type: 'bind', source: folderInGuest(spec, folders.indexOf(mount)), options: ['rbind', 'rprivate', mount.readOnly ? 'ro' : 'rw'] }
        : { destination: mount.target, type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', 'mode=1777', ...(mount.memory.sizeBytes === undefined ? [] : [`size=${mount.memory.sizeBytes}`])] })),
      // The agent made it for the one whose network this is; it makes none for a container that brings its own (hcsshim, standalone_container.go).
      ...(joined === undefined ? [] : [{ destination: '/etc/resolv.conf', type: 'bind', source: `${bundleOf(joined)}/resolv.conf`, options: ['bind'] }]),
    ],
    linux: {
      namespaces: [{ type: 'pid' }, { type: 'ipc' }, { type: 'uts' }, { type: 'mount' }, joined?.processId === undefined ? { type: 'network' } : { type: 'network', path: `/proc/${joined.processId}/ns/net` }],
      resources: {
        ...(memoryBytes === undefined ? {} : { memory: { limit: memoryBytes, swap: memoryBytes } }),
        ...(cpuCount === undefined && cpuWeight === undefined ? {} : {
          // Shares of cgroup v1, whose default is 1024.
          cpu: { ...(cpuCount === undefined ? {} : { period: 100_000, quota: Math.max(1000, Math.round(cpuCount * 100_000)) }), ...(cpuWeight === undefined ? {} : { shares: Math.min(262_144, Math.max(2, Math.round(cpuWeight * 10.24))) }) },
        }),
        ...(processCount === undefined ? {} : { pids: { limit: processCount } }),
      },
    },
    ...(spec.networkNamespacePath === undefined || joined !== undefined ? {} : { windows: { network: { networkNamespace: spec.networkNamespacePath } } }),
  };
};

/** Of a container in the network of another in its machine: one namespace of the host is one container's to the guest's agent, so the guest's own is named. */
export const joinedLinuxSpecification = (spec: TaskSpec, joined: JoinedNetwork): object => ociSpecification(spec, joined);

/** A Linux container in a machine that has taken the steps. `specification`: where it is not made from the task. */
export const hostedLinuxSystem = (spec: TaskSpec, vmId: string, specification: object = ociSpecification(spec)): ComputeSystemDocument => ({
  Owner: owner,
  SchemaVersion: schemaVersion,
  HostingSystemId: vmId,
  HostedSystem: { SchemaVersion: schemaVersion, OciBundlePath: bundleOf(spec), OciSpecification: specification, ScratchDirPath: scratchFolder(spec) },
  ShouldTerminateOnLastHandleClosed: false,
});
