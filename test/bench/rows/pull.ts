import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { timeColdly } from '../cold.ts';
import { withNewEngine, type ImageSetting } from '../image-setting.ts';
import { measure, type Contender } from '../measure.ts';
import { dockerPuller, gzipFloor, podmanPuller, skopeoPuller, type ImagePuller } from '../peers/image-pullers.ts';
import type { MissingPeer } from '../peers/peer.ts';
import { megabytes, seconds, type Row } from '../table.ts';
import { comparisonRows, type RatioGoals } from './comparison.ts';

const goals: RatioGoals = { docker: 1 / 3, podman: 1 / 3, 'skopeo copy + umoci unpack': 1 / 3, 'gzip -dc of its layers on all cores': 1.3 };
const memoryGoalBytes = 200e6;

/** Most memory that a process, its threads included, has had at once (proc(5), status). */
const peakMemory = (pid: number): number => Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) * 1024;

/** The same image out of the same registry, by everyone from nothing and with cold caches; and the memory that the engine took for it. */
export const pullRows = async ({ folder, image, reference, docker }: ImageSetting, rounds: number): Promise<Row[]> => {
  const own = (name: string): string => {
    const path = join(folder, name);
    mkdirSync(path);
    return path;
  };
  const peers: (ImagePuller | MissingPeer)[] = ['missing' in docker ? docker : dockerPuller(docker), podmanPuller(own('podman')), skopeoPuller(own('skopeo')), gzipFloor(image)];
  const peaks: number[] = [];
  const silo = (): Promise<number> => withNewEngine(folder, async (engine) => {
    const took = await timeColdly(() => engine.call('image/pull', { reference }));
    peaks.push(peakMemory(engine.process.pid ?? 0));
    return took;
  });
  const contender = ({ name, pull, forget }: ImagePuller): Contender => ({
    name,
    round: async () => {
      const took = await timeColdly(() => pull(reference));
      await forget(reference);
      return took;
    },
  });
  const working = peers.filter((peer): peer is ImagePuller => !('missing' in peer));
  const measured = await measure([{ name: 'silo', round: silo }, ...working.map(contender)], { rounds, warmUp: 0 });
  const total = (of: 'sizeBytes' | 'unpackedBytes' | 'entries'): number => image.layers.reduce((sum, layer) => sum + layer[of], 0);
  const what = `pull and unpack of ${megabytes(total('sizeBytes'))} in ${image.layers.length} layers (${megabytes(total('unpackedBytes'))} in ${total('entries').toLocaleString('en')} entries), cold`;
  const peak = Math.max(...peaks);
  return [
    ...comparisonRows(what, measured, { goals, format: seconds }),
    ...peers.filter((peer): peer is MissingPeer => 'missing' in peer).map(({ name, missing }) => ({ what: `  against ${name}`, measured: missing })),
    { what: '  peak memory of the engine', measured: megabytes(peak), goal: { text: `at most ${megabytes(memoryGoalBytes)}`, reached: peak <= memoryGoalBytes } },
  ];
};
