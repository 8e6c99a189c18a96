import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { EngineClient } from '../../../build/engine-client.ts';
import { makeNetworkNamespace } from '../../fixtures/network-namespace.ts';
import { command, findProgram } from '../command.ts';
import { measure, type Contender } from '../measure.ts';
import { startDockerDaemon } from '../peers/docker-daemon.ts';
import { imageName, type Setting } from '../setting.ts';
import { milliseconds, type Row } from '../table.ts';
import { comparisonRows } from './comparison.ts';

const goals = { docker: 0.5, podman: 0.5 };
const published = '8080:80';

interface Starter extends Contender { close(): Promise<void> }

const timed = async (work: () => Promise<void>): Promise<number> => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};

/** Everybody has a network stack of its own: nobody's rules meet another's, or the machine's. */
const silo = async (root: string, archive: string): Promise<Starter> => {
  const namespace = makeNetworkNamespace();
  const engine = await EngineClient.start({ root, command: ['env', 'SILO_DEFAULT_NETWORK=', 'nsenter', `--net=${namespace.path}`, process.execPath, join(import.meta.dirname, '../../../dist/silo.mjs')] });
  await engine.call('image/import', { path: archive, reference: imageName, config: { command: ['/bin/sh'] } });
  return {
    name: 'silo',
    round: async () => {
      let id = '';
      const took = await timed(async () => {
        const { container } = await engine.call('container/create', { image: imageName, command: ['/bin/sleep', '1d'], ports: [published] });
        id = container.id;
        await engine.call('container/start', { container: id });
      });
      await engine.call('container/remove', { container: id, force: true });
      return took;
    },
    close: async () => {
      for (const { id, driver } of (await engine.call('network/list', {})).items) if (driver !== 'Foreign') await engine.call('network/remove', { network: id, force: true });
      await engine.close();
      namespace.close();
    },
  };
};

const docker = async (folder: string, archive: string): Promise<Starter | Row> => {
  const daemon = await startDockerDaemon(folder, { bridge: true });
  if ('missing' in daemon) return { what: '  against docker', measured: daemon.missing };
  await daemon.docker('import', archive, imageName);
  return {
    name: 'docker',
    round: async () => {
      const took = await timed(async () => { await daemon.docker('run', '--detach', '--name', 'one', '--publish', published, imageName, '/bin/sleep', '1d'); });
      await daemon.docker('rm', '--force', 'one');
      return took;
    },
    close: daemon.close,
  };
};

const podman = async (folder: string, archive: string): Promise<Starter | Row> => {
  const program = findProgram('podman');
  if (program === undefined) return { what: '  against podman', measured: 'podman is not installed' };
  const namespace = makeNetworkNamespace();
  const run = (...args: readonly string[]): Promise<string> => command('nsenter', [
    `--net=${namespace.path}`, program, '--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--tmpdir', join(folder, 'tmp'), '--runtime', 'runc', '--cgroup-manager', 'cgroupfs', '--events-backend', 'file', ...args,
  ]);
  try {
    await run('import', archive, imageName);
  } catch (error) {
    namespace.close();
    return { what: '  against podman', measured: (error as Error).message.split('\n')[0] ?? '' };
  }
  return {
    name: 'podman',
    round: async () => {
      const took = await timed(async () => { await run('run', '--detach', '--name', 'one', '--publish', published, '--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1000:1000', imageName, '/bin/sleep', '1d'); });
      await run('rm', '--force', '--time', '0', 'one');
      return took;
    },
    close: () => {
      namespace.close();
      return Promise.resolve();
    },
  };
};

/** A container with a network and a published port, from nothing until it runs. */
export const networkRows = async ({ folder, archive }: Setting, rounds: number): Promise<Row[]> => {
  const own = (name: string): string => {
    const path = join(folder, `networks-${name}`);
    mkdirSync(path);
    return path;
  };
  const starters = [await silo(own('silo'), archive), await docker(own('docker'), archive), await podman(own('podman'), archive)];
  const working = starters.filter((starter): starter is Starter => 'round' in starter);
  try {
    const measured = await measure(working, { rounds });
    return [...comparisonRows('run -d with a network and a published port, until it runs', measured, { goals, format: milliseconds }), ...starters.filter((starter): starter is Row => !('round' in starter))];
  } finally {
    for (const starter of working) await starter.close();
  }
};
