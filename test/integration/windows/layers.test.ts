import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { buildHcsSimulator, whyNoSimulator } from '../../fixtures/hcs-simulator.ts';
import { skipReason, whyNoMounts } from '../../fixtures/temporary-folder.ts';
import { runUnderWine, whyNoWine, windowsPath } from '../../fixtures/wine.ts';
import { suiteUnderWine } from '../../fixtures/wine/suites.ts';

/** The Snapshotter suites in Windows' Node, with the simulator's DLLs in place of Windows' storage functions. */
const missing = whyNoMounts() ?? whyNoSimulator('windows') ?? whyNoWine();
describe.skipIf(skipReason('layers under Wine', missing))('layers', async () => {
  if (missing !== undefined) return;
  const { folder, service } = await buildHcsSimulator({ target: 'windows' });
  const root = mkdtempSync(join(tmpdir(), 'hcs-root-'));
  afterAll(async () => {
    await runUnderWine(service, ['--root', windowsPath(root), 'stop']);
    rmSync(root, { recursive: true, force: true });
  });
  await suiteUnderWine('test/conformance/wclayer-snapshotter.test.ts', {
    // Archives of 127 layers, and disks of 32 MB: a loaded machine takes its time.
    timeoutMs: 900_000,
    env: { HCS_SIMULATOR_ROOT: windowsPath(root), HCS_SIMULATOR_SERVICE: windowsPath(service) },
    dlls: readdirSync(folder).filter((name) => name.endsWith('.dll')).map((name) => join(folder, name)),
  });
});
