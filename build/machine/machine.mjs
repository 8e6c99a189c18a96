import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { at } from '../project.mjs';
import { capture } from '../run.mjs';
import { makeInitramfs } from './initramfs.mjs';
import { unpackKernel } from './kernel-image.mjs';

const kernelPackage = 'linux-image-cloud-amd64';

/** What the agent loads by each name; its sources say when. */
const lists = {
  boot: ['virtio_pci', 'virtio_console'],
  virtiofs: ['virtiofs'],
  network: ['virtio_net'],
  memory: ['virtio_balloon'],
  layers: ['virtio_blk', 'erofs', 'overlay'],
};

const agentSources = ['agent.c', 'boot.c', 'container-root.c', 'container.c', 'frames.c', 'kernel-calls.c', 'layered-root.c', 'network.c', 'request.c', 'slots.c', 'start-process.c', 'statistics.c'];
const keeperSources = ['adapters.c', 'child.c', 'keeper.c', 'launch.c', 'machine-loop.c', 'monitor.c', 'plan.c', 'share.c', 'stand-in.c', 'tap.c', 'terminal.c', 'word.c', '../guest-agent/frames.c'];

const strict = ['-std=gnu11', '-Os', '-Wall', '-Wextra', '-Werror', '-static', '-s'];

const must = async (command, args, options) => {
  const { exitCode, output } = await capture(command, args, options);
  if (exitCode !== 0) throw new Error(`${command} ended with exit code ${exitCode}\n${output}`);
  return output;
};

const fingerprint = (version) => {
  const hash = createHash('sha256').update(version);
  for (const folder of ['native/guest-agent', 'native/machine-keeper', 'build/machine']) {
    for (const name of readdirSync(at(folder)).sort()) hash.update(`${folder}/${name}\0`).update(readFileSync(at(folder, name))).update('\0');
  }
  return hash.digest('hex');
};

/** The package that the kernel itself is in, and its version, as Debian's lists have it now; undefined where they have none. */
const kernelCandidate = async () => {
  const { output } = await capture('apt-cache', ['depends', kernelPackage]);
  const name = /Depends: (linux-image-\S+)/.exec(output)?.[1];
  if (name === undefined) return undefined;
  const version = /Candidate: (\S+)/.exec((await capture('apt-cache', ['policy', name])).output)?.[1];
  return version === undefined || version === '(none)' ? undefined : { name, version };
};

/** Downloads the kernel's package and takes it apart; nothing of it is installed. */
const fetchKernel = async ({ name }, folder) => {
  await must('apt-get', ['-o', 'APT::Sandbox::User=root', 'download', name], { cwd: folder });
  const file = readdirSync(folder).find((one) => one.endsWith('.deb'));
  await must('dpkg-deb', ['--extract', join(folder, file), join(folder, 'kernel')]);
  const boot = join(folder, 'kernel', 'boot');
  const image = readFileSync(join(boot, readdirSync(boot).find((one) => one.startsWith('vmlinuz-'))));
  const modules = join(folder, 'kernel', 'lib', 'modules');
  const files = readdirSync(modules, { recursive: true }).filter((path) => path.endsWith('.ko'));
  const copyright = readFileSync(join(folder, 'kernel', 'usr', 'share', 'doc', name, 'copyright'), 'utf8');
  return { image, copyright, moduleFiles: new Map(files.map((path) => [basename(path, '.ko').replaceAll('-', '_'), join(modules, path)])) };
};

const why = async () => {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'utility VMs are made for Linux on x64';
  for (const tool of ['qemu-system-x86_64', 'gcc', 'dpkg-deb', 'apt-get']) if ((await capture('sh', ['-c', `command -v ${tool}`])).exitCode !== 0) return `${tool} is missing`;
  return undefined;
};

/** Where the set-up leaves kernel, initramfs and keeper of utility VMs. */
const machineFolder = at('dist', 'machine');

/** Makes what a utility VM starts from, where the sources or Debian's kernel are others than before. Where it cannot, it says why and goes on. */
export const ensureMachine = async () => {
  const reason = await why();
  const candidate = reason === undefined ? await kernelCandidate() : undefined;
  if (candidate === undefined) {
    if (!existsSync(machineFolder)) console.log(`set-up: no utility VMs: ${reason ?? `no package ${kernelPackage} (apt-get update)`}`);
    return;
  }
  const now = fingerprint(candidate.version);
  const stamp = join(machineFolder, 'fingerprint');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return;
  console.log(`set-up: building dist/machine with the kernel ${candidate.version}`);
  mkdirSync(at('dist'), { recursive: true });
  const made = mkdtempSync(at('dist', '.machine-'));
  try {
    const work = join(made, 'work');
    mkdirSync(work);
    await must('gcc', [...strict, '-o', join(work, 'agent'), ...agentSources], { cwd: at('native', 'guest-agent') });
    await must('gcc', [...strict, '-o', join(made, 'machine-keeper'), ...keeperSources], { cwd: at('native', 'machine-keeper') });
    const { image, copyright, moduleFiles } = await fetchKernel(candidate, work);
    writeFileSync(join(made, 'vmlinux'), unpackKernel(image));
    writeFileSync(join(made, 'initramfs'), makeInitramfs({ agent: join(work, 'agent'), moduleFiles, lists }));
    writeFileSync(join(made, 'LICENSE-linux.txt'), `vmlinux and the modules in initramfs are taken from Debian's package ${candidate.name} ${candidate.version}.\nTheir source is Debian's source package linux of that version: https://snapshot.debian.org/package/linux/\n\n${copyright}`);
    writeFileSync(join(made, 'fingerprint'), now);
    rmSync(work, { recursive: true });
    // Machines that run have their files open or in memory.
    rmSync(machineFolder, { recursive: true, force: true });
    renameSync(made, machineFolder);
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    console.log(`set-up: no utility VMs: ${error instanceof Error ? error.message : String(error)}`);
  }
};
