/**
 * The overlay snapshotter (Linux): owns `snapshots/<key>` below the state root, unpacks layers into it
 * in worker threads, and mounts stacks of them. It reads archives that nobody has checked: all that
 * keeps their entries inside the layer's folder is here. It refuses to know of images, digests other
 * than the layer's own, references and containers; what belongs to what is told by the caller.
 * Called by the composition root, which hands it to the engine as `Snapshotter`. `layer-worker.ts` is
 * bundled as a file of its own.
 */
export { imagesObstacle } from './layer-image.ts';
export { OverlaySnapshotter } from './overlay-snapshotter.ts';
