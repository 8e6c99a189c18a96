import { SiloError } from '../base/index.ts';
import type { BlockIoLimit, ContainerSettings, DeviceMapping, NameValue, NetworkMode, ResourceLimits, UserLimit } from '../core/index.ts';
import { deviceClassOf } from './device-class.ts';
import { isLinuxPath } from './linux-containers.ts';

/** What a request may say of the kernel's settings for a Linux container, as the user writes it. */
export interface SettingsRequest {
  readonly oomScoreAdjust?: number | undefined;
  readonly oomKillDisabled?: boolean | undefined;
  readonly additionalGroups?: readonly string[] | undefined;
  /** With or without CAP_, in any case; ALL for all. */
  readonly addedCapabilities?: readonly string[] | undefined;
  readonly droppedCapabilities?: readonly string[] | undefined;
  /** `/dev/x[:/dev/y][:rwm]`; for a Windows container `class/<GUID>`. */
  readonly devices?: readonly string[] | undefined;
  /** -1 is no limit; `hard` is `soft` where left out. */
  readonly userLimits?: readonly { readonly name: string; readonly soft: number; readonly hard?: number | undefined }[] | undefined;
  readonly kernelParameters?: readonly NameValue[] | undefined;
  /** Default, Unconfined, or the path of a profile on the host. */
  readonly seccompProfile?: string | undefined;
  readonly sharedMemoryBytes?: number | undefined;
  readonly init?: boolean | undefined;
  /** Host, Container:<name or id>, or Private. */
  readonly pidMode?: string | undefined;
  readonly ipcMode?: string | undefined;
  /** Host is all that there is. */
  readonly userNamespace?: string | undefined;
}

/** Names of the settings that only Linux containers have. */
export const settingNames = [
  'oomScoreAdjust', 'oomKillDisabled', 'additionalGroups', 'addedCapabilities', 'droppedCapabilities', 'devices', 'userLimits', 'kernelParameters', 'seccompProfile',
  'sharedMemoryBytes', 'init', 'pidMode', 'ipcMode', 'userNamespace',
] as const satisfies readonly (keyof SettingsRequest)[];

/** Names of the limits that only Linux containers have. */
export const linuxLimitNames = ['processCount', 'memorySwapBytes', 'cpuSet', 'blockIoWeight', 'blockIoLimits'] as const satisfies readonly (keyof ResourceLimits)[];

const refused = (parameter: string, reason: string): SiloError => new SiloError('ParameterInvalid', { args: { parameter, reason } });

const capability = (parameter: string) => (text: string): string => {
  const name = text.toUpperCase().replace(/^CAP_/, '');
  if (!/^[A-Z_]+$/.test(name)) throw refused(parameter, `'${text}' is not a capability`);
  return name === 'ALL' ? name : `CAP_${name}`;
};

const device = (text: string): DeviceMapping => {
  const ofClass = deviceClassOf(text);
  if (ofClass !== undefined) return { hostPath: ofClass, containerPath: ofClass, access: 'rwm' };
  const [hostPath = '', ...rest] = text.split(':');
  const [containerPath, access] = rest.length === 1 && !(rest[0] ?? '').startsWith('/') ? [hostPath, rest[0] ?? ''] : [rest[0] ?? hostPath, rest[1] ?? 'rwm'];
  if (!isLinuxPath(hostPath) || !isLinuxPath(containerPath) || rest.length > 2 || !/^(?!.*(.).*\1)[rwm]{1,3}$/.test(access)) throw refused('devices', `'${text}' is not of the form /dev/x[:/dev/y][:rwm] or class/<GUID>`);
  return { hostPath, containerPath, access };
};

const userLimit = ({ name, soft, hard = soft }: NonNullable<SettingsRequest['userLimits']>[number]): UserLimit => {
  const amount = (value: number): number => (value === -1 ? Number.POSITIVE_INFINITY : value);
  if (amount(soft) > amount(hard)) throw refused('userLimits', `the soft limit ${name} is above the hard one`);
  return { name: name.toLowerCase().replace(/^rlimit_/, ''), soft, hard };
};

/** Parameters that belong to a namespace of the container's own; all others are the host's (runc, `libcontainer/configs/validate`). */
const ofIpc = /^(?:kernel\.(?:msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)|fs\.mqueue\.[a-z_]+)$/;

