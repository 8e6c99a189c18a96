import { configHash, lendingService, sharedServices, type Application, type ApplicationNetwork, type ApplicationService, type ServiceMount } from '../application/index.ts';
import type { ContainerMount, ImageRecord, NameValue } from '../core/index.ts';
import type { ImageDefaults } from '../image/index.ts';
import { membershipLabels } from './application-labels.ts';
import type { CreateRequest } from './container-spec.ts';
import { platformOf } from './platform-of.ts';

export const replicaName = (application: string, service: ApplicationService, replica: number): string => service.containerName ?? `${application}-${service.name}-${replica}`;

export const networkHash = ({ driver, subnets, gateways, ipv6, mtu, parentInterface, labels }: ApplicationNetwork): string => configHash({ driver, subnets, gateways, ipv6, mtu, parentInterface, labels });

/** Services whose namespaces this one shares. */
const sharedBy = (application: Application, { settings }: ApplicationService): readonly ApplicationService[] =>
  [...new Set(sharedServices(settings).map(([, name]) => name))].flatMap((name) => { const found = application.services.get(name); return found === undefined ? [] : [found]; });

/** Of all that a container of the service is made from; another image of the same name gives another hash. `imageDigest` is undefined where the image is not there yet. */
export const serviceHash = (application: Application, service: ApplicationService, imageDigestOf: (service: ApplicationService) => string | undefined): string => {
  const shared = sharedBy(application, service);
  // Whose mounts it has too: when those change, its own do.
  const lenders = (service.settings.volumesFrom ?? []).flatMap((from) => application.services.get(lendingService(from) ?? '') ?? []);
  return configHash({
    settings: service.settings, image: imageDigestOf(service) ?? '',
    ...(lenders.length === 0 ? {} : { lent: lenders.map((lender) => [lender.settings.mounts, imageDigestOf(lender) ?? '']) }),
    networks: service.settings.links.map(({ network }) => { const found = application.networks.get(network); return found === undefined || found.external ? found?.name : [found.name, networkHash(found)]; }),
    // With a namespace of another container it must go when that one goes.
    ...(shared.length === 0 ? {} : { shares: shared.length === 1 && shared[0] !== undefined ? serviceHash(application, shared[0], imageDigestOf) : shared.map((other) => serviceHash(application, other, imageDigestOf)) }),
  });
};

const ownVolume = (name: string, target: string): string => `${name.slice(0, 100)}_${configHash(target).slice(0, 12)}`;

/** Volumes that the image declares have names of their own: a container that is made anew finds its data again. */
const imageVolumes = (name: string, { mounts }: ApplicationService['settings'], image: ImageRecord, defaults: ImageDefaults): readonly ContainerMount[] => {
  const platform = platformOf(image.platform.os);
  const taken = new Set(mounts.map(({ target }) => platform.placeKey(target)));
  return defaults.volumes.flatMap((path): readonly ContainerMount[] => {
    const target = platform.declaredVolume(path);
    if (target === undefined || taken.has(platform.placeKey(target))) return [];
    return [{ kind: 'volume', source: ownVolume(name, target), target, readOnly: false }];
  });
};

const fileMounts = ({ settings }: ApplicationService): readonly ContainerMount[] =>
  (settings.files ?? []).map(({ name, target, inMemory }) => ({ kind: 'file', source: name, target, readOnly: true, ...(inMemory ? { inMemory } : {}) }));

const nameValues = (entries: Readonly<Record<string, string>>): readonly NameValue[] => Object.entries(entries).map(([name, value]) => ({ name, value }));

/** Mounts of the files, where volumes without a name have one as those of the image do. */
const mountsOf = (name: string, mounts: readonly ServiceMount[]): readonly ContainerMount[] =>
  mounts.map(({ kind, source, target, readOnly, propagation, noCopy, subPath, sizeBytes, mode, userName, requirePrivacy, userId, groupId }) => ({
    kind, source: kind === 'volume' && source === '' ? ownVolume(name, target) : source, target, readOnly, ...(propagation === undefined ? {} : { propagation }), ...(noCopy === undefined ? {} : { noCopy }), ...(subPath === undefined ? {} : { subPath }),
    ...(sizeBytes === undefined ? {} : { sizeBytes }), ...(mode === undefined ? {} : { mode }),
    ...(userName === undefined ? {} : { userName }), ...(requirePrivacy === undefined ? {} : { requirePrivacy }), ...(userId === undefined ? {} : { userId }), ...(groupId === undefined ? {} : { groupId }),
  }));

