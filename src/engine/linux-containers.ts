import { posix } from 'node:path';
import { SiloError } from '../base/index.ts';
import type { ContainerPlatform } from './container-platform.ts';
import { deviceClassOf } from './device-class.ts';
import { mountRefused, notAbsolute } from './path-refusals.ts';
import { signalNumber } from './signals.ts';

/** PATH of processes where neither image nor request has one. */
export const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export const isLinuxPath = (path: string): boolean => path.startsWith('/') && !path.includes('\0');

const absolute = (parameter: string, path: string): string => {
  if (!isLinuxPath(path)) throw notAbsolute(parameter, path);
  return path;
};

export const linuxContainers: ContainerPlatform = {
  defaultUser: '',
  defaultWorkingDirectory: '/',
  defaultStopSignal: 'SIGTERM',
  defaultNetwork: 'networks',
  alwaysMounted: ['/proc', '/sys', '/dev', '/etc/hosts', '/etc/hostname', '/etc/resolv.conf'],
  environment: (terminal) => [{ name: 'PATH', value: defaultPath }, ...(terminal ? [{ name: 'TERM', value: 'xterm' }] : [])],
  shell: ['/bin/sh', '-c'],
  shells: ['bash', 'sh'],
  variableKey: (name) => name,
  workingDirectory: (path) => absolute('workingDirectory', path),
  user: (name) => name,
  mountTarget: ({ target: asked }) => {
    const target = posix.resolve(absolute('mounts', asked));
    if (target === '/') throw mountRefused("nothing can be mounted at '/'");
    return target;
  },
  placeKey: (target) => target,
  declaredVolume: (path) => {
    const target = path.startsWith('/') ? posix.resolve(path) : '/';
    return target === '/' ? undefined : target;
  },
  pathInRoot: (target) => target,
  signalNumber,
  ownFiles: (paths) => [
    { source: paths.hostsPath, target: '/etc/hosts', readOnly: false, fixed: true },
    { source: paths.hostNamePath, target: '/etc/hostname', readOnly: false, fixed: true },
    { source: paths.resolvConfPath, target: '/etc/resolv.conf', readOnly: false, fixed: true },
  ],
  checkOptions: ({ credentialSpec, devices }) => {
    if (devices?.some((path) => deviceClassOf(path) !== undefined) === true) throw new SiloError('OptionUnsupported', { args: { option: 'devices', reason: 'only Windows containers get devices by the class of their interface' } });
    if (credentialSpec !== undefined) throw new SiloError('OptionUnsupported', { args: { option: 'credentialSpec', reason: 'only Windows containers have it' } });
  },
};
