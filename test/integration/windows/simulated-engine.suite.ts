import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineClient } from '../../../build/engine-client.ts';
import { makeWindowsArchive } from './simulated-host.ts';

const program = join(import.meta.dirname, '../../fixtures/simulated-windows.ts');
let folder: string;
let root: string;
let engine: EngineClient;
let supervisor: ChildProcess;

const counts = (): unknown => JSON.parse(execFileSync(process.env['HCS_SIMULATOR_SERVICE'] ?? '', ['--root', process.env['HCS_SIMULATOR_ROOT'] ?? '', 'counts'], { encoding: 'utf8' }));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'silo-simulated-'));
  root = join(folder, 'Silo');
  engine = await EngineClient.start({ root, command: [process.execPath, program] });
  // Who started it is nothing to an engine: on Windows it is the task scheduler.
  supervisor = spawn(process.execPath, [program, 'supervise'], { env: { ...process.env, SILO_ROOT: root }, stdio: ['ignore', 'inherit', 'inherit'] });
  for (const end = performance.now() + 50_000; !existsSync(join(root, 'supervisor.json')) && performance.now() < end;) await delay(100);
});
afterAll(async () => {
  await engine.close();
  // It may be one that the engine has started, where that was quicker.
  const { pid } = JSON.parse(readFileSync(join(root, 'supervisor.json'), 'utf8')) as { pid: number };
  if (supervisor.exitCode === null && supervisor.pid !== pid) supervisor.kill();
  process.kill(pid);
  execFileSync(process.env['HCS_SIMULATOR_SERVICE'] ?? '', ['--root', process.env['HCS_SIMULATOR_ROOT'] ?? '', 'stop']);
  // The folder goes with everything that is temporary there.
});

describe('an engine on Windows with the simulator', () => {
  it('offers process isolation, and says what Hyper-V isolation lacks', async () => {
    const { available } = await engine.call('isolation/get', {});
    expect(available.find(({ isolation }) => isolation === 'Process')).toMatchObject({ available: true });
    expect(available.find(({ isolation }) => isolation === 'HyperV')?.reason).not.toBe('');
  });

  it('takes an image, runs a container of it through its supervisor, keeps its log, and leaves nothing', async () => {
    const archive = makeWindowsArchive(folder, {}, { Cmd: ['cmd', '/c', 'echo hello& exit 7'] });
    await engine.call('image/import', { path: archive, reference: 'windows:test' });
    const { container } = await engine.call('container/create', { image: 'windows:test', name: 'hello', network: 'None' });
    await engine.call('container/start', { container: container.id });
    expect((await engine.call('container/wait', { container: 'hello' })).container).toMatchObject({ state: 'Exited', exitCode: 7, exitReason: 'Exited' });
    const lines: string[] = [];
    await engine.call('container/log', { container: 'hello' }, { onItem: (item) => lines.push((item as { text: string }).text) });
    expect(lines.map((line) => line.trim())).toEqual(['hello']);
    await engine.call('container/remove', { container: 'hello' });
    expect(counts()).toMatchObject({ handles: 0, operations: 0, systems: 0, processes: 0 });
  });
});
