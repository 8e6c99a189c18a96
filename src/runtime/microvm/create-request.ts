import { isIPv4 } from 'node:net';
import type { ProcessSpec, ResourceLimits, TaskMount, TaskSpec } from '../../core/index.ts';
import { capabilitiesOf, capabilityNames, initPath, requireInit, type ResolvedUser } from '../conmon/index.ts';
import { Fields, u32, u64 } from './fields.ts';
import type { MachineLink, MachineNetwork } from './machine-links.ts';
import type { FixedFile } from './fixed-files.ts';
import { layerSerial } from './layer-disks.ts';
import { fields } from './protocol.ts';

/** Numbers of limits (asm-generic/resource.h). */
const limitNumbers: Readonly<Record<string, number>> = {
  cpu: 0, fsize: 1, data: 2, stack: 3, core: 4, rss: 5, nproc: 6, nofile: 7, memlock: 8, as: 9, locks: 10, sigpending: 11, msgqueue: 12, nice: 13, rtprio: 14, rttime: 15,
};

const defaultOpenFiles = { soft: 1024, hard: 524_288 };
const defaultSharedMemoryBytes = 64 * 1024 * 1024;
/** The same period as runc's. */
const cpuPeriodMicroseconds = 100_000;

const bits = (names: readonly string[]): bigint => names.reduce((sum, name) => sum | (1n << BigInt(capabilityNames.indexOf(name))), 0n);

const amount = (value: number): bigint => (value === -1 ? 2n ** 64n - 1n : BigInt(value));

/** The machine's kernel is nobody else's: it may hand on every capability. */
export const addProcess = (request: Fields, process: ProcessSpec, user: ResolvedUser, privileged: boolean): Fields => {
  const capabilities = bits(capabilitiesOf(process, privileged, capabilityNames));
  const limits = process.userLimits ?? [];
  request
    .texts(fields.ARGUMENT, process.args)
    .texts(fields.ENVIRONMENT, process.env.some((entry) => entry.startsWith('HOME=')) ? process.env : [...process.env, `HOME=${user.home}`])
    .text(fields.DIRECTORY, process.workingDirectory)
    .u32(fields.UID, user.uid)
    .u32(fields.GID, user.gid)
    .flag(fields.TERMINAL, process.terminal)
    .u64(fields.BOUNDING, capabilities)
    .u64(fields.EFFECTIVE, capabilities)
    .flag(fields.NO_NEW_PRIVILEGES, process.noNewPrivileges);
  for (const group of user.additionalGids) request.u32(fields.GROUP, group);
  const setsOpenFiles = limits.some(({ name }) => name === 'nofile');
  for (const { name, soft, hard } of setsOpenFiles ? limits : [...limits, { name: 'nofile', ...defaultOpenFiles }]) {
    request.bytes(fields.USER_LIMIT, u32(limitNumbers[name] ?? 0), u64(amount(soft)), u64(amount(hard)));
  }
  if (process.oomScoreAdjust !== undefined) request.u32(fields.OOM_SCORE, process.oomScoreAdjust);
  return request;
};

/** Limits as files of the container's control group in the guest (cgroup-v2.rst). */
export const addLimits = (request: Fields, limits: ResourceLimits): Fields => {
  const control = (name: string, value: string | number): void => { request.text(fields.CONTROL, name, String(value)); };
  if (limits.memoryBytes !== undefined) control('memory.max', limits.memoryBytes);
  if (limits.cpuCount !== undefined) control('cpu.max', `${Math.max(1000, Math.round(limits.cpuCount * cpuPeriodMicroseconds))} ${cpuPeriodMicroseconds}`);
  if (limits.cpuWeight !== undefined) control('cpu.weight', limits.cpuWeight);
  if (limits.processCount !== undefined) control('pids.max', limits.processCount);
  return request;
};

const addressBytes = (text: string): Buffer => {
  const bytes = Buffer.alloc(16);
  if (isIPv4(text)) {
    bytes.set(text.split('.').map(Number));
    return bytes;
  }
  const [head = '', tail] = text.split('::');
  const words = (part: string): number[] => (part === '' ? [] : part.split(':').flatMap((word) => (word.includes('.') ? [...pairs(word)] : [Number.parseInt(word, 16)])));
  const [first, last] = [words(head), tail === undefined ? [] : words(tail)];
  const all = tail === undefined ? first : [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last];
  for (const [index, word] of all.entries()) bytes.writeUInt16BE(word, index * 2);
  return bytes;
};

