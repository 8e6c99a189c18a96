import { Type } from 'typebox';
import { anything, closed, guid, list, oneOf, optional, text, whole, type Static } from './shape.ts';

/** What HcsEnumerateComputeSystems gives; where nothing is named, all. */
export const systemQuery = closed({
  Ids: optional(list(text())),
  Names: optional(list(text())),
  Types: optional(list(oneOf('Container', 'VirtualMachine'))),
  Owners: optional(list(text())),
});

export const systemPropertyQuery = closed({
  PropertyTypes: optional(list(oneOf('Memory', 'Statistics', 'ProcessList', 'TerminateOnLastHandleClosed', 'SharedMemoryRegion', 'GuestConnection'))),
});

export const servicePropertyQuery = closed({
  PropertyTypes: list(oneOf('Basic', 'CpuGroup', 'ProcessorTopology', 'ContainerCredentialGuard', 'QoSCapabilities')),
});

/** A change of a running system: `Settings` at `ResourcePath`, or `GuestRequest` for the agent in the guest, or both. */
export const modifySettingRequest = closed({
  ResourcePath: optional(text()),
  RequestType: optional(oneOf('Add', 'Remove', 'Update')),
  /** Its form is that of the place in the ComputeSystem document: a document, or a number. */
  Settings: optional(Type.Unsafe<unknown>({})),
  GuestRequest: optional(anything()),
});

/** A change of the service itself. */
export const modificationRequest = closed({ PropertyType: oneOf('CpuGroup', 'ContainerCredentialGuard'), Settings: anything() });

/** Settings of a ModificationRequest of ContainerCredentialGuard. */
export const credentialGuardRequest = closed({
  Operation: oneOf('AddInstance', 'RemoveInstance'),
  OperationDetails: closed({ Id: text(), CredentialSpec: optional(text()), Transport: optional(oneOf('LRPC', 'HvSocket')) }),
});

export const pauseOptions = closed({
  SuspensionLevel: optional(oneOf('Suspend', 'MemoryLow', 'MemoryMedium', 'MemoryHigh')),
  HostedNotification: optional(closed({ Reason: oneOf('None', 'Save', 'Template') })),
});

export const saveOptions = closed({ SaveType: optional(oneOf('ToFile', 'AsTemplate')), SaveStateFilePath: optional(text()) });

/** `Type` is of schema 2.5 and later. */
export const crashOptions = closed({ Type: optional(oneOf('CrashGuest')) });

const windowsCrash = closed({
  DumpFile: optional(text()), OsMajorVersion: optional(whole(32)), OsMinorVersion: optional(whole(32)), OsBuildNumber: optional(whole(32)), OsServicePackMajorVersion: optional(whole(32)),
  OsServicePackMinorVersion: optional(whole(32)), OsSuiteMask: optional(whole(32)), OsProductType: optional(whole(32)), Status: optional(Type.Integer()),
  FinalPhase: optional(oneOf('Inactive', 'CrashValues', 'Starting', 'Started', 'Writing', 'Complete')),
});

/** What a crashed virtual machine's guest left; HcsSubmitWerReport passes it on to Windows Error Reporting. */
export const crashReport = closed({
  SystemId: optional(text()),
  ActivityId: optional(guid()),
  WindowsCrashInfo: optional(windowsCrash),
  CrashParameters: optional(list(whole(64))),
  CrashLog: optional(text()),
});

/** GuestRequest of a ModifySettingRequest (hcsshim, internal/protocol/guestresource): the agent's own resources, by type. */
export const guestRequest = closed({
  ResourceType: oneOf('Memory', 'MappedDirectory', 'MappedPipe', 'MappedVirtualDisk', 'CombinedLayers', 'NetworkNamespace', 'Network', 'VPMemDevice', 'ContainerConstraints'),
  RequestType: oneOf('Add', 'Remove', 'Update'),
  Settings: anything(),
});

export type SystemQuery = Static<typeof systemQuery>;
export type SystemPropertyQuery = Static<typeof systemPropertyQuery>;
export type ServicePropertyQuery = Static<typeof servicePropertyQuery>;
export type ModifySettingRequest = Static<typeof modifySettingRequest>;
export type ModificationRequest = Static<typeof modificationRequest>;
export type CredentialGuardRequest = Static<typeof credentialGuardRequest>;
export type PauseOptions = Static<typeof pauseOptions>;
export type SaveOptions = Static<typeof saveOptions>;
export type CrashOptions = Static<typeof crashOptions>;
export type CrashReport = Static<typeof crashReport>;
export type GuestRequest = Static<typeof guestRequest>;
