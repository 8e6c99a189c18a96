import { SiloError, formatPlatform } from '../base/index.ts';
import type { ContainerRecord, ContainerSpec, ImageRecord, Isolation, MetadataWriter } from '../core/index.ts';
import { checkContainerName, generatedName } from './container-name.ts';
import { differences, resolveSpec, type CreateRequest } from './container-spec.ts';
import type { ImageConfigs } from './image-configs.ts';
import { findImage } from './image-lookup.ts';
import { hostIsolation } from './isolation.ts';
import type { Ports } from './ports.ts';
import { newLife } from './restart-policy.ts';
import { chooseIsolation } from './technology.ts';

const checkPlatform = (ports: Ports, image: ImageRecord): void => {
  const { os, architecture } = image.platform;
  if (os === ports.host.os && architecture === ports.host.architecture) return;
  throw new SiloError('ImagePlatformMismatch', {
    args: { reference: image.reference, imagePlatform: formatPlatform(image.platform), hostPlatform: `${ports.host.os}/${ports.host.architecture}` },
    target: { kind: 'image', id: image.reference },
  });
};

/** Volumes that the request names belong to no container: they stay when it goes, and repair knows them. */
const addNamedVolumes = (writer: MetadataWriter, spec: ContainerSpec): void => {
  const known = new Set(writer.volumeIds());
  for (const mount of spec.mounts) {
    if (mount.kind !== 'volume' || known.has(mount.source)) continue;
    known.add(mount.source);
    writer.insertVolume(mount.source, '');
  }
};

/**
 * Makes the record of a container. It is one transaction: there is nothing on the disk yet that a kill
 * could leave half done, and two engines that want one name are told apart by the database.
 */
export const createContainer = async (
  ports: Ports, configs: ImageConfigs,
  request: CreateRequest & { readonly isolation?: Isolation | undefined; readonly ifNotExists?: boolean | undefined },
  signal?: AbortSignal,
): Promise<{ readonly record: ContainerRecord; readonly existed: boolean }> => {
  const id = ports.newId();
  const name = request.name === undefined ? generatedName(id) : checkContainerName(request.name);
  const { image, hostDefault } = ports.metadata.read((reader) => ({ image: findImage(reader, request.image), hostDefault: hostIsolation(reader) }));
  checkPlatform(ports, image);
  const isolation = request.isolation ?? hostDefault;
  const { technology } = chooseIsolation(ports.isolations, isolation);
  const volumeIds: string[] = [];
  const spec = resolveSpec(request, await configs.defaults(image.configDigest), image.reference, id, () => {
    const volume = ports.newId();
    volumeIds.push(volume);
    return volume;
  }, { container: image.platform.os, host: ports.host.os });
  const record: ContainerRecord = {
    id, name, isolation, spec, state: 'created', runtime: technology.runtime.name, sandboxId: id, manifestDigest: image.manifestDigest,
    snapshotKey: undefined, createdAt: ports.clock.now(), startedAt: undefined, finishedAt: undefined, exitCode: null, exitReason: undefined,
    oomKilled: false, startError: undefined, pid: undefined, bootId: undefined, life: newLife,
  };
  return ports.metadata.write((writer) => {
    const existing = request.ifNotExists === true ? writer.containerByName(name) : undefined;
    if (existing !== undefined) {
      const differing = [
        ...differences(existing.spec, spec, [existing.id, id]),
        ...(existing.manifestDigest === image.manifestDigest ? [] : ['image']),
        ...(existing.isolation === isolation ? [] : ['isolation']),
      ];
      if (differing.length === 0) return { record: existing, existed: true };
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
    for (const volume of volumeIds) writer.insertVolume(volume, id);
    addNamedVolumes(writer, spec);
    writer.appendEvent({ time: record.createdAt, kind: 'container/create', subject: id, attributes: [{ name: 'name', value: name }, { name: 'image', value: image.reference }] });
    return { record: { ...record, snapshotKey }, existed: false };
  }, signal);
};
