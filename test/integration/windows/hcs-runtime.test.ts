import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { buildHcsSimulator, whyNoSimulator } from '../../fixtures/hcs-simulator.ts';
import { skipReason } from '../../fixtures/temporary-folder.ts';
import { whyNoWine, windowsPath } from '../../fixtures/wine.ts';
import { suiteUnderWine } from '../../fixtures/wine/suites.ts';

/** The Runtime suite in Windows' Node: a supervisor on a named pipe, the simulator's DLLs, and programs of Windows in its containers. */
const missing = whyNoSimulator('windows') ?? whyNoWine();
describe.skipIf(skipReason('the Runtime of HCS under Wine', missing))('HCS', async () => {
  if (missing !== undefined) return;
  const { folder, service } = await buildHcsSimulator({ target: 'windows' });
  const root = mkdtempSync(join(tmpdir(), 'hcs-root-'));
  afterAll(() => { rmSync(root, { recursive: true, force: true }); });
  await suiteUnderWine('test/conformance/hcs-runtime.test.ts', {
    env: { HCS_SIMULATOR_ROOT: windowsPath(root), HCS_SIMULATOR_SERVICE: windowsPath(service) },
    dlls: readdirSync(folder).filter((name) => name.endsWith('.dll')).map((name) => join(folder, name)),
  });
});
