import type { ContainerPlatform } from './container-platform.ts';
import { isLinuxPath, linuxContainers } from './linux-containers.ts';
import { isWindowsPath, windowsContainers } from './windows-containers.ts';

/** How containers of a system are; records made before there was another say nothing and are Linux's. */
export const platformOf = (os: string | undefined): ContainerPlatform => (os === 'windows' ? windowsContainers : linuxContainers);

/** Whether a path is absolute on a host of that system. */
export const isHostPath = (hostOs: string, path: string): boolean => (hostOs === 'windows' ? isWindowsPath(path) : isLinuxPath(path));
