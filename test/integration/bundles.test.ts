import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxRoot, whyNoContainers } from '../fixtures/busybox-root.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';

const main = join(import.meta.dirname, '../../src/main.ts');

describe.skipIf(skipReason('OCI bundles', whyNoContainers()))('the silo command over OCI bundles', () => {
  let folder: string;
  let count = 0;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'silo-bundles-'));
    makeBusyboxRoot(join(folder, 'rootfs'));
  });
  afterAll(() => {
    for (const id of silo('list', '--quiet').stdout.split('\n').filter((line) => line !== '')) silo('delete', '--force', id);
    rmSync(folder, { recursive: true, force: true });
  });

  const command = (...args: readonly string[]): readonly string[] => [main, '--root', join(folder, 'state'), ...args];
  const silo = (...args: readonly string[]): SpawnSyncReturns<string> => spawnSync(process.execPath, command(...args), { encoding: 'utf8', timeout: 30_000 });

  /** A bundle that runs a script. */
  const bundle = (script: string): { readonly id: string; readonly path: string } => {
    count += 1;
    const id = `silo-bundle-${process.pid}-${count}`;
    const path = join(folder, id);
    mkdirSync(path);
    writeFileSync(join(path, 'config.json'), JSON.stringify({
      ociVersion: '1.0.2',
      process: { terminal: false, user: { uid: 0, gid: 0 }, args: ['/bin/sh', '-c', script], env: ['PATH=/bin'], cwd: '/' },
      root: { path: join(folder, 'rootfs'), readonly: true },
      mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
      linux: { cgroupsPath: `/silo-bundles/${id}`, namespaces: [{ type: 'pid' }, { type: 'mount' }, { type: 'ipc' }, { type: 'uts' }] },
    }));
    return { id, path };
  };

  it("runs a bundle with its own streams, and ends with the container's exit code", () => {
    const { id, path } = bundle('read line; echo "got $line"; echo oops >&2; exit 7');
    const ended = spawnSync(process.execPath, command('run', '-b', path, id), { encoding: 'utf8', input: 'hello\n' });
    expect(ended).toMatchObject({ status: 7, stdout: 'got hello\n', stderr: expect.stringContaining('oops') as string });
    expect(silo('state', id).status).toBe(1);
  });

  it('passes a signal on to the container', async () => {
    const { id, path } = bundle('trap "exit 9" TERM; echo up; while :; do sleep 0.05; done');
    const child = spawn(process.execPath, command('run', '-b', path, id), { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((resolve) => { child.once('close', resolve); });
    await new Promise((resolve) => { child.stdout.once('data', resolve); });
    child.kill('SIGTERM');
    expect(await ended).toBe(9);
  });

  it('creates, starts, freezes, lists, looks into, ends and deletes a container', async () => {
    const { id, path } = bundle('trap "exit 0" TERM; while :; do sleep 0.05; done');
    const state = (): string => (JSON.parse(silo('state', id).stdout) as { status: string }).status;
    const created = spawnSync(process.execPath, command('create', '--bundle', path, '--pid-file', join(path, 'pid'), id), { stdio: 'ignore' });
    expect(created.status).toBe(0);
    expect(state()).toBe('created');
    expect(silo('start', id).status).toBe(0);
    expect(state()).toBe('running');
    expect(silo('ps', id).stdout.trim()).toContain(readFileSync(join(path, 'pid'), 'utf8'));
    expect(silo('exec', '--env', 'A=1 2', id, 'sh', '-c', 'echo "$A"; exit 3')).toMatchObject({ status: 3, stdout: '1 2\n' });
    expect(silo('pause', id).status).toBe(0);
    expect(state()).toBe('paused');
    expect(silo('list').stdout).toMatch(new RegExp(`${id} +\\d+ +paused`));
    expect(silo('resume', id).status).toBe(0);
    expect(silo('delete', id).status).toBe(1);
    expect(silo('kill', id).status).toBe(0);
    await expect.poll(state).toBe('stopped');
    expect(silo('delete', '--force', id).status).toBe(0);
    expect(silo('list', '-q').stdout).not.toContain(id);
  }, 180_000);

  it('says where a bundle has no config.json', () => {
    expect(silo('run', '-b', join(folder, 'nothing'), 'x')).toMatchObject({ status: 1, stderr: expect.stringMatching(/^silo: PathNotFound: .*config\.json/) as string });
  });
});
