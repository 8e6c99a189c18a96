import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EngineClient } from '../../../build/engine-client.ts';
import { whyNoContainers } from '../../fixtures/busybox-root.ts';
import { buildHcsSimulator, simulatorBuildTimeout, startSimulator, whyNoSimulator, type RunningSimulator } from '../../fixtures/hcs-simulator.ts';
import { skipReason } from '../../fixtures/temporary-folder.ts';
import { Terminal, whyNoTerminal } from '../../fixtures/terminal.ts';
import { makeWindowsArchive } from './simulated-host.ts';

const program = join(import.meta.dirname, '../../fixtures/simulated-windows.ts');

/** The consoles of HCS' processes, which the supervisor holds, and the doors that terminals reach them by. */
describe.skipIf(skipReason('terminals on the simulator', whyNoSimulator('linux') ?? whyNoContainers() ?? whyNoTerminal()))('a terminal joined to a process of HCS', { timeout: 120_000 }, () => {
  let folder: string;
  let root: string;
  let simulator: RunningSimulator;
  let engine: EngineClient;
  const open: Terminal[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'silo-terminals-'));
    root = join(folder, 'Silo');
    const files = await buildHcsSimulator({ target: 'linux' });
    simulator = startSimulator(files);
    Object.assign(process.env, simulator.environment, { SILO_TEST_LIBRARY: files.libraries['computecore.dll'] });
    engine = await EngineClient.start({ root, command: [process.execPath, program] });
    const programs = Object.fromEntries(['sh', 'sleep', 'cat', 'stty', 'tty'].map((name) => [`bin/${name}`, '/bin/busybox']));
    await engine.call('image/import', { path: makeWindowsArchive(folder, programs, { Cmd: ['/bin/sh'] }), reference: 'windows:test' });
    await engine.call('container/create', { image: 'windows:test', name: 'entered', command: ['/bin/sleep', '1000'] });
    await engine.call('container/start', { container: 'entered' });
  }, simulatorBuildTimeout);
  afterEach(() => { for (const terminal of open.splice(0)) terminal.end(); });
  afterAll(async () => {
    for (const { id } of (await engine.call('container/list', {})).items) await engine.call('container/remove', { container: id, force: true });
    await engine.close();
    process.kill((JSON.parse(readFileSync(join(root, 'supervisor.json'), 'utf8')) as { pid: number }).pid);
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }, 60_000);

  const terminal = (...args: readonly string[]): Terminal => {
    const made = new Terminal(root, [program, ...args]);
    open.push(made);
    return made;
  };
  const shell = (script: string): readonly string[] => ['/bin/sh', '-c', script];

  it('is a session with a console of its size, which follows, and ends with the exit code of its command', async () => {
    const session = terminal('session', 'entered', ...shell('echo ready; read line; echo "got $line"; stty size; read line; stty size; exit 7'));
    await session.sees(/ready/);
    session.type('hello\n');
    await session.sees(/got hello\r+\n33 101/);
    session.resize(40, 120);
    await delay(500);
    session.type('\n');
    await session.sees(/40 120/);
    expect(await session.exited).toBe(7);
  });

  it('loses nothing of what the process wrote before it joined, and keeps it in the log', async () => {
    const session = terminal('session', 'entered', ...shell('echo first; echo last'));
    expect(await session.exited).toBe(0);
    expect(session.text).toMatch(/first\r+\nlast/);
  });

  it('gives Ctrl+C to what runs in it', async () => {
    const session = terminal('session', 'entered', ...shell('trap "echo caught; exit 5" INT; echo ready; while :; do sleep 0.1; done'));
    await session.sees(/ready/);
    session.type('\u0003');
    expect(await session.exited).toBe(5);
    expect(session.text).toContain('caught');
  });

  it('is left by Ctrl+P Ctrl+Q, and its process goes on', async () => {
    const session = terminal('session', 'entered', ...shell('echo ready; sleep 777'));
    await session.sees(/ready/);
    session.type('\u0010\u0011');
    expect(await session.exited).toBe(0);
    const { items } = await engine.call('process/list', { container: 'entered' });
    const left = items.find(({ command }) => command.includes('echo ready; sleep 777'));
    expect(left?.state).toBe('Running');
    await engine.call('process/stop', { container: 'entered', process: left?.id ?? '', force: true });
  });

  it('says what cannot be run, and leaves no door open', async () => {
    const session = terminal('session', 'entered', 'not-there');
    expect(await session.exited).toBe(1);
    expect(session.text).toContain('not-there');
    const run = readdirSync(join(root, 'run')).map((boot) => join(root, 'run', boot));
    await expect.poll(() => run.flatMap((boot) => readdirSync(boot)).filter((name) => name.startsWith('join-')), { timeout: 10_000 }).toEqual([]);
  });

  it('attaches to a container with a terminal, several at once, and ends with its exit code', async () => {
    await engine.call('container/create', { image: 'windows:test', name: 'console', terminal: true, openStdin: true, command: [...shell('read a; echo "got $a"; exit 4')] });
    await engine.call('container/start', { container: 'console' });
    const [first, second] = [terminal('attach', 'console'), terminal('attach', 'console')];
    await delay(3000);
    first.type('words\n');
    await first.sees(/got words/);
    await second.sees(/got words/);
    expect(await first.exited).toBe(4);
    expect(await second.exited).toBe(4);
    const lines: string[] = [];
    await engine.call('container/log', { container: 'console' }, { onItem: (item) => lines.push((item as { text: string }).text.trim()) });
    expect(lines).toContain('got words');
  });
});
