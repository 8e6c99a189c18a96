import { closeSync, openSync, read, write, writeSync, constants } from 'node:fs';
import { join } from 'node:path';
import { SiloError } from '../base/index.ts';
import { listContainers } from '../engine/index.ts';
import { exitCodes, type CommandContext } from './engine-command.ts';

/** The attach socket of a container; given by the composition root, which knows the platform. */
export interface Attachment {
  open(bundlePath: string): Promise<number>;
  /** `send` tells the container that no more input comes; `both` also ends a read that waits. */
  shutDown(socket: number, side: 'send' | 'both'): void;
}

/** Ctrl+P, Ctrl+Q: docker's detach keys. */
const detachKeys = Buffer.from([0x10, 0x11]);
/** conmon: one byte that names the stream, then up to 8 KiB of output (conmon, `conn_sock.c`). */
const packetBytes = 8193;
const stderrPacket = 3;

/**
 * `silo attach CONTAINER`: joins this terminal to a container that was made with a terminal or an open
 * standard input. The container goes on when the terminal leaves (Ctrl+P, Ctrl+Q).
 */
export const attachCommand = async (context: CommandContext, attachment: Attachment, reference: string): Promise<number> => {
  const engine = await context.open();
  try {
    const { items: [live] } = await listContainers(engine.ports, { containers: [reference] });
    if (live === undefined || live.record.state !== 'running') throw new SiloError('ContainerNotRunning', { args: { id: reference, state: live?.record.state ?? 'missing' }, target: { kind: 'container', id: reference } });
    const { bundlePath } = engine.ports.files.paths(live.record.id);
    const socket = await attachment.open(bundlePath);
    try {
      const terminal = live.record.spec.terminal && process.stdin.isTTY;
      if (terminal) {
        process.stdin.setRawMode(true);
        const resize = (): void => { sendSize(bundlePath); };
        process.stdout.on('resize', resize);
        resize();
      }
      const detached = Promise.withResolvers<void>();
      forwardInput(socket, terminal, detached.resolve, () => { attachment.shutDown(socket, 'send'); });
      const output = copyOutput(socket);
      await Promise.race([output, detached.promise]);
      // A read that waits in a thread would keep this process from ending.
      attachment.shutDown(socket, 'both');
      await output;
      if (terminal) process.stdin.setRawMode(false);
    } finally {
      closeSync(socket);
    }
    const { items: [after] } = await listContainers(engine.ports, { containers: [live.record.id] });
    return after?.record.exitCode ?? exitCodes.done;
  } catch (error) {
    process.stderr.write(`silo: ${error instanceof SiloError ? `${error.message} ${error.action}` : String(error)}\n`);
    return exitCodes.failed;
  } finally {
    await engine.close();
  }
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
