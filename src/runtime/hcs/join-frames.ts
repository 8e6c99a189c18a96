import type { Socket } from 'node:net';

/** What comes through a door's pipe: a byte that names it, the length of the rest as four bytes, the rest. */
export const frames = {
  /** The token of the door's note: the first that a client sends. */
  token: 1,
  input: 2,
  endInput: 3,
  /** Rows and columns, two bytes each. */
  size: 4,
  stdout: 5,
  stderr: 6,
} as const;

export type FrameKind = (typeof frames)[keyof typeof frames];

const headBytes = 5;
/** More than any side sends at once. */
const mostBytes = 1024 * 1024;

export const writeFrame = (socket: Socket, kind: FrameKind, bytes: Uint8Array = new Uint8Array()): void => {
  const head = Buffer.alloc(headBytes);
  head.writeUInt8(kind);
  head.writeUInt32LE(bytes.length, 1);
  socket.write(head);
  if (bytes.length > 0) socket.write(bytes);
};

/** Frames as they come; one that is larger than any ends the connection. */
export async function* readFrames(socket: Socket): AsyncGenerator<{ readonly kind: number; readonly bytes: Buffer }> {
  let waiting: Buffer = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
    while (waiting.length >= headBytes) {
      const length = waiting.readUInt32LE(1);
      if (length > mostBytes) return;
      if (waiting.length < headBytes + length) break;
      yield { kind: waiting.readUInt8(), bytes: waiting.subarray(headBytes, headBytes + length) };
      waiting = waiting.subarray(headBytes + length);
    }
  }
}