/** The two last words of an address that ends as an IPv4 address does. */
const pairs = (text: string): readonly [number, number] => {
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number);
  return [a * 256 + b, c * 256 + d];
};

const macBytes = ({ mac }: MachineLink): Buffer => Buffer.from(mac.replaceAll(':', ''), 'hex');

/** An adapter, as the guest and the keeper are told of it. */
export const addLink = (request: Fields, link: MachineLink): Fields => request.bytes(fields.LINK, macBytes(link), u32(link.mtu), Buffer.from(link.name));

export const addNetwork = (request: Fields, { links, routes }: MachineNetwork): Fields => {
  if (links.length > 0) request.text(fields.MODULE, 'network');
  for (const link of links) {
    addLink(request, link);
    for (const { address, prefix } of link.addresses) request.bytes(fields.ADDRESS, macBytes(link), Buffer.from([isIPv4(address) ? 4 : 6, prefix]), addressBytes(address));
  }
  // A route through a gateway needs the one that leads there.
  for (const { link, target, prefix, gateway } of routes.toSorted((a, b) => Number(a.gateway !== undefined) - Number(b.gateway !== undefined))) {
    request.bytes(fields.ROUTE, macBytes(link), Buffer.from([isIPv4(target) ? 4 : 6, prefix]), addressBytes(target), addressBytes(gateway ?? (isIPv4(target) ? '0.0.0.0' : '::')));
  }
  return request;
};

/** What of the host the guest sees, by its name in the share. */
export interface SharedPath { readonly name: string; readonly source: string }

const addMounts = (request: Fields, mounts: readonly TaskMount[], files: ReadonlyMap<TaskMount, FixedFile>): readonly SharedPath[] =>
  mounts.flatMap((mount, index): readonly SharedPath[] => {
    const readOnly = Buffer.from([mount.readOnly ? 1 : 0]);
    if (mount.memory !== undefined) {
      const options = [`mode=${(mount.memory.mode ?? 0o1777).toString(8)}`, ...(mount.memory.sizeBytes === undefined ? [] : [`size=${mount.memory.sizeBytes}`])].join(',');
      request.bytes(fields.MEMORY_MOUNT, readOnly, Buffer.from(`${options}\0${mount.target}`));
      return [];
    }
    const file = files.get(mount);
    if (file !== undefined) {
      request.bytes(fields.FILE, readOnly, u32(file.mode), u32(file.uid), u32(file.gid), Buffer.from(`${mount.target}\0`), file.content);
      return [];
    }
    request.bytes(fields.BIND, readOnly, Buffer.from(`${index}\0${mount.target}`));
    return [{ name: String(index), source: mount.source }];
  });

/** Numbers of the containers in the machine whose namespaces it shares. */
export interface SharedNamespaces { readonly ipcOf?: number | undefined; readonly pidOf?: number | undefined }

/** The request that makes a container in its machine, and what must be in the machine's share for it. */
export const createRequest = (spec: TaskSpec, user: ResolvedUser, network: MachineNetwork, files: ReadonlyMap<TaskMount, FixedFile>, { ipcOf, pidOf }: SharedNamespaces = {}): { readonly payload: Buffer; readonly shared: readonly SharedPath[] } => {
  const settings = spec.settings ?? {};
  const init = settings.init === true;
  const request = new Fields();
  addProcess(request, init ? { ...spec.process, args: [initPath, '--', ...spec.process.args] } : spec.process, user, spec.privileged);
  request
    .text(fields.HOST_NAME, spec.hostName)
    .flag(fields.READ_ONLY_ROOT, spec.readOnlyRoot)
    .flag(fields.PRIVILEGED, spec.privileged)
    .u64(fields.SHARED_MEMORY, BigInt(settings.sharedMemoryBytes ?? defaultSharedMemoryBytes));
  if (ipcOf !== undefined) request.u32(fields.IPC_OF, ipcOf);
  if (pidOf !== undefined) request.u32(fields.PID_OF, pidOf);
  for (const { name, value } of settings.kernelParameters ?? []) request.text(fields.KERNEL_PARAMETER, name.replaceAll('.', '/'), value);
  addLimits(request, spec.resources);
  addNetwork(request, network);
  const mounts = init ? [...spec.mounts, { source: requireInit(), target: initPath, readOnly: true }] : spec.mounts;
  request.texts(fields.LAYER, (spec.layerImages ?? []).map((_, index) => layerSerial(index)));
  const root = spec.layerImages === undefined ? [{ name: 'root', source: spec.rootPath }] : [];
  const shared = [...root, ...addMounts(request, mounts, files)];
  return { payload: request.encode(), shared };
};
