import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { SiloError, fromFileError } from '../../base/index.ts';
import type { JoinedProcess, JoinProcess } from '../../core/index.ts';
import { doorFile, type DoorNote } from './join-door.ts';
import { frames, readFrames, writeFrame } from './join-frames.ts';

/** Joins a process that a supervisor on this host holds, through its door. */
export const joinHeldProcess: JoinProcess = async (folder): Promise<JoinedProcess> => {
  const path = doorFile(folder);
  const note = JSON.parse(await readFile(path, 'utf8').catch((error: unknown) => { throw fromFileError(error, path); })) as DoorNote;
  const socket = createConnection(note.address);
  try {
    await once(socket, 'connect');
  } catch (error) {
    throw new SiloError('SupervisorUnavailable', { args: { reason: 'the one that held the process has ended' }, target: { kind: 'host', id: 'supervisor' }, cause: error });
  }
  // Its end shows where the output is read.
  socket.on('error', () => { socket.destroy(); });
  writeFrame(socket, frames.token, Buffer.from(note.token));
  const output = async function* (): AsyncGenerator<{ readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array }> {
    try {
      for await (const { kind, bytes } of readFrames(socket)) yield { stream: kind === frames.stderr ? 'stderr' : 'stdout', bytes };
    } catch {
      // The connection was cut: whoever asks for the exit learns the rest.
    }
  };
  return {
    output: output(),
    write: (bytes) => { if (socket.writable) writeFrame(socket, frames.input, bytes); },
    endInput: () => { if (socket.writable) writeFrame(socket, frames.endInput); },
    resize: (rows, columns) => {
      const size = Buffer.alloc(4);
      size.writeUInt16LE(rows);
      size.writeUInt16LE(columns, 2);
      if (socket.writable) writeFrame(socket, frames.size, size);
    },
    leave: () => { socket.destroy(); },
  };
};
