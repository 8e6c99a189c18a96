import type { ProcessSpec, TaskSpec } from '../../core/index.ts';
import { capabilitiesOf, initPath, requireInit, type ResolvedUser } from '../conmon/index.ts';
import { cgroupPath, ociResources } from './cgroup.ts';
import { ociDevices } from './devices.ts';
import { rootPropagation } from './mount-options.ts';
import { grantableScore } from './oom-score.ts';
import type { OciSeccomp } from './seccomp.ts';
import { ociLimitsOfUser } from './user-limits.ts';

/** Version of the runtime specification that the configuration is written for: the oldest that has all its fields. */
const ociVersion = '1.0.2';

/** Kernel files that tell of or change the host (moby, `oci/defaults.go`). */
const maskedPaths = [
  '/proc/asound', '/proc/acpi', '/proc/interrupts', '/proc/kcore', '/proc/keys', '/proc/latency_stats', '/proc/timer_list', '/proc/timer_stats',
  '/proc/sched_debug', '/proc/scsi', '/sys/firmware', '/sys/devices/virtual/powercap',
];
const readOnlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

const defaultSharedMemoryBytes = 64 * 1024 * 1024;

const mounts = (spec: TaskSpec, recursiveReadOnly: boolean): readonly object[] => {
  const systemAccess = spec.privileged ? 'rw' : 'ro';
  const { ipcNamespace, sharedMemoryBytes = defaultSharedMemoryBytes, init } = spec.settings ?? {};
  return [
    { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'] },
    { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'] },
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', systemAccess] },
    { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: [systemAccess, 'nosuid', 'noexec', 'nodev'] },
    { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
    ipcNamespace === 'host'
      ? { destination: '/dev/shm', type: 'bind', source: '/dev/shm', options: ['rbind', 'nosuid', 'noexec', 'nodev'] }
      : { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: ['nosuid', 'noexec', 'nodev', 'mode=1777', `size=${sharedMemoryBytes}`] },
    ...(init === true ? [{ destination: initPath, type: 'bind', source: requireInit(), options: ['rbind', 'rprivate', 'ro'] }] : []),
    ...spec.mounts.map((mount) => (mount.memory === undefined
      ? { destination: mount.target, type: 'bind', source: mount.source, options: ['rbind', mount.propagation ?? 'rprivate', ...(mount.readOnly ? ['ro', ...(recursiveReadOnly ? ['rro'] : [])] : ['rw'])] }
      : { destination: mount.target, type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', ...(mount.readOnly ? ['ro'] : []), `mode=${(mount.memory.mode ?? 0o1777).toString(8)}`, ...(mount.memory.sizeBytes === undefined ? [] : [`size=${mount.memory.sizeBytes}`])] })),
  ];
};

export interface Grants {
  /** Capabilities the engine may hand on. */
  readonly grantable: readonly string[];
  /** Undefined for privileged tasks. */
  readonly seccomp: OciSeccomp | undefined;
  /** What is mounted below a read-only folder can be made read-only too. */
  readonly recursiveReadOnly?: boolean;
  /** Soft and hard limit of open files that the engine may hand on. */
  readonly openFiles: { readonly soft: number; readonly hard: number };
}

export const ociProcess = (process: ProcessSpec, user: ResolvedUser, privileged: boolean, grants: Grants): object => {
  const capabilities = capabilitiesOf(process, privileged, grants.grantable);
  return {
    terminal: process.terminal,
    user: { uid: user.uid, gid: user.gid, ...(user.additionalGids.length === 0 ? {} : { additionalGids: user.additionalGids }) },
    args: process.args,
    env: process.env.some((entry) => entry.startsWith('HOME=')) ? process.env : [...process.env, `HOME=${user.home}`],
    cwd: process.workingDirectory,
    capabilities: {
      bounding: capabilities,
      // A user other than root gets none beyond what its files give; the bounding set still limits those.
      ...(user.uid === 0 ? { effective: capabilities, permitted: capabilities } : {}),
    },
    rlimits: ociLimitsOfUser(process.userLimits ?? [], grants.grantable.includes('CAP_SYS_RESOURCE'), grants.openFiles),
    ...(process.oomScoreAdjust === undefined ? {} : { oomScoreAdj: grantableScore(process.oomScoreAdjust, grants.grantable.includes('CAP_SYS_RESOURCE')) }),
    noNewPrivileges: process.noNewPrivileges,
  };
};

/** A new one, another container's, or none for the host's. */
const namespaceOf = (type: 'pid' | 'ipc', wanted: string | undefined): readonly object[] => (wanted === 'host' ? [] : [{ type, ...(wanted === undefined ? {} : { path: wanted }) }]);

/** The OCI configuration of a task (runtime specification, config and config-linux). */
export const ociConfig = (spec: TaskSpec, user: ResolvedUser, grants: Grants): object => {
  const settings = spec.settings ?? {};
  const propagation = rootPropagation(spec.mounts);
  const devices = ociDevices(settings.devices ?? []);
  const process = settings.init === true ? { ...spec.process, args: [initPath, '--', ...spec.process.args] } : spec.process;
  return {
    ociVersion,
    process: ociProcess(process, user, spec.privileged, grants),
    root: { path: spec.rootPath, readonly: spec.readOnlyRoot },
    hostname: spec.hostName,
    mounts: mounts(spec, grants.recursiveReadOnly === true),
    linux: {
      cgroupsPath: cgroupPath(spec.id),
      resources: ociResources(spec.resources, spec.privileged, { deviceRules: devices.rules, oomKillDisabled: settings.oomKillDisabled }),
      ...(devices.nodes.length === 0 ? {} : { devices: devices.nodes }),
      ...(settings.kernelParameters === undefined ? {} : { sysctl: Object.fromEntries(settings.kernelParameters.map(({ name, value }) => [name, value])) }),
      namespaces: [
        ...namespaceOf('pid', settings.pidNamespace),
        ...namespaceOf('ipc', settings.ipcNamespace),
        { type: 'uts' },
        { type: 'mount' },
        ...(spec.networkNamespacePath === undefined ? [] : [{ type: 'network', path: spec.networkNamespacePath }]),
      ],
      ...(propagation === undefined ? {} : { rootfsPropagation: propagation }),
      ...(grants.seccomp === undefined ? {} : { seccomp: grants.seccomp }),
      ...(spec.privileged ? {} : { maskedPaths, readonlyPaths: readOnlyPaths }),
    },
  };
};
