import { once } from 'node:events';
import { request } from 'node:http';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EngineClient } from '../../../build/engine-client.ts';
import { linuxHostFacts } from '../../../src/host/index.ts';
import { runFolderOf } from '../../../src/open-linux.ts';
import { makeNetworkNamespace } from '../../fixtures/network-namespace.ts';
import { measure } from '../measure.ts';
import { startDockerDaemon } from '../peers/docker-daemon.ts';
import { memoryOf } from '../process-memory.ts';
import { rootProcesses } from '../root-processes.ts';
import { imageName, type Setting } from '../setting.ts';
import { megabytes, milliseconds, times, type Row } from '../table.ts';

const goals = { none: 3, bridge: 2, monitorBytes: 0.6e6, supervisorBytes: 90e6, statisticsMs: 50, blockedMs: 10 };
const kinds = ['none', 'bridge'] as const;
type Kind = (typeof kinds)[number];
const kindNames: Readonly<Record<Kind, string>> = { none: 'no network', bridge: 'a bridge' };

/** Containers a second. */
interface Rates { readonly both: number; readonly started: number; readonly removed: number }

/** All at once, each step; `between` looks at them while they run, and counts for nothing. */
const ratesOf = async <T>(count: number, start: () => Promise<T>, remove: (one: T) => Promise<unknown>, between: () => Promise<void> = () => Promise.resolve()): Promise<Rates> => {
  const each = Array.from({ length: count }, (_, index) => index);
  const settled = async <U>(work: readonly Promise<U>[]): Promise<readonly U[]> => {
    // Nothing is left at work behind a failure.
    const results = await Promise.allSettled(work);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw new Error(`${results.filter(({ status }) => status === 'rejected').length} of ${count} failed: ${(failed.reason as Error).message}`);
    return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  };
  const began = performance.now();
  const made = await settled(each.map(() => start()));
  const startedMs = performance.now() - began;
  await between();
  const removing = performance.now();
  await settled(made.map((one) => remove(one)));
  const removedMs = performance.now() - removing;
  return { both: count / (startedMs + removedMs) * 1000, started: count / startedMs * 1000, removed: count / removedMs * 1000 };
};

const told = ({ both, started, removed }: Rates): string => `${both.toFixed(1)} a second (started ${started.toFixed(1)}, removed ${removed.toFixed(1)})`;

