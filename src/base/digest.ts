import { SiloError } from './silo-error.ts';

/** `sha256:` or `sha512:` and lower-case hex (OCI image specification, descriptor, "Digests"). */
export type Digest = `${'sha256' | 'sha512'}:${string}`;

const pattern = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

export const isDigest = (text: string): text is Digest => pattern.test(text);

/** @throws SiloError DigestInvalid */
export const parseDigest = (text: string): Digest => {
  if (!isDigest(text)) throw new SiloError('DigestInvalid', { args: { digest: text }, target: { kind: 'blob', id: text } });
  return text;
};

export const digestParts = (digest: Digest): { algorithm: 'sha256' | 'sha512'; hex: string } => {
  const colon = digest.indexOf(':');
  return { algorithm: digest.slice(0, colon) as 'sha256' | 'sha512', hex: digest.slice(colon + 1) };
};

/** Twelve digits, as docker prints ids. */
export const shortHex = (digestOrId: string): string => digestOrId.slice(digestOrId.indexOf(':') + 1).slice(0, 12);
