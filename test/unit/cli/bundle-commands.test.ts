import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SiloError } from '../../../src/base/index.ts';
import { runCli } from '../../../src/cli/run-cli.ts';
import type { BundleCommand, BundleSettings } from '../../../src/core/index.ts';

/** Reads a command line; the runtime answers 42. */
const read = async (...args: readonly string[]): Promise<{ readonly exitCode: number; readonly command: BundleCommand | undefined; readonly settings: BundleSettings | undefined }> => {
  let seen: { command: BundleCommand; settings: BundleSettings } | undefined;
  const runtime = { execute: (command: BundleCommand, settings: BundleSettings): Promise<number> => { seen = { command, settings }; return Promise.resolve(42); } };
  const none = (): never => { throw new Error('not asked for'); };
  const exitCode = await runCli(args, none, none, () => runtime, '0');
  return { exitCode, command: seen?.command, settings: seen?.settings };
};

const bare = { pidFile: undefined, host: undefined, shimLog: undefined, vmLog: undefined, vmConsole: undefined };

describe("the verbs of an OCI runtime's command line", () => {
  it('take the current folder as the bundle, and a long or short option for another', async () => {
    expect((await read('run', 'web')).command).toEqual({ verb: 'run', id: 'web', bundle: resolve('.'), detach: false, ...bare });
    expect((await read('create', '-b', '/b', '--pid-file', '/p', 'web')).command).toEqual({ verb: 'create', id: 'web', bundle: '/b', ...bare, pidFile: '/p' });
    expect((await read('run', '--bundle', '/b', '-d', 'web')).command).toMatchObject({ bundle: '/b', detach: true });
  });

  it("end with the runtime's exit code", async () => {
    expect((await read('state', 'web')).exitCode).toBe(42);
  });

  it('leave everything after the id of exec to the container', async () => {
    const { command } = await read('exec', '-t', '--env', 'A=1', '-e', 'B=2', '--user', '7', 'web', 'ls', '-l', '--env', 'C', '--', '007');
    expect(command).toEqual({ verb: 'exec', id: 'web', args: ['ls', '-l', '--env', 'C', '--', '007'], cwd: undefined, env: ['A=1', 'B=2'], terminal: true, user: '7', process: undefined, detach: false, pidFile: undefined, shimLog: undefined });
  });

  it('have one that the runtime itself starts a shim with', async () => {
    expect((await read('--root', '/r', 'bundle-shim', '--shim-log', '/l', 'web')).command).toEqual({ verb: 'shim', id: 'web', shimLog: '/l' });
  });

  it('take a process document instead of a command', async () => {
    expect((await read('exec', '-p', '/process.json', 'web')).command).toMatchObject({ verb: 'exec', id: 'web', args: [], process: '/process.json' });
  });

  it('keep ids that look like numbers as they are', async () => {
    expect((await read('start', '0012')).command).toEqual({ verb: 'start', id: '0012' });
    expect((await read('exec', '0012', '1e3')).command).toMatchObject({ id: '0012', args: ['1e3'] });
  });

  it('send SIGTERM where no signal is named', async () => {
    expect((await read('kill', 'web')).command).toEqual({ verb: 'kill', id: 'web', signal: 'SIGTERM', all: false });
    expect((await read('kill', 'web', 'KILL')).command).toMatchObject({ signal: 'KILL' });
    expect((await read('kill', 'web', '9')).command).toMatchObject({ signal: '9' });
  });

  it('list as a table, and processes as JSON', async () => {
    expect((await read('list')).command).toEqual({ verb: 'list', format: 'table', quiet: false });
    expect((await read('list', '-f', 'json', '-q')).command).toEqual({ verb: 'list', format: 'json', quiet: true });
    expect((await read('ps', 'web')).command).toEqual({ verb: 'ps', id: 'web', format: 'json', options: [] });
    expect((await read('ps', '-f', 'table', 'web', '-e', 'f')).command).toMatchObject({ format: 'table', options: ['-e', 'f'] });
  });

  it('have their settings before or after the verb', async () => {
    const settings = { root: '/r', owner: 'me', log: '/l', logFormat: 'json', debug: true };
    expect((await read('--root', '/r', '--owner', 'me', '--log', '/l', '--log-format', 'json', '--debug', 'list')).settings).toEqual(settings);
    expect(await read('--root', 'exec', 'exec', 'web', 'ls', '--root')).toMatchObject({ command: { id: 'web', args: ['ls', '--root'] }, settings: { root: 'exec' } });
    expect((await read('delete', '--force', 'web')).settings).toEqual({ root: undefined, owner: undefined, log: undefined, logFormat: undefined, debug: false });
  });

  it('end with 1 and the code of the error where the runtime refuses', async () => {
    const written: string[] = [];
    const write = process.stderr.write.bind(process.stderr);
    process.stderr.write = (text: string | Uint8Array): boolean => { written.push(String(text)); return true; };
    try {
      const none = (): never => { throw new Error('not asked for'); };
      const runtime = { execute: (): Promise<number> => Promise.reject(new SiloError('RuncMissing')) };
      expect(await runCli(['start', 'web'], none, none, () => runtime, '0')).toBe(1);
    } finally {
      process.stderr.write = write;
    }
    expect(written.join('')).toMatch(/^silo: RuncMissing: runc is not installed\. Install it: apt-get install runc\n$/);
  });
});
