import { readdir, readFile, readlink } from 'node:fs/promises';
import { parseIpAddress } from '../../base/index.ts';
import type { Listener } from '../../core/index.ts';
import { inNamespace } from '../netns/index.ts';
import { reachableSockets, type Socket } from './socket-table.ts';

const sockets = (namespace: string | undefined, protocols: readonly Listener['protocol'][]): readonly Socket[] =>
  inNamespace(namespace, () => protocols.flatMap(reachableSockets));

/** Sockets of a network namespace that others can reach. */
export const listeners = (namespace: string | undefined, only?: Listener['protocol']): readonly Listener[] =>
  sockets(namespace, only === undefined ? ['tcp', 'udp'] : [only]).map(({ protocol, address: host, port }) => ({ protocol, address: host, port }));

/** The process that holds a socket, as `name (pid n)`: found by looking through the descriptors of every process. */
export const holderOf = async (namespace: string | undefined, { protocol, address: host, port }: Listener): Promise<string | undefined> => {
  const wanted = parseIpAddress(host);
  const found = sockets(namespace, [protocol]).find((socket) => socket.port === port && parseIpAddress(socket.address)?.value === wanted?.value);
  if (found === undefined) return undefined;
  const link = `socket:[${found.inode}]`;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const descriptor of descriptors) {
      // Processes end while they are looked at.
      if (await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => undefined) !== link) continue;
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
      return `${name.trim() || 'a process'} (pid ${pid})`;
    }
  }
  return undefined;
};