/** The request for one replica's container. */
export const replicaRequest = (application: Application, service: ApplicationService, replica: number, hash: string, image: ImageRecord, defaults: ImageDefaults): CreateRequest & { readonly isolation?: 'Process' | 'HyperV' | undefined } => {
  const { settings } = service;
  const name = replicaName(application.name, service, replica);
  const declared = imageVolumes(name, settings, image, defaults);
  const mounts = mountsOf(name, settings.mounts);
  const lent = (settings.volumesFrom ?? []).map((from) => {
    const lender = application.services.get(lendingService(from) ?? '');
    return lender === undefined ? from.slice('container:'.length) : `${replicaName(application.name, lender, 1)}${/:(?:ro|rw)$/.exec(from)?.[0] ?? ''}`;
  });
  const unnamed = mounts.filter((_, index) => settings.mounts[index]?.kind === 'volume' && settings.mounts[index].source === '');
  /** service:<name> as the name of a container. */
  const containerOf = (mode: string | undefined): string | undefined => {
    const shared = mode?.startsWith('service:') === true ? application.services.get(mode.slice('service:'.length)) : undefined;
    return shared === undefined ? mode : `container:${replicaName(application.name, shared, 1)}`;
  };
  const check = settings.healthCheck;
  const own = application.volumes;
  return {
    image: image.reference, name, command: settings.command, entrypoint: settings.entrypoint, environment: nameValues(settings.environment),
    labels: [...nameValues(settings.labels), ...membershipLabels({
      application: application.name, service: service.name, replica, hash, dependsOn: service.dependsOn,
      volumes: settings.mounts.filter(({ kind, source }) => kind === 'volume' && own.has(source)).map(({ source }) => source), imageVolumes: [...unnamed, ...declared].map(({ source }) => source),
      hooks: { postStart: settings.postStart ?? [], preStop: settings.preStop ?? [] },
    })],
    user: settings.user, workingDirectory: settings.workingDirectory, hostName: settings.hostName, credentialSpec: settings.credentialSpec,
    ...(settings.networkMode === undefined
      ? { networks: settings.links.map(({ network, ...link }) => ({ ...link, network: application.networks.get(network)?.name })) }
      : { network: containerOf(settings.networkMode) }),
    ports: settings.ports, dnsServers: settings.dnsServers, dnsSearch: settings.dnsSearch, dnsOptions: settings.dnsOptions, domainName: settings.domainName, hostEntries: settings.hostEntries,
    addedCapabilities: settings.addedCapabilities, droppedCapabilities: settings.droppedCapabilities, additionalGroups: settings.additionalGroups,
    init: settings.init, sharedMemoryBytes: settings.sharedMemoryBytes, kernelParameters: settings.kernelParameters, devices: settings.devices, userLimits: settings.userLimits,
    seccompProfile: settings.seccompProfile, pidMode: containerOf(settings.pidMode), ipcMode: containerOf(settings.ipcMode), oomKillDisabled: settings.oomKillDisabled, oomScoreAdjust: settings.oomScoreAdjust, storageBytes: settings.storageBytes,
    resources: {
      ...(settings.cpuSet === undefined ? {} : { cpuSet: settings.cpuSet }),
      ...(settings.cpuWeight === undefined ? {} : { cpuWeight: settings.cpuWeight }),
      ...(settings.memorySwapBytes === undefined ? {} : { memorySwapBytes: settings.memorySwapBytes }),
      ...(settings.blockIoWeight === undefined ? {} : { blockIoWeight: settings.blockIoWeight }),
      ...(settings.blockIoLimits === undefined ? {} : { blockIoLimits: settings.blockIoLimits }),
      ...(settings.memoryBytes === undefined ? {} : { memoryBytes: settings.memoryBytes }),
      ...(settings.cpuCount === undefined ? {} : { cpuCount: settings.cpuCount }),
      ...(settings.processCount === undefined ? {} : { processCount: settings.processCount }),
    },
    mounts: [...mounts, ...fileMounts(service)], volumesFrom: lent, imageMounts: declared, mountCredentials: service.shareCredentials, readOnlyRoot: settings.readOnlyRoot, privileged: settings.privileged, terminal: settings.terminal, openStdin: settings.openStdin,
    stopSignal: settings.stopSignal, stopTimeoutSeconds: settings.stopTimeoutSeconds, restartPolicy: settings.restart, isolation: settings.isolation, logLimits: settings.logLimits,
    ...(check === undefined ? {} : { healthCheck: { ...check, command: check.command === undefined ? undefined : check.command.form === 'none' ? [] : check.command.form === 'exec' ? check.command.args : [...platformOf(image.platform.os).shell, check.command.text] } }),
  };
};
