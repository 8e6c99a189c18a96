import { describe, it, vi } from 'vitest';
import { imagesObstacle } from '../../src/snapshot/overlay/layer-image.ts';
import { whyNoMachines } from '../fixtures/machines.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { makeMicroVm } from './microvm-host.ts';
import { runtimeSuite } from './runtime.suite.ts';

// An emulated machine takes two seconds of a processor to boot, and more where others want it too.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const reason = whyNoMachines();
if (reason === undefined) {
  runtimeSuite('utility VMs with conmon', makeMicroVm);
  describe.skipIf(skipReason('utility VMs with disks of layers', imagesObstacle()))('with disks of layers', () => { runtimeSuite('utility VMs with conmon and disks of layers', () => makeMicroVm({ layered: true })); });
}
else describe('Runtime: utility VMs with conmon', () => { it.skip(`needs a host that runs utility VMs (${reason})`, () => undefined); });
