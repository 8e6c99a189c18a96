import { join } from 'node:path';
import { command, findProgram } from '../command.ts';
import type { MissingPeer, Peer } from './peer.ts';

const name = 'podman';

/** A Podman with its state in `folder`, on the same runc. The limits are those that any kernel lets it set. */
export const startPodman = async (folder: string, archive: string): Promise<Peer | MissingPeer> => {
  const podman = findProgram('podman');
  if (podman === undefined) return { name, missing: 'podman is not installed' };
  const own = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--tmpdir', join(folder, 'tmp'), '--runtime', 'runc', '--cgroup-manager', 'cgroupfs', '--events-backend', 'file'];
  const limits = ['--network', 'none', '--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1000:1000'];
  try {
    await command(podman, [...own, 'import', archive, 'bench/busybox']);
    await command(podman, [...own, 'run', '--detach', '--name', 'exec', ...limits, 'bench/busybox', '/bin/sleep', '1d']);
  } catch (error) {
    return { name, missing: (error as Error).message };
  }
  return {
    name,
    run: async () => { await command(podman, [...own, 'run', '--rm', ...limits, 'bench/busybox', '/bin/true']); },
    exec: async () => { await command(podman, [...own, 'exec', 'exec', '/bin/true']); },
    close: async () => { await command(podman, [...own, 'rm', '--force', '--time', '0', 'exec']); },
  };
};
