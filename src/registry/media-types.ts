/** Manifests and indexes of OCI (image specification, media-types.md) and of Docker's schema 2. */
const indexTypes = ['application/vnd.oci.image.index.v1+json', 'application/vnd.docker.distribution.manifest.list.v2+json'] as const;
const manifestTypes = ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.docker.distribution.manifest.v2+json'] as const;

export const ociIndexType = indexTypes[0];
export const manifestAccept = [...manifestTypes, ...indexTypes].join(', ');

export const isIndexType = (type: string): boolean => indexTypes.some((known) => known === type);
export const isManifestType = (type: string): boolean => manifestTypes.some((known) => known === type);
/** Docker's first schema, given up in 2017: no digests of configurations, and signatures inside. */
export const isSchema1Type = (type: string): boolean => /^application\/vnd\.docker\.distribution\.manifest\.v1\+(?:json|prettyjws)$/.test(type);
/** What servers say that know nothing of the content. */
export const saysNothing = (type: string): boolean => ['', 'application/json', 'application/octet-stream', 'text/plain'].includes(type);

/** A Content-Type without its parameters, in lower case. */
export const bareType = (header: string | undefined): string => (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
