import { posix, win32 } from 'node:path';
import type { ProcessNames } from '../compute-system.ts';
import { linuxProcess, windowsProcess } from '../builders/process-parameters.ts';
import type { ProcessParameters } from '../documents/process.ts';
import type { BundleKind } from './bundle-config.ts';
import type { BundleDocument } from './bundle-document.ts';

/** A process of an OCI document: what stays of it on disk, and what HCS is told. */
export interface BundleProcess {
  /** As it stands in the document. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly terminal: boolean;
  /** For errors: what it runs, and as whom. */
  readonly names: ProcessNames;
  /** Parameters of HcsCreateProcess. `first`: a Linux container's first process stands in its specification already. */
  readonly parameters: (first: boolean) => ProcessParameters;
}

const consoleOf = (process: BundleDocument): Pick<ProcessParameters, 'ConsoleSize'> => {
  const size = process.object('consoleSize');
  const [height, width] = [size?.whole('height', 1, 0xffff), size?.whole('width', 1, 0xffff)];
  if (size === undefined) return {};
  if (height === undefined || width === undefined) throw process.invalid('consoleSize', 'has not both height and width');
  return { ConsoleSize: [height, width] };
};

/** @throws SiloError BundleInvalid */
export const readBundleProcess = (process: BundleDocument, kind: BundleKind): BundleProcess => {
  const args = process.texts('args') ?? [];
  const line = process.text('commandLine');
  const commandText = kind === 'linux' || line === '' ? undefined : line;
  const workingDirectory = process.text('cwd') ?? '';
  const env = process.texts('env') ?? [];
  const user = process.object('user');
  const terminal = process.flag('terminal');
  if (args.length === 0 && commandText === undefined) throw process.invalid('args', 'is empty');
  if (!(kind === 'linux' ? posix.isAbsolute(workingDirectory) : win32.isAbsolute(workingDirectory))) throw process.invalid('cwd', 'is not an absolute path');
  const userName = user?.text('username') ?? '';
  const numbers = kind === 'linux' ? [user?.whole('uid', 0, 0xffff_ffff), user?.whole('gid', 0, 0xffff_ffff)] : [];
  const console = terminal ? consoleOf(process) : {};
  const spec = { args: commandText === undefined ? args : [''], env, workingDirectory, user: userName, terminal, noNewPrivileges: process.flag('noNewPrivileges') };
  return {
    document: process.fields,
    terminal,
    names: { command: args[0] ?? commandText ?? '', user: userName === '' ? numbers.map((number) => String(number ?? 0)).join(':') : userName },
    parameters: (first) => {
      if (kind === 'linux') return { ...linuxProcess(spec, { stdin: true }, true), ...console, ...(first ? {} : { OciProcess: process.fields }) };
      return { ...windowsProcess(spec, { stdin: true }), ...console, ...(commandText === undefined ? {} : { CommandLine: commandText }) };
    },
  };
};
