/**
 * Layers as archives, whatever a snapshotter makes of them: reads a stored layer while it arrives
 * (gzip, zstd, tar), writes tar headers, and keeps the worker threads in which both is done. It takes
 * archives for what strangers sent: bounds, digests and names are checked here. It refuses to know where
 * an entry goes or comes from. Called by the snapshotters, in their worker threads, and by builds.
 */
export { bytePath, cPath, layerComponents, readablePath } from './byte-path.ts';
export { diffPieces } from './diff-pieces.ts';
export { answerJobs, type JobHandler } from './job-port.ts';
export type { PieceJob } from './layer-job.ts';
export { measureFolder } from './measure-folder.ts';
export { PieceWriter } from './piece-writer.ts';
export { namedLayerError, readLayer, type LayerFile, type LayerWatch } from './read-layer.ts';
export { LayerWorkers } from './layer-workers.ts';
export { SparseLayout } from './sparse-layout.ts';
export { archiveInvalid, type ByteString, type TarEntry, type TarType } from './tar-header.ts';
export type { TarVisitor } from './tar-reader.ts';
export { archiveEnd, paddingAfter, paxRecord, tarEntryHeader, ustarHeader, type WrittenEntry } from './tar-writer.ts';
