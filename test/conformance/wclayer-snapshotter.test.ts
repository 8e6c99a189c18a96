import { describe } from 'vitest';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { snapshotterDiffSuite } from './snapshotter-diff.suite.ts';
import { snapshotterSuite } from './snapshotter.suite.ts';
import { makeWclayer, simulatedStorage, wclayerTraits, whyNoSimulatedLayers } from './wclayer-host.ts';

describe.skipIf(skipReason('the snapshotter of Windows layers', whyNoSimulatedLayers()))('on the HCS simulator', () => {
  const make = makeWclayer(simulatedStorage());
  snapshotterSuite('WclayerSnapshotter', make, wclayerTraits);
  snapshotterDiffSuite('WclayerSnapshotter', make, wclayerTraits);
});
