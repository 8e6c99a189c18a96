import { readFileSync } from 'node:fs';
import type { ProcessSpec } from '../../core/index.ts';

/** All capabilities in the order of their bits (capabilities(7), linux/capability.h). */
export const capabilityNames: readonly string[] = [
  'CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP', 'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE', 'NET_BROADCAST', 'NET_ADMIN', 'NET_RAW', 'IPC_LOCK', 'IPC_OWNER', 'SYS_MODULE', 'SYS_RAWIO', 'SYS_CHROOT', 'SYS_PTRACE',
  'SYS_PACCT', 'SYS_ADMIN', 'SYS_BOOT', 'SYS_NICE', 'SYS_RESOURCE', 'SYS_TIME', 'SYS_TTY_CONFIG', 'MKNOD', 'LEASE', 'AUDIT_WRITE',
  'AUDIT_CONTROL', 'SETFCAP', 'MAC_OVERRIDE', 'MAC_ADMIN', 'SYSLOG', 'WAKE_ALARM', 'BLOCK_SUSPEND', 'AUDIT_READ', 'PERFMON', 'BPF', 'CHECKPOINT_RESTORE',
].map((name) => `CAP_${name}`);

/** The set that Docker and podman give by default (moby, `oci/caps/defaults.go`). */
export const defaultCapabilities: readonly string[] = [
  'CAP_AUDIT_WRITE', 'CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER', 'CAP_FSETID', 'CAP_KILL', 'CAP_MKNOD', 'CAP_NET_BIND_SERVICE',
  'CAP_NET_RAW', 'CAP_SETFCAP', 'CAP_SETGID', 'CAP_SETPCAP', 'CAP_SETUID', 'CAP_SYS_CHROOT',
];

/** What this engine may hand on: its bounding set. More would make runc fail. */
export const grantableCapabilities = (): readonly string[] => {
  const line = /^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  if (line === undefined) return capabilityNames;
  const bits = BigInt(`0x${line}`);
  return capabilityNames.filter((_, bit) => (bits >> BigInt(bit)) & 1n);
};

/** What a process gets of what may be handed on. */
export const capabilitiesOf = (process: ProcessSpec, privileged: boolean, grantable: readonly string[]): readonly string[] =>
  grantable.filter((capability) => {
    const { addedCapabilities = [], droppedCapabilities = [] } = process;
    // What is named counts before ALL.
    if (addedCapabilities.includes(capability)) return true;
    if (droppedCapabilities.includes(capability)) return false;
    if (addedCapabilities.includes('ALL')) return true;
    if (droppedCapabilities.includes('ALL')) return false;
    return privileged || (process.capabilities ?? defaultCapabilities).includes(capability);
  });