/** Docker's API, one connection a call. */
const dockerCall = async (socket: string, method: string, path: string, body?: object): Promise<{ readonly Id?: string }> => {
  const sent = request({ socketPath: socket, method, path, agent: false, ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' } }) });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  const [answer] = await once(sent, 'response') as [AsyncIterable<Buffer> & { readonly statusCode: number }];
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  if (answer.statusCode >= 300) throw new Error(`docker answered ${method} ${path} with ${answer.statusCode}: ${text.trim()}`);
  return text === '' ? {} : JSON.parse(text) as { Id?: string };
};

/** Its own client takes longer to load than Silo's whole start: it is spared that, and asked over its API. */
const dockerRates = async (folder: string, archive: string, count: number): Promise<ReadonlyMap<Kind, Rates> | string> => {
  const daemon = await startDockerDaemon(folder, { bridge: true });
  if ('missing' in daemon) return daemon.missing;
  try {
    await daemon.docker('import', archive, imageName);
    const rates = new Map<Kind, Rates>();
    for (const kind of kinds) {
      console.log(`bench: ${count} containers of docker, ${kindNames[kind]}`);
      rates.set(kind, await ratesOf(count, async () => {
        const { Id: id = '' } = await dockerCall(daemon.socket, 'POST', '/containers/create', { Image: imageName, Cmd: ['/bin/sleep', '1d'], HostConfig: { NetworkMode: kind } });
        await dockerCall(daemon.socket, 'POST', `/containers/${id}/start`);
        return id;
      }, (id) => dockerCall(daemon.socket, 'DELETE', `/containers/${id}?force=1`)));
    }
    return rates;
  } catch (error) {
    return (error as Error).message.split('\n')[0] ?? '';
  } finally {
    const left = (await daemon.docker('ps', '--all', '--quiet').catch(() => '')).split('\n').filter((id) => id !== '');
    if (left.length > 0) await daemon.docker('rm', '--force', ...left).catch(() => '');
    await daemon.close();
  }
};

/** Longest time that the engine's loop stood still since this was asked last (`loop-delay.ts`), in ms. */
const longestBlock = async (engine: EngineClient, file: string): Promise<number> => {
  rmSync(file, { force: true });
  engine.process.kill('SIGUSR2');
  for (const began = performance.now(); performance.now() - began < 5000; await delay(5)) if (existsSync(file) && readFileSync(file, 'utf8') !== '') return Number(readFileSync(file, 'utf8'));
  throw new Error('the engine did not tell how long its loop stood still');
};

const statisticsRows = async (engine: EngineClient, loopFile: string, count: number, rounds: number): Promise<Row[]> => {
  const blocks: number[] = [];
  const measured = (await measure([{
    name: 'silo',
    round: async () => {
      await longestBlock(engine, loopFile);
      const began = performance.now();
      const { items } = await engine.call('container/statistics', {});
      const took = performance.now() - began;
      blocks.push(await longestBlock(engine, loopFile));
      if (items.length !== count) throw new Error(`statistics of ${items.length} containers came, not of ${count}`);
      return took;
    },
  }], { rounds })).get('silo');
  if (measured === undefined) return [];
  const sorted = blocks.slice(-rounds).sort((one, other) => one - other);
  const [middle, most] = [sorted[sorted.length >> 1] ?? Number.NaN, sorted.at(-1) ?? Number.NaN];
  return [
    { what: `statistics of ${count} containers`, measured: `${milliseconds(measured.medianMs)} (${milliseconds(measured.leastMs)} to ${milliseconds(measured.mostMs)})`, goal: { text: `at most ${goals.statisticsMs} ms`, reached: measured.medianMs <= goals.statisticsMs } },
    { what: '  longest time that the loop stood still in a call', measured: `${milliseconds(middle)} (at most ${milliseconds(most)})`, goal: { text: `at most ${goals.blockedMs} ms`, reached: middle <= goals.blockedMs } },
  ];
};

const memoryRows = async (root: string, count: number): Promise<Row[]> => {
  const monitors = rootProcesses(root, 'conmon').map((pid) => memoryOf(pid).pss);
  const mean = monitors.reduce((sum, pss) => sum + pss, 0) / monitors.length;
  for (const began = performance.now(); rootProcesses(root, 'supervisor').length === 0 && performance.now() - began < 10_000;) await delay(200);
  // It has seen them all by then, and one that found another at work has ended.
  await delay(3000);
  const [supervisor] = rootProcesses(root, 'supervisor');
  const { rss, pss } = supervisor === undefined ? { rss: Number.NaN, pss: Number.NaN } : memoryOf(supervisor);
  return [
    { what: `conmon, each of ${monitors.length}`, measured: `${megabytes(mean)} PSS`, goal: { text: `at most ${megabytes(goals.monitorBytes)}`, reached: monitors.length === count && mean <= goals.monitorBytes } },
    { what: `supervisor of ${count} containers`, measured: `${megabytes(rss)} RSS, ${megabytes(pss)} PSS`, goal: { text: `at most ${megabytes(goals.supervisorBytes)} RSS`, reached: rss <= goals.supervisorBytes } },
  ];
};

/** Containers that are started at once and removed at once, what looks after them meanwhile, and their statistics. */
export const manyContainerRows = async ({ folder, archive }: Setting, { count, dockerCount, rounds }: { readonly count: number; readonly dockerCount: number; readonly rounds: number }): Promise<Row[]> => {
  const root = join(folder, 'many');
  mkdirSync(root);
  const loopFile = join(folder, 'loop-delay');
  const namespace = makeNetworkNamespace();
  const besides: Row[] = [];
  const rates = new Map<Kind, Rates>();
  const engine = await EngineClient.start({ root, command: ['env', 'SILO_DEFAULT_NETWORK=', `SILO_BENCH_LOOP=${loopFile}`, 'nsenter', `--net=${namespace.path}`, process.execPath, '--import', join(import.meta.dirname, '../loop-delay.ts'), join(import.meta.dirname, '../../../dist/silo.mjs')] });
  // Each open call listens for the engine's end.
  engine.process.setMaxListeners(0);
  try {
    await engine.call('image/import', { path: archive, reference: imageName, config: { command: ['/bin/sh'] } });
    await engine.call('network/create', { name: 'bridge' });
    for (const kind of kinds) {
      console.log(`bench: ${count} containers, ${kindNames[kind]}`);
      const remove = (container: string): Promise<unknown> => engine.call('container/remove', { container, force: true });
      rates.set(kind, await ratesOf(count, async () => {
        const { container } = await engine.call('container/create', { image: imageName, command: ['/bin/sleep', '1d'], network: kind === 'none' ? 'None' : 'bridge' });
        await engine.call('container/start', { container: container.id });
        return container.id;
      }, remove, async () => { if (kind === 'bridge') besides.push(...await memoryRows(root, count), ...await statisticsRows(engine, loopFile, count, rounds)); }));
    }
  } finally {
    try {
      for (const { id } of (await engine.call('container/list', {})).items) await engine.call('container/remove', { container: id, force: true });
      await engine.call('network/remove', { network: 'bridge', force: true });
    } finally {
      await engine.close();
      namespace.close();
      // It ends by itself, but only some seconds after there is nothing left to do, and the folder goes before.
      for (const pid of rootProcesses(root, 'supervisor')) process.kill(pid, 'SIGTERM');
    }
  }
  rmSync(runFolderOf(root, linuxHostFacts().bootId), { recursive: true, force: true });
  const docker = await dockerRates(join(folder, 'many-docker'), archive, dockerCount);
  return [...kinds.flatMap((kind): Row[] => {
    const silo = rates.get(kind);
    if (silo === undefined) return [];
    const first = { what: `${count} containers started at once, then removed, ${kindNames[kind]}`, measured: told(silo) };
    const peer = typeof docker === 'string' ? undefined : docker.get(kind);
    if (peer === undefined) return [first, { what: '  against docker', measured: typeof docker === 'string' ? docker : 'not measured' }];
    const ratio = silo.both / peer.both;
    return [first, { what: `  against docker, ${dockerCount} at once: ${told(peer)}`, measured: `${times(ratio)} (started ${times(silo.started / peer.started)})`, goal: { text: `at least ${goals[kind]} x`, reached: ratio >= goals[kind] } }];
  }), ...besides];
};
