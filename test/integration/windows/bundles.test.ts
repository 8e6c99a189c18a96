import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildHcsSimulator, simulatorBuildTimeout } from '../../fixtures/hcs-simulator.ts';
import { wineSimulator, type SimulatorHost } from '../../fixtures/simulator-client.ts';
import { skipReason } from '../../fixtures/temporary-folder.ts';
import { runUnderWine, windowsPath, type WineOptions, type WineRun } from '../../fixtures/wine.ts';

const main = join(import.meta.dirname, '../../../src/main.ts');
/** Each command is a Node under Wine that loads the whole program from its source. */
const testTimeout = 600_000;

describe.skipIf(skipReason('OCI bundles under Wine', wineSimulator.whyNot()))("the silo command over OCI bundles, in Windows' Node on the simulator's DLLs", () => {
  let folder: string;
  let simulator: SimulatorHost;
  let options: WineOptions;
  let program: string;
  beforeAll(async () => {
    const files = await buildHcsSimulator({ target: 'windows' });
    program = join(files.folder, 'task-program.exe');
    simulator = await wineSimulator.open();
    folder = mkdtempSync(join(tmpdir(), 'silo-wine-bundles-'));
    for (const name of ['scratch', 'layer', 'root']) mkdirSync(join(folder, name));
    options = {
      dlls: [files.libraries['computecore.dll'], files.libraries['vmcompute.dll'], join(files.folder, 'hcs-simulator-client.dll')],
      env: { HCS_SIMULATOR_ROOT: windowsPath(simulator.root), HCS_SIMULATOR_SERVICE: windowsPath(files.service) },
      timeoutMs: testTimeout,
    };
  }, simulatorBuildTimeout);
  afterAll(async () => {
    await simulator?.close();
    rmSync(folder, { recursive: true, force: true });
  }, simulatorBuildTimeout);

  const silo = (...args: readonly string[]): Promise<WineRun> => runUnderWine(main, ['--root', windowsPath(join(folder, 'state')), ...args], options);
  const bundle = (script: string): string => bundleOf(['cmd', '/c', script]);
  const bundleOf = (args: readonly string[]): string => {
    const path = mkdtempSync(join(folder, 'bundle-'));
    writeFileSync(join(path, 'config.json'), JSON.stringify({
      ociVersion: '1.0.2', root: { path: windowsPath(join(folder, 'root')) },
      process: { args, cwd: 'C:\\', env: [] },
      windows: { layerFolders: [windowsPath(join(folder, 'layer')), windowsPath(join(folder, 'scratch'))] },
    }));
    return windowsPath(path);
  };

  it("runs a bundle with its own streams, and ends with the container's exit code", async () => {
    expect(await silo('run', '-b', bundle('echo it runs& echo oops 1>&2& exit 7'), 'web')).toEqual({ exitCode: 7, stdout: 'it runs\r\n', stderr: expect.stringMatching(/^oops/) as string });
    expect(await silo('list', '-q')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(await simulator.counts()).toMatchObject({ systems: 0, processes: 0 });
  }, testTimeout);

  it('creates a container, starts it, tells its state from another process, ends it by a signal and deletes it', async () => {
    const done = { exitCode: 0, stdout: '', stderr: '' };
    const state = async (): Promise<unknown> => JSON.parse((await silo('state', 'held')).stdout);
    expect(await silo('create', '-b', bundleOf([windowsPath(program), 'exitWhenTold', '9', 'print', 'up', 'idle']), 'held')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await state()).toMatchObject({ id: 'held', status: 'created', pid: expect.any(Number) as number });
    expect(await silo('start', 'held')).toEqual(done);
    expect(await state()).toMatchObject({ status: 'running' });
    expect((await silo('delete', 'held')).exitCode).toBe(1);
    expect(await silo('kill', 'held')).toEqual(done);
    await expect.poll(state, { timeout: 30_000 }).toMatchObject({ status: 'stopped', pid: 0 });
    expect(await silo('delete', 'held')).toEqual(done);
    expect(await silo('list', '-q')).toEqual(done);
    expect(await simulator.counts()).toMatchObject({ systems: 0, processes: 0 });
  }, testTimeout);
});
