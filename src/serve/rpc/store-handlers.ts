import { commitContainer, exportImages, imageHistory, listLayers, measureStore, moveStore, optimizeStore, repairOnRequest, tagImage } from '../../engine/index.ts';
import type { Handlers } from './handlers.ts';
import { viewImage } from './views.ts';

/** Methods that make images of what is here, and keep the store in order. */
export const storeHandlers: Handlers<'container/commit' | 'image/export' | 'image/tag' | 'image/history' | 'image/layers' | 'store/get' | 'store/optimize' | 'store/repair' | 'store/move'> = {
  'container/commit': async (params, { engine, signal, progress }) => ({ image: viewImage(await commitContainer(engine.forChange(), params, progress, signal)) }),
  'image/export': async (params, { engine, signal, progress }) => {
    const { path, sizeBytes, digests } = await exportImages(engine.forChange(), params, progress, signal);
    return { path, sizeBytes, digests: [...digests] };
  },
  'store/get': async (_, { engine, signal }) => {
    const { fileSystem, capacityBytes, freeBytes, content, layers, containers, volumes, buildCacheBytes, logBytes, reclaimableBytes } = await measureStore(engine.forChange(), signal);
    return {
      path: engine.root, fileSystem: fileSystem ?? null, capacityBytes, freeBytes, contentCount: content.count, contentBytes: content.sizeBytes, layerCount: layers.count, layerBytes: layers.sizeBytes,
      containerCount: containers.count, containerBytes: containers.sizeBytes, volumeCount: volumes.count, volumeBytes: volumes.sizeBytes, buildCacheBytes, logBytes, reclaimableBytes,
    };
  },
  'store/optimize': async ({ olderThan, ...params }, { engine, signal }) => {
    const items = await optimizeStore(engine.forChange(), { ...params, olderThan: olderThan === undefined ? undefined : new Date(olderThan) }, signal);
    return { items: [...items], reclaimedBytes: items.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
  },
  'store/repair': async (params, { engine, signal, progress }) => ({ items: [...await repairOnRequest(engine.forChange(), params, progress, signal)] }),
  'store/move': async (params, { engine, signal, progress }) => moveStore(engine.forChange(), engine.root, params, progress, signal),
  'image/tag': async ({ image, reference, force }, { engine, signal }) => ({ image: viewImage(await tagImage(engine.forChange(), image, reference, force ?? false, signal)) }),
  'image/history': async ({ image }, { engine }) => ({
    items: (await imageHistory(engine.ports, image)).map(({ createdAt, createdBy, comment, author, layer, sizeBytes }) =>
      ({ createdAt: createdAt?.toISOString() ?? null, createdBy, comment, author, emptyLayer: layer === undefined, digest: layer?.digest ?? null, sizeBytes })),
  }),
  'image/layers': async (params, { engine }) => ({
    items: (await listLayers(engine.ports, params)).map(({ stored, diffId, chainId, unpackedBytes, images }) => ({
      digest: stored?.digest ?? null, diffId, chainId, mediaType: stored?.mediaType ?? null, storedBytes: stored?.sizeBytes ?? null,
      sizeBytes: unpackedBytes ?? null, images: [...images], unpacked: unpackedBytes !== undefined,
    })),
  }),
};
