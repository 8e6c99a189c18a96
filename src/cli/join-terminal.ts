import { closeSync, openSync, read, write, writeSync, constants } from 'node:fs';
import { join } from 'node:path';

/** The attach socket of a container or process; given by the composition root, which knows the platform. */
export interface Attachment {
  open(folder: string): Promise<number>;
  /** `send` tells the container that no more input comes; `both` also ends a read that waits. */
  shutDown(socket: number, side: 'send' | 'both'): void;
}

/** Ctrl+P, Ctrl+Q: docker's detach keys. */
const detachKeys = Buffer.from([0x10, 0x11]);
/** conmon: one byte that names the stream, then up to 8 KiB of output (conmon, `conn_sock.c`). */
const packetBytes = 8193;
const stderrPacket = 3;

/**
 * Copies between this process's streams and an attach socket until the output ends or the detach keys come; true
 * where they came. With `terminal` every key goes to the other side, Ctrl+C too, and its size follows this terminal's.
 */
export const joinTerminal = async (attachment: Attachment, socket: number, folder: string, terminal: boolean): Promise<boolean> => {
  const resize = (): void => { sendSize(folder); };
  if (terminal) {
    process.stdin.setRawMode(true);
    process.stdout.on('resize', resize);
    resize();
  }
  let left = false;
  try {
    const detached = Promise.withResolvers<void>();
    forwardInput(socket, terminal, () => { left = true; detached.resolve(); }, () => { attachment.shutDown(socket, 'send'); });
    const output = copyOutput(socket);
    await Promise.race([output, detached.promise]);
    // A read that waits in a thread would keep this process from ending.
    attachment.shutDown(socket, 'both');
    await output;
  } finally {
    if (terminal) {
      process.stdout.off('resize', resize);
      process.stdin.setRawMode(false);
    }
  }
  return left;
};

/** conmon's control pipe: `1 height width`. Opened without blocking: a conmon that is gone reads nothing. */
const sendSize = (bundlePath: string): void => {
  try {
    const pipe = openSync(join(bundlePath, 'ctl'), constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      writeSync(pipe, `1 ${process.stdout.rows} ${process.stdout.columns}\n`);
    } finally {
      closeSync(pipe);
    }
  } catch {
    // The container ended meanwhile; the output's end tells.
  }
};

const forwardInput = (socket: number, terminal: boolean, detach: () => void, endInput: () => void): void => {
  let last = 0;
  process.stdin.on('data', (chunk: Buffer) => {
    if (terminal && (chunk.includes(detachKeys) || (last === detachKeys[0] && chunk[0] === detachKeys[1]))) { detach(); return; }
    last = chunk.at(-1) ?? 0;
    for (let offset = 0; offset < chunk.length; offset += packetBytes - 1) write(socket, chunk.subarray(offset, offset + packetBytes - 1), () => undefined);
  });
  process.stdin.on('end', () => { if (!terminal) endInput(); });
};

const copyOutput = async (socket: number): Promise<void> => {
  const buffer = Buffer.allocUnsafe(packetBytes);
  for (;;) {
    const size = await new Promise<number>((resolve) => { read(socket, buffer, 0, packetBytes, null, (error, bytes) => { resolve(error === null ? bytes : 0); }); });
    if (size === 0) return;
    (buffer[0] === stderrPacket ? process.stderr : process.stdout).write(Buffer.from(buffer.subarray(1, size)));
  }
};
