import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeRootFileSystem } from '../../build/demo/root-file-system.ts';
import { EngineClient } from '../../build/engine-client.ts';

export const imageName = 'bench/busybox';

/** A warm engine on a root of its own, with one image and one container that runs for the whole time. */
export interface Setting {
  readonly folder: string;
  readonly root: string;
  readonly archive: string;
  readonly engine: EngineClient;
  readonly lastingId: string;
  /** OCI configuration of the lasting container. */
  readonly configPath: string;
  close(): Promise<void>;
}

export const openSetting = async (folder: string): Promise<Setting> => {
  const root = join(folder, 'silo');
  mkdirSync(root);
  const archive = join(folder, 'busybox.tar');
  await writeRootFileSystem(archive);
  const engine = await EngineClient.start({ root });
  await engine.call('image/import', { path: archive, reference: imageName, config: { command: ['/bin/sh'] } });
  const { container } = await engine.call('container/create', { image: imageName, name: 'lasting', command: ['/bin/sleep', '1d'], network: 'None' });
  await engine.call('container/start', { container: container.id });
  return {
    folder, root, archive, engine,
    lastingId: container.id,
    configPath: join(root, 'containers', container.id, 'bundle', 'config.json'),
    close: async () => {
      await engine.call('container/remove', { container: container.id, force: true });
      await engine.close();
    },
  };
};
