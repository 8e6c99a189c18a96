import { isDigest, type Digest } from './digest.ts';
import { SiloError } from './silo-error.ts';

/** A normalised image reference (the grammar of the distribution project's `reference` package). */
export interface ImageReference {
  /** Host with an optional port; `docker.io` where none was given. */
  readonly registry: string;
  /** Path within the registry; `library/` is put before single names of docker.io. */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: Digest | undefined;
}

const component = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const hostPattern = /^(?:(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])(?:\.(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]))*|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?$/;

/**
 * Reads `[registry/]repository[:tag][@digest]`. Without tag and digest the tag is `latest`.
 * @throws SiloError ImageReferenceInvalid
 */
export const parseImageReference = (text: string): ImageReference => {
  const fail = (reason: string): never => {
    throw new SiloError('ImageReferenceInvalid', { args: { reference: text, reason }, target: { kind: 'image', id: text } });
  };
  if (text.length === 0) fail('it is empty');
  if (text.length > 512) fail('it is longer than 512 characters');
  let rest = text;
  let digest: Digest | undefined;
  const at = rest.indexOf('@');
  if (at >= 0) {
    const candidate = rest.slice(at + 1);
    if (!isDigest(candidate)) return fail(`'${candidate}' is not a digest`);
    digest = candidate;
    rest = rest.slice(0, at);
  }
  let tag: string | undefined;
  const colon = rest.lastIndexOf(':');
  if (colon > rest.lastIndexOf('/')) {
    tag = rest.slice(colon + 1);
    rest = rest.slice(0, colon);
    if (!tagPattern.test(tag)) fail(`'${tag}' is not a tag`);
  }
  let registry = 'docker.io';
  const slash = rest.indexOf('/');
  const first = slash < 0 ? '' : rest.slice(0, slash);
  if (first !== '' && (first.includes('.') || first.includes(':') || first === 'localhost' || first !== first.toLowerCase())) {
    if (!hostPattern.test(first)) fail(`'${first}' is not a host name`);
    registry = first === 'index.docker.io' ? 'docker.io' : first;
    rest = rest.slice(slash + 1);
  }
  const components = rest.split('/');
  for (const part of components) if (!component.test(part)) fail(part === '' ? 'a part of the repository name is empty' : `'${part}' is not a repository name`);
  if (rest.length > 255) fail('the repository name is longer than 255 characters');
  if (registry === 'docker.io' && components.length === 1) rest = `library/${rest}`;
  return { registry, repository: rest, tag: tag ?? (digest === undefined ? 'latest' : undefined), digest };
};

/** The full, normalised text: the form that the store keeps. */
export const formatImageReference = (reference: ImageReference): string =>
  `${reference.registry}/${reference.repository}${reference.tag === undefined ? '' : `:${reference.tag}`}${reference.digest === undefined ? '' : `@${reference.digest}`}`;

/** The short text that people type: `docker.io/library/` is left out. */
export const familiarImageReference = (reference: ImageReference): string => {
  const full = formatImageReference(reference);
  return full.startsWith('docker.io/library/') ? full.slice('docker.io/library/'.length) : full.startsWith('docker.io/') ? full.slice('docker.io/'.length) : full;
};
