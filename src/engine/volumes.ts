import { folderBytes } from '../build/index.ts';
import { SiloError, isSiloError } from '../base/index.ts';
import type { ContainerRecord, MetadataReader, NamedShare, NameValue, VolumeRecord } from '../core/index.ts';
import { cacheVolumeOwner } from './build-cache.ts';
import type { StoreItem } from './optimize-store.ts';
import type { Ports } from './ports.ts';
import { checkVolumeShare, forgetVolumeCredentials, isSameShare, keepShareCredentials, type MountCredential } from './shares.ts';
import { withVolume } from './volume-lock.ts';

export interface VolumeWithUsers {
  readonly volume: VolumeRecord;
  /** Folder of the host, or path of the share. */
  readonly path: string;
  /** Names of the containers that mount it, running or not. */
  readonly containers: readonly string[];
  /** On the disk; undefined where nobody asked, and of a share. */
  readonly sizeBytes: number | undefined;
}

const nameForm = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;
const target = (id: string) => ({ kind: 'volume', id }) as const;

/** Containers by the volumes that they mount. */
const usersOf = (containers: readonly ContainerRecord[]): ReadonlyMap<string, readonly ContainerRecord[]> => {
  const users = new Map<string, ContainerRecord[]>();
  for (const container of containers) {
    for (const { kind, source } of container.spec.mounts) if (kind === 'volume') users.set(source, [...users.get(source) ?? [], container]);
  }
  return users;
};

const find = (reader: MetadataReader, name: string): VolumeRecord => {
  const volume = reader.volume(name);
  // What builds keep for themselves goes with the build cache.
  if (volume === undefined || volume.containerId === cacheVolumeOwner) throw new SiloError('VolumeNotFound', { args: { id: name }, target: target(name) });
  return volume;
};

/** All volumes, or those that are named. @throws SiloError VolumeNotFound */
export const listVolumes = async (ports: Ports, names: readonly string[] | undefined, withSize: boolean): Promise<readonly VolumeWithUsers[]> => {
  const found = ports.metadata.read((reader) => {
    const users = usersOf(reader.containers());
    const volumes = names?.map((name) => find(reader, name)) ?? reader.volumes().filter(({ containerId }) => containerId !== cacheVolumeOwner);
    return volumes.map((volume) => ({ volume, containers: (users.get(volume.id) ?? []).map(({ name }) => name) }));
  });
  const listed: VolumeWithUsers[] = [];
  for (const item of found) {
    const { share } = item.volume;
    const path = share?.source ?? ports.volumes.path(item.volume.id);
    // Without a folder nobody has used it yet.
    const sizeBytes = withSize && share === undefined ? await folderBytes(path).catch(() => 0) : undefined;
    listed.push({ ...item, path, sizeBytes });
  }
  return listed;
};

export interface VolumeRequest {
  readonly name?: string | undefined;
  readonly labels?: readonly NameValue[] | undefined;
  readonly ifNotExists?: boolean | undefined;
  /** Where its data is on a server: nothing of it lies on this host. */
  readonly share?: NamedShare | undefined;
  /** Password for the account of the share. */
  readonly credential?: MountCredential | undefined;
}

/**
 * Makes a volume. One of that name is given back where `ifNotExists` says so; of a share, with the password that was given now.
 * @throws SiloError VolumeNameInUse, ParameterInvalid, SharePathInvalid, ShareCredentialInvalid, ShareCredentialMissing, OptionUnsupported
 */
