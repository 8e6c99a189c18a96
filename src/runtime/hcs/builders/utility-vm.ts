import type { SnapshotStorage, TaskSpec } from '../../../core/index.ts';
import type { ComputeSystemDocument } from '../documents/compute-system.ts';
import type { GuestRequest, ModifySettingRequest } from '../documents/requests.ts';
import type { VirtualSmbShare } from '../documents/virtual-machine.ts';
import { guestMark } from './guest-mark.ts';
import { isPipe, owner, schemaVersion, windowsContainer, type WindowsContainerExtras } from './windows-container.ts';

export interface UtilityVmSpec {
  /** Folder `UtilityVM\Files` of a layer. */
  readonly filesPath: string;
  /** The virtual machine's own writable disk, a copy of SystemTemplate.vhdx. */
  readonly scratchPath: string;
  readonly memoryMB: number;
  readonly processors: number;
}

/** Share options of what the machine only reads (hcsshim, internal/uvm, DefaultVSMBOptions): cached, and open to more than one. */
const readOnlyShare: NonNullable<VirtualSmbShare['Options']> = { ReadOnly: true, ShareRead: true, CacheIo: true, TakeBackupPrivilege: true, PseudoOplocks: true };

/** Shares of the host as a Windows guest sees them. */
const guestSharePath = (name: string): string => `\\\\?\\VMSMB\\VSMB-{dcc079ae-60ba-4d07-847c-3493609c0870}\\${name}`;

/** SYSTEM and administrators may bind sockets to the machine. */
const administratorsOnly = 'D:P(A;;FA;;;SY)(A;;FA;;;BA)';

/** A machine that runs Windows containers; HCS itself speaks with the agent in it. Several containers may share one. */
export const windowsUtilityVm = ({ filesPath, scratchPath, memoryMB, processors }: UtilityVmSpec): ComputeSystemDocument => ({
  Owner: owner,
  SchemaVersion: schemaVersion,
  VirtualMachine: {
    StopOnReset: true,
    Chipset: { Uefi: { BootThis: { DeviceType: 'VmbFs', DevicePath: '\\EFI\\Microsoft\\Boot\\bootmgfw.efi' } } },
    ComputeTopology: { Memory: { SizeInMB: memoryMB, AllowOvercommit: true, EnableHotHint: true }, Processor: { Count: processors } },
    Devices: {
      Scsi: { 0: { Attachments: { 0: { Type: 'VirtualDisk', Path: scratchPath } } } },
      HvSocket: { HvSocketConfig: { DefaultBindSecurityDescriptor: administratorsOnly } },
      VirtualSmb: { DirectFileMappingInMB: 1024, Shares: [{ Name: 'os', Path: filesPath, Options: readOnlyShare }] },
    },
    RegistryChanges: { AddValues: [{ Key: { Hive: 'System', Name: 'CurrentControlSet\\Services\\gns' }, Name: 'EnableCompartmentNamespace', Type: 'DWord', DWordValue: 1 }] },
    GuestConnection: {},
  },
  ShouldTerminateOnLastHandleClosed: false,
});

/** A container's place in a machine: which disk of the controller it has, 1 to 63, and which shares. */
export interface GuestPlace { readonly lun: number }

/** What was added to a machine for a container, and what takes it away again, in that order. */
export interface GuestStep { readonly add: ModifySettingRequest; readonly remove: ModifySettingRequest }

const toRequest = (request: GuestRequest): GuestRequest => request;

const shareStep = (share: VirtualSmbShare): GuestStep => ({
  add: { ResourcePath: 'VirtualMachine/Devices/VirtualSmb/Shares', RequestType: 'Add', Settings: share },
  remove: { ResourcePath: 'VirtualMachine/Devices/VirtualSmb/Shares', RequestType: 'Remove', Settings: { Name: share.Name } },
});

/** Names of shares are the container's own: those of another in the same machine may be of the same folder. */
const shareName = (spec: TaskSpec, kind: 'layer' | 'folder', index: number): string => `${guestMark(spec)}-${kind}${index}`;

const scratchFolder = (place: GuestPlace): string => `C:\\silo\\scratch${place.lun}`;

/** Where a mapped folder's share is seen from within the machine. */
const folderPath = (spec: TaskSpec, index: number): string => guestSharePath(shareName(spec, 'folder', index));

const layersInGuest = (spec: TaskSpec, storage: SnapshotStorage) => storage.layers.map(({ id }, index) => ({ Id: id, Path: guestSharePath(shareName(spec, 'layer', index)) }));

