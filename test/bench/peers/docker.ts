import { startDockerDaemon } from './docker-daemon.ts';
import type { MissingPeer, Peer } from './peer.ts';

/** Containers in a Docker of its own, which touches neither the machine's Docker nor its firewall. */
export const startDocker = async (folder: string, archive: string): Promise<Peer | MissingPeer> => {
  const daemon = await startDockerDaemon(folder);
  if ('missing' in daemon) return daemon;
  const { name, docker, close } = daemon;
  try {
    await docker('import', archive, 'bench/busybox');
    await docker('run', '--detach', '--name', 'exec', '--network', 'none', 'bench/busybox', '/bin/sleep', '1d');
  } catch (error) {
    await close();
    return { name, missing: (error as Error).message };
  }
  return {
    name,
    run: async () => { await docker('run', '--rm', '--network', 'none', 'bench/busybox', '/bin/true'); },
    exec: async () => { await docker('exec', 'exec', '/bin/true'); },
    close: async () => {
      await docker('rm', '--force', 'exec');
      await close();
    },
  };
};
