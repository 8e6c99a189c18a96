import { SiloError } from '../base/index.ts';
import type { ContainerRecord, Isolation } from '../core/index.ts';
import { findContainer, type CreateRequest } from '../engine/index.ts';
import { askedHealth, askedSettings } from './asked-settings.ts';
import { networksOf } from './container-differences.ts';
import type { Work } from './desired.ts';
import { ownSettings } from './own-settings.ts';

export type NewContainer = CreateRequest & { readonly isolation?: Isolation | undefined };

/** A request that may leave the image to the container that it starts from. */
export type CopyRequest = Omit<NewContainer, 'image'> & { readonly image?: string | undefined };

/** Networks by their names, without addresses and aliases; name servers go with them. */
const networkingOf = (work: Work, record: ContainerRecord): Partial<CreateRequest> => {
  const { networking } = record.spec;
  const networks = networksOf(work, record);
  return {
    ...(networks.length > 1 ? { networks: networks.map((network) => ({ network })) } : { network: networks[0] }),
    ...(networking === undefined || record.spec.network !== 'networks' ? {} : { dnsServers: networking.dnsServers, dnsSearch: networking.dnsSearch, dnsOptions: networking.dnsOptions, domainName: networking.domainName, hostEntries: networking.hostEntries }),
  };
};

/** Whether the request and what is taken over would exclude each other: a container that goes at its end is not started again. */
const lifeOf = ({ spec }: ContainerRecord, request: CopyRequest): Partial<CreateRequest> => ({
  ...(request.restartPolicy === undefined ? { autoRemove: spec.autoRemove } : {}), ...(request.autoRemove === true ? {} : { restartPolicy: spec.restartPolicy }),
});

/**
 * The request for a container with the settings of one that is there, but for what the request says itself. Its name, addresses,
 * published ports, aliases, files of an application and volumes without a name stay with it: two cannot have them.
 * Errors: ContainerNotFound, IdAmbiguous, ParameterInvalid.
 */
export const copiedRequest = async (work: Work, from: string | undefined, request: CopyRequest): Promise<NewContainer> => {
  if (from === undefined) {
    const { image } = request;
    if (image === undefined) throw new SiloError('ParameterInvalid', { args: { parameter: 'image', reason: 'it or from is needed' } });
    return { ...request, image };
  }
  const record = work.engine.ports.metadata.read((reader) => findContainer(reader, from));
  const { spec, isolation } = record;
  const own = await ownSettings(work, record);
  const named = Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined)) as CopyRequest;
  return {
    isolation, user: own.user, workingDirectory: own.workingDirectory, hostName: own.hostName, mounts: own.mounts,
    terminal: spec.terminal, openStdin: spec.openStdin, stopSignal: spec.stopSignal, stopTimeoutSeconds: spec.stopTimeoutSeconds, readOnlyRoot: spec.readOnlyRoot, privileged: spec.privileged,
    credentialSpec: spec.credentialSpec, storageBytes: spec.storageBytes, logLimits: spec.logLimits, healthCheck: spec.healthCheck === undefined ? { command: [] } : askedHealth(spec.healthCheck),
    ...askedSettings(spec, (id) => id), ...lifeOf(record, request),
    ...(request.command === undefined && request.entrypoint === undefined ? { command: own.command, entrypoint: own.entrypoint } : {}),
    ...(request.network === undefined && request.networks === undefined ? networkingOf(work, record) : {}),
    ...named,
    image: request.image ?? spec.imageReference,
    environment: [...own.environment, ...(request.environment ?? [])],
    // What begins so says which list or application a container belongs to.
    labels: [...own.labels.filter(({ name }) => !name.startsWith('silo.')), ...(request.labels ?? [])],
    resources: { ...spec.resources, ...request.resources },
  };
};
