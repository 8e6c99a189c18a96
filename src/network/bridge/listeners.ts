import { readFileSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { formatIpAddress, parseIpAddress } from '../../base/index.ts';
import type { Listener } from '../../core/index.ts';
import { inNamespace } from '../netns/index.ts';

interface Socket extends Listener { readonly inode: string }

const tcpListening = '0A';
/** A datagram socket that is not connected: it takes from everybody. */
const udpUnconnected = '07';

/** proc writes addresses as words in the processor's own order: on every machine that Node runs on, the low byte first. */
const address = (hex: string): string => {
  const words = hex.match(/.{8}/g) ?? [];
  const value = words.reduce((sum, word) => (sum << 32n) | BigInt(`0x${(word.match(/../g) ?? []).reverse().join('')}`), 0n);
  return formatIpAddress({ family: words.length === 1 ? 4 : 6, value });
};

const parse = (protocol: Listener['protocol'], text: string): readonly Socket[] =>
  text.split('\n').slice(1).flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    if (state !== (protocol === 'tcp' ? tcpListening : udpUnconnected)) return [];
    const [host = '', port = ''] = local.split(':');
    return [{ protocol, address: address(host), port: Number.parseInt(port, 16), inode }];
  });

const read = (name: string): string => {
  try {
    return readFileSync(`/proc/thread-self/net/${name}`, 'utf8');
  } catch {
    // A kernel without IPv6 has no such file.
    return '';
  }
};

/** The tables of tcp take the kernel 5 ms each however few connections there are: it looks through every place of its hash table of them. */
const sockets = (namespace: string | undefined, protocols: readonly Listener['protocol'][]): readonly Socket[] =>
  inNamespace(namespace, () => protocols.flatMap((protocol) => [...parse(protocol, read(protocol)), ...parse(protocol, read(`${protocol}6`))]));

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
