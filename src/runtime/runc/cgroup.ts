import { existsSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno } from '../../base/index.ts';
import type { ResourceLimits } from '../../core/index.ts';
import { deviceNode } from './devices.ts';

export const cgroupMount = '/sys/fs/cgroup';
const period = 100_000;

/** Most processes and threads where the request names no limit: a fork bomb ends in its container. */
const defaultProcessCount = 4096;

export const cgroupVersion = (): 1 | 2 => (existsSync(join(cgroupMount, 'cgroup.controllers')) ? 2 : 1);

/** Path of a task's cgroup below each hierarchy. */
export const cgroupPath = (id: string): string => `/silo/${id}`;

/** Folders of the task's cgroup that exist, one for each hierarchy. */
const folders = (id: string): readonly string[] => {
  const roots = cgroupVersion() === 2 ? [cgroupMount] : readdirSync(cgroupMount).map((hierarchy) => join(cgroupMount, hierarchy));
  return roots.map((root) => join(root, cgroupPath(id))).filter((folder) => existsSync(folder));
};

/** `linux.resources` of an OCI configuration; runc turns the same fields into version 1 or 2. */
export const ociResources = (limits: ResourceLimits, allDevices: boolean, further: { readonly deviceRules?: readonly object[]; readonly oomKillDisabled?: boolean | undefined } = {}): object => ({
  devices: [{ allow: allDevices, access: 'rwm' }, ...(further.deviceRules ?? [])],
  ...ociLimits({ ...limits, processCount: limits.processCount ?? defaultProcessCount }, further.oomKillDisabled),
});

const blockIo = ({ blockIoWeight, blockIoLimits }: ResourceLimits): object => {
  const throttles = (blockIoLimits ?? []).map((limit) => ({ limit, node: deviceNode(limit.device, 'blockIoLimits') }));
  const rates = (pick: 'readBytesPerSecond' | 'writeBytesPerSecond'): readonly object[] =>
    throttles.flatMap(({ limit, node: { major, minor } }) => (limit[pick] === undefined ? [] : [{ major, minor, rate: limit[pick] }]));
  const [reads, writes] = [rates('readBytesPerSecond'), rates('writeBytesPerSecond')];
  return {
    ...(blockIoWeight === undefined ? {} : { weight: blockIoWeight }),
    ...(reads.length === 0 ? {} : { throttleReadBpsDevice: reads }),
    ...(writes.length === 0 ? {} : { throttleWriteBpsDevice: writes }),
  };
};

/** The limits alone, as `runc update` takes them. */
export const ociLimits = (limits: ResourceLimits, oomKillDisabled?: boolean): object => ({
  ...(limits.processCount === undefined ? {} : { pids: { limit: limits.processCount } }),
  // runc's `swap` is both together; without swap of its own the limit is a limit, on hosts with swap too.
  ...(limits.memoryBytes === undefined ? {} : { memory: { limit: limits.memoryBytes, swap: limits.memoryBytes + (limits.memorySwapBytes ?? 0), ...(oomKillDisabled === true ? { disableOOMKiller: true } : {}) } }),
  ...(limits.blockIoWeight === undefined && limits.blockIoLimits === undefined ? {} : { blockIO: blockIo(limits) }),
  ...(limits.cpuCount === undefined && limits.cpuWeight === undefined && limits.cpuSet === undefined
    ? {}
    : {
        cpu: {
          ...(limits.cpuCount === undefined ? {} : { quota: Math.max(1000, Math.round(limits.cpuCount * period)), period }),
          ...(limits.cpuWeight === undefined ? {} : { shares: Math.min(262_144, Math.max(2, Math.round((limits.cpuWeight * 1024) / 100))) }),
          ...(limits.cpuSet === undefined ? {} : { cpus: limits.cpuSet }),
        },
      }),
});

export const isFrozen = (id: string): boolean => {
  try {
    return cgroupVersion() === 2
      ? readFileSync(join(cgroupMount, cgroupPath(id), 'cgroup.freeze'), 'utf8').trim() === '1'
      : readFileSync(join(cgroupMount, 'freezer', cgroupPath(id), 'freezer.state'), 'utf8').trim() !== 'THAWED';
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENODEV')) return false;
    throw error;
  }
};

/** Lets frozen processes go on, so that they can be ended: in version 1 not even SIGKILL reaches them. */
export const thaw = (id: string): void => {
  if (!isFrozen(id)) return;
  try {
    if (cgroupVersion() === 2) writeFileSync(join(cgroupMount, cgroupPath(id), 'cgroup.freeze'), '0');
    else writeFileSync(join(cgroupMount, 'freezer', cgroupPath(id), 'freezer.state'), 'THAWED');
  } catch (error) {
    if (!hasErrno(error, 'ENOENT', 'ENODEV')) throw error;
  }
};

/** Processes in the task's cgroups. */
export const cgroupProcesses = (id: string): readonly number[] => {
  const found = new Set<number>();
  for (const folder of folders(id)) {
    try {
      for (const line of readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n')) if (line !== '') found.add(Number(line));
    } catch (error) {
      if (!hasErrno(error, 'ENOENT', 'ENODEV')) throw error;
    }
  }
  return [...found];
};

/** Removes the task's empty cgroups with their children; true where none is left. */
export const removeCgroups = (id: string): boolean => {
  const removeTree = (folder: string): void => {
    try {
      for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) removeTree(join(folder, entry.name));
      rmdirSync(folder);
    } catch (error) {
      if (!hasErrno(error, 'ENOENT', 'EBUSY', 'ENOTEMPTY')) throw error;
    }
  };
  for (const folder of folders(id)) removeTree(folder);
  return folders(id).length === 0;
};
