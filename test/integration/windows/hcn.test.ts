import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { buildHcsSimulator, whyNoSimulator } from '../../fixtures/hcs-simulator.ts';
import { skipReason } from '../../fixtures/temporary-folder.ts';
import { runUnderWine, whyNoWine, windowsPath } from '../../fixtures/wine.ts';
import { suiteUnderWine } from '../../fixtures/wine/suites.ts';

/** The Network suite and the driver's own tests in Windows' Node, with the simulator's DLLs in place of Windows'. */
const missing = whyNoSimulator('windows') ?? whyNoWine();
describe.skipIf(skipReason('HCN under Wine', missing))('HCN', async () => {
  if (missing !== undefined) return;
  const { folder, service, libraries } = await buildHcsSimulator({ target: 'windows' });
  const roots: string[] = [];
  afterAll(async () => {
    for (const root of roots) {
      await runUnderWine(service, ['--root', windowsPath(root), 'stop']);
      rmSync(root, { recursive: true, force: true });
    }
  });
  for (const file of ['test/conformance/hcn-network.test.ts', 'test/unit/network/hcn/hcn-network.test.ts', 'test/unit/network/hcn/host-programs.test.ts']) {
    const root = mkdtempSync(join(tmpdir(), 'hcs-root-'));
    roots.push(root);
    await suiteUnderWine(file, {
      env: { HCS_SIMULATOR_ROOT: windowsPath(root), HCS_SIMULATOR_SERVICE: windowsPath(service) },
      dlls: [libraries['computenetwork.dll'], join(folder, 'hcs-simulator-client.dll')],
    });
  }
});
