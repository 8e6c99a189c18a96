import { win32 } from 'node:path';
import { SiloError } from '../base/index.ts';
import type { ContainerPlatform } from './container-platform.ts';
import { linuxLimitNames, settingNames } from './container-settings.ts';
import { deviceClassOf } from './device-class.ts';
import { mountRefused, notAbsolute } from './path-refusals.ts';

/** What no Windows path has below its drive, and the names that mean devices wherever they stand (Naming Files, Paths, and Namespaces). */
const forbidden = /[<>:"|?*\u0000-\u001F]/;
const device = /^(?:con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³])(?:\.|$)/i;

/** `\\.\pipe\name`, with either slash; a pipe's name has no backslash. */
const pipe = /^[\\/]{2}\.[\\/]pipe[\\/]([^\\/\u0000-\u001F]+)$/i;

/** The path of a pipe in one spelling; undefined where it is none. */
const pipePath = (path: string): string | undefined => {
  const name = pipe.exec(path)?.[1];
  return name === undefined ? undefined : `\\\\.\\pipe\\${name}`;
};

export const isPipe = (path: string): boolean => pipePath(path) !== undefined;

/** `C:\data` of `C:/data/`, `c:\x\..\data` and, without a drive, `\data`; undefined where it is no absolute path. */
const folderPath = (path: string): string | undefined => {
  const match = /^(?:([A-Za-z]):)?([\\/](?![\\/]).*)?$/s.exec(path);
  const rest = match?.[2];
  if (match === null || rest === undefined || forbidden.test(rest)) return undefined;
  const folder = win32.normalize(rest).replace(/(.)\\$/, '$1');
  if (folder.split('\\').some((part) => device.test(part))) return undefined;
  return `${(match[1] ?? 'C').toUpperCase()}:${folder}`;
};

/** A place of a Windows host: on a drive, on a share, or a pipe. */
export const isWindowsPath = (path: string): boolean =>
  !path.includes('\0') && (/^[A-Za-z]:[\\/]/.test(path) || pipePath(path) !== undefined || /^[\\/]{2}(?:\?[\\/].|[^\\/?.][^\\/]*[\\/]+[^\\/])/.test(path));

/** Signals that a Windows console application can get, by the numbers that libuv gives them; SIGTERM shuts the container down. */
const signals: Readonly<Record<string, number>> = {
  CTRLSHUTDOWN: 15, TERM: 15, CTRLC: 2, INT: 2, CTRLBREAK: 21, BREAK: 21, CTRLCLOSE: 1, HUP: 1, KILL: 9,
};

const unsupported = (option: string, reason: string): SiloError => new SiloError('OptionUnsupported', { args: { option, reason } });

export const windowsContainers: ContainerPlatform = {
  defaultUser: 'ContainerAdministrator',
  defaultWorkingDirectory: 'C:\\',
  defaultStopSignal: 'CtrlShutdown',
  defaultNetwork: 'none',
  alwaysMounted: [],
  // The registry of the image has the PATH of its services; one that is made up here would hide it.
  environment: () => [],
  shell: ['cmd', '/S', '/C'],
  shells: ['pwsh', 'powershell', 'cmd'],
  variableKey: (name) => name.toUpperCase(),
  workingDirectory: (path) => {
    const folder = folderPath(path);
    if (folder === undefined) throw notAbsolute('workingDirectory', path);
    return folder;
  },
  user: (name) => {
    // `user` or `domain\user`; a group of Linux's kind (`user:group`) does not exist.
    if (!/^(?:[^"/\\[\]:;|=,+*?<>\u0000-\u001F]+\\)?[^"/\\[\]:;|=,+*?<>\u0000-\u001F]+$/.test(name)) throw new SiloError('ParameterInvalid', { args: { parameter: 'user', reason: `'${name}' is not the name of a Windows account` } });
    return name;
  },
  mountTarget: ({ kind, source, target: asked, readOnly, propagation, subPath }) => {
    if (subPath !== undefined) throw unsupported('mounts', 'Windows mounts volumes as a whole');
    if (kind === 'tmpfs') throw unsupported('mounts', 'Windows containers have no file system in memory');
    if (kind === 'file') throw unsupported('mounts', 'secrets and configs are files, and Windows mounts folders alone');
    if (propagation !== undefined) throw unsupported('mounts', 'mounts of Windows do not propagate');
    const [from, to] = [kind === 'bind' ? pipePath(source) : undefined, pipePath(asked)];
    if ((from === undefined) !== (to === undefined)) throw mountRefused(`a pipe is mounted as a pipe: '${source}' at '${asked}' is only one of them`);
    if (to !== undefined) {
      if (readOnly) throw mountRefused(`the pipe '${to}' cannot be mounted read-only`);
      return to;
    }
    const target = folderPath(asked);
    if (target === undefined) throw notAbsolute('mounts', asked);
    if (target.toUpperCase() === 'C:\\') throw mountRefused("nothing can be mounted at 'C:\\'");
    return target;
  },
  placeKey: (target) => target.toUpperCase(),
  declaredVolume: (path) => {
    const target = folderPath(path);
    return target === 'C:\\' ? undefined : target;
  },
  pathInRoot: (target) => (target.startsWith('C:') ? target.slice(2) : undefined),
  signalNumber: (name) => {
    const number = /^[0-9]{1,2}$/.test(name) ? Object.values(signals).find((known) => known === Number(name)) : signals[name.toUpperCase().replace(/^SIG/, '')];
    if (number === undefined) throw new SiloError('SignalInvalid', { args: { signal: name } });
    return number;
  },
  ownFiles: () => [],
  checkOptions: ({ readOnlyRoot, privileged, network, resources, dnsOptions, domainName, ...settings }) => {
    if (readOnlyRoot === true) throw unsupported('readOnlyRoot', 'the root file system of a Windows container is always writable');
    if (privileged === true) throw unsupported('privileged', 'Windows containers have no privileged mode');
    if ((dnsOptions ?? []).length > 0) throw unsupported('dnsOptions', 'the resolver of Windows containers has no such options');
    if (domainName !== undefined) throw unsupported('domainName', 'a Windows container has the domain of its host, or that of its credential specification');
    if (network === 'host') throw unsupported('network', 'Windows containers cannot join the network of the host');
    if (resources.processCount !== undefined) throw unsupported('processCount', 'Windows containers have no limit of processes');
    for (const name of linuxLimitNames) if (resources[name] !== undefined) throw unsupported(name, 'Windows containers have no such limit');
    for (const name of settingNames) if (name !== 'devices' && settings[name] !== undefined) throw unsupported(name, 'only Linux containers have it');
    if (settings.devices?.every((path) => deviceClassOf(path) !== undefined) === false) throw unsupported('devices', 'Windows containers get devices by the class of their interface, as class/<GUID>');
  },
};
