import { configHash, type Application, type ApplicationNetwork, type ApplicationService } from '../application/index.ts';
import type { ContainerMount, ImageRecord, NameValue } from '../core/index.ts';
import type { ImageDefaults } from '../image/index.ts';
import { membershipLabels } from './application-labels.ts';
import type { CreateRequest } from './container-spec.ts';
import { platformOf } from './platform-of.ts';

export const replicaName = (application: string, service: ApplicationService, replica: number): string => service.containerName ?? `${application}-${service.name}-${replica}`;

export const networkHash = ({ driver, subnets, gateways, ipv6, labels }: ApplicationNetwork): string => configHash({ driver, subnets, gateways, ipv6, labels });

/** Name of the service whose network this one shares. */
export const sharedService = ({ settings }: Pick<ApplicationService, 'settings'>): string | undefined => /^service:(.*)$/.exec(settings.networkMode ?? '')?.[1];

/** Of all that a container of the service is made from; another image of the same name gives another hash. `imageDigest` is undefined where the image is not there yet. */
export const serviceHash = (application: Application, service: ApplicationService, imageDigestOf: (service: ApplicationService) => string | undefined): string => {
  const shared = application.services.get(sharedService(service) ?? '');
  return configHash({
    settings: service.settings, image: imageDigestOf(service) ?? '',
    networks: service.settings.links.map(({ network }) => { const found = application.networks.get(network); return found === undefined || found.external ? found?.name : [found.name, networkHash(found)]; }),
    // With the sandbox of another container it must go when that one goes.
    ...(shared === undefined ? {} : { shares: serviceHash(application, shared, imageDigestOf) }),
  });
};

/** Volumes that the image declares have names of their own: a container that is made anew finds its data again. */
const imageVolumes = (name: string, { mounts }: ApplicationService['settings'], image: ImageRecord, defaults: ImageDefaults): readonly ContainerMount[] => {
  const platform = platformOf(image.platform.os);
  const taken = new Set(mounts.map(({ target }) => platform.placeKey(target)));
  return defaults.volumes.flatMap((path): readonly ContainerMount[] => {
    const target = platform.declaredVolume(path);
    if (target === undefined || taken.has(platform.placeKey(target))) return [];
    return [{ kind: 'volume', source: `${name.slice(0, 100)}_${configHash(target).slice(0, 12)}`, target, readOnly: false }];
  });
};

const nameValues = (entries: Readonly<Record<string, string>>): readonly NameValue[] => Object.entries(entries).map(([name, value]) => ({ name, value }));

/** The request for one replica's container. */
export const replicaRequest = (application: Application, service: ApplicationService, replica: number, hash: string, image: ImageRecord, defaults: ImageDefaults): CreateRequest & { readonly isolation?: 'Process' | 'HyperV' | undefined } => {
  const { settings } = service;
  const name = replicaName(application.name, service, replica);
  const declared = imageVolumes(name, settings, image, defaults);
  const shared = application.services.get(sharedService(service) ?? '');
  const check = settings.healthCheck;
  const own = new Set(application.volumes);
  return {
    image: image.reference, name, command: settings.command, entrypoint: settings.entrypoint, environment: nameValues(settings.environment),
    labels: [...nameValues(settings.labels), ...membershipLabels({
      application: application.name, service: service.name, replica, hash, dependsOn: service.dependsOn,
      volumes: settings.mounts.filter(({ kind, source }) => kind === 'volume' && own.has(source)).map(({ source }) => source), imageVolumes: declared.map(({ source }) => source),
    })],
    user: settings.user, workingDirectory: settings.workingDirectory, hostName: settings.hostName,
    ...(settings.networkMode === undefined
      ? { networks: settings.links.map(({ network, ...link }) => ({ ...link, network: application.networks.get(network)?.name })) }
      : { network: shared === undefined ? settings.networkMode : `container:${replicaName(application.name, shared, 1)}` }),
    ports: settings.ports, dnsServers: settings.dnsServers, dnsSearch: settings.dnsSearch, hostEntries: settings.hostEntries,
    addedCapabilities: settings.addedCapabilities, droppedCapabilities: settings.droppedCapabilities, additionalGroups: settings.additionalGroups,
    init: settings.init, sharedMemoryBytes: settings.sharedMemoryBytes, kernelParameters: settings.kernelParameters,
    resources: {
      ...(settings.cpuSet === undefined ? {} : { cpuSet: settings.cpuSet }),
      ...(settings.memoryBytes === undefined ? {} : { memoryBytes: settings.memoryBytes }),
      ...(settings.cpuCount === undefined ? {} : { cpuCount: settings.cpuCount }),
      ...(settings.processCount === undefined ? {} : { processCount: settings.processCount }),
    },
    mounts: [...settings.mounts, ...declared], readOnlyRoot: settings.readOnlyRoot, privileged: settings.privileged, terminal: settings.terminal, openStdin: settings.openStdin,
    stopSignal: settings.stopSignal, stopTimeoutSeconds: settings.stopTimeoutSeconds, restartPolicy: settings.restart, isolation: settings.isolation, logLimits: settings.logLimits,
    ...(check === undefined ? {} : { healthCheck: { ...check, command: check.command === undefined ? undefined : check.command.form === 'none' ? [] : check.command.form === 'exec' ? check.command.args : [...platformOf(image.platform.os).shell, check.command.text] } }),
  };
};
