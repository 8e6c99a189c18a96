import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { hostPrograms } from '../../../../src/network/hcn/index.ts';

describe.skipIf(process.platform !== 'win32')('Programs of a Windows host', () => {
  it.each(['127.0.0.1', '::'])('are found by the TCP port that they listen on at %s', async (address) => {
    const server = createServer().listen(0, address);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await hostPrograms.listeners()).toContainEqual({ protocol: 'tcp', address, port });
    // Wine tells no process of a TCP port.
    expect([`the process ${process.pid}`, undefined]).toContain(await hostPrograms.holderOf({ protocol: 'tcp', address, port }));
    server.close();
    await once(server, 'close');
    expect((await hostPrograms.listeners()).filter((listener) => listener.protocol === 'tcp' && listener.port === port)).toEqual([]);
  });

  it('are found by the UDP port that they have', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    expect(await hostPrograms.listeners()).toContainEqual({ protocol: 'udp', address: '127.0.0.1', port });
    expect(await hostPrograms.holderOf({ protocol: 'udp', address: '127.0.0.1', port })).toBe(`the process ${process.pid}`);
    socket.close();
  });
});
