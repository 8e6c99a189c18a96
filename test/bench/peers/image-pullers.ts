import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { command, findProgram } from '../command.ts';
import type { SampleImage } from '../sample-image.ts';
import type { DockerDaemon } from './docker-daemon.ts';
import type { MissingPeer } from './peer.ts';

/** Another way to get an image out of a registry and unpacked, measured beside Silo. */
export interface ImagePuller {
  readonly name: string;
  readonly pull: (reference: string) => Promise<void>;
  /** Removes what was pulled, so that the next pull begins with nothing. */
  readonly forget: (reference: string) => Promise<void>;
}

export const dockerPuller = ({ name, docker }: DockerDaemon): ImagePuller => ({
  name,
  pull: async (reference) => { await docker('pull', '--quiet', reference); },
  forget: async (reference) => { await docker('image', 'rm', '--force', reference); },
});

/** A Podman with its state in `folder`. */
export const podmanPuller = (folder: string): ImagePuller | MissingPeer => {
  const name = 'podman';
  const podman = findProgram('podman');
  if (podman === undefined) return { name, missing: 'podman is not installed' };
  const own = ['--storage-driver', 'overlay', '--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--tmpdir', join(folder, 'tmp'), '--cgroup-manager', 'cgroupfs', '--events-backend', 'file'];
  return {
    name,
    pull: async (reference) => { await command(podman, [...own, 'pull', '--quiet', '--tls-verify=false', reference]); },
    forget: async (reference) => { await command(podman, [...own, 'image', 'rm', '--force', reference]); },
  };
};

/** Both steps in turn: the one copies into an OCI layout, the other unpacks from it. */
export const skopeoPuller = (folder: string): ImagePuller | MissingPeer => {
  const name = 'skopeo copy + umoci unpack';
  const [skopeo, umoci] = [findProgram('skopeo'), findProgram('umoci')];
  if (skopeo === undefined || umoci === undefined) return { name, missing: 'skopeo or umoci is not installed' };
  let round = 0;
  return {
    name,
    pull: async (reference) => {
      round += 1;
      const [layout, bundle] = [join(folder, `layout-${round}`), join(folder, `bundle-${round}`)];
      await command(skopeo, ['copy', '--quiet', '--src-tls-verify=false', `docker://${reference}`, `oci:${layout}:image`]);
      await command(umoci, ['unpack', '--image', `${layout}:image`, bundle]);
    },
    // Each round has folders of its own, which go with `folder`.
    forget: async () => {},
  };
};

/** No peer but a floor: gzip alone over the layers, which lie on the disk already, as many at once as there are processors. */
export const gzipFloor = ({ layers }: SampleImage): ImagePuller => ({
  name: 'gzip -dc of its layers on all cores',
  pull: async () => {
    const waiting = layers.toSorted((one, other) => other.sizeBytes - one.sizeBytes);
    const work = async (): Promise<void> => {
      for (let layer = waiting.shift(); layer !== undefined; layer = waiting.shift()) await command('gzip', ['-dc', layer.path], process.env, { discardOutput: true });
    };
    await Promise.all(Array.from({ length: availableParallelism() }, work));
  },
  forget: async () => {},
});
