import { SiloError, type Digest } from '../base/index.ts';
import type { ContainerMount, ContainerRecord, ContainerSettings, ContainerSpec, Isolation, MetadataWriter, ResourceLimits } from '../core/index.ts';
import { checkContainerName, generatedName } from './container-name.ts';
import { resolveSettings } from './container-settings.ts';
import { hostNameWarnings } from './credential-spec.ts';
import { differences, resolveSpec, type CreateRequest } from './container-spec.ts';
import type { ImageConfigs } from './image-configs.ts';
import { findContainer } from './container-lookup.ts';
import { findImage } from './image-lookup.ts';
import { fixPorts, resolveNetworking } from './container-networking.ts';
import { chooseIsolation, hostIsolation } from './isolation.ts';
import { unpackFor } from './isolation-swap.ts';
import { withLease } from './lease.ts';
import { lentMounts, withLent } from './lent-mounts.ts';
import { reserveLinks } from './network-links.ts';
import { chooseBeside, namedOwner } from './shared-sandbox.ts';
import { platformOf } from './platform-of.ts';
import type { IsolationTechnology, Ports } from './ports.ts';
import { checkShares, keepShareCredentials } from './shares.ts';
import { newLife } from './restart-policy.ts';
import { imageTechnology } from './technology.ts';

/** Volumes that the request names belong to no container: they stay when it goes, and repair knows them. */
const addNamedVolumes = (writer: MetadataWriter, spec: ContainerSpec, createdAt: Date): void => {
  const known = new Set(writer.volumeIds());
  for (const mount of spec.mounts) {
    if (mount.kind !== 'volume' || known.has(mount.source)) continue;
    known.add(mount.source);
    writer.putVolume({ id: mount.source, containerId: '', labels: [], createdAt });
  }
};

/** Limits that every runtime has; for the others it is asked. */
const plainLimits: ReadonlySet<string> = new Set(['memoryBytes', 'cpuCount', 'cpuWeight', 'processCount']);

/** What the host cannot give as it was asked for, in sentences. @throws SiloError OptionUnsupported and what `Runtime.checkSettings` throws */
const checkWithHost = async ({ runtime }: IsolationTechnology, resources: ResourceLimits, settings: ContainerSettings | undefined): Promise<readonly string[]> => {
  const special = [...Object.keys(resources).filter((name) => !plainLimits.has(name)), ...Object.keys(settings ?? {})][0];
  if (special === undefined) return [];
  if (runtime.checkSettings === undefined) throw new SiloError('OptionUnsupported', { args: { option: special, reason: `the runtime ${runtime.name} does not have it` } });
  return runtime.checkSettings(resources, settings ?? {});
};

export interface Created {
  readonly record: ContainerRecord;
  readonly existed: boolean;
  /** What the user should know although it works. */
  readonly warning: string | undefined;
}

/**
 * Makes the record of a container. It is one transaction: there is nothing on the disk yet that a kill
 * could leave half done, and two engines that want one name are told apart by the database.
 */
