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

/** Mounts made in a namespace of its own are seen by no other engine (decision 9). The host's is that of process 1. */
const mountNamespaceProblem = (): string | undefined => {
  try {
    const [own, host] = [readlinkSync('/proc/self/ns/mnt'), readlinkSync('/proc/1/ns/mnt')];
    return own === host ? undefined : `this engine is in ${own}, the host in ${host}`;
  } catch {
    // Without rights on process 1 nothing can be mounted anyway.
    return undefined;
  }
};

export const linuxHostFacts = (): HostFacts => ({
  os: 'linux',
  architecture: normalizeArchitecture(arch()),
  osVersion: distribution(),
  kernelVersion: release(),
  hostName: hostname(),
  elevated: process.geteuid?.() === 0,
  bootId: readText('/proc/sys/kernel/random/boot_id') ?? 'unknown',
  cpuCount: availableParallelism(),
  memoryBytes: totalmem(),
  mountNamespaceProblem: mountNamespaceProblem(),
});
