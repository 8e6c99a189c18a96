import { join } from 'node:path';
import { describe, it } from 'vitest';
import { PipedRuntime, SupervisorChannel } from '../../src/runtime/piped/index.ts';
import { RuncRuntime } from '../../src/runtime/runc/index.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { killChild, startSupervisor } from '../fixtures/child-engine.ts';
import { makeRunc } from './runc-host.ts';
import { runtimeSuite } from './runtime.suite.ts';

const reason = whyNoContainers();
if (reason === undefined) {
  runtimeSuite('runc in a supervisor of its own', async () => {
    const host = await makeRunc();
    const addressFile = join(host.folder, 'supervisor.json');
    const supervisor = await startSupervisor({ address: join(host.folder, 'supervisor.sock'), addressFile, options: host.options });
    const channels = [0, 1].map(() => new SupervisorChannel({ addressFile, ensure: () => Promise.resolve() })) as [SupervisorChannel, SupervisorChannel];
    const [runtime, another] = channels.map((channel) => new PipedRuntime(channel, new RuncRuntime(host.options))) as [PipedRuntime, PipedRuntime];
    return {
      ...host,
      runtime,
      another,
      close: async () => {
        for (const channel of channels) await channel.close();
        await killChild(supervisor);
        await host.close();
      },
    };
  });
} else {
  describe('Runtime: runc in a supervisor of its own', () => { it.skip(`needs a host that runs containers (${reason})`, () => undefined); });
}
