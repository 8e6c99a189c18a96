import { SiloError, isSiloError } from '../base/index.ts';
import type { ContainerRecord } from '../core/index.ts';
import { collectGarbage, isSweepDue, oweSweep } from './collect-garbage.ts';
import { lockName, withContainer } from './container-lock.ts';
import type { Ports } from './ports.ts';
import { releaseTask, settle } from './settle.ts';
import { forgetShareCredentials } from './shares.ts';
import { killTask } from './stop-container.ts';
import { technologyOf } from './technology.ts';
import { releaseVolumes } from './volumes.ts';

/** Removes a container. With `force` a running one is ended first, and one that is not there is no error. */
export const removeContainer = async (
  ports: Ports, reference: string,
  options: { readonly force?: boolean | undefined; readonly keepVolumes?: boolean | undefined } = {},
  signal?: AbortSignal,
): Promise<{ readonly removed: boolean; readonly id: string | null }> => {
  try {
    const id = await withContainer(ports, reference, signal, async (found) => {
      let record = found;
      if (record.state === 'running' || record.state === 'paused') {
        if (options.force !== true) throw new SiloError('ContainerRunning', { args: { id: record.name }, target: { kind: 'container', id: record.id } });
        await killTask(ports, record);
        record = await settle(ports, record);
      }
      await eraseContainer(ports, record, options.keepVolumes ?? false);
      return record.id;
    });
    if (isSweepDue(ports)) await collectGarbage(ports);
    return { removed: true, id };
  } catch (error) {
    if (options.force === true && isSiloError(error, 'ContainerNotFound')) return { removed: false, id: null };
    throw error;
  }
};

/**
 * Takes everything of a stopped container away; the caller holds its lock. The record goes last: until
 * then it says `removing`, and whoever finds it so without a lock does the rest.
 */
export const eraseContainer = async (ports: Ports, record: ContainerRecord, keepVolumes: boolean): Promise<void> => {
  const { snapshotter } = technologyOf(ports.isolations, record);
  if (record.state !== 'removing') await ports.metadata.write((writer) => { writer.updateContainer(record.id, { state: 'removing' }); });
  await releaseTask(ports, record);
  if (record.snapshotKey !== undefined) await snapshotter.remove(record.snapshotKey);
  const volumes = keepVolumes ? [] : await releaseVolumes(ports, record);
  for (const volume of volumes) await ports.volumes.remove(volume);
  await ports.files.remove(record.id);
  await forgetShareCredentials(ports, record);
  await ports.metadata.write((writer) => {
    for (const volume of volumes) writer.deleteVolume(volume);
    if (record.snapshotKey !== undefined) writer.deleteSnapshot(record.snapshotKey);
    writer.deleteContainer(record.id);
    // It was the last to need an image whose name had been removed.
    if (writer.imagesByManifest(record.manifestDigest).length === 0 && writer.containersOfManifest(record.manifestDigest).length === 0) oweSweep(writer);
    writer.appendEvent({ time: ports.clock.now(), kind: 'container/remove', subject: record.id, attributes: [{ name: 'name', value: record.name }] });
  });
  await ports.locks.forget(lockName(record.id));
};
