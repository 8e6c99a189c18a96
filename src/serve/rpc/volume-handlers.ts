import type { WireVolume } from '../../contract/index.ts';
import { createVolume, listVolumes, pruneVolumes, removeVolume, type VolumeWithUsers } from '../../engine/index.ts';
import type { Handlers } from './handlers.ts';

const viewVolume = ({ volume, path, containers, sizeBytes }: VolumeWithUsers): WireVolume => ({
  name: volume.id, anonymous: volume.containerId !== '', path, labels: [...volume.labels], containers: [...containers], sizeBytes: sizeBytes ?? null, createdAt: volume.createdAt.toISOString(),
});

const prunedActions = { Removed: 'Removed', WouldRemove: 'WouldRemove', Failed: 'Failed', Repaired: 'Removed', WouldRepair: 'WouldRemove' } as const;

/** Methods of volumes. */
export const volumeHandlers: Handlers<'volume/list' | 'volume/create' | 'volume/remove' | 'volume/prune'> = {
  'volume/list': async ({ volumes, size }, { engine }) => ({ items: (await listVolumes(engine.ports, volumes, size ?? false)).map(viewVolume) }),
  'volume/create': async (request, { engine, signal }) => {
    const { volume, existed } = await createVolume(engine.forChange(), request, signal);
    return { volume: viewVolume(volume), existed };
  },
  'volume/remove': async ({ volume, force }, { engine, signal }) => removeVolume(engine.forChange(), volume, force ?? false, signal),
  'volume/prune': async ({ dryRun, olderThan }, { engine, signal }) => {
    const found = await pruneVolumes(engine.forChange(), { dryRun, olderThan: olderThan === undefined ? undefined : new Date(olderThan) }, signal);
    const items = found.map(({ id, sizeBytes, reason, action }) => ({ name: id, sizeBytes, reason, action: prunedActions[action] }));
    return { items, reclaimedBytes: items.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
  },
};
