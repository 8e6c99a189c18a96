import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { LinuxNetwork } from '../../src/network/linux-network.ts';
import { makeNetworkNamespace, whyNoNetworks } from '../fixtures/network-namespace.ts';
import { silent } from '../fixtures/silent-log.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { networkSuite, type NetworkFixture } from './network.suite.ts';

describe.skipIf(skipReason('the networks of Linux', whyNoNetworks()))('on Linux', () => {
  const make = async (): Promise<NetworkFixture> => {
    const folder = await mkdtemp(join(tmpdir(), 'silo-network-'));
    const namespace = makeNetworkNamespace();
    const open = (): LinuxNetwork => new LinuxNetwork({ root: folder, runFolder: folder, log: silent, namespace: namespace.path });
    let subnets = 0;
    return {
      network: open(),
      another: open(),
      id: () => randomBytes(32).toString('hex'),
      freeSubnet: () => {
        subnets += 1;
        return { prefix: `10.77.${subnets}.0/24`, gateway: `10.77.${subnets}.1` };
      },
      addressIn: ({ prefix }, place) => prefix.replace(/0\/24$/, String(place)),
      removeByHand: (hostId) => {
        namespace.run(`ip link delete ${hostId}; nft flush ruleset`);
        return Promise.resolve();
      },
      leftovers: () => Promise.resolve(namespace.run("ip -brief link | grep silo || true; nft list ruleset").split('\n').filter((line) => line !== '')),
      close: async () => {
        namespace.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  };
  networkSuite('LinuxNetwork', make);
});
