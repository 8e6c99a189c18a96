import { SiloError, type Digest } from '../base/index.ts';
import type { Endpoint } from './endpoint.ts';

/** A repository of a registry, as references name it; an ImageReference is one. */
export interface Repository {
  readonly registry: string;
  readonly repository: string;
}

const path = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

const invalid = (text: string, reason: string): SiloError => new SiloError('ImageReferenceInvalid', { args: { reference: text, reason }, target: { kind: 'image', id: text } });

/** An address below `/v2/<repository>/`. Errors: ImageReferenceInvalid: nothing that is no name gets into an address. */
export const repositoryUrl = (endpoint: Endpoint, { repository }: Pick<Repository, 'repository'>, rest: string): URL => {
  if (repository.length > 255 || !path.test(repository)) throw invalid(repository, 'it is not a repository name');
  return new URL(`/v2/${repository}/${rest}`, endpoint.base);
};

export const blobUrl = (endpoint: Endpoint, repository: Repository, digest: Digest): URL => repositoryUrl(endpoint, repository, `blobs/${digest}`);

/** @param name a tag or a digest. */
export const manifestUrl = (endpoint: Endpoint, repository: Repository, name: string): URL => {
  if (!name.includes(':') && !tagPattern.test(name)) throw invalid(name, 'it is not a tag');
  return repositoryUrl(endpoint, repository, `manifests/${name}`);
};

export const pullScope = ({ repository }: Repository): string => `repository:${repository}:pull`;
export const pushScope = ({ repository }: Repository): string => `repository:${repository}:pull,push`;
export const deleteScope = ({ repository }: Repository): string => `repository:${repository}:pull,delete`;
export const catalogScope = 'registry:catalog:*';

export const showName = ({ repository }: Repository, name: string): string => `${repository}${name.includes(':') ? '@' : ':'}${name}`;
