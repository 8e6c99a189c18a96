import { formatImageReference, parseImageReference, type Digest } from '../base/index.ts';

/**
 * Every image of the store has a reference; one that nobody named has its digest for it, in a repository
 * that no registry can have.
 */
const repository = { registry: 'localhost', repository: 'nameless', tag: undefined } as const;

export const namelessReference = (manifestDigest: Digest): string => formatImageReference({ ...repository, digest: manifestDigest });

export const isNameless = (reference: string): boolean => {
  const parsed = parseImageReference(reference);
  return parsed.registry === repository.registry && parsed.repository === repository.repository && parsed.tag === undefined;
};
