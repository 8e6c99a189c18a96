import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { netlinkDump } from '../../../native/libc.ts';
import { formatIpAddress, hasErrno } from '../../base/index.ts';
import type { Listener } from '../../core/index.ts';

export interface Socket extends Listener { readonly inode: string }

type Protocol = Listener['protocol'];

/** That others can reach: a stream that is listened on, a datagram socket that is not connected (net/tcp_states.h). */
const states: Readonly<Record<Protocol, number>> = { tcp: 10, udp: 7 };
const numbers: Readonly<Record<Protocol, number>> = { tcp: 6, udp: 17 };

const sockDiag = 4;
const sockDiagByFamily = 20;
const families = { 2: 4, 10: 6 } as const;

/** linux/inet_diag.h, `inet_diag_req_v2`: family, protocol, extensions, a byte, states, and an identity that is left empty. */
const diagnosisOf = (family: number, protocol: Protocol): Buffer => {
  const request = Buffer.alloc(56);
  request.writeUInt8(family, 0);
  request.writeUInt8(numbers[protocol], 1);
  request.writeUInt32LE(1 << states[protocol], 4);
  return request;
};

/** `inet_diag_msg`: addresses as on the wire, the rest in the order of the processor. */
const fromDiagnosis = (protocol: Protocol, message: Buffer): readonly Socket[] => {
  const version = families[message.readUInt8(0) as keyof typeof families];
  if (version === undefined || message.length < 72) return [];
  const bytes = message.subarray(8, version === 4 ? 12 : 24);
  return [{ protocol, address: formatIpAddress({ family: version, value: BigInt(`0x${bytes.toString('hex')}`) }), port: message.readUInt16BE(4), inode: String(message.readUInt32LE(68)) }];
};

/** proc writes addresses as words in the processor's own order: on every machine that Node runs on, the low byte first. */
const address = (hex: string): string => {
  const words = hex.match(/.{8}/g) ?? [];
  const value = words.reduce((sum, word) => (sum << 32n) | BigInt(`0x${(word.match(/../g) ?? []).reverse().join('')}`), 0n);
  return formatIpAddress({ family: words.length === 1 ? 4 : 6, value });
};

const fromTable = (protocol: Protocol, text: string): readonly Socket[] =>
  text.split('\n').slice(1).flatMap((line) => {
    const [, local = '', , state = '', , , , , , inode = ''] = line.trim().split(/\s+/);
    if (Number.parseInt(state, 16) !== states[protocol]) return [];
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

/** As /proc tells it. Reading a table of tcp takes the kernel 5 ms however few connections there are: it looks through every place of its hash table of them. */
export const socketsByTable = (protocol: Protocol): readonly Socket[] => [...fromTable(protocol, read(protocol)), ...fromTable(protocol, read(`${protocol}6`))];

/** As sock_diag(7) tells it, which looks only at those that are asked for: 0.1 ms. Undefined where the kernel lacks it. */
export const socketsByDiagnosis = (protocol: Protocol): readonly Socket[] | undefined => {
  if (endianness() !== 'LE') return undefined;
  try {
    return Object.keys(families).flatMap((family) => netlinkDump(sockDiag, sockDiagByFamily, diagnosisOf(Number(family), protocol)).flatMap((message) => fromDiagnosis(protocol, message)));
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'EPROTONOSUPPORT', 'EAFNOSUPPORT', 'EPERM', 'EACCES', 'EOPNOTSUPP', 'EINVAL')) return undefined;
    throw error;
  }
};

/** Sockets of this thread's network namespace that others can reach. */
export const reachableSockets = (protocol: Protocol): readonly Socket[] => socketsByDiagnosis(protocol) ?? socketsByTable(protocol);
