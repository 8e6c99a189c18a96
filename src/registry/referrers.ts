import { digestParts, isDigest, isSiloError, type Digest } from '../base/index.ts';
import type { Answer } from './answer.ts';
import { fieldsOf } from './bounded-json.ts';

/** A manifest that names another as its subject: a signature, an SBOM (OCI distribution specification, "Listing Referrers"). */
export interface Referrer {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The tag under which referrers stand where the registry has no list of them ("Referrers Tag Schema"). */
export const referrersTag = (digest: Digest): string => {
  const { algorithm, hex } = digestParts(digest);
  return `${algorithm}-${hex}`.slice(0, 128);
};

const readAnnotations = (value: unknown): Readonly<Record<string, string>> => {
  const entries = [...(fieldsOf(value) ?? [])].filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(entries.map(([name, text]) => [name.toWellFormed(), text.toWellFormed()]));
};

/** The descriptors of an index. Errors: RegistryAnswerInvalid. */
export const readReferrers = (fields: ReadonlyMap<string, unknown>, answer: Pick<Answer, 'invalid'>): readonly Referrer[] => {
  const list = fields.get('manifests') ?? [];
  if (!Array.isArray(list)) throw answer.invalid('the list of referrers is not a list');
  return list.map((item: unknown) => {
    const one = fieldsOf(item);
    const digest = one?.get('digest');
    const mediaType = one?.get('mediaType');
    const sizeBytes = one?.get('size');
    const artifactType = one?.get('artifactType');
    if (typeof digest !== 'string' || !isDigest(digest) || typeof mediaType !== 'string' || typeof sizeBytes !== 'number' || !Number.isSafeInteger(sizeBytes) || sizeBytes < 0) throw answer.invalid('an entry of the list of referrers is no descriptor');
    return { digest, mediaType: mediaType.toWellFormed(), sizeBytes, artifactType: typeof artifactType === 'string' ? artifactType.toWellFormed() : undefined, annotations: readAnnotations(one?.get('annotations')) };
  });
};

/** What a manifest says of itself, for the list of its subject; undefined where it has no subject. */
export const describeReferrer = (fields: ReadonlyMap<string, unknown> | undefined, digest: Digest, mediaType: string, sizeBytes: number): { readonly subject: Digest; readonly referrer: Referrer } | undefined => {
  const subject = fieldsOf(fields?.get('subject'))?.get('digest');
  if (typeof subject !== 'string' || !isDigest(subject)) return undefined;
  const artifactType = fields?.get('artifactType') ?? fieldsOf(fields?.get('config'))?.get('mediaType');
  return { subject, referrer: { digest, mediaType, sizeBytes, artifactType: typeof artifactType === 'string' ? artifactType : undefined, annotations: readAnnotations(fields?.get('annotations')) } };
};

export const isMissing = (error: unknown): boolean => isSiloError(error, 'TagNotFound') || isSiloError(error, 'RepositoryNotFound');
