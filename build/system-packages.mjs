import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from './run.mjs';

const program = (name) => () => {
  const folders = new Set([...(process.env.PATH ?? '').split(':').filter(Boolean), '/usr/sbin', '/usr/bin', '/sbin', '/bin']);
  for (const folder of folders) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch { /* not in this folder */ }
  }
  return false;
};

const file = (...paths) => () => paths.some((path) => existsSync(path));

const library = (name) => file(...['/usr/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/lib', '/lib64', '/lib'].map((folder) => join(folder, name)));

/**
 * What the distribution brings, by Debian's names. A thing counts as there when its file is, whoever
 * put it there: runc often comes with another vendor's containerd.io, which must not be pushed out.
 */
const needs = {
  node: [
    { name: 'libatomic1', why: 'the Node that Silo brings cannot start without it', found: library('libatomic.so.1'), indispensable: true },
  ],
  run: [
    { name: 'runc', why: 'runs containers', found: program('runc') },
    { name: 'conmon', why: "keeps a container's output and exit code while no engine runs", found: program('conmon') },
    { name: 'iproute2', why: 'links and addresses of networks', found: program('ip') },
    { name: 'nftables', why: 'address translation and published ports', found: program('nft') },
    { name: 'containernetworking-plugins', why: 'transparent networks, and those of CNI configuration lists', found: file('/usr/lib/cni/bridge') },
    { name: 'iptables', why: 'ports that the CNI plugin portmap publishes', found: program('iptables') },
    { name: 'golang-github-containers-common', why: 'the default seccomp profile', found: file('/usr/share/containers/seccomp.json') },
    { name: 'busybox-static', why: "the demonstration's root file system", found: file('/var/lib/dpkg/info/busybox-static.list') },
  ],
  machines: [
    { name: 'qemu-system-x86', why: 'runs utility VMs', found: program('qemu-system-x86_64') },
    { name: 'erofs-utils', why: 'makes disks of layers for utility VMs', found: program('mkfs.erofs') },
    { name: 'gcc', why: 'builds what utility VMs need, and in tests the simulator for Linux', found: program('gcc') },
    { name: 'libc6-dev', why: 'builds what utility VMs need, and in tests the simulator for Linux', found: file('/usr/include/stdio.h') },
  ],
  test: [
    { name: 'libcap2-bin', why: 'puts capabilities on files in tests', found: program('setcap') },
    { name: 'tini', why: 'the init of containers in tests', found: () => program('catatonit')() || program('tini-static')() },
    { name: 'e2fsprogs', why: 'root file systems of a fixed size in tests', found: program('mkfs.ext4') },
    { name: 'procps', why: 'finds processes in tests', found: program('pgrep') },
    { name: 'skopeo', why: 'makes image archives for tests', found: program('skopeo') },
    { name: 'docker-registry', why: 'the registry that pulls and pushes are tested on', found: program('docker-registry') },
    { name: 'umoci', why: 'makes image archives for tests', found: program('umoci') },
    { name: 'debootstrap', why: 'makes an image of Debian for tests', found: program('debootstrap') },
    { name: 'wine64', why: 'runs the Windows parts in tests', found: file('/usr/lib/wine/wine64') },
    { name: 'openssh-client', why: 'connects to other hosts in tests', found: program('ssh') },
    { name: 'openssh-server', why: 'the other host of tests, on loopback', found: program('sshd') },
    { name: 'unzip', why: 'unpacks the package as whoever installs it', found: program('unzip') },
    { name: 'chromium', why: 'opens the page of a host in tests', found: program('chromium') },
    { name: 'docker-compose', why: 'reads the compose files of tests beside Silo', found: program('docker-compose') },
    { name: 'gcc-mingw-w64-x86-64', why: "builds the simulator of Windows' libraries", found: program('x86_64-w64-mingw32-gcc') },
  ],
  bench: [
    { name: 'docker.io', why: 'measured beside Silo', found: program('dockerd') },
    { name: 'podman', why: 'measured beside Silo', found: program('podman') },
    { name: 'buildah', why: 'measured beside Silo', found: program('buildah') },
    { name: 'skopeo', why: 'measured beside Silo', found: program('skopeo') },
    { name: 'umoci', why: 'measured beside Silo', found: program('umoci') },
    { name: 'docker-registry', why: 'the registry that everyone pulls from', found: program('docker-registry') },
  ],
};

/** Debian's policy of which services a package may start: none, for as long as `install` runs. Tests start what they need. */
const policy = '/usr/sbin/policy-rc.d';
const withoutServices = async (install) => {
  const own = !existsSync(policy);
  if (own) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await install();
  } finally {
    if (own) rmSync(policy);
  }
};

const aptGet = async (...args) => {
  console.log(`set-up: apt-get ${args.join(' ')}`);
  // A machine that updates itself in the background holds dpkg's lock for a while.
  const { exitCode, output } = await capture('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...args], { environment: { DEBIAN_FRONTEND: 'noninteractive' } });
  if (exitCode !== 0) throw new Error(`apt-get ended with exit code ${exitCode}\n${output}`);
};

/** Installs what is missing for these purposes (`node`, `run`, `machines`, `test`, `bench`); where it can't, it says what to do and goes on. */
export const ensureSystemPackages = async (purposes) => {
  if (process.platform !== 'linux') return;
  const missing = purposes.flatMap((purpose) => needs[purpose]).filter(({ found }) => !found());
  if (missing.length === 0) return;
  for (const { name, why } of missing) console.log(`set-up: ${name} is missing (${why})`);
  const install = ['install', '--yes', '--no-install-recommends', ...missing.map(({ name }) => name)];
  if (existsSync('/etc/debian_version') && process.getuid() === 0) {
    await aptGet('update');
    await withoutServices(() => aptGet(...install));
    return;
  }
  const remedy = existsSync('/etc/debian_version')
    ? `only root can install; run\n  sudo apt-get update && sudo apt-get ${install.join(' ')}`
    : "this is no Debian; install the same with its own package manager";
  if (missing.some(({ indispensable }) => indispensable)) throw new Error(remedy);
  console.log(`set-up: ${remedy}\nGoing on without.`);
};
