import { resolve } from 'node:path';
import type { Argv } from 'yargs';
import { SiloError } from '../base/index.ts';
import type { BundleCommand, BundleRuntime, BundleSettings } from '../core/index.ts';
import { exitCodes } from './command-context.ts';

const formats = ['table', 'json'] as const;
const logFormats = ['text', 'json'] as const;
/** Options of exec and ps that take a value: the word after one is not the container's id. */
const valued = new Set(['--cwd', '--env', '-e', '--user', '-u', '--process', '-p', '--pid-file', '--shim-log', '--format', '-f']);

/**
 * What follows the container's id of `exec` and `ps` belongs to the container: `silo exec web ls -l`. The
 * parser is told so by `--` after the id.
 */
export const protectCommand = (args: readonly string[]): readonly string[] => {
  const verb = args.findIndex((word, index) => !word.startsWith('-') && !globalValues.has(args[index - 1] ?? ''));
  if (verb < 0 || !['exec', 'ps'].includes(args[verb] ?? '')) return args;
  let index = verb + 1;
  while (index < args.length && (args[index] ?? '').startsWith('-') && args[index] !== '--') index += valued.has(args[index] ?? '') ? 2 : 1;
  return args[index] === '--' || index + 1 >= args.length || args[index + 1] === '--' ? args : [...args.slice(0, index + 1), '--', ...args.slice(index + 1)];
};

const globalValues = new Set(['--root', '--owner', '--log', '--log-format']);

const idOption = { type: 'string', demandOption: true, describe: "the container's id, unique under the root" } as const;
const pidFile = { type: 'string', describe: 'file to write the process id to' } as const;
const shimLog = { type: 'string', describe: "file or pipe for the shim's log (Windows)" } as const;

const sourceOptions = {
  bundle: { alias: 'b', type: 'string', default: '.', describe: 'folder that holds config.json' },
  'pid-file': pidFile,
  'shim-log': shimLog,
  'vm-log': { type: 'string', describe: "file or pipe for the utility VM's log (Windows)" },
  'vm-console': { type: 'string', describe: "pipe for the utility VM's console (Windows)" },
  host: { type: 'string', describe: 'container whose utility VM it joins (Windows)' },
} as const;

const detachOption = { alias: 'd', type: 'boolean', default: false, describe: 'do not wait for its end' } as const;

