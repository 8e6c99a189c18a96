import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { command, findProgram } from '../command.ts';
import type { MissingPeer } from './peer.ts';

const name = 'docker';
const patienceMs = 60_000;

export interface DockerDaemon {
  readonly name: string;
  /** Runs `docker` with these arguments. */
  readonly docker: (...args: readonly string[]) => Promise<string>;
  /** Its API (HTTP). */
  readonly socket: string;
  readonly close: () => Promise<void>;
}

/**
 * A Docker of its own: state and socket in `folder`, and no bridge and no firewall rule made unless `bridge` asks
 * for them. In a network namespace of its own, unless it must reach a registry on the machine's loopback.
 */
export const startDockerDaemon = async (folder: string, { hostNetwork = false, bridge = false } = {}): Promise<DockerDaemon | MissingPeer> => {
  const [docker, dockerd, unshare] = [findProgram('docker'), findProgram('dockerd'), findProgram('unshare')];
  if (docker === undefined || dockerd === undefined || unshare === undefined) return { name, missing: 'docker.io is not installed' };
  mkdirSync(folder, { recursive: true });
  const socket = join(folder, 'docker.sock');
  const [file, ...before] = hostNetwork ? [dockerd] as const : [unshare, '--net', dockerd] as const;
  const daemon = spawn(file, [...before, '--host', `unix://${socket}`, '--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'),
    '--pidfile', join(folder, 'pid'), ...(bridge ? [] : ['--iptables=false', '--ip6tables=false', '--ip-forward=false', '--bridge=none'])], { stdio: ['ignore', 'ignore', 'pipe'] });
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
  return { name, docker: (...args) => command(docker, args, environment), socket, close };
};
