import type { Digest } from '../base/index.ts';
import type { ContentStore } from '../core/index.ts';
import type { ArchiveLayer } from './archive-image.ts';
import { chainIds } from './chain-id.ts';
import { parseImageConfig } from './image-config.ts';
import { documentLimitBytes, JsonObject, manifestInvalid, parseJsonObject } from './json-document.ts';
import { parseManifest } from './manifest.ts';

export interface HistoryStep {
  readonly createdAt: Date | undefined;
  readonly createdBy: string;
  readonly comment: string;
  readonly author: string;
  /** Undefined where the step changed only the configuration. */
  readonly layer: ChainedLayer | undefined;
}

export interface ChainedLayer extends ArchiveLayer { readonly chainId: Digest }

/** The layers of a stored image, the lowest first. Errors: BlobNotFound, ManifestInvalid. */
export const readLayers = async (content: ContentStore, manifestDigest: Digest): Promise<readonly ChainedLayer[]> => (await readDocuments(content, manifestDigest)).layers;

/**
 * The steps that made a stored image, the oldest first. Each layer is a step also where its maker told
 * nothing of it. Errors: BlobNotFound, ManifestInvalid.
 */
export const readHistory = async (content: ContentStore, manifestDigest: Digest): Promise<readonly HistoryStep[]> => {
  const { layers, config } = await readDocuments(content, manifestDigest);
  const told = (config.list('history') ?? []).map((item, index) => new JsonObject(item, `history[${index}]`));
  const steps: HistoryStep[] = [];
  const left = [...layers];
  for (const entry of told) {
    const created = new Date(entry.text('created') ?? Number.NaN);
    steps.push({
      createdAt: Number.isNaN(created.getTime()) ? undefined : created,
      createdBy: entry.text('created_by') ?? '',
      comment: entry.text('comment') ?? '',
      author: entry.text('author') ?? '',
      layer: entry.value('empty_layer') === true ? undefined : left.shift(),
    });
  }
  return [...steps, ...left.map((layer) => ({ createdAt: undefined, createdBy: '', comment: '', author: '', layer }))];
};

const readDocuments = async (content: ContentStore, manifestDigest: Digest): Promise<{ readonly layers: readonly ChainedLayer[]; readonly config: JsonObject }> => {
  const manifest = parseManifest(await content.readAll(manifestDigest, documentLimitBytes));
  if (manifest.kind !== 'manifest') throw manifestInvalid(`${manifestDigest} is an index where a manifest was expected`);
  const bytes = await content.readAll(manifest.config.digest, documentLimitBytes);
  const { diffIds } = parseImageConfig(bytes);
  if (diffIds.length !== manifest.layers.length) throw manifestInvalid(`the manifest has ${manifest.layers.length} layers, and its configuration names ${diffIds.length}`);
  const chain = chainIds(diffIds);
  return {
    layers: manifest.layers.map(({ digest, mediaType, sizeBytes }, index) => ({ digest, mediaType, sizeBytes, diffId: diffIds[index] as Digest, chainId: chain[index] as Digest })),
    config: parseJsonObject(bytes, 'configuration'),
  };
};
