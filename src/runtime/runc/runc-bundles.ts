import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SiloError, fromFileError } from '../../base/index.ts';
import type { BundleCommand, BundleRuntime, BundleSettings } from '../../core/index.ts';
import { requireProgram } from '../conmon/index.ts';

type Option = string | boolean | undefined;

const option = (name: string, value: Option): readonly string[] => (value === undefined || value === false ? [] : value === true ? [name] : [name, value]);

const refuse = (name: string, value: Option, reason: string): void => {
  if (value !== undefined) throw new SiloError('OptionUnsupported', { args: { option: name, reason } });
};

const noVm = 'on Linux a bundle runs without a utility VM';
const noShim = 'on Linux no shim stands between a bundle and its process';

const verbArguments = (command: BundleCommand): readonly string[] => {
  switch (command.verb) {
    case 'create':
    case 'run':
      refuse('--host', command.host, noVm);
      refuse('--vm-log', command.vmLog, noVm);
      refuse('--vm-console', command.vmConsole, noVm);
      refuse('--shim-log', command.shimLog, noShim);
      return [...option('--bundle', command.bundle), ...option('--pid-file', command.pidFile), ...(command.verb === 'run' ? option('--detach', command.detach) : []), command.id];
    case 'exec':
      refuse('--shim-log', command.shimLog, noShim);
      return [
        ...option('--process', command.process), ...option('--cwd', command.cwd), ...command.env.flatMap((entry) => ['--env', entry]), ...option('--tty', command.terminal),
        ...option('--user', command.user), ...option('--detach', command.detach), ...option('--pid-file', command.pidFile), command.id, ...command.args,
      ];
    case 'ps': return ['--format', command.format, command.id, ...command.options];
    case 'kill': return [...option('--all', command.all), command.id, command.signal];
    case 'delete': return [...option('--force', command.force), command.id];
    case 'shim': throw new SiloError('OptionUnsupported', { args: { option: 'bundle-shim', reason: noShim } });
    case 'list': return ['--format', command.format, ...option('--quiet', command.quiet)];
    default: return [command.id];
  }
};

/** The same command line for runc. @throws SiloError OptionUnsupported */
export const runcArguments = (command: BundleCommand, settings: BundleSettings): readonly string[] => {
  refuse('--owner', settings.owner, 'runc keeps none but the user who made the container');
  return [
    ...option('--root', settings.root), ...option('--log', settings.log), ...option('--log-format', settings.logFormat), ...option('--debug', settings.debug),
    command.verb, ...verbArguments(command),
  ];
};

/** OCI bundles on Linux: this process becomes runc, so that signals, terminals and exit codes are runc's own. */
export class RuncBundles implements BundleRuntime {
  async execute(command: BundleCommand, settings: BundleSettings): Promise<number> {
    const args = runcArguments(command, settings);
    const program = requireProgram('runc');
    if (command.verb === 'create' || command.verb === 'run') {
      const config = join(command.bundle, 'config.json');
      await stat(config).catch((error: unknown) => { throw fromFileError(error, config); });
    }
    process.execve?.(program, [program, ...args], process.env);
    throw new SiloError('OptionUnsupported', { args: { option: command.verb, reason: `Node ${process.versions.node} cannot hand its process to runc; 22.15 is the first that can` } });
  }
}
