import { SiloError } from '../base/index.ts';
import type { ContainerRecord } from '../core/index.ts';
import type { Ports } from './ports.ts';
import { technologyOf } from './technology.ts';

/**
 * Runs `body` with the folder where a container's root is mounted; the caller holds its lock. That of a
 * container that does not run is mounted for this time: repair finds one that an engine which was killed
 * left so, since nothing of a container that does not run is mounted.
 */
export const withMountedRoot = async <T>(ports: Ports, record: ContainerRecord, body: (rootPath: string) => Promise<T>): Promise<T> => {
  const { rootPath } = ports.files.paths(record.id);
  const { snapshotter } = technologyOf(ports.isolations, record);
  if (record.state === 'running' || record.state === 'paused') {
    if (snapshotter.withRoot !== undefined) throw new SiloError('SnapshotInUse', { args: { key: record.snapshotKey ?? record.id, reason: 'a virtual machine has it' }, target: { kind: 'container', id: record.id } });
    return body(rootPath);
  }
  const key = record.snapshotKey;
  if (key === undefined) throw new SiloError('SnapshotNotFound', { args: { key: record.id }, target: { kind: 'container', id: record.id } });
  try {
    await ports.files.prepareRoot(record.id);
    await snapshotter.prepare(key, record.spec.storageBytes);
    const chain = ports.metadata.read((reader) => reader.chainBelow(key));
    if (snapshotter.withRoot !== undefined) return await snapshotter.withRoot(key, chain, rootPath, () => body(rootPath));
    await snapshotter.mount(key, chain, rootPath);
    return await body(rootPath);
  } finally {
    await snapshotter.unmount(rootPath);
    await ports.files.releaseRoot(record.id);
  }
};
