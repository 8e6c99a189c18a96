/**
 * The state root on the disk: blobs by digest, locks between engines, metadata in SQLite with its
 * migrations, containers' folders, and logs in CRI's format. It refuses meaning: what a blob is or when
 * something may go is decided above. The composition root makes its classes; the engine calls them
 * through the seams.
 */
export { ContainerFolders } from './container-folders.ts';
export { CriLogReader } from './log/cri-log-reader.ts';
export { FileContentStore } from './file-content-store.ts';
export { linuxLocking, windowsLocking, type FileLocking } from './file-locking.ts';
export { FileLocks } from './file-locks.ts';
export { clearMovedRoot, FolderRoot } from './folder-root.ts';
export { followMoves } from './moved-root.ts';
export { SqliteMetadata } from './sqlite-metadata.ts';
