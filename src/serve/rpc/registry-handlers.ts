import { formatPlatform } from '../../base/index.ts';
import { findImages, findReferrers, pullImage, pushImage, testImage, type ImageTest } from '../../engine/index.ts';
import type { Handlers } from './handlers.ts';
import { viewImage } from './views.ts';

const viewTest = (test: ImageTest) => ({
  reference: test.reference,
  local: test.local,
  intact: test.intact ?? null,
  damaged: [...test.damaged],
  compatibility: {
    platform: formatPlatform(test.platform),
    imageBuild: test.compatibility.imageBuild === undefined ? null : String(test.compatibility.imageBuild),
    hostBuild: test.compatibility.hostBuild === undefined ? null : String(test.compatibility.hostBuild),
    processIsolation: test.compatibility.processIsolation,
    hyperVIsolation: test.compatibility.hyperVIsolation,
    reason: test.compatibility.reason,
    suggestedTag: test.compatibility.suggestedTag ?? null,
  },
});

/** Methods that speak to registries. */
export const registryHandlers: Handlers<'image/pull' | 'image/push' | 'image/find' | 'image/referrers' | 'image/test' | 'registry/connect' | 'registry/disconnect'> = {
  'image/pull': async (params, { engine, signal, progress }) => {
    const { images, changed } = await pullImage(engine.forChange(), params, progress, signal);
    return { images: images.map(viewImage), changed };
  },
  'image/push': async (params, { engine, signal, progress }) => pushImage(engine.forChange(), params, progress, signal),
  'image/find': async (params, { engine, signal }) => ({ items: [...await findImages(engine.ports, params, signal)] }),
  'image/referrers': async ({ reference, credential }, { engine, signal }) => ({
    items: (await findReferrers(engine.ports, reference, credential, signal)).map((referrer) => ({ ...referrer, artifactType: referrer.artifactType ?? null })),
  }),
  'image/test': async ({ image, credential }, { engine, signal, progress }) => viewTest(await testImage(engine.ports, image, credential, progress, signal)),
  'registry/connect': async ({ registry, credential }, { engine, signal }) => ({ registry, userName: credential.userName, kept: await engine.ports.registry.connect(registry, credential, signal) }),
  'registry/disconnect': async ({ registry }, { engine, signal }) => ({ removed: await engine.ports.registry.disconnect(registry, signal) }),
};
