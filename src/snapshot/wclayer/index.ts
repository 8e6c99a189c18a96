/**
 * The snapshotter of Windows layers: owns `snapshots/<key>` below the state root, puts layers together with the
 * Host Compute Service's storage functions, and shows a chain of them in a scratch disk's volume. It reads
 * archives that nobody has checked: all that keeps their entries inside the layer's folder is here. It refuses
 * to know of images, references and containers. Called by the composition root, which hands it to the engine
 * as `Snapshotter`. Nothing here asks which system this is: the libraries that are named to it do the work.
 */
export { WclayerSnapshotter, type WclayerOptions } from './wclayer-snapshotter.ts';
export { ScratchVolumes } from './scratch-volumes.ts';
export type { ScratchHolder } from './layer-job.ts';
export type { StorageLibraries } from './layer-storage.ts';
