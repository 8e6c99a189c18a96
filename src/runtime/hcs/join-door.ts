import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { frames, readFrames, writeFrame } from './join-frames.ts';
import { writeWhole } from './task-note.ts';

/** Where doors are. */
export interface DoorPlaces {
  /** Name of a Windows pipe that nobody has taken yet; in tests the path of a socket. */
  readonly address: () => string;
  /** Closes a Windows pipe to all but administrators. */
  readonly secure?: (address: string) => void;
}

/** What those who join do to a process. */
export interface Joinable {
  readonly stdin: NodeJS.WritableStream | undefined;
  resize(columns: number, rows: number): Promise<void>;
}

export interface DoorNote { readonly address: string; readonly token: string }

/** Names the door of a process, in its folder. */
export const doorFile = (folder: string): string => join(folder, 'join.json');

const tokenPatienceMs = 5000;
/** A terminal that reads nothing for so long is dropped: neither the log nor the others wait for it. */
const mostWaitingBytes = 8 * 1024 * 1024;

/** Where terminals join a process whose output is held here: they get what it writes from then on, and write to its input. Only who can read its folder knows the token. */
export class JoinDoor {
  /** Settles when the first has joined. */
  readonly joined: Promise<void>;
  readonly #folder: string;
  readonly #address: string;
  readonly #token = randomBytes(32).toString('hex');
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #members = new Set<Socket>();
  readonly #firstJoined: () => void;
  #process: Joinable | undefined;

  private constructor(folder: string, address: string) {
    this.#folder = folder;
    this.#address = address;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.joined = promise;
    this.#firstJoined = resolve;
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        this.#members.delete(socket);
      });
      // Who goes away in the middle has left.
      this.#serve(socket).catch(() => undefined).finally(() => { socket.destroy(); });
    });
  }

  static async open(folder: string, places: DoorPlaces): Promise<JoinDoor> {
    const door = new JoinDoor(folder, places.address());
    door.#server.listen(door.#address);
    await once(door.#server, 'listening');
    try {
      places.secure?.(door.#address);
    } catch (error) {
      await door.close();
      throw error;
    }
    return door;
  }

  /** From here on the process can be joined. */
  async serve(process: Joinable): Promise<void> {
    this.#process = process;
    const note: DoorNote = { address: this.#address, token: this.#token };
    await writeWhole(doorFile(this.#folder), JSON.stringify(note));
  }

  /** Gives everybody who has joined what the process wrote. */
  send(stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
    for (const socket of this.#members) {
      if (socket.writableLength > mostWaitingBytes) socket.destroy();
      else writeFrame(socket, frames[stream], bytes);
    }
  }

  /** The process has ended, or nobody holds it any more: who has joined gets what is still under way, and the end. */
  async close(): Promise<void> {
    await rm(doorFile(this.#folder), { force: true });
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) {
      if (this.#members.has(socket)) socket.destroySoon();
      else socket.destroy();
    }
    await closed;
  }

  async #serve(socket: Socket): Promise<void> {
    const timer = setTimeout(() => { if (!this.#members.has(socket)) socket.destroy(); }, tokenPatienceMs);
    try {
      for await (const { kind, bytes } of readFrames(socket)) {
        if (!this.#members.has(socket)) {
          if (kind !== frames.token || !this.#knows(bytes)) return;
          clearTimeout(timer);
          this.#members.add(socket);
          this.#firstJoined();
        } else {
          await this.#take(kind, bytes);
        }
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #knows(token: Buffer): boolean {
    const expected = Buffer.from(this.#token);
    return token.length === expected.length && timingSafeEqual(token, expected);
  }

  async #take(kind: number, bytes: Buffer): Promise<void> {
    const stdin = this.#process?.stdin;
    if (kind === frames.input && stdin?.writable === true && !stdin.write(Buffer.from(bytes))) await once(stdin, 'drain');
    else if (kind === frames.endInput) stdin?.end();
    // It may have ended, or be without a console that has a size.
    else if (kind === frames.size && bytes.length === 4) await this.#process?.resize(bytes.readUInt16LE(2), bytes.readUInt16LE(0)).catch(() => undefined);
  }
}