export const createVolume = async (
  ports: Ports, request: VolumeRequest, signal?: AbortSignal,
): Promise<{ readonly volume: VolumeWithUsers; readonly existed: boolean }> => {
  const id = request.name ?? ports.newId();
  if (!nameForm.test(id)) throw new SiloError('ParameterInvalid', { args: { parameter: 'name', reason: `'${id}' cannot be the name of a volume: 1 to 128 letters, digits, dots, underscores and hyphens, beginning with a letter or digit` } });
  const credentials = request.credential === undefined ? [] : [request.credential];
  const share = request.share === undefined ? undefined : await checkVolumeShare(ports, request.share, credentials);
  const existed = await withVolume(ports, id, signal, async () => {
    const made = await ports.metadata.write((writer) => {
      if (writer.volume(id) !== undefined) {
        const other = writer.volume(id);
        if (request.ifNotExists !== true || other?.containerId === cacheVolumeOwner || (share !== undefined && !isSameShare(ports, other?.share, share))) throw new SiloError('VolumeNameInUse', { args: { name: id }, target: target(id) });
        return false;
      }
      const createdAt = ports.clock.now();
      writer.putVolume({ id, containerId: '', labels: request.labels ?? [], createdAt, ...(share === undefined ? {} : { share }) });
      writer.appendEvent({ time: createdAt, kind: 'volume/create', subject: id, attributes: [{ name: 'name', value: id }] });
      return true;
    }, signal);
    if (made && share === undefined) await ports.volumes.create(id);
    // Now there is a record that needs it.
    await keepShareCredentials(ports, credentials);
    return !made;
  });
  const [volume] = await listVolumes(ports, [id], false);
  if (volume === undefined) throw new SiloError('VolumeNotFound', { args: { id }, target: target(id) });
  return { volume, existed };
};

/** Takes row and folder away, unless a container mounts it; the row goes first, and a folder that nobody knows is swept. @throws SiloError VolumeInUse, VolumeNotFound */
const erase = (ports: Ports, id: string, signal: AbortSignal | undefined): Promise<void> => withVolume(ports, id, signal, async () => {
  const volume = await ports.metadata.write((writer) => {
    const found = find(writer, id);
    const users = usersOf(writer.containers()).get(id) ?? [];
    if (users.length > 0) throw new SiloError('VolumeInUse', { args: { id, users: users.map(({ name }) => name).join(', ') }, target: target(id) });
    writer.deleteVolume(id);
    writer.appendEvent({ time: ports.clock.now(), kind: 'volume/remove', subject: id, attributes: [{ name: 'name', value: id }] });
    return found;
  }, signal);
  await ports.volumes.remove(id);
  await forgetVolumeCredentials(ports, volume);
}, { forget: true });

/** Removes a volume with its content. With `force` one that is not there is no error; one that a container mounts always is. */
export const removeVolume = async (ports: Ports, name: string, force: boolean, signal?: AbortSignal): Promise<{ readonly removed: boolean; readonly name: string }> => {
  try {
    await erase(ports, name, signal);
    return { removed: true, name };
  } catch (error) {
    if (force && isSiloError(error, 'VolumeNotFound')) return { removed: false, name };
    throw error;
  }
};

/** Removes all volumes that no container mounts; `leaving` are containers that count as gone. */
export const pruneVolumes = async (
  ports: Ports, options: { readonly dryRun?: boolean | undefined; readonly olderThan?: Date | undefined; readonly leaving?: ReadonlySet<string> }, signal?: AbortSignal,
): Promise<readonly StoreItem[]> => {
  const unused = ports.metadata.read((reader) => {
    const users = usersOf(reader.containers().filter(({ id }) => options.leaving?.has(id) !== true));
    return reader.volumes().filter(({ id, containerId, createdAt }) => containerId !== cacheVolumeOwner && !users.has(id) && (options.olderThan === undefined || createdAt < options.olderThan));
  });
  const items: StoreItem[] = [];
  for (const { id } of unused) {
    const item = { kind: 'Volume', id, sizeBytes: await folderBytes(ports.volumes.path(id)).catch(() => 0), reason: 'no container mounts it' } as const;
    try {
      if (options.dryRun !== true) await erase(ports, id, signal);
      items.push({ ...item, action: options.dryRun === true ? 'WouldRemove' : 'Removed' });
    } catch (error) {
      // A container that was made meanwhile has it now.
      items.push({ ...item, sizeBytes: 0, reason: error instanceof Error ? error.message : String(error), action: 'Failed' });
    }
  }
  return items;
};

/** What goes with a container that is about to go: its own volumes. One that another container mounts is handed to that one. */
export const releaseVolumes = async (ports: Ports, record: ContainerRecord): Promise<readonly string[]> => {
  const own = ports.metadata.read((reader) => reader.volumesOf(record.id));
  if (own.length === 0) return [];
  return ports.metadata.write((writer) => {
    const users = usersOf(writer.containers().filter(({ id }) => id !== record.id));
    return own.filter((id) => {
      const [heir] = users.get(id) ?? [];
      const volume = writer.volume(id);
      if (heir !== undefined && volume !== undefined) writer.putVolume({ ...volume, containerId: heir.id });
      return heir === undefined;
    });
  });
};
