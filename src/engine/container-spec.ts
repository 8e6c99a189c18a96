import { SiloError } from '../base/index.ts';
import type { ContainerMount, ContainerNetworking, ContainerSettings, ContainerSpec, LogLimits, NameValue, NetworkMode, ResourceLimits, RestartPolicy } from '../core/index.ts';
import type { ImageDefaults } from '../image/index.ts';
import type { NetworkingRequest } from './container-networking.ts';
import { checkResources, type SettingsRequest } from './container-settings.ts';
import { checkCredentialSpec } from './credential-spec.ts';
import { resolveHealthCheck, type HealthCheckRequest } from './health-policy.ts';
import { mountRefused, notAbsolute } from './path-refusals.ts';
import { isHostPath, platformOf } from './platform-of.ts';
import { checkedShare, type MountCredential } from './shares.ts';
import type { ContainerPlatform } from './container-platform.ts';

/** What a request may say about a new container. */
export interface CreateRequest extends NetworkingRequest, SettingsRequest {
  readonly image: string;
  readonly name?: string | undefined;
  readonly command?: readonly string[] | undefined;
  readonly entrypoint?: readonly string[] | undefined;
  readonly environment?: readonly NameValue[] | undefined;
  readonly labels?: readonly NameValue[] | undefined;
  readonly user?: string | undefined;
  readonly workingDirectory?: string | undefined;
  readonly hostName?: string | undefined;
  /** JSON, of Windows containers alone. */
  readonly credentialSpec?: string | undefined;
  readonly resources: ResourceLimits;
  readonly storageBytes?: number | undefined;
  readonly mounts?: readonly ContainerMount[] | undefined;
  /** Containers whose volumes, folders of the host and shares it has too: `container[:ro|rw]`. */
  readonly volumesFrom?: readonly string[] | undefined;
  /** For places that the image declares as volumes, where nothing else is mounted there. */
  readonly imageMounts?: readonly ContainerMount[] | undefined;
  /** Passwords for the accounts of its mounts of SMB shares. */
  readonly mountCredentials?: readonly MountCredential[] | undefined;
  readonly readOnlyRoot?: boolean | undefined;
  readonly privileged?: boolean | undefined;
  readonly terminal?: boolean | undefined;
  readonly openStdin?: boolean | undefined;
  readonly stopSignal?: string | undefined;
  readonly stopTimeoutSeconds?: number | undefined;
  readonly autoRemove?: boolean | undefined;
  readonly restartPolicy?: RestartPolicy | undefined;
  readonly healthCheck?: HealthCheckRequest | undefined;
  readonly logLimits?: LogLimits | undefined;
}

const defaultStopSeconds = 10;
const volumeName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;
/** Ids of volumes that were made for one container. */
const anonymousVolume = /^[0-9a-f]{64}$/;

export const checkEnvironment = (entries: readonly NameValue[]): readonly NameValue[] => {
  for (const { name, value } of entries) {
    if (name === '' || name.includes('=') || name.includes('\0') || value.includes('\0')) {
      throw new SiloError('ParameterInvalid', { args: { parameter: 'environment', reason: `'${name}' cannot be the name of an environment variable, or its value holds a NUL` } });
    }
  }
  return entries;
};

/** A later entry of the same name wins, at the place of the first. */
export const mergeEnvironment = (keyOf: (name: string) => string, ...lists: readonly (readonly NameValue[])[]): readonly NameValue[] => {
  const merged = new Map<string, NameValue>();
  for (const { name, value } of lists.flat()) merged.set(keyOf(name), { name, value });
  return [...merged.values()];
};

const asWritten = (name: string): string => name;

