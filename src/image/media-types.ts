/** Media types of OCI images (media-types.md) and of Docker's image manifest v2, schema 2. Anything else is refused. */
export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  gzipLayer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  zstdLayer: 'application/vnd.oci.image.layer.v1.tar+zstd',
} as const;

const dockerManifest = 'application/vnd.docker.distribution.manifest.v2+json';
const dockerList = 'application/vnd.docker.distribution.manifest.list.v2+json';
const dockerConfig = 'application/vnd.docker.container.image.v1+json';

export const isIndexType = (type: string): boolean => type === mediaTypes.index || type === dockerList;
export const isManifestType = (type: string): boolean => type === mediaTypes.manifest || type === dockerManifest;
export const isConfigType = (type: string): boolean => type === mediaTypes.config || type === dockerConfig;
export const isLayerType = (type: string): boolean =>
  /^application\/vnd\.oci\.image\.layer\.(?:nondistributable\.)?v1\.tar(?:\+gzip|\+zstd)?$/.test(type) ||
  /^application\/vnd\.docker\.image\.rootfs\.(?:foreign\.)?diff\.tar(?:\.gzip|\.zstd)?$/.test(type);

export type Compression = 'none' | 'gzip' | 'zstd';

/** By the first bytes (RFC 1952; RFC 8878 with its skippable frames); undefined where they are of another packer that no layer may use. */
export const compressionOf = (start: Uint8Array): Compression | undefined => {
  const hex = Buffer.from(start.subarray(0, 6)).toString('hex');
  if (hex.startsWith('1f8b')) return 'gzip';
  if (/^28b52ffd|^5.2a4d18/.test(hex)) return 'zstd';
  return hex.startsWith('fd377a585a00') || hex.startsWith('425a68') ? undefined : 'none';
};

/** Docker's name of a layer's form as OCI's; the bytes are the same. */
export const ociLayerType = (type: string): string => {
  const match = /^application\/vnd\.docker\.image\.rootfs\.(foreign\.)?diff\.tar(?:\.(gzip|zstd))?$/.exec(type);
  if (match === null) return type;
  const [, foreign, compression] = match;
  return `application/vnd.oci.image.layer.${foreign === undefined ? '' : 'nondistributable.'}v1.tar${compression === undefined ? '' : `+${compression}`}`;
};

export const layerTypes: Readonly<Record<Compression, string>> = { none: mediaTypes.layer, gzip: mediaTypes.gzipLayer, zstd: mediaTypes.zstdLayer };
