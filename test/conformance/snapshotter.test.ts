import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { OverlaySnapshotter } from '../../src/snapshot/overlay/index.ts';
import { skipReason, whyNoMounts } from '../fixtures/temporary-folder.ts';
import { snapshotterDiffSuite } from './snapshotter-diff.suite.ts';
import { snapshotterSuite, type SnapshotterFixture } from './snapshotter.suite.ts';

describe.skipIf(skipReason('the overlay snapshotter', whyNoMounts()))('on Linux', () => {
  const make = async (): Promise<SnapshotterFixture> => {
    const root = await mkdtemp(join(tmpdir(), 'silo-overlay-'));
    const folder = join(root, 'work');
    await mkdir(folder);
    return { snapshotter: new OverlaySnapshotter(root), another: new OverlaySnapshotter(root), folder, dispose: () => rm(root, { recursive: true, force: true }) };
  };
  snapshotterSuite('OverlaySnapshotter', make);
  snapshotterDiffSuite('OverlaySnapshotter', make);
});
