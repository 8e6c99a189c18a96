import type { ContainerMount, ContainerRecord, ContainerSpec } from '../core/index.ts';
import { expectedContainer, findContainer, formatPublishedPort, type CreateRequest } from '../engine/index.ts';
import { askedHealth, askedSettings } from './asked-settings.ts';
import { networksOf } from './container-differences.ts';
import type { NewContainer } from './copied-request.ts';
import type { Work } from './desired.ts';
import { ownSettings } from './own-settings.ts';

/** Something of a container that belongs in no file. */
export interface OmittedSecret {
  readonly kind: 'credentialSpec' | 'variable' | 'file' | 'share';
  /** Name of the variable, or where in the container the file or the share is. */
  readonly name: string;
}

export interface SpecifiedContainer {
  /** Made from it, the container is the same but for its id and what `omitted` names. */
  readonly request: NewContainer;
  readonly omitted: readonly OmittedSecret[];
}

/** Names of variables that hold a secret, by what people call them; one that ends with _FILE only says where it is. */
const secretName = /pass(?:word|wd|phrase)|secret|token|credential|(?:api|access|account|private|encryption|signing|storage)[_-]?key|connection[_-]?string/i;
const isSecret = (name: string): boolean => secretName.test(name) && !/_FILE$/i.test(name);

/** Mounts as they were asked for; the image brings its own volumes again. */
const askedMounts = ({ mounts }: ContainerSpec, plain: ContainerSpec): readonly ContainerMount[] => {
  const ofImage = new Set(plain.mounts.map(({ target }) => target));
  return mounts.filter(({ kind }) => kind !== 'file').flatMap((mount) => {
    if (mount.kind !== 'volume' || !/^[0-9a-f]{64}$/.test(mount.source)) return [mount];
    return ofImage.has(mount.target) && !mount.readOnly && mount.noCopy === undefined && mount.subPath === undefined ? [] : [{ ...mount, source: '' }];
  });
};

/** Networks with what was asked for on each: a request says it shortly where that is nothing. */
const askedNetworking = (work: Work, record: ContainerRecord): Partial<CreateRequest> => {
  const { networking } = record.spec;
  const said = { dnsServers: networking?.dnsServers, dnsSearch: networking?.dnsSearch, dnsOptions: networking?.dnsOptions, domainName: networking?.domainName, hostEntries: networking?.hostEntries };
  const ports = networking?.ports.map(formatPublishedPort);
  if (record.spec.network !== 'networks') return { network: networksOf(work, record)[0], ...said };
  const links = work.engine.ports.metadata.read((reader) => reader.endpointsOfContainer(record.id).flatMap(({ networkId, request }) => {
    const network = reader.network(networkId)?.name;
    return network === undefined ? [] : [{ network, addresses: request.addresses, macAddress: request.macAddress, aliases: request.aliases }];
  }));
  const isPlain = links.length === 1 && links.every(({ addresses, macAddress, aliases }) => addresses.length === 0 && macAddress === undefined && aliases.length === 0);
  return { ...(isPlain ? { network: links[0]?.network } : { networks: links }), ports, ...said };
};

const askedHealthCheck = ({ healthCheck }: ContainerSpec, plain: ContainerSpec): CreateRequest['healthCheck'] => {
  if (JSON.stringify(healthCheck) === JSON.stringify(plain.healthCheck)) return undefined;
  return healthCheck === undefined ? { command: [] } : askedHealth(healthCheck);
};

/** True, or nothing: what is not asked for is not said. */
const flag = (value: boolean | undefined): true | undefined => (value === true ? true : undefined);

/**
 * The request that would make a container again as it is, without what its image gives it, and without secrets: credential specifications,
 * passwords of shares, files of applications, and variables whose names say that they hold one. Labels by which a list or an application knows its containers stay
 * behind. Errors: ContainerNotFound, IdAmbiguous.
 */
export const specifiedContainer = async (work: Work, reference: string): Promise<SpecifiedContainer> => {
  const { ports, configs } = work.engine;
  const record = ports.metadata.read((reader) => findContainer(reader, reference));
  const { spec } = record;
  // A command, since an image may have none.
  const { spec: plain } = await expectedContainer(ports, configs, { image: record.manifestDigest, command: ['command'], resources: {} }, record);
  const own = await ownSettings(work, record);
  const nameOf = (id: string): string => ports.metadata.read((reader) => reader.container(id)?.name) ?? id;
  const request: NewContainer = {
    image: spec.imageReference, name: record.name, isolation: record.isolation,
    command: own.command, entrypoint: own.entrypoint, user: own.user, workingDirectory: own.workingDirectory, hostName: own.hostName,
    environment: own.environment.filter(({ name }) => !isSecret(name)),
    // What begins so says which list or application a container belongs to.
    labels: own.labels.filter(({ name }) => !name.startsWith('silo.')),
    mounts: askedMounts(spec, plain),
    terminal: flag(spec.terminal), openStdin: flag(spec.openStdin), readOnlyRoot: flag(spec.readOnlyRoot), privileged: flag(spec.privileged), autoRemove: flag(spec.autoRemove),
    stopSignal: spec.stopSignal === plain.stopSignal ? undefined : spec.stopSignal,
    stopTimeoutSeconds: spec.stopTimeoutSeconds === plain.stopTimeoutSeconds ? undefined : spec.stopTimeoutSeconds,
    storageBytes: spec.storageBytes, logLimits: spec.logLimits, restartPolicy: spec.restartPolicy, healthCheck: askedHealthCheck(spec, plain),
    ...askedSettings(spec, nameOf), ...askedNetworking(work, record), resources: spec.resources,
  };
  return {
    request,
    omitted: [
      ...(spec.credentialSpec === undefined ? [] : [{ kind: 'credentialSpec', name: '' } as const]),
      ...own.environment.filter(({ name }) => isSecret(name)).map(({ name }) => ({ kind: 'variable', name }) as const),
      ...spec.mounts.filter(({ kind, userName }) => kind === 'smb' && userName !== undefined).map(({ target }) => ({ kind: 'share', name: target }) as const),
      ...spec.mounts.filter(({ kind }) => kind === 'file').map(({ target }) => ({ kind: 'file', name: target }) as const),
    ],
  };
};
