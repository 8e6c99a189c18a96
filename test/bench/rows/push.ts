import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineClient } from '../../../build/engine-client.ts';
import { timeColdly } from '../cold.ts';
import { command } from '../command.ts';
import { withEmptyRegistry, withNewEngine, type ImageSetting } from '../image-setting.ts';
import { measure, type Contender } from '../measure.ts';
import type { DockerDaemon } from '../peers/docker-daemon.ts';
import type { SampleImage } from '../sample-image.ts';
import { megabytes, seconds, type Row } from '../table.ts';
import { comparisonRows, type RatioGoals } from './comparison.ts';

const goals: RatioGoals = { docker: 0.5 };
const base = 'bench/base';

/** One side: an image that it has pulled, and a container that has written files, of both of which it makes something to push. */
interface Pusher {
  readonly name: string;
  push(destination: string): Promise<void>;
  commit(destination: string): Promise<void>;
  /** Removes the image of this name here. */
  forget(destination: string): Promise<void>;
}

const sizeOf = ({ layers }: SampleImage): number => layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

/** A container of `base` that has copied the folder `files` into itself. */
const copy = ['/bin/cp', '-a', '/source', '/copy'] as const;

const siloPusher = async (engine: EngineClient, { image, reference }: ImageSetting, archive: string, files: string): Promise<Pusher> => {
  await engine.call('image/pull', { reference });
  await engine.call('image/import', { path: archive, reference: base });
  const { container } = await engine.call('container/create', { image: base, name: 'copy', command: [...copy], network: 'None', mounts: [{ kind: 'Bind', source: files, target: '/source', readOnly: true }] });
  await engine.call('container/start', { container: container.id });
  const ended = await engine.call('container/wait', { container: container.id });
  if (ended.container.exitCode !== 0) throw new Error(`cp ended with ${String(ended.container.exitCode)}`);
  return {
    name: 'silo',
    push: async (destination) => {
      const { uploadedBytes } = await engine.call('image/push', { image: reference, destination });
      if (uploadedBytes < sizeOf(image)) throw new Error(`only ${uploadedBytes} bytes were sent`);
    },
    commit: async (destination) => {
      await engine.call('container/commit', { container: container.id, reference: destination });
      await engine.call('image/push', { image: destination });
    },
    // What is pushed needs no further name.
    forget: async (destination) => {
      const { items } = await engine.call('image/list', {});
      if (items.some((item) => item.reference === destination)) await engine.call('image/remove', { image: destination });
    },
  };
};

const dockerPusher = async ({ name, docker }: DockerDaemon, reference: string, archive: string, files: string): Promise<Pusher> => {
  await docker('pull', '--quiet', reference);
  await docker('import', archive, base);
  await docker('run', '--name', 'copy', '--network', 'none', '--volume', `${files}:/source:ro`, base, ...copy);
  return {
    name,
    push: async (destination) => {
      await docker('tag', reference, destination);
      await docker('push', '--quiet', destination);
    },
    commit: async (destination) => {
      await docker('commit', 'copy', destination);
      await docker('push', '--quiet', destination);
    },
    forget: async (destination) => { await docker('image', 'rm', '--force', destination); },
  };
};

/** Every round has a registry that has nothing yet, so that each blob is sent. */
const contender = (pusher: Pusher, work: (destination: string) => Promise<void>): Contender => ({
  name: pusher.name,
  round: () => withEmptyRegistry(async (host) => {
    const destination = `${host}/bench/pushed:1`;
    const took = await timeColdly(() => work(destination));
    await pusher.forget(destination);
    return took;
  }),
});

/** What was pulled goes to another registry, as it is stored here; and, apart from that, what a container wrote. */
export const pushRows = async (setting: ImageSetting, archive: string, rounds: number): Promise<Row[]> => {
  const { folder, image, reference, docker } = setting;
  const files = join(folder, 'written');
  mkdirSync(files);
  const written = image.layers[1];
  if (written === undefined) throw new Error('the image has one layer only');
  await command('tar', ['--extract', '--gzip', '--file', written.path, '--directory', files]);
  return withNewEngine(folder, async (engine) => {
    const pushers = [await siloPusher(engine, setting, archive, files), ...('missing' in docker ? [] : [await dockerPusher(docker, reference, archive, files)])];
    const missing: Row[] = 'missing' in docker ? [{ what: '  against docker', measured: docker.missing }] : [];
    const pushed = await measure(pushers.map((pusher) => contender(pusher, (destination) => pusher.push(destination))), { rounds, warmUp: 0 });
    const committed = await measure(pushers.map((pusher) => contender(pusher, (destination) => pusher.commit(destination))), { rounds, warmUp: 0 });
    await engine.call('container/remove', { container: 'copy' });
    return [
      ...comparisonRows(`push of the same ${megabytes(sizeOf(image))} to an empty registry, cold`, pushed, { goals, format: seconds }), ...missing,
      ...comparisonRows(`commit and push of a new layer (${megabytes(written.unpackedBytes)} in ${written.entries.toLocaleString('en')} entries), cold`, committed, { format: seconds }), ...missing,
    ];
  });
};
