import type { Params, Result } from '../../contract/index.ts';
import type { BlockIoLimit, ContainerMount, ResourceLimits, RestartPolicy } from '../../core/index.ts';
import type { NewContainer } from '../../desired/index.ts';
import type { CreateRequest } from '../../engine/index.ts';
import { capital, policyNames as wirePolicyNames } from './views.ts';

export const lower = <T extends string>(word: T): Uncapitalize<T> => `${word.charAt(0).toLowerCase()}${word.slice(1)}` as Uncapitalize<T>;

const policyNames = { No: 'no', OnFailure: 'on-failure', Always: 'always', UnlessStopped: 'unless-stopped' } as const;

export const restartPolicyOf = (policy: Params<'container/create'>['restartPolicy']): RestartPolicy | undefined => (policy === undefined ? undefined : { ...policy, name: policyNames[policy.name] });

/** What a request says about a new container, in the engine's words. */
export const createRequest = (params: Omit<Params<'container/run'>, 'image'>): Omit<CreateRequest, 'image'> => ({
  name: params.name, command: params.command, entrypoint: params.entrypoint, environment: params.environment, labels: params.labels,
  user: params.user, workingDirectory: params.workingDirectory, hostName: params.hostName, credentialSpec: params.credentialSpec,
  network: params.network, networks: params.networks, ports: params.ports, dnsServers: params.dnsServers, dnsSearch: params.dnsSearch, dnsOptions: params.dnsOptions, domainName: params.domainName, hostEntries: params.hostEntries,
  resources: { ...resourcesOf(params), ...(params.blockIoLimits === undefined ? {} : { blockIoLimits: params.blockIoLimits.map(blockIoLimit) }) },
  mounts: params.mounts?.map(mountOf), mountCredentials: mountCredentialsOf(params.mounts), volumesFrom: params.volumesFrom,
  storageBytes: params.storageBytes, oomScoreAdjust: params.oomScoreAdjust, oomKillDisabled: params.oomKillDisabled, additionalGroups: params.additionalGroups, addedCapabilities: params.addedCapabilities,
  droppedCapabilities: params.droppedCapabilities, devices: params.devices, userLimits: params.userLimits, kernelParameters: params.kernelParameters, seccompProfile: params.seccompProfile,
  sharedMemoryBytes: params.sharedMemoryBytes, init: params.init, pidMode: params.pidMode, ipcMode: params.ipcMode, userNamespace: params.userNamespace,
  readOnlyRoot: params.readOnlyRoot, privileged: params.privileged, terminal: params.terminal, openStdin: params.openStdin,
  stopSignal: params.stopSignal, stopTimeoutSeconds: params.stopTimeoutSeconds, autoRemove: params.autoRemove,
  restartPolicy: restartPolicyOf(params.restartPolicy),
  healthCheck: params.healthCheck, logLimits: params.logLimits,
});

type MountParams = NonNullable<Params<'container/create'>['mounts']>;

/** What belongs to a mount and gets into no container's specification. */
export const mountCredentialsOf = (mounts: MountParams | undefined): CreateRequest['mountCredentials'] =>
  mounts?.flatMap(({ source, credential }) => (credential === undefined ? [] : [{ source, ...credential }]));

export const mountOf = ({ kind, source, target, readOnly, propagation, sizeBytes, mode, noCopy, subPath, requirePrivacy, userId, groupId, ...mount }: MountParams[number]): ContainerMount => ({
  kind: lower(kind), source, target, readOnly,
  ...(propagation === undefined ? {} : { propagation }), ...(sizeBytes === undefined ? {} : { sizeBytes }), ...(mode === undefined ? {} : { mode }), ...(noCopy === undefined ? {} : { noCopy }), ...(subPath === undefined ? {} : { subPath }),
  ...account(mount), ...(requirePrivacy === undefined ? {} : { requirePrivacy }), ...(userId === undefined ? {} : { userId }), ...(groupId === undefined ? {} : { groupId }),
});

const account = ({ userName, credential }: Pick<MountParams[number], 'userName' | 'credential'>): Pick<ContainerMount, 'userName'> => {
  const name = userName ?? credential?.userName;
  return name === undefined ? {} : { userName: name };
};

const blockIoLimit = ({ device, readBytesPerSecond, writeBytesPerSecond }: NonNullable<Params<'container/create'>['blockIoLimits']>[number]): BlockIoLimit => ({
  device, ...(readBytesPerSecond === undefined ? {} : { readBytesPerSecond }), ...(writeBytesPerSecond === undefined ? {} : { writeBytesPerSecond }),
});

export const resourcesOf = ({ memoryBytes, cpuCount, cpuWeight, processCount, memorySwapBytes, cpuSet, blockIoWeight }: Pick<Params<'container/update'>, 'memoryBytes' | 'cpuCount' | 'cpuWeight' | 'processCount' | 'memorySwapBytes' | 'cpuSet' | 'blockIoWeight'>): ResourceLimits => ({
  ...(memoryBytes === undefined ? {} : { memoryBytes }),
  ...(cpuCount === undefined ? {} : { cpuCount }),
  ...(cpuWeight === undefined ? {} : { cpuWeight }),
  ...(processCount === undefined ? {} : { processCount }),
  ...(memorySwapBytes === undefined ? {} : { memorySwapBytes }),
  ...(cpuSet === undefined ? {} : { cpuSet }),
  ...(blockIoWeight === undefined ? {} : { blockIoWeight }),
});

/** Without what is undefined or an empty list; an empty command is something else, and is said by `healthCheck` alone. */
const said = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([name, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0 && name !== 'command'))) as { [K in keyof T]: Exclude<T[K], undefined> };

/** The inverse of `createRequest`: what container/create would be told. Credential specifications and passwords are never said. */
export const createParamsOf = ({ credentialSpec: _, mountCredentials: __, resources, mounts, restartPolicy, networks, healthCheck, ...request }: NewContainer): Result<'container/specification'>['specification'] => {
  const fields = said({
    ...request, ...resources,
    networks: networks?.map(({ network, ...asked }) => said({ network: network ?? 'default', ...asked })),
    mounts: mounts?.map((mount) => ({ ...mount, kind: capital(mount.kind) })),
    restartPolicy: restartPolicy === undefined ? undefined : said({ ...restartPolicy, name: wirePolicyNames[restartPolicy.name] }),
    healthCheck: healthCheck === undefined ? undefined : said(healthCheck),
  });
  // Lists of the engine are read-only, and those of the contract are not.
  return fields as Result<'container/specification'>['specification'];
};