const checkParameter = ({ name, value }: NameValue, mode: NetworkMode, ipcMode: string | undefined): void => {
  const option = 'kernelParameters';
  if (!/^[a-z0-9_]+(?:\.[A-Za-z0-9_-]+)+$/.test(name) || value.includes('\0')) throw refused(option, `'${name}' cannot be the name of a kernel parameter, or its value holds a NUL`);
  if (name.startsWith('net.')) {
    if (mode === 'host' || mode === 'container') throw refused(option, `'${name}' belongs to the network, which is not the container's own`);
    return;
  }
  if (ofIpc.test(name)) {
    if (ipcMode !== undefined) throw refused(option, `'${name}' belongs to the ipc namespace, which is not the container's own`);
    return;
  }
  if (name !== 'kernel.domainname') throw new SiloError('OptionUnsupported', { args: { option, reason: `'${name}' is a parameter of the whole host; a container sets net.*, fs.mqueue.* and those of System V objects` } });
};

const namespace = (parameter: string, text: string | undefined, containerId: (reference: string) => string): string | undefined => {
  const word = text?.toLowerCase();
  if (text === undefined || word === 'private') return undefined;
  if (word === 'host') return 'host';
  if (word?.startsWith('container:') === true) return containerId(text.slice('container:'.length));
  throw refused(parameter, `'${text}' is none of Private, Host and Container:<name or id>`);
};

const seccomp = (text: string): string | undefined => {
  const word = text.toLowerCase();
  if (word === 'default' || word === 'unconfined') return word === 'default' ? undefined : word;
  if (!isLinuxPath(text)) throw refused('seccompProfile', `'${text}' is none of Default, Unconfined and an absolute path`);
  return text;
};

const given = <T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } => {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0));
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
};

/** Reads the settings of a request; undefined where there are none. `containerId` finds another container. @throws SiloError ParameterInvalid, OptionUnsupported, ContainerNotFound, IdAmbiguous */
export const resolveSettings = (request: SettingsRequest, mode: NetworkMode, containerId: (reference: string) => string): ContainerSettings | undefined => {
  if (request.userNamespace !== undefined && request.userNamespace.toLowerCase() !== 'host') {
    throw new SiloError('OptionUnsupported', { args: { option: 'userNamespace', reason: 'users of a container are those of the host; a container of its own users needs every layer again with other owners' } });
  }
  const pidMode = namespace('pidMode', request.pidMode, containerId);
  const ipcMode = namespace('ipcMode', request.ipcMode, containerId);
  if (request.sharedMemoryBytes !== undefined && ipcMode === 'host') throw refused('sharedMemoryBytes', "the container has the host's /dev/shm");
  const kernelParameters = request.kernelParameters?.map(({ name, value }) => ({ name: name.replaceAll('/', '.'), value }));
  for (const parameter of kernelParameters ?? []) checkParameter(parameter, mode, ipcMode);
  const devices = (request.devices ?? []).map(device);
  const twice = devices.find(({ containerPath }, index) => devices.findIndex((other) => other.containerPath === containerPath) < index);
  if (twice !== undefined) throw refused('devices', `two of them are for '${twice.containerPath}'`);
  const settings = given({
    oomScoreAdjust: request.oomScoreAdjust,
    oomKillDisabled: request.oomKillDisabled,
    additionalGroups: request.additionalGroups,
    addedCapabilities: request.addedCapabilities?.map(capability('addedCapabilities')),
    droppedCapabilities: request.droppedCapabilities?.map(capability('droppedCapabilities')),
    devices,
    userLimits: request.userLimits?.map(userLimit),
    kernelParameters,
    seccompProfile: request.seccompProfile === undefined ? undefined : seccomp(request.seccompProfile),
    sharedMemoryBytes: request.sharedMemoryBytes,
    init: request.init,
    pidMode,
    ipcMode,
  });
  return Object.keys(settings).length === 0 ? undefined : settings;
};

const checkRate = ({ device: path, readBytesPerSecond, writeBytesPerSecond }: BlockIoLimit): void => {
  if (!isLinuxPath(path)) throw refused('blockIoLimits', `'${path}' is not an absolute path`);
  if (readBytesPerSecond === undefined && writeBytesPerSecond === undefined) throw refused('blockIoLimits', `nothing is limited of '${path}'`);
};

/** Limits that make no sense by themselves. @throws SiloError ParameterInvalid */
export const checkResources = (resources: ResourceLimits, oomKillDisabled = false): void => {
  if (resources.memorySwapBytes !== undefined && resources.memoryBytes === undefined) throw refused('memorySwapBytes', 'it is beside a limit of memory, and there is none');
  if (oomKillDisabled && resources.memoryBytes === undefined) throw refused('oomKillDisabled', 'without a limit of memory the whole host would wait');
  if (resources.cpuSet !== undefined && !/^\d{1,4}(?:-\d{1,4})?(?:,\d{1,4}(?:-\d{1,4})?)*$/.test(resources.cpuSet)) throw refused('cpuSet', `'${resources.cpuSet}' is not a list such as 0-2,4`);
  for (const limit of resources.blockIoLimits ?? []) checkRate(limit);
};
