import { describe } from 'vitest';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { makeLcow, whyNoMachineDisks } from './lcow-host.ts';
import { snapshotterDiffSuite } from './snapshotter-diff.suite.ts';
import { snapshotterSuite } from './snapshotter.suite.ts';
import { simulatedStorage } from './wclayer-host.ts';

describe.skipIf(skipReason('the snapshotter of Linux layers for machines', whyNoMachineDisks()))('on the HCS simulator', () => {
  const make = makeLcow(simulatedStorage());
  snapshotterSuite('LcowSnapshotter', make);
  snapshotterDiffSuite('LcowSnapshotter', make);
});
