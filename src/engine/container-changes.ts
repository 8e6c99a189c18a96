import { SiloError } from '../base/index.ts';
import type { FileChange } from '../core/index.ts';
import { withContainer } from './container-lock.ts';
import { platformOf } from './platform-of.ts';
import type { Ports } from './ports.ts';
import { technologyOf } from './technology.ts';

/** What a container changed in its root file system, by name. Volumes are no part of it. */
export const containerChanges = (ports: Ports, reference: string, signal?: AbortSignal): Promise<readonly FileChange[]> =>
  withContainer(ports, reference, signal, async (record) => {
    const { snapshotter } = technologyOf(ports.isolations, record);
    if (snapshotter.changes === undefined) throw new SiloError('OptionUnsupported', { args: { option: 'A list of changed files', reason: `containers of ${record.runtime} tell none` } });
    const key = record.snapshotKey;
    if (key === undefined) return [];
    // A container that never ran has no folder yet.
    await snapshotter.prepare(key, record.spec.storageBytes);
    return snapshotter.changes(key, ports.metadata.read((reader) => reader.chainBelow(key)), {
      mountPoints: [...platformOf(record.spec.os).alwaysMounted, ...record.spec.mounts.map((mount) => mount.target)],
      ...(signal === undefined ? {} : { signal }),
    });
  });
