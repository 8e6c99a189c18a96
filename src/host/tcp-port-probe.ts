import { connect } from 'node:net';
import type { PortProbe } from '../core/index.ts';

/** Connects from this host. */
export const tcpPortProbe: PortProbe = {
  answers: (host, port, signal) => new Promise((resolve) => {
    if (signal.aborted) { resolve(false); return; }
    const socket = connect({ host, port });
    const end = (answered: boolean): void => {
      signal.removeEventListener('abort', cancel);
      socket.destroy();
      resolve(answered);
    };
    const cancel = (): void => { end(false); };
    signal.addEventListener('abort', cancel, { once: true });
    socket.once('connect', () => { end(true); });
    socket.once('error', () => { end(false); });
  }),
};