const checkMountOptions = ({ kind, source, target, propagation, sizeBytes, mode, noCopy, subPath, userName, requirePrivacy, userId, groupId }: ContainerMount): void => {
  if (kind === 'tmpfs' && source !== '') throw mountRefused(`the file system in memory at '${target}' has no source`);
  if (kind !== 'bind' && propagation !== undefined) throw mountRefused(`only a bind mount propagates, and '${target}' is none`);
  if (kind !== 'tmpfs' && sizeBytes !== undefined) throw mountRefused(`only a file system in memory has a size, and '${target}' is none`);
  if (kind !== 'tmpfs' && kind !== 'smb' && mode !== undefined) throw mountRefused(`only a file system in memory and an SMB share have a mode, and '${target}' is neither`);
  if (kind !== 'smb' && [userName, requirePrivacy, userId, groupId].some((option) => option !== undefined)) throw mountRefused(`only an SMB share has an account, encryption and an owner, and '${target}' is none`);
  if (kind !== 'volume' && subPath !== undefined) throw mountRefused(`only a volume is mounted in part, and '${target}' is none`);
  if (subPath !== undefined && subPath.split('/').some((part) => part === '' || part === '.' || part === '..' || part.includes('\0'))) throw mountRefused(`'${subPath}' is no path within a volume`);
  if (kind !== 'volume' && noCopy !== undefined) throw mountRefused(`only a volume begins with what the image has, and '${target}' is none`);
};

/** The request's mounts with their targets as the kernel sees them, so that one place has one name. */
const checkMounts = (mounts: readonly ContainerMount[], platform: ContainerPlatform, hostOs: string): readonly ContainerMount[] => {
  const seen = new Set<string>();
  return mounts.map((mount) => {
    const target = platform.mountTarget(mount);
    if (seen.has(platform.placeKey(target))) throw mountRefused(`two of them are for '${target}'`);
    seen.add(platform.placeKey(target));
    checkMountOptions(mount);
    if (mount.kind === 'bind') {
      if (!isHostPath(hostOs, mount.source)) throw notAbsolute('mounts', mount.source);
    } else if (mount.kind === 'volume' && mount.source !== '' && !volumeName.test(mount.source)) throw mountRefused(`'${mount.source}' is not the name of a volume`);
    if (mount.kind === 'smb') return { ...checkedShare(mount, hostOs), target };
    return { ...mount, target };
  });
};

/** Systems of the container, which the image decides, and of the host. */
export interface Systems { readonly container: string; readonly host: string }

const loopback = { mode: 'none', networking: undefined } as const;

const linuxOnLinux: Systems = { container: 'linux', host: 'linux' };

