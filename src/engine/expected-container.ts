import { SiloError, isSiloError, type Digest } from '../base/index.ts';
import type { ContainerRecord, ContainerSpec, ImageRecord } from '../core/index.ts';
import { documentLimitBytes, parseManifest } from '../image/index.ts';
import type { NetworkingRequest } from './container-networking.ts';
import { resolveSpec, type CreateRequest } from './container-spec.ts';
import type { ImageConfigs } from './image-configs.ts';
import { findImage } from './image-lookup.ts';
import type { Ports } from './ports.ts';

export interface ExpectedContainer {
  /** What the reference of the request names on this host; undefined where it names nothing here. */
  readonly image: ImageRecord | undefined;
  /** Without networks and ports, which a container may change; volumes of its own have the source ''. */
  readonly spec: ContainerSpec;
}

const localImage = (ports: Ports, reference: string): ImageRecord | undefined => {
  try {
    return ports.metadata.read((reader) => findImage(reader, reference));
  } catch (error) {
    if (isSiloError(error, 'ImageNotFound')) return undefined;
    throw error;
  }
};

const configDigestOf = async (ports: Ports, manifestDigest: Digest): Promise<Digest> => {
  const manifest = parseManifest(await ports.content.readAll(manifestDigest, documentLimitBytes));
  if (manifest.kind !== 'manifest') throw new SiloError('ManifestInvalid', { args: { reason: `${manifestDigest} is an index` } });
  return manifest.config.digest;
};

/**
 * What a container that is there would be, were it made now by that request: its image's defaults merged as
 * container/create does. Nothing is changed. Where the image is gone the one that the container stands on counts.
 */
export const expectedContainer = async (
  ports: Ports, configs: ImageConfigs, request: Omit<CreateRequest, 'name' | keyof NetworkingRequest>, existing: ContainerRecord,
): Promise<ExpectedContainer> => {
  const image = localImage(ports, request.image);
  const defaults = await configs.defaults(image?.configDigest ?? await configDigestOf(ports, existing.manifestDigest));
  const spec = resolveSpec(
    { ...request, terminal: existing.spec.terminal }, defaults, image?.reference ?? existing.spec.imageReference, existing.id, () => '',
    { container: image?.platform.os ?? existing.spec.os ?? 'linux', host: ports.host.os }, { mode: existing.spec.network, networking: undefined },
  );
  return { image, spec };
};
