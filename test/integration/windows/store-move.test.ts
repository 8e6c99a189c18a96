import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineClient } from '../../../build/engine-client.ts';
import { whyNoContainers } from '../../fixtures/busybox-root.ts';
import { buildHcsSimulator, simulatorBuildTimeout, startSimulator, whyNoSimulator, type RunningSimulator } from '../../fixtures/hcs-simulator.ts';
import { skipReason } from '../../fixtures/temporary-folder.ts';
import { makeWindowsArchive } from './simulated-host.ts';

const program = join(import.meta.dirname, '../../fixtures/simulated-windows.ts');

describe.skipIf(skipReason('the move of a state root of Windows', whyNoSimulator('linux') ?? whyNoContainers()))('the move of a state root with layers of Windows', { timeout: 120_000 }, () => {
  let folder: string;
  let root: string;
  let simulator: RunningSimulator;
  let engine: EngineClient;
  const supervisors = new Set<number>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'silo-moved-'));
    root = join(folder, 'Silo');
    const files = await buildHcsSimulator({ target: 'linux' });
    simulator = startSimulator(files);
    Object.assign(process.env, simulator.environment, { SILO_TEST_LIBRARY: files.libraries['computecore.dll'] });
    engine = await EngineClient.start({ root, command: [process.execPath, program] });
    const programs = Object.fromEntries(['sh', 'cat'].map((name) => [`bin/${name}`, '/bin/busybox']));
    await engine.call('image/import', { path: makeWindowsArchive(folder, programs, { Cmd: ['/bin/sh'] }), reference: 'windows:test' });
  }, simulatorBuildTimeout);
  afterAll(async () => {
    await engine.close();
    for (const pid of supervisors) try { process.kill(pid); } catch { /* It has ended. */ }
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }, 60_000);

  const noteSupervisor = (at: string): void => {
    const file = join(at, 'supervisor.json');
    if (existsSync(file)) supervisors.add((JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid);
  };
  const runs = async (container: string): Promise<readonly string[]> => {
    await engine.call('container/start', { container });
    expect((await engine.call('container/wait', { container })).container).toMatchObject({ exitCode: 0 });
    const lines: string[] = [];
    await engine.call('container/log', { container }, { onItem: (item) => lines.push((item as { text: string }).text) });
    return lines;
  };

  it('detaches every disk, takes layers and disks along, and attaches them at their new place', async () => {
    await engine.call('container/create', { image: 'windows:test', name: 'kept', command: ['/bin/sh', '-c', 'echo again >> /written; /bin/cat /written /data.txt'] });
    expect(await runs('kept')).toEqual(['again', 'from the image']);
    noteSupervisor(root);
    const path = join(folder, 'elsewhere');
    const { movedBytes } = await engine.call('store/move', { path });
    expect(movedBytes).toBeGreaterThan(1_000_000);
    expect(await simulator.counts()).toMatchObject({ disks: 0, filters: 0, mountPoints: 0 });
    expect(readdirSync(root).filter((name) => name !== 'log').toSorted()).toEqual(['locks', 'moved-to']);
    expect((await engine.call('host/get', {})).root).toBe(path);
    // The log came along; and what the first run wrote, on its disk.
    expect(await runs('kept')).toEqual(['again', 'from the image', 'again', 'again', 'from the image']);
    noteSupervisor(path);
    await engine.call('container/create', { image: 'windows:test', name: 'new', command: ['/bin/cat', '/data.txt'] });
    expect(await runs('new')).toEqual(['from the image']);
    for (const container of ['kept', 'new']) await engine.call('container/remove', { container });
    await delay(200);
    expect(await simulator.counts()).toMatchObject({ systems: 0, disks: 0, filters: 0, mountPoints: 0, diskHandles: 0 });
  });
});
