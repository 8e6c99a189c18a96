import { once } from 'node:events';
import { createConnection, createServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { SiloError, type ErrorCode, type ErrorTarget, type NativeCode } from '../../../base/index.ts';

/** What a shim tells of a start, or of itself: nothing, or the error. */
export interface ShimAnswer {
  readonly error?: { readonly code: ErrorCode; readonly args: Readonly<Record<string, string | number>>; readonly target?: ErrorTarget; readonly native?: NativeCode };
}

export const toAnswer = (error: unknown): ShimAnswer => {
  const { code, args, target, native } = error instanceof SiloError ? error : new SiloError('RuntimeFailed', { args: { runtime: "the container's shim", reason: error instanceof Error ? error.message : String(error) } });
  return { error: { code, args, ...(target === undefined ? {} : { target }), ...(native === undefined ? {} : { native }) } };
};

/** @throws the error that the answer tells */
export const takeAnswer = ({ error }: ShimAnswer): void => {
  if (error !== undefined) throw new SiloError(error.code, error);
};

const shimGone = (cause?: unknown): SiloError => new SiloError('RuntimeFailed', { args: { runtime: "the container's shim", reason: 'it has ended' }, ...(cause === undefined ? {} : { cause }) });

/** Where a shim waits for whoever starts its container. */
export class ShimDoor {
  readonly #server: Server;

  private constructor(server: Server) { this.#server = server; }

  /** `start` is called for the first who asks; others are told that the container was started. `secure` closes a Windows pipe to all but administrators. */
  static async open(address: string, start: () => Promise<void>, secure: (address: string) => void): Promise<ShimDoor> {
    let isTaken = false;
    const server = createServer((socket) => {
      socket.on('error', () => { socket.destroy(); });
      // To look at a pipe's access list is to connect to it: nothing is started before a word comes.
      socket.once('data', () => {
        const begun = isTaken ? Promise.reject(new SiloError('ComputeSystemStateInvalid', { args: { operation: 'start', id: 'the container' } })) : start();
        isTaken = true;
        begun.then((): ShimAnswer => ({}), toAnswer).then((answer) => { socket.end(JSON.stringify(answer)); }, () => undefined);
      });
    });
    server.listen(address);
    await once(server, 'listening');
    secure(address);
    return new ShimDoor(server);
  }

  /** Nobody is let in any more; who is in is answered. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }
}

/** Has the shim at this address start its container. @throws SiloError RuntimeFailed where no shim is there, and what the start throws */
export const knock = async (address: string): Promise<void> => {
  const socket = createConnection(address);
  socket.write('start\n');
  let answer: string;
  try {
    answer = await text(socket);
  } catch (error) {
    throw shimGone(error);
  }
  if (answer === '') throw shimGone();
  takeAnswer(JSON.parse(answer) as ShimAnswer);
};
