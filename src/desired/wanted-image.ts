import { formatImageReference, type ImageReference } from '../base/index.ts';
import type { ImageRecord, RegistryCredential } from '../core/index.ts';
import { pullImage } from '../engine/index.ts';
import type { Work } from './desired.ts';

export type PullPolicy = 'Missing' | 'Always' | 'Never';

/** The name under which the store keeps what a reference gets: a tag stays a name also beside a digest. */
export const storedName = (reference: ImageReference): string => formatImageReference(reference.tag === undefined ? reference : { ...reference, digest: undefined });

/** Whether the registry has another image under the reference than the one that came from there. Errors: those of Registry. */
export const isOutdated = async ({ engine, signal }: Work, image: ImageRecord, text: string, credential: RegistryCredential | undefined): Promise<boolean> => {
  const reference = await engine.ports.registry.parseReference(text);
  const { digest } = await engine.ports.registry.manifest(reference, { credential, signal });
  return image.sourceDigest !== digest && image.manifestDigest !== digest;
};

/** Has the image on this host by its policy. Errors: ImageNotFound where the policy is Never, and those of a pull. */
export const bringImage = async ({ engine, signal, progress }: Work, reference: string, policy: PullPolicy, credential: RegistryCredential | undefined): Promise<void> => {
  await pullImage(engine.forChange(), { reference, policy, credential }, progress, signal);
};
