import { readFileSync, readlinkSync } from 'node:fs';
import { arch, availableParallelism, hostname, release, totalmem, version } from 'node:os';
import { normalizeArchitecture } from '../base/index.ts';
import type { HostFacts } from '../core/index.ts';

const readText = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
};

const distribution = (): string => /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(readText('/etc/os-release') ?? '')?.[1] ?? version();

const link = (path: string): string | undefined => {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
};

/** Number of the mount that a process has at `/`: no other mount of the kernel has it, in whatever namespace (proc_pid_mountinfo(5)). */
const rootMount = (process: 'self' | 1): string | undefined =>
  readText(`/proc/${process}/mountinfo`)?.split('\n').map((line) => line.split(' ')).findLast((fields) => fields[4] === '/')?.[0];

/**
 * Mounts made in a namespace of its own are seen by no other engine (decision 9). The host's is that of
 * process 1, whose link even root may not read everywhere; then the mounts themselves tell.
 */
const mountNamespaceProblem = (): string | undefined => {
  const [own, host] = [link('/proc/self/ns/mnt'), link('/proc/1/ns/mnt')];
  if (host !== undefined) return own === host ? undefined : `this engine is in ${own ?? 'another one'}, the host in ${host}`;
  const [ownRoot, hostRoot] = [rootMount('self'), rootMount(1)];
  return hostRoot === undefined || ownRoot === hostRoot ? undefined : `this engine is in ${own ?? 'another one'}, not in that of the host`;
};

/** @param bootIdFile what differs after every start of the machine; tests of a reboot name another file. */
export const linuxHostFacts = (bootIdFile = '/proc/sys/kernel/random/boot_id'): HostFacts => ({
  os: 'linux',
  architecture: normalizeArchitecture(arch()),
  osVersion: distribution(),
  kernelVersion: release(),
  hostName: hostname(),
  elevated: process.geteuid?.() === 0,
  bootId: readText(bootIdFile) ?? 'unknown',
  cpuCount: availableParallelism(),
  memoryBytes: totalmem(),
  mountNamespaceProblem: mountNamespaceProblem(),
});
