import type { ContainerRecord, EndpointRecord, MetadataReader, NetworkRecord } from '../core/index.ts';
import { findContainer } from './container-lookup.ts';
import { findNetwork } from './network-lookup.ts';
import type { Ports } from './ports.ts';

export interface NetworkWithUsers {
  readonly network: NetworkRecord;
  /** Names of the containers that belong to it, running or not. */
  readonly containers: readonly string[];
}

const withUsers = (reader: MetadataReader, network: NetworkRecord): NetworkWithUsers =>
  ({ network, containers: reader.endpointsOfNetwork(network.id).flatMap(({ containerId }) => reader.container(containerId)?.name ?? []).sort() });

/** All networks, or those that are named. @throws SiloError NetworkNotFound, IdAmbiguous */
export const listNetworks = (ports: Ports, references: readonly string[] | undefined): readonly NetworkWithUsers[] =>
  ports.metadata.read((reader) => (references?.map((reference) => findNetwork(reader, reference)) ?? reader.networks()).map((network) => withUsers(reader, network)));

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
