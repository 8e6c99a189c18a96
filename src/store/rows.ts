import type { Digest, Platform } from '../base/index.ts';
import { SiloError } from '../base/index.ts';
import type { BuildCacheEntry, ContainerHealth, ContainerLife, ContainerRecord, ContainerSpec, ContainerState, EndpointRecord, EventRecord, HealthResult, ImageRecord, Isolation, LayerRecord, NamedShare, NameValue, NetworkRecord, ProcessRecord, VolumeRecord } from '../core/index.ts';
import type { Row } from './database.ts';

const text = (row: Row, column: string): string => String(row[column]);
const optionalText = (row: Row, column: string): string | undefined => (row[column] === null || row[column] === undefined ? undefined : String(row[column]));
const integer = (row: Row, column: string): number => Number(row[column]);
const optionalInteger = (row: Row, column: string): number | undefined => (row[column] === null || row[column] === undefined ? undefined : Number(row[column]));
const date = (row: Row, column: string): Date => new Date(text(row, column));
const optionalDate = (row: Row, column: string): Date | undefined => (row[column] === null || row[column] === undefined ? undefined : new Date(String(row[column])));

const json = <T>(row: Row, column: string, kind: string, id: string): T => {
  try {
    return JSON.parse(text(row, column)) as T;
  } catch (cause) {
    throw new SiloError('RecordInvalid', { args: { kind, id }, cause });
  }
};

export const toContainer = (row: Row): ContainerRecord & { readonly position: number } => ({
  position: integer(row, 'position'),
  id: text(row, 'id'),
  name: text(row, 'name'),
  state: text(row, 'state') as ContainerState,
  isolation: text(row, 'isolation') as Isolation,
  runtime: text(row, 'runtime'),
  sandboxId: text(row, 'sandbox_id'),
  manifestDigest: text(row, 'manifest_digest') as Digest,
  snapshotKey: optionalInteger(row, 'snapshot_key'),
  spec: json<ContainerSpec>(row, 'spec', 'container', text(row, 'id')),
  createdAt: date(row, 'created_at'),
  startedAt: optionalDate(row, 'started_at'),
  finishedAt: optionalDate(row, 'finished_at'),
  exitCode: optionalInteger(row, 'exit_code') ?? null,
  exitReason: optionalText(row, 'exit_reason'),
  oomKilled: integer(row, 'oom_killed') !== 0,
  startError: optionalText(row, 'start_error'),
  pid: optionalInteger(row, 'pid'),
  bootId: optionalText(row, 'boot_id'),
  life: toLife(row),
  ...(row['ip_address'] === null || row['ip_address'] === undefined ? {} : { ipAddress: text(row, 'ip_address') }),
});

/** As JSON gives it: times are texts. */
type StoredLife = Omit<ContainerLife, 'restartAt' | 'health'> & {
  readonly restartAt?: string;
  readonly health?: Omit<ContainerHealth, 'results'> & { readonly results: readonly (Omit<HealthResult, 'startedAt' | 'endedAt'> & { readonly startedAt: string; readonly endedAt: string })[] };
};

const toLife = (row: Row): ContainerLife => {
  // Null: written by an engine that did not know of it.
  if (row['life'] === null) return { wanted: 'running', restartCount: 0, restartAt: undefined, health: undefined };
  const { restartAt, health, ...rest } = json<StoredLife>(row, 'life', 'container', text(row, 'id'));
  return {
    ...rest,
    restartAt: restartAt === undefined ? undefined : new Date(restartAt),
    health: health === undefined ? undefined : { ...health, results: health.results.map((result) => ({ ...result, startedAt: new Date(result.startedAt), endedAt: new Date(result.endedAt) })) },
  };
};

export const toNetwork = (row: Row): NetworkRecord => {
  // Fields without a value are not in the text.
  const definition = json<Partial<Omit<NetworkRecord, 'id' | 'name' | 'createdAt'>>>(row, 'definition', 'network', text(row, 'id'));
  return {
    id: text(row, 'id'), name: text(row, 'name'), driver: definition.driver ?? 'nat', subnets: definition.subnets ?? [], parentInterface: definition.parentInterface, vlanId: definition.vlanId,
    mtu: definition.mtu, dnsServers: definition.dnsServers ?? [], dnsSuffix: definition.dnsSuffix, hostId: definition.hostId, labels: definition.labels ?? [], createdAt: date(row, 'created_at'),
  };
};

