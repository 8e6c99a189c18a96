import type { Params, WireVolume } from '../../contract/index.ts';
import { createVolume, listVolumes, pruneVolumes, removeVolume, type VolumeRequest, type VolumeWithUsers } from '../../engine/index.ts';
import type { Handlers } from './handlers.ts';

const viewVolume = ({ volume, path, containers, sizeBytes }: VolumeWithUsers): WireVolume => ({
  name: volume.id, anonymous: volume.containerId !== '', path, labels: [...volume.labels], containers: [...containers], share: volume.share ?? null, sizeBytes: sizeBytes ?? null, createdAt: volume.createdAt.toISOString(),
});

const prunedActions = { Removed: 'Removed', WouldRemove: 'WouldRemove', Failed: 'Failed', Repaired: 'Removed', WouldRepair: 'WouldRemove' } as const;

const shareOf = ({ credential, ...share }: NonNullable<Params<'volume/create'>['share']>): Pick<VolumeRequest, 'share' | 'credential'> => ({
  share: { ...share, ...(share.userName !== undefined || credential === undefined ? {} : { userName: credential.userName }) },
  credential: credential === undefined ? undefined : { source: share.source, ...credential },
});

/** Methods of volumes. */
export const volumeHandlers: Handlers<'volume/list' | 'volume/create' | 'volume/remove' | 'volume/prune'> = {
  'volume/list': async ({ volumes, size }, { engine }) => ({ items: (await listVolumes(engine.ports, volumes, size ?? false)).map(viewVolume) }),
  'volume/create': async ({ share, ...request }, { engine, signal }) => {
    const { volume, existed } = await createVolume(engine.forChange(), { ...request, ...(share === undefined ? {} : shareOf(share)) }, signal);
    return { volume: viewVolume(volume), existed };
  },
  'volume/remove': async ({ volume, force }, { engine, signal }) => removeVolume(engine.forChange(), volume, force ?? false, signal),
  'volume/prune': async ({ dryRun, olderThan }, { engine, signal }) => {
    const found = await pruneVolumes(engine.forChange(), { dryRun, olderThan: olderThan === undefined ? undefined : new Date(olderThan) }, signal);
    const items = found.map(({ id, sizeBytes, reason, action }) => ({ name: id, sizeBytes, reason, action: prunedActions[action] }));
    return { items, reclaimedBytes: items.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
  },
};
