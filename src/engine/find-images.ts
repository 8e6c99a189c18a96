import type { RegistryCredential, RemoteReferrer } from '../core/index.ts';
import type { Ports } from './ports.ts';

export interface FoundImage { readonly registry: string; readonly repository: string; readonly tag: string | null }

const defaultLimit = 1000;

/** A repository's tags, or a registry's repositories. */
export const findImages = async (
  ports: Ports, request: { readonly registry?: string | undefined; readonly repository?: string | undefined; readonly limit?: number | undefined; readonly credential?: RegistryCredential | undefined }, signal?: AbortSignal,
): Promise<readonly FoundImage[]> => {
  const call = { credential: request.credential, signal, limit: request.limit ?? defaultLimit };
  if (request.repository === undefined) {
    const registry = request.registry ?? (await ports.registry.defaultRegistry());
    return (await ports.registry.repositories(registry, call)).map((repository) => ({ registry, repository, tag: null }));
  }
  const reference = await ports.registry.parseReference(request.registry === undefined ? request.repository : `${request.registry}/${request.repository}`);
  return (await ports.registry.tags(reference, call)).map((tag) => ({ registry: reference.registry, repository: reference.repository, tag }));
};

/** What refers to an image in its registry. A tag is resolved first: referrers name digests. */
export const findReferrers = async (ports: Ports, text: string, credential: RegistryCredential | undefined, signal?: AbortSignal): Promise<readonly RemoteReferrer[]> => {
  const reference = await ports.registry.parseReference(text);
  const call = { credential, signal };
  const digest = reference.digest ?? (await ports.registry.manifest(reference, call)).digest;
  return ports.registry.referrers(reference, digest, call);
};
