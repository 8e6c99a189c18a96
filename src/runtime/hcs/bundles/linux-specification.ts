import type { TaskSpec } from '../../../core/index.ts';
import { folderInGuest, rootInGuest } from '../builders/linux-guest.ts';
import type { BundleConfig } from './bundle-config.ts';

type Fields = Readonly<Record<string, unknown>>;

const without = (fields: unknown, ...names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries((fields ?? {}) as Fields).filter(([name]) => !names.includes(name)));

/**
 * The bundle's specification as the guest's agent takes it: its root and bind mounts are where the machine has
 * them. What agents do not do, or decide themselves, is left out, as runhcs leaves it out (internal/hcsoci/hcsdoc_lcow.go).
 */
export const linuxSpecification = ({ document, readOnlyRoot, mounts }: BundleConfig, task: TaskSpec): object => {
  const bound = new Map(mounts.map((mount, index) => [mount.target, folderInGuest(task, index)]));
  const linux = document['linux'] as Fields;
  return {
    ...without(document, 'windows', 'hooks', 'linux', 'root', 'mounts'),
    root: { path: rootInGuest(task), readonly: readOnlyRoot },
    mounts: ((document['mounts'] ?? []) as readonly Fields[]).map((mount) => {
      const source = bound.get(mount['destination'] as string);
      if (source === undefined) return mount;
      const options = (mount['options'] ?? []) as readonly string[];
      // The option makes it a bind mount, not the type.
      return { ...mount, type: 'bind', source, options: options.some((option) => option === 'bind' || option === 'rbind') ? options : ['rbind', ...options] };
    }),
    linux: {
      ...without(linux, 'cgroupsPath', 'seccomp', 'resources'),
      ...(linux['resources'] === undefined ? {} : { resources: without(linux['resources'], 'devices', 'pids', 'blockIO', 'hugepageLimits', 'network') }),
    },
  };
};