export const toEndpoint = (row: Row): EndpointRecord => {
  const id = text(row, 'id');
  const request = json<Partial<EndpointRecord['request']>>(row, 'request', 'endpoint', id);
  return {
    id,
    containerId: text(row, 'container_id'),
    networkId: text(row, 'network_id'),
    position: integer(row, 'position'),
    request: { addresses: request.addresses ?? [], macAddress: request.macAddress, aliases: request.aliases ?? [] },
    addresses: json<readonly string[]>(row, 'addresses', 'endpoint', id),
    ports: json<EndpointRecord['ports']>(row, 'ports', 'endpoint', id).map((port) => ({ ...port, hostAddress: port.hostAddress })),
    attached: row['attached'] === null ? undefined : json<NonNullable<EndpointRecord['attached']>>(row, 'attached', 'endpoint', id),
  };
};

export const toImage = (row: Row): ImageRecord => ({
  reference: text(row, 'reference'),
  manifestDigest: text(row, 'manifest_digest') as Digest,
  sourceDigest: text(row, 'source_digest') as Digest,
  configDigest: text(row, 'config_digest') as Digest,
  chainId: optionalText(row, 'chain_id') as Digest | undefined,
  createdAt: optionalDate(row, 'created_at'),
  importedAt: date(row, 'imported_at'),
  platform: json<Platform>(row, 'platform', 'image', text(row, 'reference')),
  storedBytes: integer(row, 'stored_bytes'),
  unpackedBytes: integer(row, 'unpacked_bytes'),
  layerCount: integer(row, 'layer_count'),
});

export const toLayer = (row: Row): LayerRecord => ({
  key: integer(row, 'key'),
  snapshotter: text(row, 'snapshotter'),
  chainId: text(row, 'chain_id') as Digest,
  diffId: text(row, 'diff_id') as Digest,
  parent: optionalInteger(row, 'parent'),
  sizeBytes: integer(row, 'size_bytes'),
});

export const toProcess = (row: Row): ProcessRecord => ({
  id: text(row, 'id'),
  containerId: text(row, 'container_id'),
  args: json<readonly string[]>(row, 'args', 'process', text(row, 'id')),
  user: text(row, 'user'),
  state: text(row, 'state') as ProcessRecord['state'],
  pid: optionalInteger(row, 'pid'),
  startedAt: date(row, 'started_at'),
  exitedAt: optionalDate(row, 'exited_at'),
  exitCode: optionalInteger(row, 'exit_code') ?? null,
});

export const toVolume = (row: Row): VolumeRecord => ({
  id: text(row, 'id'),
  containerId: text(row, 'container_id'),
  labels: json<readonly NameValue[]>(row, 'labels', 'volume', text(row, 'id')),
  createdAt: date(row, 'created_at'),
  ...(optionalText(row, 'share') === undefined ? {} : { share: json<NamedShare>(row, 'share', 'volume', text(row, 'id')) }),
});

export const toEvent = (row: Row): EventRecord => ({
  seq: integer(row, 'seq'),
  time: date(row, 'time'),
  kind: text(row, 'kind'),
  subject: text(row, 'subject'),
  attributes: json<readonly NameValue[]>(row, 'attributes', 'event', text(row, 'seq')),
});

export const toBuildCacheEntry = (row: Row): BuildCacheEntry => ({
  key: text(row, 'key'),
  layer: row['layer_digest'] === null ? undefined : {
    digest: text(row, 'layer_digest') as Digest,
    diffId: text(row, 'diff_id') as Digest,
    chainId: text(row, 'chain_id') as Digest,
    mediaType: text(row, 'media_type'),
    sizeBytes: integer(row, 'stored_bytes'),
  },
  createdAt: date(row, 'created_at'),
  usedAt: date(row, 'used_at'),
});
