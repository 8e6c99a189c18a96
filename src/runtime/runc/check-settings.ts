import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SiloError } from '../../base/index.ts';
import type { ContainerSettings, ResourceLimits } from '../../core/index.ts';
import { capabilityNames, grantableCapabilities, requireInit } from '../conmon/index.ts';
import { cgroupMount, cgroupVersion } from './cgroup.ts';
import { deviceNode } from './devices.ts';
import { grantableScore } from './oom-score.ts';
import { readSeccompFile } from './seccomp.ts';
import { grantableLimits, userLimitNames } from './user-limits.ts';

const refused = (parameter: string, reason: string): SiloError => new SiloError('ParameterInvalid', { args: { parameter, reason } });
const unsupported = (option: string, reason: string): SiloError => new SiloError('OptionUnsupported', { args: { option, reason } });

/** Numbers of a list as the kernel writes it: 0-2,4. */
const numbersOf = (list: string): readonly number[] =>
  list.trim().split(',').filter((part) => part !== '').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });

const checkCpuSet = (cpuSet: string): void => {
  const online = readFileSync('/sys/devices/system/cpu/online', 'utf8').trim();
  const present = new Set(numbersOf(online));
  const missing = numbersOf(cpuSet).filter((cpu) => !present.has(cpu));
  if (missing.length > 0) throw refused('cpuSet', `this host has no processor ${missing[0] ?? ''}; it has ${online}`);
};

const hierarchyHas = (v1: readonly string[], v2: readonly string[]): boolean => {
  // The root of version 2 has no files of limits: those of the first group below it tell.
  if (cgroupVersion() === 2) return v2.some((name) => ['silo', 'system.slice', 'init.scope'].some((folder) => existsSync(join(cgroupMount, folder, name))));
  return v1.some((name) => existsSync(join(cgroupMount, name)));
};

const checkLimits = (resources: ResourceLimits): void => {
  if (resources.cpuSet !== undefined) checkCpuSet(resources.cpuSet);
  if (resources.memorySwapBytes !== undefined && resources.memorySwapBytes > 0 && !hierarchyHas(['memory/memory.memsw.limit_in_bytes'], ['memory.swap.max'])) {
    throw unsupported('memorySwapBytes', 'the kernel does not account for swap (start it with swapaccount=1)');
  }
  if (resources.blockIoWeight !== undefined && !hierarchyHas(['blkio/blkio.weight', 'blkio/blkio.bfq.weight', 'blkio/silo/blkio.bfq.weight'], ['io.weight', 'io.bfq.weight'])) {
    throw unsupported('blockIoWeight', 'no block device of this host is shared by weight; that needs the scheduler bfq');
  }
  for (const { device } of resources.blockIoLimits ?? []) {
    if (deviceNode(device, 'blockIoLimits').type !== 'b') throw refused('blockIoLimits', `'${device}' is not a block device`);
  }
};

const checkCapabilities = (settings: ContainerSettings, grantable: readonly string[]): void => {
  const known = new Set(['ALL', ...capabilityNames]);
  for (const [parameter, names] of [['addedCapabilities', settings.addedCapabilities], ['droppedCapabilities', settings.droppedCapabilities]] as const) {
    for (const name of names ?? []) if (!known.has(name)) throw refused(parameter, `'${name}' is not a capability`);
  }
  for (const name of settings.addedCapabilities ?? []) {
    if (name !== 'ALL' && !grantable.includes(name)) throw unsupported('addedCapabilities', `the engine itself does not have ${name}`);
  }
};

/** Holds settings to what this host can give: see `Runtime.checkSettings`. */
export const checkSettings = (resources: ResourceLimits, settings: ContainerSettings): readonly string[] => {
  const grantable = grantableCapabilities();
  const mayRaise = grantable.includes('CAP_SYS_RESOURCE');
  checkLimits(resources);
  checkCapabilities(settings, grantable);
  if (settings.oomKillDisabled === true && cgroupVersion() === 2) throw unsupported('oomKillDisabled', 'cgroups of version 2 have no such setting');
  for (const { hostPath } of settings.devices ?? []) deviceNode(hostPath, 'devices');
  for (const { name } of settings.userLimits ?? []) {
    if (!userLimitNames.includes(name)) throw refused('userLimits', `'${name}' is none of ${userLimitNames.join(', ')}`);
  }
  for (const { name } of settings.kernelParameters ?? []) {
    if (!existsSync(join('/proc/sys', ...name.split('.')))) throw refused('kernelParameters', `this kernel has no parameter '${name}'`);
  }
  if (settings.seccompProfile !== undefined && settings.seccompProfile !== 'unconfined') readSeccompFile(settings.seccompProfile);
  if (settings.init === true) requireInit();
  const lowered = [...grantableLimits(settings.userLimits ?? [], mayRaise).lowered];
  if (settings.oomScoreAdjust !== undefined) {
    const given = grantableScore(settings.oomScoreAdjust, mayRaise);
    if (given !== settings.oomScoreAdjust) lowered.push(`The OOM score is adjusted by ${given} in place of ${settings.oomScoreAdjust}: the engine has no CAP_SYS_RESOURCE.`);
  }
  return lowered;
};
