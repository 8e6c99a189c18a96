import { createHash } from 'node:crypto';
import { digestParts, isDigest, SiloError, type Digest } from '../base/index.ts';
import type { Answer } from './answer.ts';
import { fieldsOf, parseBoundedJson } from './bounded-json.ts';
import { bareType, isIndexType, isManifestType, isSchema1Type, saysNothing } from './media-types.ts';

/** A manifest or index as the registry has it, byte for byte. */
export interface RegistryManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly bytes: Uint8Array;
  /** The registry or mirror that gave it. */
  readonly registry: string;
}

export type ManifestHead = Omit<RegistryManifest, 'bytes'>;

export const digestOf = (bytes: Uint8Array, algorithm: 'sha256' | 'sha512' = 'sha256'): Digest => `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;

const schema1 = (reference: string, mediaType: string): SiloError => new SiloError('ManifestSchemaUnsupported', { args: { reference, mediaType }, target: { kind: 'image', id: reference } });

/** Docker-Content-Digest; undefined where it is missing. Errors: RegistryAnswerInvalid. */
export const announcedDigest = (answer: Answer): Digest | undefined => {
  const text = answer.header('docker-content-digest');
  if (text === undefined) return undefined;
  if (!isDigest(text)) throw answer.invalid('its Docker-Content-Digest is not a digest');
  return text;
};

/** Errors: ManifestSchemaUnsupported, RegistryAnswerInvalid. */
const checkedType = (answer: Answer, reference: string, said: string): string => {
  if (isSchema1Type(said)) throw schema1(reference, said);
  if (!isIndexType(said) && !isManifestType(said)) throw answer.invalid(`'${said.slice(0, 100)}' is not the media type of a manifest or index`);
  return said;
};

/** What a HEAD says; undefined where it says too little. Errors: ManifestSchemaUnsupported, RegistryAnswerInvalid. */
export const readHead = (answer: Answer, reference: string): ManifestHead | undefined => {
  const type = bareType(answer.header('content-type'));
  const digest = announcedDigest(answer);
  const sizeBytes = answer.contentLength;
  if (digest === undefined || sizeBytes === undefined || saysNothing(type)) return undefined;
  return { digest, mediaType: checkedType(answer, reference, type), sizeBytes, registry: answer.registry };
};

/**
 * Checks a manifest's bytes against what was asked for and what the headers say. Its content in full is
 * for src/image to check; here only what could make two readers see two things.
 * Errors: DigestMismatch, ManifestSchemaUnsupported, RegistryAnswerInvalid.
 */
export const readManifest = (answer: Answer, bytes: Uint8Array, reference: string, wanted: Digest | undefined): RegistryManifest => {
  const announced = announcedDigest(answer);
  for (const expected of [wanted, announced]) {
    if (expected === undefined) continue;
    const actual = digestOf(bytes, digestParts(expected).algorithm);
    if (actual !== expected) throw new SiloError('DigestMismatch', { args: { actual, expected }, target: { kind: 'blob', id: expected } });
  }
  let fields: ReadonlyMap<string, unknown> | undefined;
  try {
    fields = fieldsOf(parseBoundedJson(bytes));
  } catch (error) {
    throw answer.invalid(`the manifest is ${error instanceof Error ? error.message : 'not JSON'}`);
  }
  if (fields === undefined) throw answer.invalid('the manifest is not an object');
  const header = bareType(answer.header('content-type'));
  const own = fields.get('mediaType');
  if (fields.get('schemaVersion') === 1) throw schema1(reference, isSchema1Type(header) ? header : 'schema 1');
  if (own !== undefined && typeof own !== 'string') throw answer.invalid('the media type in the manifest is not a text');
  if (saysNothing(header) && own === undefined) throw answer.invalid('neither its headers nor the manifest say what it is');
  const mediaType = checkedType(answer, reference, saysNothing(header) ? (own ?? '') : header);
  if (own !== undefined && own !== mediaType) throw answer.invalid(`its headers say '${mediaType}', and the manifest '${own.slice(0, 100)}'`);
  // A document that can be read both ways means one thing to who scans it and another to who runs it (CVE-2021-41190).
  const looksLike = { index: fields.has('manifests'), manifest: fields.has('layers') || fields.has('config') };
  if (isIndexType(mediaType) ? looksLike.manifest : looksLike.index) throw answer.invalid(`its media type is '${mediaType}', and its content is of another kind`);
  return { digest: wanted ?? announced ?? digestOf(bytes), mediaType, sizeBytes: bytes.length, bytes, registry: answer.registry };
};