export const createContainer = async (
  ports: Ports, configs: ImageConfigs,
  request: CreateRequest & { readonly isolation?: Isolation | undefined; readonly ifNotExists?: boolean | undefined },
  signal?: AbortSignal,
): Promise<Created> => {
  const id = ports.newId();
  const name = request.name === undefined ? generatedName(id) : checkContainerName(request.name);
  const { image, hostDefault, owner } = ports.metadata.read((reader) => ({ image: findImage(reader, request.image), hostDefault: hostIsolation(reader), owner: namedOwner(reader, request.network) }));
  const isolation = request.isolation ?? hostDefault;
  const wish = { image, wanted: isolation, hostDefault };
  const { technology, warning: chosenWarning } = owner === undefined ? chooseIsolation(ports, wish) : await chooseBeside(ports, wish, owner);
  const resolved = await resolveNetworking(ports, request, platformOf(image.platform.os).defaultNetwork, signal);
  const networking = { ...resolved, networking: await fixPorts(ports, resolved.networking) };
  platformOf(image.platform.os).checkOptions({ ...request, network: resolved.mode });
  const settings = resolveSettings(request, resolved.mode, (reference) => ports.metadata.read((reader) => findContainer(reader, reference).id));
  const warnings = [...(chosenWarning === undefined ? [] : [chosenWarning]), ...hostNameWarnings(request), ...(await checkWithHost(technology, request.resources, settings))];
  if (request.storageBytes !== undefined) {
    const { snapshotter } = technology;
    const reason = snapshotter.sizeLimitObstacle === undefined ? `the snapshotter ${snapshotter.name} makes none of a fixed size` : snapshotter.sizeLimitObstacle();
    if (reason !== undefined) throw new SiloError('StorageLimitUnsupported', { args: { reason } });
  }
  const volumeIds: string[] = [];
  const platform = platformOf(image.platform.os);
  const lent = ports.metadata.read((reader) => lentMounts(reader, request.volumesFrom ?? []));
  const keyOf = (mount: ContainerMount): string => platform.placeKey(platform.mountTarget(mount));
  const mounts = withLent(withLent(request.mounts ?? [], lent, keyOf), request.imageMounts ?? [], keyOf);
  const spec = resolveSpec({ ...request, mounts }, await configs.defaults(image.configDigest), image.reference, id, () => {
    const volume = ports.newId();
    volumeIds.push(volume);
    return volume;
  }, { container: image.platform.os, host: ports.host.os }, { ...networking, settings });
  const mountCredentials = request.mountCredentials ?? [];
  const shareWarnings = await checkShares(ports, spec, mountCredentials);
  const endpointIds = (spec.networking?.links ?? []).map(() => ports.newId());
  const record: ContainerRecord = {
    id, name, isolation, spec, state: 'created', runtime: technology.runtime.name, sandboxId: networking.sandboxId ?? id, manifestDigest: image.manifestDigest,
    snapshotKey: undefined, createdAt: ports.clock.now(), startedAt: undefined, finishedAt: undefined, exitCode: null, exitReason: undefined,
    oomKilled: false, startError: undefined, pid: undefined, bootId: undefined, life: newLife,
  };
  const allWarnings = [...warnings, ...shareWarnings];
  const warning = allWarnings.length === 0 ? undefined : allWarnings.join(' ');
  const write = (): Promise<Created> => ports.metadata.write((writer) => {
    const existing = request.ifNotExists === true ? writer.containerByName(name) : undefined;
    if (existing !== undefined) {
      const differing = [
        ...differences(existing.spec, spec, [existing.id, id]),
        ...(existing.manifestDigest === image.manifestDigest ? [] : ['image']),
        ...(existing.isolation === isolation ? [] : ['isolation']),
      ];
      if (differing.length === 0) return { record: existing, existed: true, warning };
      throw new SiloError('ContainerNameInUse', { args: { name, owner: `${existing.id.slice(0, 12)}, which differs in ${differing.join(', ')}` }, target: { kind: 'container', id: name } });
    }
    // Read again: the image may have been removed since.
    if (writer.image(image.reference)?.manifestDigest !== image.manifestDigest) throw new SiloError('ImageNotFound', { args: { reference: request.image }, target: { kind: 'image', id: request.image } });
    const parent = image.chainId === undefined ? undefined : writer.layer(technology.snapshotter.name, image.chainId);
    if (image.chainId !== undefined && parent === undefined) throw new SiloError('SnapshotNotFound', { args: { key: image.chainId }, target: { kind: 'image', id: image.reference } });
    writer.insertContainer(record);
    const snapshotKey = writer.allocateSnapshot(technology.snapshotter.name, '');
    writer.assignSnapshot(snapshotKey, id, parent?.key);
    writer.updateContainer(id, { snapshotKey });
    reserveLinks(writer, record, endpointIds);
    for (const volume of volumeIds) writer.putVolume({ id: volume, containerId: id, labels: [], createdAt: record.createdAt });
    addNamedVolumes(writer, spec, record.createdAt);
    writer.appendEvent({ time: record.createdAt, kind: 'container/create', subject: id, attributes: [{ name: 'name', value: name }, { name: 'image', value: image.reference }] });
    return { record: { ...record, snapshotKey }, existed: false, warning };
  }, signal);
  const insert = async (): Promise<Created> => {
    const created = await write();
    await keepShareCredentials(ports, mountCredentials);
    return created;
  };
  const unpacked = image.chainId === undefined || ports.metadata.read((reader) => reader.layer(technology.snapshotter.name, image.chainId as Digest)) !== undefined;
  if (unpacked && technology.snapshotter.name === imageTechnology(ports.isolations).snapshotter.name) return insert();
  // Under the lease nobody sweeps what was unpacked before the container stands on it.
  return withLease(ports, signal, async (leaseId) => {
    await unpackFor(ports, technology, leaseId, image.manifestDigest, signal);
    return insert();
  });
};
