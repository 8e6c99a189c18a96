import type { ProcessSpec } from '../../../core/index.ts';
import type { ProcessParameters } from '../documents/process.ts';
import { commandLine } from './command-line.ts';

export interface ProcessStreams { readonly stdin: boolean }

/** Names of Windows's environment differ in more than case: a later one takes the place of an earlier. A value that is empty is no variable there. */
const environment = (entries: readonly string[]): Record<string, string> => {
  const found = new Map<string, readonly [string, string]>();
  for (const entry of entries) {
    const end = entry.indexOf('=', 1);
    if (end < 0) continue;
    const name = entry.slice(0, end);
    found.set(name.toUpperCase(), [name, entry.slice(end + 1)]);
  }
  return Object.fromEntries([...found.values()].filter(([, value]) => value !== ''));
};

const pipes = ({ terminal }: ProcessSpec, { stdin }: ProcessStreams) => ({
  CreateStdInPipe: stdin,
  CreateStdOutPipe: true,
  // A console has one stream.
  CreateStdErrPipe: !terminal,
  ...(terminal ? { EmulateConsole: true } : {}),
});

/** Parameters of a process in a Windows container. */
export const windowsProcess = (process: ProcessSpec, streams: ProcessStreams): ProcessParameters => ({
  CommandLine: commandLine(process.args),
  WorkingDirectory: process.workingDirectory,
  Environment: environment(process.env),
  ...(process.user === '' ? {} : { User: process.user }),
  ...pipes(process, streams),
});

/** The OCI process of a Linux guest. Names of users are resolved there, where the root file system is. */
export const linuxGuestProcess = (process: ProcessSpec): object => {
  const numbers = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(process.user);
  const [uid, gid] = process.user === '' ? [0, 0] : numbers === null ? [undefined, undefined] : [Number(numbers[1]), Number(numbers[2] ?? 0)];
  return {
    terminal: process.terminal,
    user: uid === undefined ? { username: process.user } : { uid, gid },
    args: process.args,
    env: process.env,
    cwd: process.workingDirectory,
    ...(process.capabilities === undefined ? {} : { capabilities: { bounding: process.capabilities, effective: process.capabilities, permitted: process.capabilities } }),
    noNewPrivileges: process.noNewPrivileges,
  };
};

/** Parameters of a process in a Linux container of a utility VM. The first process is described in the container's specification already. */
export const linuxProcess = (process: ProcessSpec, streams: ProcessStreams, first: boolean): ProcessParameters => {
  const { EmulateConsole: _, ...streamsWanted } = pipes(process, streams);
  return { ...streamsWanted, ...(first ? {} : { OciProcess: linuxGuestProcess(process) }) };
};