/** Merges request and image as Docker does: an entry point from the request drops the image's command. */
export const resolveSpec = (request: CreateRequest, image: ImageDefaults, reference: string, id: string, newVolumeId: () => string, systems: Systems = linuxOnLinux, { mode, networking, settings }: { readonly mode: NetworkMode; readonly networking: ContainerNetworking | undefined; readonly settings?: ContainerSettings | undefined } = loopback): ContainerSpec => {
  const platform = platformOf(systems.container);
  platform.checkOptions({ ...request, network: mode });
  checkResources(request.resources, settings?.oomKillDisabled);
  const policy = request.restartPolicy?.name ?? 'no';
  if (request.autoRemove === true && policy !== 'no') throw new SiloError('ParameterInvalid', { args: { parameter: 'restartPolicy', reason: 'a container that is removed when it ends cannot be started again' } });
  if (policy !== 'on-failure' && request.restartPolicy?.maximumRetries !== undefined) throw new SiloError('ParameterInvalid', { args: { parameter: 'restartPolicy', reason: 'only OnFailure counts its starts' } });
  const healthCheck = resolveHealthCheck(request.healthCheck, image.healthCheck, platform.shell);
  const entrypoint = request.entrypoint ?? image.entrypoint;
  const command = request.command ?? (request.entrypoint === undefined ? image.command : []);
  const args = [...entrypoint, ...command];
  if (args.length === 0 || args[0] === '') throw new SiloError('CommandMissing', { target: { kind: 'image', id: reference } });
  if (args.some((argument) => argument.includes('\0'))) throw new SiloError('ParameterInvalid', { args: { parameter: 'command', reason: 'an argument holds a NUL' } });
  const stopSignal = request.stopSignal ?? image.stopSignal ?? platform.defaultStopSignal;
  platform.signalNumber(stopSignal);
  // A volume without a name is the container's own.
  const mounts = checkMounts(request.mounts ?? [], platform, systems.host).map((mount) => (mount.kind === 'volume' && mount.source === '' ? { ...mount, source: newVolumeId() } : mount));
  const mounted = new Set(mounts.map((mount) => platform.placeKey(mount.target)));
  const declared = new Map(image.volumes.map((path) => platform.declaredVolume(path)).filter((target) => target !== undefined).map((target) => [platform.placeKey(target), target]));
  const imageVolumes = [...declared].filter(([key]) => !mounted.has(key)).map(([, target]) => target);
  return {
    imageReference: reference,
    args,
    environment: mergeEnvironment(platform.variableKey, platform.environment(request.terminal === true), image.environment, checkEnvironment(request.environment ?? [])),
    workingDirectory: platform.workingDirectory(request.workingDirectory ?? (image.workingDirectory || platform.defaultWorkingDirectory)),
    user: platform.user((request.user ?? image.user) || platform.defaultUser),
    hostName: request.hostName ?? id.slice(0, 12),
    labels: mergeEnvironment(asWritten, image.labels, request.labels ?? []),
    terminal: request.terminal ?? false,
    openStdin: request.openStdin ?? false,
    stopSignal,
    stopTimeoutSeconds: request.stopTimeoutSeconds ?? defaultStopSeconds,
    readOnlyRoot: request.readOnlyRoot ?? false,
    privileged: request.privileged ?? false,
    network: mode,
    ...(networking === undefined ? {} : { networking }),
    resources: request.resources,
    ...(request.storageBytes === undefined ? {} : { storageBytes: request.storageBytes }),
    ...(settings === undefined ? {} : { settings }),
    ...(request.credentialSpec === undefined ? {} : { credentialSpec: checkCredentialSpec(request.credentialSpec) }),
    mounts: [...mounts, ...imageVolumes.map((target) => ({ kind: 'volume', source: newVolumeId(), target, readOnly: false }) as const)],
    autoRemove: request.autoRemove ?? false,
    ...(request.restartPolicy === undefined || policy === 'no' ? {} : { restartPolicy: request.restartPolicy }),
    ...(healthCheck === undefined ? {} : { healthCheck }),
    ...(request.logLimits === undefined ? {} : { logLimits: request.logLimits }),
    ...(systems.container === 'linux' ? {} : { os: systems.container }),
  };
};

const inOrder = <T extends { readonly name: string }>(entries: readonly T[]): readonly T[] => entries.toSorted((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));

/** The same settings in one order: dictionaries of callers have none. */
const orderedSettings = (settings: ContainerSettings): ContainerSettings => ({
  ...settings, ...(settings.userLimits === undefined ? {} : { userLimits: inOrder(settings.userLimits) }), ...(settings.kernelParameters === undefined ? {} : { kernelParameters: inOrder(settings.kernelParameters) }),
});

/** Names of the properties in which two specifications differ; anonymous volumes, host names made from the id and the order of what has names are no difference. */
export const differences = (one: ContainerSpec, other: ContainerSpec, ids: readonly [string, string]): readonly string[] => {
  const comparable = (spec: ContainerSpec, id: string): Readonly<Record<string, unknown>> => ({
    ...spec,
    environment: inOrder(spec.environment),
    labels: inOrder(spec.labels),
    ...(spec.settings === undefined ? {} : { settings: orderedSettings(spec.settings) }),
    ...(spec.networking === undefined ? {} : { networking: { ...spec.networking, hostEntries: inOrder(spec.networking.hostEntries) } }),
    hostName: spec.hostName === id.slice(0, 12) ? '' : spec.hostName,
    mounts: spec.mounts.map((mount) => (mount.kind === 'volume' && anonymousVolume.test(mount.source) ? { ...mount, source: '' } : mount)),
  });
  const [left, right] = [comparable(one, ids[0]), comparable(other, ids[1])];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].filter((key) => JSON.stringify(left[key]) !== JSON.stringify(right[key]));
};
