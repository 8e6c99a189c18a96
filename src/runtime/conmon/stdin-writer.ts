import { closeSync, constants, openSync, write } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectSequencedPackets } from '../../../native/libc.ts';
import { hasErrno } from '../../base/index.ts';

/** conmon reads packets of up to 32 KiB; smaller ones leave room for slow readers. */
const packetBytes = 8192;
const connectPatienceMs = 5000;

/**
 * Opens conmon's attach socket of a container or process. Paths longer than a socket address allows are
 * reached through the folder's descriptor.
 */
export const openAttachSocket = async (folder: string): Promise<number> => {
  const deadline = performance.now() + connectPatienceMs;
  for (;;) {
    try {
      const handle = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
      try {
        return connectSequencedPackets(join(`/proc/self/fd/${handle}`, 'attach'));
      } finally {
        closeSync(handle);
      }
    } catch (error) {
      if (!hasErrno(error, 'ENOENT', 'ECONNREFUSED') || performance.now() > deadline) throw error;
      await delay(5);
    }
  }
};

/** Writes all of `bytes` to the standard input behind the attach socket, and ends it. */
export const writeStdin = async (folder: string, bytes: Uint8Array): Promise<void> => {
  const socket = await openAttachSocket(folder);
  try {
    for (let offset = 0; offset < bytes.length; offset += packetBytes) {
      const packet = bytes.subarray(offset, offset + packetBytes);
      await new Promise<void>((resolve, reject) => { write(socket, packet, (error) => { if (error) reject(error); else resolve(); }); });
    }
  } catch (error) {
    // The process ended or closed its input before it had read all: that is its right.
    if (!hasErrno(error, 'EPIPE', 'ECONNRESET')) throw error;
  } finally {
    closeSync(socket);
  }
};
