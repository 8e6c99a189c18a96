import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno, usedMemory } from '../../base/index.ts';
import type { TaskStatistics } from '../../core/index.ts';
import { cgroupMount, cgroupPath, cgroupVersion } from './cgroup.ts';

/** Larger numbers are the kernel's way to say that there is no limit. */
const largestLimit = 2 ** 60;

const textOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    // ENODEV: the cgroup was removed while its file was open.
    if (hasErrno(error, 'ENOENT', 'ENODEV', 'ESRCH')) return undefined;
    throw error;
  }
};

const numberOf = (path: string): number | undefined => {
  const value = Number.parseInt(textOf(path) ?? '', 10);
  return Number.isNaN(value) ? undefined : value;
};

/** Value of a line `name value`. */
const field = (text: string | undefined, name: string): number | undefined => {
  const value = text?.split('\n').find((line) => line.startsWith(`${name} `))?.slice(name.length + 1);
  return value === undefined ? undefined : Number(value);
};

/** Sum over all devices of what `pattern` finds. */
const total = (text: string | undefined, pattern: RegExp): number | undefined =>
  (text === undefined ? undefined : [...text.matchAll(pattern)].reduce((sum, match) => sum + Number(match[1]), 0));

type Figures = Pick<TaskStatistics, 'cpuMicroseconds' | 'memoryBytes' | 'memoryLimitBytes' | 'processCount' | 'readBytes' | 'writtenBytes'>;

/** Files of version 1: cpuacct.txt, memory.txt and blkio-controller.txt of the kernel's documentation. */
const version1 = (id: string): Figures | undefined => {
  const at = (hierarchy: string, file: string): string => join(cgroupMount, hierarchy, cgroupPath(id), file);
  const cpu = numberOf(at('cpuacct', 'cpuacct.usage'));
  const memory = numberOf(at('memory', 'memory.usage_in_bytes'));
  if (cpu === undefined || memory === undefined) return undefined;
  const io = textOf(at('blkio', 'blkio.throttle.io_service_bytes_recursive'));
  const limit = numberOf(at('memory', 'memory.limit_in_bytes'));
  return {
    cpuMicroseconds: Math.round(cpu / 1000),
    memoryBytes: usedMemory(memory, field(textOf(at('memory', 'memory.stat')), 'total_inactive_file')),
    memoryLimitBytes: limit === undefined || limit > largestLimit ? undefined : limit,
    processCount: numberOf(at('pids', 'pids.current')) ?? 0,
    readBytes: total(io, / Read (\d+)/g),
    writtenBytes: total(io, / Write (\d+)/g),
  };
};

/** Files of version 2: cgroup-v2.rst of the kernel's documentation. */
const version2 = (id: string): Figures | undefined => {
  const at = (file: string): string => join(cgroupMount, cgroupPath(id), file);
  const cpu = field(textOf(at('cpu.stat')), 'usage_usec');
  const memory = numberOf(at('memory.current'));
  if (cpu === undefined || memory === undefined) return undefined;
  const io = textOf(at('io.stat'));
  return {
    cpuMicroseconds: cpu,
    memoryBytes: usedMemory(memory, field(textOf(at('memory.stat')), 'inactive_file')),
    memoryLimitBytes: numberOf(at('memory.max')),
    processCount: numberOf(at('pids.current')) ?? 0,
    readBytes: total(io, /\brbytes=(\d+)/g),
    writtenBytes: total(io, /\bwbytes=(\d+)/g),
  };
};

const networkOf = (pid: number | 'self'): string | undefined => {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ESRCH', 'EACCES')) return undefined;
    throw error;
  }
};

/** Counters of proc_pid_net(5), `dev`: after the name eight columns of what was received, then eight of what was sent. */
const network = (pid: number): Pick<TaskStatistics, 'receivedBytes' | 'sentBytes'> => {
  const own = networkOf(pid);
  const text = own === undefined || own === networkOf('self') ? undefined : textOf(`/proc/${pid}/net/dev`);
  if (text === undefined) return { receivedBytes: undefined, sentBytes: undefined };
  const rows = text.split('\n').slice(2).map((line) => line.trim().split(/[\s:]+/)).filter(([name]) => name !== undefined && name !== '' && name !== 'lo');
  const column = (index: number): number => rows.reduce((sum, row) => sum + Number(row[index] ?? 0), 0);
  return { receivedBytes: column(1), sentBytes: column(9) };
};

/** Reads the kernel's counters; about ten small files of memory, no process. Undefined where the cgroup is gone. */
export const taskStatistics = (id: string, pid: number): TaskStatistics | undefined => {
  const figures = cgroupVersion() === 2 ? version2(id) : version1(id);
  return figures === undefined ? undefined : { time: new Date(), ...figures, ...network(pid) };
};
