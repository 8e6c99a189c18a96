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
  if (record.state === 'running' || record.state === 'paused') return body(rootPath);
  const { snapshotter } = technologyOf(ports.isolations, record);
  const key = record.snapshotKey;
  if (key === undefined) throw new SiloError('SnapshotNotFound', { args: { key: record.id }, target: { kind: 'container', id: record.id } });
  try {
    await ports.files.prepareRoot(record.id);
    await snapshotter.prepare(key, record.spec.storageBytes);
    await snapshotter.mount(key, ports.metadata.read((reader) => reader.chainBelow(key)), rootPath);
    return await body(rootPath);
  } finally {
    await snapshotter.unmount(rootPath);
    await ports.files.releaseRoot(record.id);
  }
};
