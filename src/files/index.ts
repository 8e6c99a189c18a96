/**
 * Files between a container and its host: a tree of files that is walked by held descriptors, and copies
 * from one tree to another. It refuses to know what a container is, to mount anything, and to follow a link
 * out of the tree it was given. Called by the engine through the seam FileTransfer.
 */
export { LinuxFileTransfer } from './linux-file-transfer.ts';
