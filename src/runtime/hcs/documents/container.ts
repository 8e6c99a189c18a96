import { closed, flag, guid, list, named, oneOf, optional, text, whole, type Static } from './shape.ts';

export const version = closed({ Major: whole(32), Minor: whole(32) });

/** A read-only layer. `PathType` tells whether `Path` is of the host or of a share in a utility VM. */
const layer = closed({
  Id: guid(),
  Path: text(),
  PathType: optional(oneOf('AbsolutePath', 'VirtualSmbShareName')),
  Cache: optional(oneOf('', 'Disabled', 'Enabled', 'Private', 'PrivateAllowSharing')),
});

export const storageQos = closed({ IopsMaximum: optional(whole(64)), BandwidthMaximum: optional(whole(64)) });

const storage = closed({ Layers: optional(list(layer)), Path: optional(text()), QoS: optional(storageQos) });

export const mappedDirectory = closed({
  HostPath: text(),
  HostPathType: optional(oneOf('AbsolutePath', 'VirtualSmbShareName')),
  ContainerPath: text(),
  ReadOnly: optional(flag()),
});

export const mappedPipe = closed({ ContainerPipeName: text(), HostPath: text(), HostPathType: optional(oneOf('AbsolutePath', 'VirtualSmbPipeName')) });

const registryKey = closed({ Hive: oneOf('System', 'Software', 'Security', 'Sam'), Name: text(), Volatile: optional(flag()) });

const registryValue = closed({
  Key: registryKey,
  Name: text(),
  Type: oneOf('None', 'String', 'ExpandedString', 'MultiString', 'Binary', 'DWord', 'QWord', 'CustomType'),
  StringValue: optional(text()),
  /** Base64. */
  BinaryValue: optional(text()),
  DWordValue: optional(whole(32)),
  QWordValue: optional(whole(64)),
  CustomType: optional(whole(32)),
});

export const registryChanges = closed({ AddValues: optional(list(registryValue)), DeleteKeys: optional(list(registryKey)) });

const hvSocketService = closed({ BindSecurityDescriptor: optional(text()), ConnectSecurityDescriptor: optional(text()), AllowWildcardBinds: optional(flag()) });

export const hvSocketSystem = closed({ DefaultBindSecurityDescriptor: optional(text()), DefaultConnectSecurityDescriptor: optional(text()), ServiceTable: optional(named(hvSocketService)) });

/** A credential specification's instance, as ServiceProperties tells it after AddInstance: it stands in the document of the container that uses it. */
export const containerCredentialGuard = closed({
  Cookie: optional(text()),
  RpcEndpoint: optional(text()),
  Transport: optional(oneOf('LRPC', 'HvSocket')),
  CredentialSpec: optional(text()),
});

const networking = closed({
  AllowUnqualifiedDnsQuery: optional(flag()),
  /** Names with commas between. */
  DnsSearchList: optional(text()),
  NetworkSharedContainerName: optional(text()),
  /** HCN's GUID of the namespace. */
  Namespace: optional(text()),
  NetworkAdapters: optional(list(guid())),
});

/** `Type` and `LocationPath` are of schema 2.2 and later; before, a class of devices alone can be named. */
const device = closed({ Type: optional(oneOf('ClassGuid', 'DeviceInstance', 'GpuMirror')), InterfaceClassGuid: optional(guid()), LocationPath: optional(text()) });

export const container = closed({
  GuestOs: optional(closed({ HostName: optional(text()) })),
  Storage: optional(storage),
  MappedDirectories: optional(list(mappedDirectory)),
  MappedPipes: optional(list(mappedPipe)),
  Memory: optional(closed({ SizeInMB: whole(64) })),
  /** `Maximum` in hundredths of a percent of the whole host, 1 to 10000; `Weight` 0 to 10000. HCS takes one of the three. */
  Processor: optional(closed({ Count: optional(whole(32)), Weight: optional(whole(32)), Maximum: optional(whole(32)) })),
  Networking: optional(networking),
  HvSocket: optional(closed({ Config: optional(hvSocketSystem), EnablePowerShellDirect: optional(flag()) })),
  ContainerCredentialGuard: optional(containerCredentialGuard),
  RegistryChanges: optional(registryChanges),
  AssignedDevices: optional(list(device)),
});

export type Version = Static<typeof version>;
export type Layer = Static<typeof layer>;
export type MappedDirectory = Static<typeof mappedDirectory>;
export type MappedPipe = Static<typeof mappedPipe>;
export type RegistryChanges = Static<typeof registryChanges>;
export type RegistryValue = Static<typeof registryValue>;
export type ContainerCredentialGuard = Static<typeof containerCredentialGuard>;
export type Device = Static<typeof device>;
export type Container = Static<typeof container>;
