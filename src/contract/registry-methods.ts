import { Type } from 'typebox';
import { image } from './image.ts';
import type { MethodDefinition } from './method.ts';
import { progressToken } from './parameters.ts';
import { count, flag, list, nullable, oneOf, optional, record, text } from './schema.ts';

const imageRef = text('Reference or id of an image of this host.');

/** Sent over the connection only; never stored, logged or answered. */
export const credential = record({ userName: text('Name.'), secret: text('Password or token.') }, 'Credential for a registry.');

const compatibility = record({
  platform: text('Platform of the image.'),
  imageBuild: nullable(text('Windows build of the image.')),
  hostBuild: nullable(text('Windows build of the host; null on other hosts.')),
  processIsolation: flag('Whether it runs process-isolated here.'),
  hyperVIsolation: flag('Whether it runs Hyper-V isolated here.'),
  reason: text('Why.'),
  suggestedTag: nullable(text('A tag that would run here.')),
});

const define = <const T extends Record<string, MethodDefinition>>(table: T): T => table;

export const registryErrors = ['ImageReferenceInvalid', 'RegistryUnreachable', 'RegistryLoginRequired', 'RegistryAccessDenied', 'RegistryRateLimited', 'RegistryAnswerInvalid', 'StoreBusy', 'ElevationRequired'] as const;

/** Methods that speak to registries. */
export const registryMethods = define({
  'image/pull': {
    summary: 'Gets an image from a registry, checked against this host before a layer moves.',
    params: record({
      reference: text('Reference; the default registry where none is named.'),
      platform: optional(text('os/architecture[/variant] instead of the host\'s, or `all` to mirror every platform.')),
      osVersion: optional(text('Windows build to choose from an index.')),
      referrers: optional(flag('Brings signatures, SBOMs and whatever else refers to the image.')),
      credential: optional(credential),
      policy: optional(oneOf(['Missing', 'Always', 'Never'], 'When to ask the registry; Always where left out.')),
      progressToken,
    }),
    result: record({ images: list(image), changed: flag('False where the host had it already.') }),
    readOnly: false,
    errors: [...registryErrors, 'MountNamespacePrivate', 'ImageNotFound', 'ImagePlatformMismatch', 'ManifestInvalid', 'DigestMismatch', 'SizeMismatch', 'ArchivePathUnsafe', 'ArchiveTooLarge', 'LayerEntryUnsupported', 'DiskFull', 'PlatformInvalid'],
  },
  'image/push': {
    summary: 'Puts an image into a registry.',
    params: record({
      image: imageRef,
      destination: optional(text("Reference to push to; the image's own where left out.")),
      credential: optional(credential),
      allPlatforms: optional(flag('Pushes every platform that was pulled, and what refers to them.')),
      includeForeignLayers: optional(flag('Pushes layers that name a URL as their source, too.')),
      progressToken,
    }),
    result: record({ reference: text('Where it is now.'), digest: text('Digest of the manifest.'), uploadedBytes: count('Bytes sent.'), skippedLayers: count('Layers that the registry had, or that are foreign.') }),
    readOnly: false,
    errors: [...registryErrors, 'MountNamespacePrivate', 'ImageNotFound', 'BlobNotFound', 'IdAmbiguous'],
  },
  'image/referrers': {
    summary: 'What refers to an image in its registry: signatures, SBOMs, attestations.',
    params: record({ reference: text('Reference of the image in its registry.'), credential: optional(credential) }),
    result: record({ items: list(record({ digest: text('Digest of the artifact.'), artifactType: nullable(text('Type of the artifact.')), mediaType: text('Media type of its manifest.'), sizeBytes: count('Size of its manifest, in bytes.') })) }),
    readOnly: true,
    errors: registryErrors,
  },
  'image/find': {
    summary: "A registry's repositories, or a repository's tags.",
    params: record({ registry: optional(text('Registry; the default one where left out.')), repository: optional(text('Repository whose tags are wanted.')), limit: optional(Type.Integer({ minimum: 1, maximum: 10000 })), credential: optional(credential) }),
    result: record({ items: list(record({ registry: text('Registry.'), repository: text('Repository.'), tag: nullable(text('Tag; null where repositories are listed.')) })) }),
    readOnly: true,
    errors: registryErrors,
  },
  'image/test': {
    summary: 'Whether an image is whole, and whether it runs on this host.',
    params: record({ image: text('Reference or id; one that is not here is looked up in its registry, without its layers.'), credential: optional(credential), progressToken }),
    result: record({ reference: text('Reference.'), local: flag('Whether it is on this host.'), intact: nullable(flag('Whether every blob has its digest; null where it is not here.')), damaged: list(Type.String(), { description: 'Digests of blobs that are missing or damaged.' }), compatibility }),
    readOnly: true,
    errors: [...registryErrors, 'ImageNotFound', 'IdAmbiguous', 'ManifestInvalid'],
  },
  'registry/connect': { summary: 'Checks a credential, and keeps it: with the credential helper that Docker\'s config.json names, or for the life of this engine.', params: record({ registry: text('Registry.'), credential }), result: record({ registry: text('Registry.'), userName: text('Name.'), kept: oneOf(['CredentialHelper', 'Engine'], 'Where it is kept: never in clear on a disk.') }), readOnly: false, errors: registryErrors },
  'registry/disconnect': { summary: 'Forgets a credential.', params: record({ registry: text('Registry.') }), result: record({ removed: flag('False where none was kept.') }), readOnly: false, errors: registryErrors },
});
