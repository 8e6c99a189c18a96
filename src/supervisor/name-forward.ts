import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import { connect, isIPv6 } from 'node:net';
import { hasErrno } from '../base/index.ts';

const serverPatienceMs = 3000;
const port = 53;
/** More than resolvers ask is asked by nobody but a loop. */
const mostServers = 3;

/** Servers of the host, as its own resolver has them. */
export const hostServers = async (): Promise<readonly string[]> => {
  try {
    return (await readFile('/etc/resolv.conf', 'utf8')).split('\n').flatMap((line) => /^\s*nameserver\s+([0-9a-f.:]+)/i.exec(line)?.[1] ?? []).slice(0, mostServers);
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return [];
    throw error;
  }
};

/** The first answer that one of the servers gives to the message, bytes as they are; undefined where none does. */
export const forward = async (message: Uint8Array, servers: readonly string[], byStream: boolean, signal: AbortSignal): Promise<Uint8Array | undefined> => {
  for (const server of servers.slice(0, mostServers)) {
    if (signal.aborted) return undefined;
    const answer = await (byStream ? askByStream : askByDatagram)(message, server, signal);
    if (answer !== undefined) return answer;
  }
  return undefined;
};

type Ask = (message: Uint8Array, server: string, signal: AbortSignal) => Promise<Uint8Array | undefined>;

/** A socket of its own for each question: its port is random, and only that server's datagrams reach it. */
const askByDatagram: Ask = (message, server, signal) => new Promise((resolve) => {
  const socket = createSocket(isIPv6(server) ? 'udp6' : 'udp4');
  const end = (answer: Uint8Array | undefined): void => {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    socket.removeAllListeners();
    // What still comes is of no use to anybody.
    socket.on('error', () => undefined);
    socket.close();
    resolve(answer);
  };
  const abort = (): void => { end(undefined); };
  const timer = setTimeout(abort, serverPatienceMs);
  signal.addEventListener('abort', abort);
  socket.on('error', abort);
  socket.on('message', (answer) => { if (answer[0] === message[0] && answer[1] === message[1]) end(answer); });
  socket.connect(port, server, () => { socket.send(message); });
});

const askByStream: Ask = (message, server, signal) => new Promise((resolve) => {
  const socket = connect({ host: server, port, timeout: serverPatienceMs });
  let received = Buffer.alloc(0);
  const end = (answer: Uint8Array | undefined): void => {
    signal.removeEventListener('abort', abort);
    socket.destroy();
    resolve(answer);
  };
  const abort = (): void => { end(undefined); };
  signal.addEventListener('abort', abort);
  socket.on('error', abort).on('timeout', abort).on('close', abort);
  socket.on('connect', () => { socket.write(framed(message)); });
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    const [whole] = takeFrames(received).messages;
    if (whole !== undefined) end(whole);
  });
});

/** With its length before it, as messages stand in a stream (RFC 1035, 4.2.2). */
export const framed = (message: Uint8Array): Uint8Array => {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
};

/** The whole messages at the beginning of a stream's bytes, and what is left of them. */
export const takeFrames = (bytes: Buffer): { readonly messages: readonly Buffer[]; readonly rest: Buffer } => {
  const messages: Buffer[] = [];
  let rest = bytes;
  while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
    messages.push(rest.subarray(2, 2 + rest.readUInt16BE(0)));
    rest = rest.subarray(2 + rest.readUInt16BE(0));
  }
  return { messages, rest };
};