/** What a machine must be given before a container can be made in it: layers and folders as shares, the scratch as a disk, all as one volume. */
export const windowsGuestSteps = (spec: TaskSpec, storage: SnapshotStorage, place: GuestPlace): readonly GuestStep[] => {
  const disk = `VirtualMachine/Devices/Scsi/0/Attachments/${place.lun}`;
  const mapped = { ContainerPath: scratchFolder(place), Lun: place.lun };
  const combined = { ContainerRootPath: scratchFolder(place), Layers: layersInGuest(spec, storage) };
  return [
    ...storage.layers.map(({ path }, index) => shareStep({ Name: shareName(spec, 'layer', index), Path: path, Options: readOnlyShare })),
    ...spec.mounts.filter((mount) => !isPipe(mount)).map((mount, index) =>
      shareStep({ Name: shareName(spec, 'folder', index), Path: mount.source, Options: mount.readOnly ? { ...readOnlyShare, CacheIo: false } : { PseudoOplocks: true, NoDirectmap: true } })),
    {
      add: { ResourcePath: disk, RequestType: 'Add', Settings: { Type: 'VirtualDisk', Path: storage.scratchPath }, GuestRequest: toRequest({ ResourceType: 'MappedVirtualDisk', RequestType: 'Add', Settings: mapped }) },
      remove: { ResourcePath: disk, RequestType: 'Remove', GuestRequest: toRequest({ ResourceType: 'MappedVirtualDisk', RequestType: 'Remove', Settings: mapped }) },
    },
    {
      add: { GuestRequest: toRequest({ ResourceType: 'CombinedLayers', RequestType: 'Add', Settings: combined }) },
      remove: { GuestRequest: toRequest({ ResourceType: 'CombinedLayers', RequestType: 'Remove', Settings: { ContainerRootPath: scratchFolder(place) } }) },
    },
  ];
};

/** A network namespace of the host with its endpoints, as the Host Compute Network describes them. */
export interface MachineNetwork {
  readonly namespace: { readonly ID: string };
  readonly endpoints: readonly {
    readonly ID: string;
    readonly MacAddress?: string;
    readonly IpConfigurations?: readonly { readonly IpAddress?: string; readonly PrefixLength?: number }[];
    readonly Routes?: readonly { readonly NextHop?: string; readonly DestinationPrefix?: string }[];
    readonly Dns?: { readonly Suffix?: string; readonly ServerList?: readonly string[] };
  }[];
}

/** Gives a machine the namespace under the host's id, and an adapter for each endpoint, which its guest hears of before and after (hcsshim, internal/uvm/network.go). */
export const networkRequests = ({ namespace, endpoints }: MachineNetwork): readonly ModifySettingRequest[] => [
  { GuestRequest: toRequest({ ResourceType: 'NetworkNamespace', RequestType: 'Add', Settings: namespace }) },
  ...endpoints.flatMap((endpoint): readonly ModifySettingRequest[] => {
    const { ID, MacAddress } = endpoint;
    const told = (settings: object): GuestRequest => toRequest({ ResourceType: 'Network', RequestType: 'Add', Settings: { AdapterId: ID, ...settings } });
    return [
      { GuestRequest: told({ RequestType: 'PreAdd', Settings: endpoint }) },
      {
        ResourcePath: `VirtualMachine/Devices/NetworkAdapters/${ID}`,
        RequestType: 'Add',
        Settings: { EndpointId: ID, ...(MacAddress === undefined ? {} : { MacAddress }) },
        GuestRequest: told({ RequestType: 'Add' }),
      },
    ];
  }),
];

/** A Windows container in a machine that has taken the steps. */
export const hostedWindowsSystem = (spec: TaskSpec, storage: SnapshotStorage, place: GuestPlace, vmId: string, processors: number, extras?: WindowsContainerExtras): ComputeSystemDocument => {
  const folders = spec.mounts.filter((mount) => !isPipe(mount));
  const inGuest: SnapshotStorage = { layers: layersInGuest(spec, storage).map(({ Id, Path }) => ({ id: Id, path: Path })), scratchPath: scratchFolder(place) };
  return {
    Owner: owner,
    SchemaVersion: schemaVersion,
    HostingSystemId: vmId,
    HostedSystem: { SchemaVersion: schemaVersion, Container: windowsContainer(spec, inGuest, processors, extras, (mount) => folderPath(spec, folders.indexOf(mount))) },
    ShouldTerminateOnLastHandleClosed: false,
  };
};
