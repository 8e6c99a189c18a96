import type { ContainerRecord, MachineRoot, SnapshotKey } from '../core/index.ts';
import { platformOf } from './platform-of.ts';
import type { IsolationTechnology } from './ports.ts';

export interface MachineRootChoice { readonly root: MachineRoot; readonly reason: string }

interface Wish {
  /** Whether it is in the machine of another container, whose disks are those of that one. */
  readonly joins: boolean;
  readonly readOnlyRoot: boolean;
  /** Whether files were put into it from outside, which is over its layers. */
  readonly changed: boolean;
  readonly layers: number;
  /** As many as a machine takes as disks. */
  readonly mostLayers: number;
  /** Why this host makes no disks of layers. */
  readonly obstacle: string | undefined;
}

/**
 * What a utility VM has a container's root from. What it writes to a disk its host
 * does not see while it runs: so disks are for roots that nothing is written to.
 */
export const chooseMachineRoot = ({ joins, readOnlyRoot, changed, layers, mostLayers, obstacle }: Wish): MachineRootChoice => {
  if (joins) return { root: 'Shared', reason: 'it is in the utility VM of another container' };
  if (!readOnlyRoot) return { root: 'Shared', reason: 'its files can be written to, and the host sees them while it runs' };
  if (changed) return { root: 'Shared', reason: 'files were copied into it' };
  if (layers === 0) return { root: 'Shared', reason: 'its image has no layers' };
  if (layers > mostLayers) return { root: 'Shared', reason: `its image has ${layers} layers, and a utility VM takes ${mostLayers} of them as disks` };
  if (obstacle !== undefined) return { root: 'Shared', reason: obstacle };
  return { root: 'Blocks', reason: 'its root is read-only' };
};

interface Root { readonly machineRoot: MachineRoot | undefined; readonly layerImages: readonly string[] | undefined }

/** The disks of a container's root, where its machine takes some; its snapshot is prepared. What is missing of them is made. */
export const machineRootOf = async ({ runtime, snapshotter }: IsolationTechnology, { id, sandboxId, spec }: ContainerRecord, key: SnapshotKey, chain: readonly SnapshotKey[], signal: AbortSignal | undefined): Promise<Root> => {
  const { images } = snapshotter;
  const mostLayers = runtime.mostLayerImages;
  if (mostLayers === undefined || images === undefined) return { machineRoot: undefined, layerImages: undefined };
  const obstacle = images.obstacle();
  const mountPoints = [...platformOf(spec.os).alwaysMounted, ...spec.mounts.map(({ target }) => target)];
  const wish = { joins: sandboxId !== id, readOnlyRoot: spec.readOnlyRoot, changed: false, layers: chain.length, mostLayers, obstacle };
  const changed = chooseMachineRoot(wish).root === 'Blocks' && ((await snapshotter.changes?.(key, chain, { mountPoints, ...(signal === undefined ? {} : { signal }) })) ?? []).length > 0;
  const { root } = chooseMachineRoot({ ...wish, changed });
  return { machineRoot: root, layerImages: root === 'Blocks' ? await images.ensure(chain, signal) : undefined };
};
