import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { EngineClient } from '../../build/engine-client.ts';
import { linuxHostFacts } from '../../src/host/index.ts';
import { runFolderOf } from '../../src/open-linux.ts';
import { LiveRegistry } from '../fixtures/live-registry.ts';
import { startDockerDaemon, type DockerDaemon } from './peers/docker-daemon.ts';
import type { MissingPeer } from './peers/peer.ts';
import { makeSampleImage, putSampleImage, type SampleImage } from './sample-image.ts';

/** A registry on loopback that has the sample image, and a Docker that can reach it. */
export interface ImageSetting {
  readonly folder: string;
  readonly image: SampleImage;
  readonly reference: string;
  readonly docker: DockerDaemon | MissingPeer;
  close(): Promise<void>;
}

export const openImageSetting = async (folder: string): Promise<ImageSetting> => {
  const image = await makeSampleImage(folder);
  const registry = await LiveRegistry.start();
  const reference = `${registry.host}/bench/image:1`;
  try {
    await putSampleImage(image, reference);
    const docker = await startDockerDaemon(join(folder, 'docker'), { hostNetwork: true });
    return {
      folder, image, reference, docker,
      close: async () => {
        if (!('missing' in docker)) await docker.close();
        await registry.close();
      },
    };
  } catch (error) {
    await registry.close();
    throw error;
  }
};

/** `work` on a warm engine whose root is new below `folder`, and goes with that: files that were just removed make new ones slow (ext4). */
export const withNewEngine = async <T>(folder: string, work: (engine: EngineClient) => Promise<T>): Promise<T> => {
  const root = mkdtempSync(join(folder, 'engine-'));
  try {
    await using engine = await EngineClient.start({ root });
    await engine.call('image/list', {});
    return await work(engine);
  } finally {
    rmSync(runFolderOf(root, linuxHostFacts().bootId), { recursive: true, force: true });
  }
};

/** `work` with an empty registry: one that had a blob in any repository would need no upload of it. */
export const withEmptyRegistry = async <T>(work: (host: string) => Promise<T>): Promise<T> => {
  const registry = await LiveRegistry.start();
  try {
    return await work(registry.host);
  } finally {
    await registry.close();
  }
};
