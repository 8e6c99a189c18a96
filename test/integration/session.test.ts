import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EngineClient } from '../../build/engine-client.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { Terminal, whyNoTerminal } from '../fixtures/terminal.ts';
import { TestHost } from './host-state.ts';

const main = join(import.meta.dirname, '../../src/main.ts');
const missing = whyNoContainers() ?? whyNoTerminal();

describe.skipIf(skipReason('sessions', missing))('a session in a container', () => {
  let host: TestHost;
  let engine: EngineClient;
  const open: Terminal[] = [];
  beforeAll(async () => {
    host = new TestHost();
    engine = await host.withImage();
    await engine.call('container/create', { image: 'busybox:test', name: 'entered', network: 'None', command: ['sleep', '1000'] });
    await engine.call('container/start', { container: 'entered' });
  });
  afterEach(() => { for (const terminal of open.splice(0)) terminal.end(); });
  afterAll(() => host?.close());

  const enter = (...args: readonly string[]): Terminal => {
    const terminal = new Terminal(host.root, [main, 'session', ...args]);
    open.push(terminal);
    return terminal;
  };

  it('shows the prompt of the first shell that is there, does what is typed, and ends with its exit code', async () => {
    const terminal = enter('entered', '--environment', 'COLOUR=blue');
    await terminal.sees(/\/ # /);
    terminal.type('echo $((40+2)) $COLOUR $TERM; tty; stty size\n');
    await terminal.sees(/42 blue xterm\r+\n\/dev\/pts\/\d+\r+\n33 101\r+\n/);
    terminal.resize(40, 120);
    await delay(300);
    terminal.type('stty size\n');
    await terminal.sees(/40 120\r+\n/);
    terminal.type('exit 7\n');
    expect(await terminal.exited).toBe(7);
  });

  it('gives Ctrl+C to what runs in it', async () => {
    const terminal = enter('entered');
    await terminal.sees(/\/ # /);
    terminal.type('sleep 500; echo after-$?\n');
    await delay(500);
    terminal.type('\u0003');
    await delay(300);
    terminal.type('echo still $((1+1))\n');
    await terminal.sees(/still 2\r+\n/);
    terminal.type('exit\n');
    await terminal.exited;
  });

  it('is left by Ctrl+P Ctrl+Q, and its process goes on', async () => {
    const terminal = enter('entered', '--', 'sh', '-c', 'echo ready; exec sleep 777');
    await terminal.sees(/ready/);
    terminal.type('\u0010\u0011');
    expect(await terminal.exited).toBe(0);
    const { items } = await engine.call('process/list', { container: 'entered' });
    const left = items.find(({ command }) => command.includes('echo ready; exec sleep 777'));
    expect(left?.state).toBe('Running');
    await engine.call('process/stop', { container: 'entered', process: left?.id ?? '', force: true });
  });

  it('opens again after the terminal of another one was lost', async () => {
    const lost = enter('entered');
    await lost.sees(/\/ # /);
    lost.end();
    const terminal = enter('entered');
    await terminal.sees(/\/ # /);
    terminal.type('exit\n');
    await terminal.exited;
  });

  it('is refused without a terminal, and says what cannot be run', async () => {
    const piped = spawn(process.execPath, [main, 'session', 'entered'], { env: { ...process.env, SILO_ROOT: host.root } });
    let error = '';
    piped.stderr.setEncoding('utf8').on('data', (text: string) => { error += text; });
    expect(await new Promise((resolve) => { piped.once('close', resolve); })).toBe(1);
    expect(error).toContain('redirected');
    const terminal = enter('entered', '--', 'not-there');
    expect(await terminal.exited).toBe(1);
    expect(terminal.text).toContain('not-there');
  });
});
