/**
 * Volumes as folders of the state root: owns `volumes/<id>`, and fills a new one from the image. It
 * refuses to know which container uses what (Metadata), and mounts nothing but folders of volumes. The composition root makes it;
 * the engine calls it through the seam `Volumes`.
 */
export { BoundParts } from './bound-parts.ts';
export { copyOnLinux, type FolderCopy } from './copy-folder.ts';
export { FolderVolumes } from './folder-volumes.ts';
export { copyOnWindows } from './robocopy.ts';
