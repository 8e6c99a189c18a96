import { isSiloError } from '../base/index.ts';
import type { NameValue } from '../core/index.ts';
import { createVolume, listVolumes, relabelVolume, removeVolume, type VolumeWithUsers } from '../engine/index.ts';
import type { DesiredKind, Found } from './desired.ts';
import { differingNames } from './differing-names.ts';

/** A volume as it shall be. */
export interface VolumeWish {
  readonly name: string;
  readonly exist?: boolean | undefined;
  readonly labels?: readonly NameValue[] | undefined;
}

/** Volumes, by their names. */
export const desiredVolume: DesiredKind<VolumeWish, VolumeWithUsers> = {
  async find({ engine }, wish): Promise<Found<VolumeWithUsers>> {
    try {
      const [state] = await listVolumes(engine.ports, [wish.name], false);
      const names = wish.labels === undefined || state === undefined ? [] : differingNames(wish.labels, state.volume.labels);
      return { state, differences: names.length === 0 ? [] : [{ property: 'labels', change: 'InPlace', reason: `these labels differ: ${names.join(', ')}` }] };
    } catch (error) {
      if (isSiloError(error, 'VolumeNotFound')) return { state: undefined, differences: [] };
      throw error;
    }
  },

  async change({ engine, signal }, wish, { state }) {
    if (state === undefined) await createVolume(engine.forChange(), { name: wish.name, labels: wish.labels, ifNotExists: true }, signal);
    else await relabelVolume(engine.forChange(), wish.name, wish.labels ?? [], signal);
  },

  async remove({ engine, signal }, wish) { await removeVolume(engine.forChange(), wish.name, true, signal); },

  list: async ({ engine }) => (await listVolumes(engine.ports, undefined, false)).filter(({ volume }) => volume.containerId === ''),
};
