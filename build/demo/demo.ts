/**
 * The main job on real input. It keeps its state in a temp folder, so that it touches nothing of an
 * installed Silo, and removes that folder in the end.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { linuxHostFacts } from '../../src/host/index.ts';
import { runFolderOf } from '../../src/open-linux.ts';
import { EngineClient } from '../engine-client.ts';
import { writeRootFileSystem } from './root-file-system.ts';
import { runThroughJsonRpc } from './through-json-rpc.ts';

const findOnPath = (name: string): string | undefined =>
  (process.env['PATH'] ?? '').split(delimiter).filter(Boolean).map((folder) => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

const runThroughPowerShell = (pwsh: string, root: string, archive: string): void => {
  const { status, error } = spawnSync(pwsh, ['-NoLogo', '-NoProfile', '-NonInteractive', '-File', join(import.meta.dirname, 'Demo.ps1'), '-Archive', archive],
    { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, SILO_ROOT: root } });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`PowerShell ended with exit code ${String(status)}`);
};

/** A mount below a folder would let its removal reach into something else. */
const mountsBelow = (folder: string): string[] =>
  readFileSync('/proc/self/mountinfo', 'utf8').split('\n').map((line) => line.split(' ')[4] ?? '').filter((target) => target.startsWith(`${folder}/`));

/** What a demonstration that failed half-way left running. */
const removeContainers = async (root: string): Promise<void> => {
  await using engine = await EngineClient.start({ root });
  const { items } = await engine.call('container/list', {});
  for (const { id } of items) await engine.call('container/remove', { container: id, force: true });
};

const remove = (path: string): void => {
  const left = mountsBelow(path);
  if (left.length === 0) {
    rmSync(path, { recursive: true, force: true });
    console.log(`removed ${path}`);
  } else {
    console.log(`left ${path} where it is: still mounted below it: ${left.join(', ')}`);
    process.exitCode = 1;
  }
};

if (process.platform !== 'linux') {
  console.log('Silo runs containers on Linux only in this release.');
  process.exit(1);
}
if (process.getuid?.() !== 0) {
  console.log('Running containers needs root: run "sudo npm start".');
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'silo-demo-'));
const root = join(folder, 'root');
console.log(`state root for this demonstration: ${root} (removed in the end)`);
try {
  const archive = join(folder, 'busybox.tar');
  const { commands } = await writeRootFileSystem(archive);
  console.log(`made a root file system from busybox: ${commands} commands`);

  const pwsh = process.argv.includes('--json-rpc') ? undefined : findOnPath('pwsh');
  if (pwsh === undefined) {
    console.log(process.argv.includes('--json-rpc') ? 'going over JSON-RPC, as asked' : 'PowerShell (pwsh) was not found: going over JSON-RPC to the same engine');
    await runThroughJsonRpc(root, archive);
  } else {
    console.log(`going through PowerShell (${pwsh}) and the module`);
    runThroughPowerShell(pwsh, root, archive);
  }
} finally {
  const runFolder = runFolderOf(root, linuxHostFacts().bootId);
  if (mountsBelow(runFolder).length > 0) await removeContainers(root);
  remove(runFolder);
  remove(folder);
}
if (process.exitCode === undefined) console.log('done');
