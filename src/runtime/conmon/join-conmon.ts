import { closeSync, constants, openSync, read, write, writeSync } from 'node:fs';
import { join } from 'node:path';
import { shutDown } from '../../../native/libc.ts';
import type { JoinedProcess } from '../../core/index.ts';
import { openAttachSocket } from './stdin-writer.ts';

/** One byte that names the stream, then up to 8 KiB of output (conmon, `conn_sock.c`). */
const packetBytes = 8193;
const stderrPacket = 3;

/** Joins a process through conmon's attach socket and control pipe. */
export const joinConmon = async (folder: string): Promise<JoinedProcess> => {
  const socket = await openAttachSocket(folder);
  let open = true;
  const shut = (side: 'send' | 'both'): void => { if (open) shutDown(socket, side); };
  const output = async function* (): AsyncGenerator<{ readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array }> {
    const buffer = Buffer.allocUnsafe(packetBytes);
    try {
      for (;;) {
        const size = await new Promise<number>((resolve) => { read(socket, buffer, 0, packetBytes, null, (error, bytes) => { resolve(error === null ? bytes : 0); }); });
        if (size === 0) return;
        yield { stream: buffer[0] === stderrPacket ? 'stderr' : 'stdout', bytes: Buffer.from(buffer.subarray(1, size)) };
      }
    } finally {
      open = false;
      closeSync(socket);
    }
  };
  return {
    output: output(),
    write: (bytes) => {
      for (let offset = 0; offset < bytes.length && open; offset += packetBytes - 1) write(socket, bytes.subarray(offset, offset + packetBytes - 1), () => undefined);
    },
    endInput: () => { shut('send'); },
    resize: (rows, columns) => { sendSize(folder, rows, columns); },
    // A read that waits in a thread would keep this process from ending.
    leave: () => { shut('both'); },
  };
};

/** conmon's control pipe: `1 height width`. Opened without blocking: a conmon that is gone reads nothing. */
const sendSize = (folder: string, rows: number, columns: number): void => {
  try {
    const pipe = openSync(join(folder, 'ctl'), constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      writeSync(pipe, `1 ${rows} ${columns}\n`);
    } finally {
      closeSync(pipe);
    }
  } catch {
    // The container ended meanwhile; the output's end tells.
  }
};
