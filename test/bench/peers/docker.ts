import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { command, findProgram } from '../command.ts';
import type { MissingPeer, Peer } from './peer.ts';

const name = 'docker';
const patienceMs = 60_000;

/**
 * A Docker of its own: state and socket in `folder`, and a network namespace of its own, so that
 * neither the machine's Docker nor its firewall is touched.
 */
export const startDocker = async (folder: string, archive: string): Promise<Peer | MissingPeer> => {
  const [docker, dockerd, unshare] = [findProgram('docker'), findProgram('dockerd'), findProgram('unshare')];
  if (docker === undefined || dockerd === undefined || unshare === undefined) return { name, missing: 'docker.io is not installed' };
  mkdirSync(folder, { recursive: true });
  const socket = join(folder, 'docker.sock');
  const daemon = spawn(unshare, ['--net', dockerd, '--host', `unix://${socket}`, '--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'),
    '--pidfile', join(folder, 'pid'), '--iptables=false', '--ip6tables=false', '--bridge=none'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(daemon, 'exit');
  let errors = '';
  daemon.stderr.setEncoding('utf8').on('data', (text: string) => { errors = (errors + text).slice(-2000); });
  const environment = { ...process.env, DOCKER_HOST: `unix://${socket}`, DOCKER_CONFIG: join(folder, 'config') };
  const close = async (): Promise<void> => {
    daemon.kill('SIGTERM');
    await ended;
  };
  const ready = async (): Promise<boolean> => {
    for (const began = performance.now(); performance.now() - began < patienceMs; await delay(200)) {
      if (daemon.exitCode !== null) return false;
      if (existsSync(socket) && await command(docker, ['version'], environment).then(() => true, () => false)) return true;
    }
    return false;
  };
  if (!await ready()) {
    await close();
    return { name, missing: `dockerd did not start: ${errors.trim().split('\n').at(-1) ?? ''}` };
  }
  try {
    await command(docker, ['import', archive, 'bench/busybox'], environment);
    await command(docker, ['run', '--detach', '--name', 'exec', '--network', 'none', 'bench/busybox', '/bin/sleep', '1d'], environment);
  } catch (error) {
    await close();
    return { name, missing: (error as Error).message };
  }
  return {
    name,
    run: async () => { await command(docker, ['run', '--rm', '--network', 'none', 'bench/busybox', '/bin/true'], environment); },
    exec: async () => { await command(docker, ['exec', 'exec', '/bin/true'], environment); },
    close: async () => {
      await command(docker, ['rm', '--force', 'exec'], environment);
      await close();
    },
  };
};
