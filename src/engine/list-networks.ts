import type { ContainerRecord, EndpointRecord, ForeignNetwork, MetadataReader, NetworkRecord } from '../core/index.ts';
import { findContainer } from './container-lookup.ts';
import { findForeign, foreignProblem, foreignRecord, isForsaken } from './foreign-networks.ts';
import { findNetwork } from './network-lookup.ts';
import type { Ports } from './ports.ts';

export interface NetworkWithUsers {
  readonly network: NetworkRecord;
  /** Names of the containers that belong to it, running or not. */
  readonly containers: readonly string[];
  /** Why a foreign one cannot be used, in words. */
  readonly problem: string | undefined;
}

const withUsers = (reader: MetadataReader, network: NetworkRecord, foreign: readonly ForeignNetwork[]): NetworkWithUsers =>
  ({ network, problem: foreignProblem(reader, network, foreign), containers: reader.endpointsOfNetwork(network.id).flatMap(({ containerId }) => reader.container(containerId)?.name ?? []).sort() });

/** All networks, then those of others that nobody has used yet; or those that are named. @throws SiloError NetworkNotFound, IdAmbiguous */
export const listNetworks = async (ports: Ports, references: readonly string[] | undefined): Promise<readonly NetworkWithUsers[]> => {
  const foreign = await ports.network.foreignNetworks();
  return ports.metadata.read((reader) => {
    if (references !== undefined) return references.map((reference) => withUsers(reader, knownOrForeign(reader, foreign, reference), foreign));
    const rows = reader.networks().filter((network) => !isForsaken(reader, network, foreign));
    const ids = new Set(rows.map(({ id }) => id));
    const others = new Map(foreign.map(foreignRecord).filter(({ id }) => !ids.has(id)).map((record) => [record.id, record]));
    return [...rows, ...others.values()].map((network) => withUsers(reader, network, foreign));
  });
};

const knownOrForeign = (reader: MetadataReader, foreign: readonly ForeignNetwork[], reference: string): NetworkRecord => {
  const found = reader.network(reference) === undefined && reader.networkByName(reference) === undefined ? findForeign(foreign, reference) : undefined;
  return found === undefined ? findNetwork(reader, reference) : foreignRecord(found);
};

export interface Adapter {
  readonly endpoint: EndpointRecord;
  readonly container: ContainerRecord;
  readonly network: NetworkRecord;
}

/** What containers are linked to: of one container, of one network, or all. @throws SiloError ContainerNotFound, NetworkNotFound, IdAmbiguous */
export const listAdapters = (ports: Ports, filter: { readonly container?: string | undefined; readonly network?: string | undefined }): readonly Adapter[] =>
  ports.metadata.read((reader) => {
    const of = filter.container === undefined ? undefined : findContainer(reader, filter.container);
    const on = filter.network === undefined ? undefined : findNetwork(reader, filter.network);
    const endpoints = of === undefined ? (on === undefined ? reader.endpoints() : reader.endpointsOfNetwork(on.id)) : reader.endpointsOfContainer(of.id);
    return endpoints.flatMap((endpoint) => {
      const [container, network] = [reader.container(endpoint.containerId), reader.network(endpoint.networkId)];
      return container === undefined || network === undefined || (on !== undefined && network.id !== on.id) ? [] : [{ endpoint, container, network }];
    });
  });
