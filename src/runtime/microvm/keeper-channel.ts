import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { SiloError, hasErrno } from '../../base/index.ts';
import { guestFailure } from './machine-failure.ts';
import { frameTypes, headerBytes } from './protocol.ts';

const frame = (type: number, payload: Uint8Array): Buffer => {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(payload.length);
  header.writeUInt16LE(type, 4);
  header.writeUInt32LE(1, 8);
  return Buffer.concat([header, payload]);
};

/**
 * Asks the keeper of the machine in `folder`, which asks the guest's agent; its answer. Undefined where no keeper
 * is there any more.
 * @throws SiloError MachineNotResponding, and what the agent says
 */
export const askKeeper = async (folder: string, type: number, payload: Uint8Array, patienceMs: number): Promise<Buffer | undefined> => {
  // The path of a socket has 108 bytes: the folder's descriptor makes it short.
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY).catch((error: unknown) => { if (hasErrno(error, 'ENOENT')) return undefined; throw error; });
  if (handle === undefined) return undefined;
  try {
    return await exchange(`/proc/self/fd/${handle.fd}/control`, frame(type, payload), patienceMs);
  } finally {
    await handle.close();
  }
};

const exchange = (path: string, request: Buffer, patienceMs: number): Promise<Buffer | undefined> =>
  new Promise((resolve, reject) => {
    const socket = createConnection({ path });
    let received = Buffer.alloc(0);
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new SiloError('MachineNotResponding', { args: { timeoutSeconds: Math.ceil(patienceMs / 1000) } }));
    }, patienceMs);
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      socket.destroy();
      act();
    };
    socket.on('connect', () => { socket.write(request); });
    socket.on('data', (piece: Buffer) => {
      received = Buffer.concat([received, piece]);
      if (received.length < headerBytes || received.length < headerBytes + received.readUInt32LE(0)) return;
      const type = received.readUInt16LE(4);
      const answer = received.subarray(headerBytes, headerBytes + received.readUInt32LE(0));
      settle(() => {
        if (type === frameTypes.DONE) resolve(answer);
        else if (type === frameTypes.FAILED && answer.length >= 4) reject(guestFailure(answer.readUInt32LE(0), answer.subarray(4).toString('utf8'), ''));
        else reject(new SiloError('MachineFailed', { args: { reason: 'its keeper gave an answer that means nothing' } }));
      });
    });
    socket.on('close', () => { settle(() => { resolve(undefined); }); });
    socket.on('error', (error) => {
      settle(() => {
        if (hasErrno(error, 'ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE')) resolve(undefined);
        else reject(error);
      });
    });
  });
