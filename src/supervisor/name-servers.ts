import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { createServer, isIPv6, type Server, type Socket } from 'node:net';
import { hasErrno } from '../base/index.ts';
import { findName, namedNetworks, type Ports } from '../engine/index.ts';
import { forward, framed, hostServers, takeFrames } from './name-forward.ts';
import { addressAsked, readQuestion, replyCode, replyKnown } from './name-reply.ts';

const port = 53;
/** Until a network that was just made is looked for again. */
const lookMs = 100;
/** Questions that wait for other servers at once, of one address. */
const mostWaiting = 256;
const mostConnections = 64;
const idleConnectionMs = 10_000;

/** Responders at the gateways of a root's networks: names of containers from the store, everything else from the servers that the container, the network or the host has. */
export class NameServers {
  readonly #ports: Ports;
  readonly #open = new Map<string, Responder>();
  readonly #timer: NodeJS.Timeout;
  #failed = new Set<string>();

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#timer = setInterval(() => { this.#follow(); }, lookMs);
    this.#follow();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(open.map((responder) => responder.close()));
  }

  /** Opens and closes responders, so that each network that there is has its own. */
  #follow(): void {
    const wanted = new Map<string, string>();
    try {
      for (const { id, gateways } of namedNetworks(this.#ports)) for (const gateway of gateways) wanted.set(gateway, id);
    } catch (error) {
      this.#ports.log.error({ err: error }, 'the networks could not be read; names are answered as before');
      return;
    }
    for (const [gateway, responder] of this.#open) {
      if (wanted.get(gateway) === responder.networkId && !responder.broken) continue;
      this.#open.delete(gateway);
      void responder.close();
    }
    for (const [gateway, networkId] of wanted) {
      if (this.#open.has(gateway)) continue;
      this.#open.set(gateway, new Responder(this.#ports, networkId, gateway, (error) => { this.#tell(gateway, error); }));
    }
  }

  /** Once for each address: it is tried again at every look. */
  #tell(gateway: string, error: unknown): void {
    // The bridge is not made yet, or was just taken away.
    if (hasErrno(error, 'EADDRNOTAVAIL') || this.#failed.has(gateway)) return;
    this.#failed.add(gateway);
    this.#ports.log.error({ err: error, gateway }, 'names cannot be answered for a network; does another name server listen on all addresses of the host?');
  }
}

class Responder {
  readonly networkId: string;
  readonly #ports: Ports;
  readonly #datagrams: DatagramSocket;
  readonly #streams: Server;
  readonly #connections = new Set<Socket>();
  readonly #stop = new AbortController();
  #waiting = 0;
  broken = false;

  constructor(ports: Ports, networkId: string, address: string, failed: (error: unknown) => void) {
    this.networkId = networkId;
    this.#ports = ports;
    const fail = (error: unknown): void => {
      this.broken = true;
      failed(error);
    };
    this.#datagrams = createSocket(isIPv6(address) ? 'udp6' : 'udp4').on('error', fail);
    this.#datagrams.on('message', (message, from) => {
      this.#answer(message, from.address, false, (answer) => { this.#datagrams.send(answer, from.port, from.address, () => undefined); });
    });
    this.#datagrams.bind(port, address);
    this.#streams = createServer((socket) => { this.#serve(socket); }).on('error', fail);
    this.#streams.maxConnections = mostConnections;
    this.#streams.listen(port, address);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    for (const connection of this.#connections) connection.destroy();
    await Promise.all([
      new Promise<void>((resolve) => { this.#streams.close(() => { resolve(); }); }),
      new Promise<void>((resolve) => {
        try {
          this.#datagrams.close(resolve);
        } catch {
          // It was never open.
          resolve();
        }
      }),
    ]);
  }

  #serve(socket: Socket): void {
    this.#connections.add(socket);
    let received = Buffer.alloc(0);
    socket.setTimeout(idleConnectionMs, () => { socket.destroy(); });
    socket.on('error', () => { socket.destroy(); }).on('close', () => { this.#connections.delete(socket); });
    socket.on('data', (chunk: Buffer) => {
      const { messages, rest } = takeFrames(Buffer.concat([received, chunk]));
      received = Buffer.from(rest);
      for (const message of messages) this.#answer(message, socket.remoteAddress ?? '', true, (answer) => { if (!socket.destroyed) socket.write(framed(answer)); });
    });
  }

  #answer(message: Buffer, source: string, byStream: boolean, send: (answer: Uint8Array) => void): void {
    const asked = readQuestion(message);
    if (asked === undefined) return;
    this.#reply(asked, message, source, byStream).then(send, (error: unknown) => { this.#ports.log.error({ err: error, name: asked.question.name }, 'a name could not be answered'); });
  }

  async #reply({ packet, question }: NonNullable<ReturnType<typeof readQuestion>>, message: Buffer, source: string, byStream: boolean): Promise<Uint8Array> {
    const address = question.type === 'PTR' ? addressAsked(question.name) : undefined;
    const known = findName(this.#ports, this.networkId, source.replace(/^::ffff:/, ''), address === undefined ? { name: question.name } : { address });
    if (known.addresses !== undefined || known.name !== undefined) return replyKnown(packet, question, known, byStream);
    if (known.servers?.length === 0) return replyCode(packet, 'noSuchName');
    if (this.#waiting >= mostWaiting) return replyCode(packet, 'serverFailure');
    this.#waiting += 1;
    try {
      return await forward(message, known.servers ?? await hostServers(), byStream, this.#stop.signal) ?? replyCode(packet, 'serverFailure');
    } finally {
      this.#waiting -= 1;
    }
  }
}
