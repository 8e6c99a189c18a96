import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { socketsByDiagnosis, socketsByTable } from '../../../../src/network/bridge/socket-table.ts';
import { skipReason } from '../../../fixtures/temporary-folder.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'));

describe.skipIf(skipReason('tables of sockets', process.platform === 'linux' ? undefined : 'they are those of Linux'))('sockets that others can reach', () => {
  const servers: Server[] = [];
  const datagrams = createSocket('udp4');
  const ports: number[] = [];
  beforeAll(async () => {
    for (const address of ['127.0.0.1', '0.0.0.0', ...(hasIpv6 ? ['::1'] : [])]) {
      const server = createServer().listen(0, address);
      servers.push(server);
      await once(server, 'listening');
      ports.push((server.address() as AddressInfo).port);
    }
    datagrams.bind(0, '127.0.0.1');
    await once(datagrams, 'listening');
    ports.push(datagrams.address().port);
  });
  afterAll(() => {
    for (const server of servers) server.close();
    datagrams.close();
  });

  it.each([['as /proc tells them', socketsByTable], ['as sock_diag tells them', socketsByDiagnosis]] as const)('are those that are listened on and datagram sockets without a peer, %s', (_, sockets) => {
    const own = (['tcp', 'udp'] as const).flatMap((protocol) => sockets(protocol) ?? []).filter(({ port }) => ports.includes(port));
    expect(own.map(({ protocol, address, port }) => `${protocol} ${address} ${port}`).toSorted()).toEqual([
      `tcp 127.0.0.1 ${ports[0]}`, `tcp 0.0.0.0 ${ports[1]}`, ...(hasIpv6 ? [`tcp ::1 ${ports[2]}`] : []), `udp 127.0.0.1 ${ports.at(-1)}`,
    ].toSorted());
  });

  it('have the same inode both ways, by which their process is found', () => {
    const inodes = (sockets: typeof socketsByTable): readonly string[] => sockets('tcp').filter(({ port }) => ports.includes(port)).map(({ inode }) => inode).toSorted();
    expect(inodes((protocol) => socketsByDiagnosis(protocol) ?? [])).toEqual(inodes(socketsByTable));
  });
});
