import { hvSocketSystem, registryChanges, storageQos, version } from './container.ts';
import { closed, flag, guid, list, named, oneOf, optional, text, whole, type Static } from './shape.ts';

const bootEntry = closed({
  DeviceType: oneOf('ScsiDrive', 'VmbFs', 'Network', 'File'),
  DevicePath: optional(text()),
  DiskNumber: optional(whole(16)),
  OptionalData: optional(text()),
  VmbFsRootPath: optional(text()),
});

const chipset = closed({
  Uefi: optional(closed({
    EnableDebugger: optional(flag()),
    SecureBootTemplateId: optional(guid()),
    BootThis: optional(bootEntry),
    Console: optional(oneOf('Default', 'Disabled', 'ComPort1', 'ComPort2')),
  })),
  /** Boots a Linux kernel without firmware: schema 2.2 and later (build 18286). */
  LinuxKernelDirect: optional(closed({ KernelFilePath: text(), InitRdPath: optional(text()), KernelCmdLine: optional(text()) })),
  IsNumLockDisabled: optional(flag()),
  BaseBoardSerialNumber: optional(text()),
  ChassisSerialNumber: optional(text()),
  ChassisAssetTag: optional(text()),
  UseUtc: optional(flag()),
});

const topology = closed({
  Memory: optional(closed({ SizeInMB: whole(64), AllowOvercommit: optional(flag()), EnableHotHint: optional(flag()), EnableColdHint: optional(flag()), EnableDeferredCommit: optional(flag()) })),
  Processor: optional(closed({ Count: optional(whole(32)), Limit: optional(whole(64)), Weight: optional(whole(64)), ExposeVirtualizationExtensions: optional(flag()) })),
});

const attachment = closed({
  Type: oneOf('VirtualDisk', 'Iso', 'PassThru'),
  Path: text(),
  CachingMode: optional(oneOf('Uncached', 'Cached', 'ReadOnlyCached')),
  ReadOnly: optional(flag()),
});

export const virtualSmbShare = closed({
  Name: text(),
  Path: text(),
  AllowedFiles: optional(list(text())),
  Options: optional(closed({
    ReadOnly: optional(flag()), ShareRead: optional(flag()), CacheIo: optional(flag()), NoOplocks: optional(flag()), TakeBackupPrivilege: optional(flag()), UseShareRootIdentity: optional(flag()),
    NoDirectmap: optional(flag()), NoLocks: optional(flag()), NoDirnotify: optional(flag()), VmSharedMemory: optional(flag()), RestrictFileAccess: optional(flag()), ForceLevelIIOplocks: optional(flag()),
    ReparseBaseLayer: optional(flag()), PseudoOplocks: optional(flag()), NonCacheIo: optional(flag()), PseudoDirnotify: optional(flag()), SingleFileMapping: optional(flag()),
  })),
});

const plan9Share = closed({ Name: text(), AccessName: optional(text()), Path: text(), Port: whole(32) });

const virtualPMemDevice = closed({ HostPath: text(), ReadOnly: optional(flag()), ImageFormat: optional(oneOf('Vhdx', 'Vhd1')) });

const networkAdapter = closed({ EndpointId: guid(), MacAddress: optional(text()) });

/** Schema 2.2 and later. */
const virtualPciDevice = closed({ Functions: list(closed({ DeviceInstancePath: text(), VirtualFunction: optional(whole(16)) })) });

const devices = closed({
  ComPorts: optional(named(closed({ NamedPipe: text(), OptimizeForDebugger: optional(flag()) }))),
  Scsi: optional(named(closed({ Attachments: optional(named(attachment)) }))),
  VirtualPMem: optional(closed({ Devices: optional(named(virtualPMemDevice)), MaximumCount: optional(whole(8)), MaximumSizeBytes: optional(whole(64)), Backing: optional(oneOf('Virtual', 'Physical')) })),
  NetworkAdapters: optional(named(networkAdapter)),
  HvSocket: optional(closed({ HvSocketConfig: hvSocketSystem })),
  VirtualSmb: optional(closed({ Shares: optional(list(virtualSmbShare)), DirectFileMappingInMB: optional(whole(32)) })),
  Plan9: optional(closed({ Shares: optional(list(plan9Share)) })),
  GuestCrashReporting: optional(closed({ WindowsCrashSettings: optional(closed({ DumpFileName: optional(text()), MaxDumpSize: optional(whole(64)) })) })),
  VirtualPci: optional(named(virtualPciDevice)),
});

export const virtualMachine = closed({
  Version: optional(version),
  StopOnReset: optional(flag()),
  Chipset: optional(chipset),
  ComputeTopology: optional(topology),
  Devices: optional(devices),
  GuestState: optional(closed({ GuestStateFilePath: optional(text()), RuntimeStateFilePath: optional(text()), ForceTransientState: optional(flag()) })),
  RestoreState: optional(closed({ SaveStateFilePath: optional(text()), TemplateSystemId: optional(text()) })),
  RegistryChanges: optional(registryChanges),
  StorageQoS: optional(storageQos),
  /** Where it is there, HCS itself speaks with the agent in the guest. */
  GuestConnection: optional(closed({ UseVsock: optional(flag()), UseConnectedSuspend: optional(flag()) })),
});

export type VirtualMachine = Static<typeof virtualMachine>;
export type Attachment = Static<typeof attachment>;
export type VirtualSmbShare = Static<typeof virtualSmbShare>;
export type Plan9Share = Static<typeof plan9Share>;
export type VirtualPMemDevice = Static<typeof virtualPMemDevice>;
export type NetworkAdapter = Static<typeof networkAdapter>;
export type VirtualPciDevice = Static<typeof virtualPciDevice>;
