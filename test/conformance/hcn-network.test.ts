import { randomBytes } from 'node:crypto';
import { describe } from 'vitest';
import { startHcnHost, whyNoHcn } from '../fixtures/hcn-host.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { networkSuite, type NetworkFixture } from './network.suite.ts';

describe.skipIf(skipReason('the networks of Windows', whyNoHcn()))('on the simulator of HCN', () => {
  const make = async (): Promise<NetworkFixture> => {
    const host = await startHcnHost();
    let subnets = 0;
    return {
      network: host.network(),
      another: host.network(),
      id: () => randomBytes(32).toString('hex'),
      freeSubnet: () => {
        subnets += 1;
        return { prefix: `10.77.${subnets}.0/24`, gateway: `10.77.${subnets}.1` };
      },
      addressIn: ({ prefix }, place) => prefix.replace(/0\/24$/, String(place)),
      removeByHand: async (hostId) => { await host.service.remove('Network', hostId); },
      leftovers: async () => {
        const counts = await host.simulator.counts();
        return ['handles', 'networks', 'endpoints', 'namespaces'].filter((kind) => counts[kind] !== 0).map((kind) => `${counts[kind]} ${kind}`);
      },
      close: () => host.close(),
    };
  };
  networkSuite('HcnNetwork', make);
});
