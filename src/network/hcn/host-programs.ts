import { hostPorts } from '../../../native/iphlpapi.ts';
import type { Listener } from '../../core/index.ts';

/** Programs of the host that listen on its ports. */
export const hostPrograms = {
  listeners: async (): Promise<readonly Listener[]> => (await hostPorts()).map(({ protocol, address, port }) => ({ protocol, address, port })),
  holderOf: async (listener: Listener): Promise<string | undefined> => {
    const found = (await hostPorts()).find(({ protocol, port }) => protocol === listener.protocol && port === listener.port);
    return found === undefined || found.processId === 0 ? undefined : `the process ${found.processId}`;
  },
};
