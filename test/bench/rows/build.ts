import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../command.ts';
import { measure } from '../measure.ts';
import { imageName, type Setting } from '../setting.ts';
import { milliseconds, times, type Row } from '../table.ts';

const goalMs = 100;
const cachedGoal = `at most ${goalMs} ms`;

/** A Dockerfile of twelve steps, FROM counted, and its context. */
const writeContext = (folder: string, base: string): void => {
  mkdirSync(join(folder, 'files/sub'), { recursive: true });
  for (let number = 0; number < 100; number += 1) writeFileSync(join(folder, 'files/sub', `${number}`), `${number}\n`.repeat(1000));
  writeFileSync(join(folder, 'one'), 'one\n');
  writeFileSync(join(folder, 'Dockerfile'), `FROM ${base}
ARG VERSION=1
ENV A=1 B=2
WORKDIR /work
COPY one /one
RUN echo 1 > /r1
COPY files /files
RUN echo 2 > /r2
RUN echo 3 > /r3
LABEL a=b
USER 0
CMD ["/bin/true"]
`);
};

/** Builds of which everything, or nothing, is in the cache; beside buildah where it is installed. */
export const buildRows = async ({ engine, folder, archive }: Setting, rounds: number): Promise<Row[]> => {
  const context = join(folder, 'build');
  writeContext(context, imageName);
  const build = async (noCache: boolean): Promise<{ readonly steps: number; readonly cachedSteps: number }> => engine.call('image/build', { path: context, references: ['bench/built'], noCache });
  const steps = await build(false);
  if (steps.steps !== 12) throw new Error(`the build has ${steps.steps} steps`);
  const buildah = await buildahBuild(folder, archive);
  const cached = await measure([
    { name: 'silo', round: async () => { if ((await build(false)).cachedSteps !== 12) throw new Error('a step was not in the cache'); } },
    ...(buildah === undefined ? [] : [{ name: 'buildah', round: () => buildah(false) }]),
  ], { rounds });
  const fresh = await measure([
    { name: 'silo', round: async () => { await build(true); } },
    ...(buildah === undefined ? [] : [{ name: 'buildah', round: () => buildah(true) }]),
  ], { rounds: Math.min(rounds, 5), warmUp: 1 });
  const rows = (what: string, measured: typeof cached, goal: boolean): Row[] => {
    const silo = measured.get('silo');
    if (silo === undefined) return [];
    const peer = measured.get('buildah');
    return [
      { what, measured: `${milliseconds(silo.medianMs)} (${milliseconds(silo.leastMs)} to ${milliseconds(silo.mostMs)})`, ...(goal ? { goal: { text: cachedGoal, reached: silo.medianMs <= goalMs } } : {}) },
      peer === undefined ? { what: '  against buildah', measured: 'buildah is not installed' } : { what: `  against buildah (${milliseconds(peer.medianMs)})`, measured: times(silo.medianMs / peer.medianMs) },
    ];
  };
  return [...rows('build of 12 steps, all cached', cached, true), ...rows('build of 12 steps, none cached', fresh, false)];
};

/** With storage of its own, and its lightest isolation; with layers, as its cache wants them. */
const buildahBuild = async (folder: string, archive: string): Promise<((noCache: boolean) => Promise<void>) | undefined> => {
  if (!existsSync('/usr/bin/buildah')) return undefined;
  const context = join(folder, 'build-buildah');
  const storage = ['--storage-driver', 'overlay', '--root', join(folder, 'buildah'), '--runroot', join(folder, 'buildah-run')];
  writeContext(context, 'localhost/base');
  await command('sh', ['-c', `c=$(buildah ${storage.join(' ')} from scratch) && buildah ${storage.join(' ')} add -q $c ${archive} / && buildah ${storage.join(' ')} commit -q $c localhost/base`]);
  return async (noCache) => { await command('buildah', [...storage, 'build', '--isolation', 'chroot', '--layers', '--quiet', ...(noCache ? ['--no-cache'] : []), '--tag', 'built', context]); };
};
