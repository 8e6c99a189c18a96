/**
 * Images as documents and archives: manifests, indexes and configurations read from hostile bytes, the
 * choice of a platform, chain ids, and the import of archives into a ContentStore. It refuses to unpack
 * layers (Snapshotter), to give names in the store (Metadata), and every decision of policy. Called by
 * the engine.
 */
export { ArchiveImporter } from './archive-importer.ts';
export type { ArchiveImage, ArchiveImportRequest, ArchiveLayer, RootFileSystemConfig } from './archive-image.ts';
export { chainIds } from './chain-id.ts';
export { parseImageConfig, parseImageDefaults, type ImageDefaults } from './image-config.ts';
export { readHistory, readLayers, type ChainedLayer, type HistoryStep } from './image-history.ts';
export { writeArchive, type ExportedImage } from './archive-writer.ts';
export { clearUnfinished, writeArchiveAt, writeFileAt } from './archive-output.ts';
export { deriveImage } from './derive-image.ts';
export { BlobIntake, type IntakeWatch } from './blob-intake.ts';
export { hostVerdict, imageCompatibility, imageVerdict, joinReasons, type Availability, type Compatibility, type EffectiveIsolation, type ImageHost, type ImageVerdict } from './compatibility.ts';
export { documentsProcessIsolation, parseWindowsVersion } from './windows-compatibility.ts';
export { resolveImage, type BlobSource } from './image-sources.ts';
export type { Descriptor } from './manifest.ts';
export { isLayerType } from './media-types.ts';
export { choosePlatform } from './choose-platform.ts';
export { parseManifest } from './manifest.ts';
export { isTarArchive, plainName, tarEntries } from './tar-entries.ts';
export { storeImage, type ImageLayer } from './store-image.ts';
export { packLayer } from './pack-layer.ts';
export { linkedBlobs, type LinkedBlobs } from './linked-blobs.ts';
export { documentLimitBytes, manifestInvalid } from './json-document.ts';
