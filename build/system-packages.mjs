import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from './run.mjs';

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

const file = (path) => () => existsSync(path);

/**
 * What the distribution brings, by Debian's names. A thing counts as there when its file is, whoever
 * put it there: runc often comes with another vendor's containerd.io, which must not be pushed out.
 */
const needs = {
  run: [
    { name: 'runc', why: 'runs containers', found: program('runc') },
    { name: 'conmon', why: "keeps a container's output and exit code while no engine runs", found: program('conmon') },
    { name: 'containernetworking-plugins', why: 'networks of other configurations', found: file('/usr/lib/cni/bridge') },
    { name: 'golang-github-containers-common', why: 'the default seccomp profile', found: file('/usr/share/containers/seccomp.json') },
    { name: 'busybox-static', why: "the demonstration's root file system", found: file('/var/lib/dpkg/info/busybox-static.list') },
  ],
  test: [
    { name: 'skopeo', why: 'makes image archives for tests', found: program('skopeo') },
    { name: 'umoci', why: 'makes image archives for tests', found: program('umoci') },
  ],
  bench: [
    { name: 'docker.io', why: 'measured beside Silo', found: program('dockerd') },
    { name: 'podman', why: 'measured beside Silo', found: program('podman') },
  ],
};

/** Installs what is missing for these purposes (`run`, `test`, `bench`), or says how to, and goes on. */
export const ensureSystemPackages = async (purposes) => {
  if (process.platform !== 'linux') {
    console.log('set-up: containers run on Linux only in this release; nothing to install here');
    return;
  }
  const missing = purposes.flatMap((purpose) => needs[purpose]).filter(({ found }) => !found());
  if (missing.length === 0) return;
  for (const { name, why } of missing) console.log(`set-up: ${name} is missing (${why})`);
  const install = ['install', '--yes', '--no-install-recommends', ...missing.map(({ name }) => name)];
  if (!existsSync('/etc/debian_version')) {
    console.log('set-up: this is no Debian; install the same with its package manager. Going on without.');
    return;
  }
  if (process.getuid() !== 0) {
    console.log(`set-up: only root can install. Run\n  sudo apt-get update && sudo apt-get ${install.join(' ')}\nGoing on without.`);
    return;
  }
  // A machine that updates itself in the background holds dpkg's lock for a while.
  const options = ['--quiet', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Use-Pty=0'];
  const environment = { DEBIAN_FRONTEND: 'noninteractive' };
  console.log('set-up: apt-get update');
  await mustRun('apt-get', [...options, 'update'], { environment });
  console.log(`set-up: apt-get ${install.join(' ')}`);
  await mustRun('apt-get', [...options, ...install], { environment });
};
