/**
 * The snapshotter of Linux layers on Windows (LCOW): owns `snapshots/linux/<key>` below the state root, turns a layer's archive
 * into a disk with an ext4 file system, which it writes itself, and makes the disks that containers write to. It reads
 * archives that nobody has checked: all that keeps their entries inside the layer is here. Nothing is mounted on the
 * host; that is a utility VM's. It refuses to know of images, references, containers and machines. Called by the
 * composition root, which hands it to the engine as `Snapshotter`.
 */
export { LcowSnapshotter } from './lcow-snapshotter.ts';