/** Adds the verbs of an OCI runtime: run, create, start, exec, pause, resume, ps, state, kill, delete, list. */
export const addBundleCommands = <T>(cli: Argv<T>, runtime: () => BundleRuntime, done: (exitCode: number) => void): Argv<T> => {
  const settingsOf = (argv: { readonly [name: string]: unknown }): BundleSettings => ({
    root: argv['root'] as string | undefined,
    owner: argv['owner'] as string | undefined,
    log: argv['log'] as string | undefined,
    logFormat: argv['log-format'] as 'text' | 'json' | undefined,
    debug: argv['debug'] === true,
  });
  const execute = async (command: BundleCommand, argv: { readonly [name: string]: unknown }): Promise<void> => {
    try {
      done(await runtime().execute(command, settingsOf(argv)));
    } catch (error) {
      process.stderr.write(`silo: ${error instanceof SiloError ? `${error.code}: ${error.message} ${error.action}` : String(error)}\n`);
      done(exitCodes.failed);
    }
  };
  const source = (argv: { readonly id: string; readonly bundle: string; readonly 'pid-file': string | undefined; readonly 'shim-log': string | undefined; readonly 'vm-log': string | undefined; readonly 'vm-console': string | undefined; readonly host: string | undefined }) => ({
    id: argv.id, bundle: resolve(argv.bundle), pidFile: argv['pid-file'], shimLog: argv['shim-log'], vmLog: argv['vm-log'], vmConsole: argv['vm-console'], host: argv.host,
  });
  cli
    .option('root', { type: 'string', global: true, describe: 'bundles: where the state of containers is kept' })
    .option('owner', { type: 'string', global: true, describe: 'bundles: owner of the compute systems (Windows)' })
    .option('log', { type: 'string', global: true, describe: "bundles: file for the runtime's log" })
    .option('log-format', { choices: logFormats, global: true, describe: 'bundles: format of that log' })
    .option('debug', { type: 'boolean', global: true, describe: 'bundles: log in detail' })
    .command('create <id>', 'bundles: create a container of an OCI bundle', (command) => command.positional('id', idOption).options(sourceOptions),
      async (argv) => execute({ verb: 'create', ...source(argv) }, argv))
    .command('run <id>', 'bundles: create and start a container, and wait for its end', (command) => command.positional('id', idOption).options({ ...sourceOptions, detach: detachOption }),
      async (argv) => execute({ verb: 'run', detach: argv.detach, ...source(argv) }, argv));
  for (const [verb, describe] of [['start', 'run the process of a created container'], ['pause', 'freeze all processes of a container'], ['resume', 'thaw a paused container'], ['state', 'print the state of a container as JSON']] as const) {
    cli.command(`${verb} <id>`, `bundles: ${describe}`, (command) => command.positional('id', idOption), async (argv) => execute({ verb, id: argv.id }, argv));
  }
  cli
    .command('exec <id> [command..]', 'bundles: run a further process in a container', (command) => command.positional('id', idOption).positional('command', { type: 'string', array: true, describe: 'file and arguments' }).options({
      cwd: { type: 'string', describe: 'working folder in the container' },
      env: { alias: 'e', type: 'string', array: true, nargs: 1, default: [] as string[], describe: 'NAME=value; may be repeated' },
      tty: { alias: 't', type: 'boolean', default: false, describe: 'with a terminal' },
      user: { alias: 'u', type: 'string', describe: 'uid[:gid] on Linux, a name on Windows' },
      process: { alias: 'p', type: 'string', describe: 'file of an OCI process document' },
      detach: detachOption,
      'pid-file': pidFile,
      'shim-log': shimLog,
    }), async (argv) => execute({
      verb: 'exec', id: argv.id, args: [...(argv.command ?? []), ...rest(argv)], cwd: argv.cwd, env: argv.env, terminal: argv.tty, user: argv.user, process: argv.process, detach: argv.detach, pidFile: argv['pid-file'], shimLog: argv['shim-log'],
    }, argv))
    .command('ps <id> [options..]', 'bundles: list the processes of a container', (command) => command.positional('id', idOption).positional('options', { type: 'string', array: true, describe: 'options of ps' }).option('format', { alias: 'f', choices: formats, default: 'json' as const }),
      async (argv) => execute({ verb: 'ps', id: argv.id, format: argv.format, options: [...(argv.options ?? []), ...rest(argv)] }, argv))
    .command('kill <id> [signal]', "bundles: send a signal to the container's first process", (command) => command.positional('id', idOption).positional('signal', { type: 'string', default: 'SIGTERM' }).option('all', { alias: 'a', type: 'boolean', default: false, describe: 'to all its processes' }),
      async (argv) => execute({ verb: 'kill', id: argv.id, signal: argv.signal, all: argv.all }, argv))
    .command('delete <id>', 'bundles: release everything that a container holds', (command) => command.positional('id', idOption).option('force', { alias: 'f', type: 'boolean', default: false, describe: 'end it first' }),
      async (argv) => execute({ verb: 'delete', id: argv.id, force: argv.force }, argv))
    .command('list', 'bundles: list the containers under the root', (command) => command.option('format', { alias: 'f', choices: formats, default: 'table' as const }).option('quiet', { alias: 'q', type: 'boolean', default: false, describe: 'ids only' }),
      async (argv) => execute({ verb: 'list', format: argv.format, quiet: argv.quiet }, argv));
  // Undescribed: no part of the help.
  cli.command('bundle-shim <id>', false, (command) => command.positional('id', idOption).option('shim-log', shimLog), async (argv) => execute({ verb: 'shim', id: argv.id, shimLog: argv['shim-log'] }, argv));
  return cli;
};

/** Words after `--`. */
const rest = (argv: { readonly [name: string]: unknown }): readonly string[] => ((argv['--'] ?? []) as readonly (string | number)[]).map(String);
