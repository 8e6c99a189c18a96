import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { WclayerSnapshotter, type StorageLibraries } from '../../src/snapshot/wclayer/index.ts';
import { broughtSimulator, whyNoBroughtSimulator } from '../fixtures/brought-simulator.ts';
import { buildHcsSimulator, startSimulator, whyNoSimulator, windowsFiles, type RunningSimulator } from '../fixtures/hcs-simulator.ts';
import { whyNoMounts } from '../fixtures/temporary-folder.ts';
import type { SnapshotterFixture, SnapshotterTraits } from './snapshotter.suite.ts';

const windows = process.platform === 'win32';

export const whyNoSimulatedLayers = (): string | undefined => (windows ? whyNoBroughtSimulator() : whyNoMounts() ?? whyNoSimulator('linux'));

const hives = ['DEFAULT', 'SAM', 'SECURITY', 'SOFTWARE', 'SYSTEM'];

/** A layer of Windows has its files in a folder of their own, and the lowest one a registry. */
export const wclayerTraits: SnapshotterTraits = {
  prefix: 'Files/',
  skeleton: [{ name: 'Files/', flag: '5' }, { name: 'Hives/', flag: '5' }, ...hives.map((name) => ({ name: `Files/Windows/System32/config/${name}` }))],
  ownNames: ['Windows'],
  diffFolders: 2,
  needsBaseLayer: true,
  hasPosixFiles: false,
};

/** The HCS simulator for a file of tests. */
export const simulatedStorage = (): { readonly libraries: () => StorageLibraries; readonly simulator: () => RunningSimulator; readonly expectNothingHeld: () => Promise<void> } => {
  let simulator: RunningSimulator | undefined;
  let libraries: StorageLibraries | undefined;
  beforeAll(async () => {
    if (windows) {
      simulator = broughtSimulator();
      libraries = { computeStorage: 'computestorage.dll', virtDisk: 'virtdisk.dll', kernel: windowsFiles, security: 'advapi32.dll', filterManager: 'fltlib.dll' };
      return;
    }
    const files = await buildHcsSimulator({ target: 'linux' });
    simulator = startSimulator(files);
    Object.assign(process.env, simulator.environment);
    // On Linux one shared object is every DLL, Windows' own calls included.
    const library = files.libraries['computestorage.dll'];
    libraries = { computeStorage: library, virtDisk: files.libraries['virtdisk.dll'], kernel: library, security: library, filterManager: library };
  }, 120_000);
  afterAll(async () => { await simulator?.stop(); });
  const known = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('the simulator has not been started');
    return value;
  };
  return {
    libraries: () => known(libraries),
    simulator: () => known(simulator),
    expectNothingHeld: async () => {
      const counts = await known(simulator).counts();
      // Handles of files are Linux' own simulation; on Windows they are Windows' to count.
      if (Object.keys(counts).length > 0) expect(counts).toMatchObject({ disks: 0, filters: 0, mountPoints: 0, diskHandles: 0, handles: 0, ...(windows ? {} : { files: 0 }) });
    },
  };
};

export const makeWclayer = (storage: ReturnType<typeof simulatedStorage>) => async (): Promise<SnapshotterFixture> => {
  const root = await mkdtemp(join(tmpdir(), 'silo-wclayer-'));
  const folder = join(root, 'work');
  await mkdir(folder);
  const make = () => new WclayerSnapshotter(root, { libraries: storage.libraries() });
  return {
    snapshotter: make(),
    another: make(),
    folder,
    dispose: async () => {
      await storage.expectNothingHeld();
      // On Windows a file that somebody just closed is in its folder for another moment.
      await rm(root, { recursive: true, force: true, maxRetries: 10 });
    },
  };
};
