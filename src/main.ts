/**
 * The composition root: the one place that looks at the platform and chooses implementations.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isElevated } from '../native/advapi32.ts';
import { trimHeap } from '../native/libc.ts';
import packageJson from '../package.json' with { type: 'json' };
import { SiloError } from './base/index.ts';
import { createLogger, type CommandContext } from './cli/index.ts';
import type { BundleRuntime, HostFacts, JoinProcess, Logger, RuntimeRequirement } from './core/index.ts';
import type { Engine } from './engine/index.ts';
import { askedWindowsHostFacts, linuxHostFacts, windowsHostFacts } from './host/index.ts';
import type { OpenOptions } from './open-root.ts';
import { followMoves } from './store/index.ts';
import { joinConmon } from './runtime/conmon/index.ts';
import { RuncBundles } from './runtime/runc/index.ts';

const defaultRoot = (): string => (process.platform === 'win32' ? join(process.env['ProgramData'] ?? 'C:\\ProgramData', 'Silo') : '/var/lib/silo');

/** After a list of ten thousand containers this gives back a third of the engine's memory. The collector has no other handle. */
const trimMemory = (): void => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  if (process.platform === 'linux') trimHeap();
};

/**
 * What is new lies in two spaces of a megabyte each, which otherwise grow to sixteen; twice is what they grow by.
 * V8 reads that flag whenever it would let them grow (heap/new-spaces.cc); the one that sets their largest size only as it starts.
 * Nor is code compiled for speed: with 200 containers the process takes a fifth less memory so, and 43 ms a second of a processor in place of 33.
 */
const keepSmall = (): void => {
  for (const flag of ['--optimize-for-size', '--semi-space-growth-factor=1', '--no-sparkplug', '--no-maglev', '--no-turbofan']) setFlagsFromString(flag);
};

interface Platform {
  open(options: OpenOptions): Promise<Engine>;
  openSupervised(options: OpenOptions): ReturnType<CommandContext['openSupervised']>;
  facts(): HostFacts;
  probe(root: string, log: Logger): Promise<readonly RuntimeRequirement[]>;
}

/** Node, and this file. */
const selfCommand: readonly [string, string] = [process.execPath, fileURLToPath(import.meta.url)];

/** Loaded by itself: on Linux nobody needs what Windows is reached with, and the other way round. */
const platform = async (): Promise<Platform> => {
  if (process.platform === 'linux') {
    const { openLinuxEngine, openLinuxSupervised, probeLinuxHost } = await import('./open-linux.ts');
    return {
      open: openLinuxEngine,
      openSupervised: openLinuxSupervised,
      facts: () => linuxHostFacts(),
      probe: (root, log) => probeLinuxHost(root, linuxHostFacts(), log, selfCommand),
    };
  }
  if (process.platform === 'win32') {
    const { openWindowsEngine, openWindowsSupervised, probeWindowsHost } = await import('./open-windows.ts');
    return {
      open: openWindowsEngine,
      openSupervised: openWindowsSupervised,
      facts: windowsHostFacts,
      probe: async (root) => probeWindowsHost(root, await askedWindowsHostFacts()),
    };
  }
  throw new SiloError('OptionUnsupported', { args: { option: process.platform, reason: 'Silo runs containers on Windows and Linux hosts' } });
};

const bundles = (): BundleRuntime =>
  process.platform === 'win32'
    ? { execute: async (command, settings) => (await import('./open-windows.ts')).windowsBundles(join(defaultRoot(), 'bundles'), selfCommand).execute(command, settings) }
    : new RuncBundles();

const joinProcess: JoinProcess = async (folder) => (process.platform === 'win32' ? (await import('./runtime/hcs/index.ts')).joinHeldProcess(folder) : joinConmon(folder));

const commandContext = (stateRoot = process.env['SILO_ROOT'] || defaultRoot()): CommandContext => {
  const root = followMoves(stateRoot);
  const logPath = join(root, 'log', 'engine.log');
  // Who makes a folder owns it: on Windows everybody could make this one, and it shall be the administrators'.
  const log = createLogger(logPath, undefined, process.platform !== 'win32' || isElevated(), process.argv[2] === 'supervise' ? 'supervisor' : 'engine');
  const options = (here: Platform): OpenOptions => ({ root, host: here.facts(), log, defaultRoot: defaultRoot(), selfCommand });
  return {
    version: packageJson.version, root, logPath, log, exitsFolder: join(root, 'exits'), trimMemory, keepSmall,
    open: async () => {
      const here = await platform();
      return here.open(options(here));
    },
    openSupervised: async () => {
      const here = await platform();
      return here.openSupervised(options(here));
    },
    probe: async () => (await platform()).probe(root, log),
  };
};

const main = async (args: readonly string[]): Promise<number> => {
  const [command, ...options] = args;
  // The module starts an engine for each session: the command line's parser would be a third of its start.
  if (command === 'engine' && options.length === 0) {
    const { engineCommand } = await import('./cli/engine-command.ts');
    return engineCommand(commandContext());
  }
  // A supervisor stays for as long as a container runs: what others are answered with would be a fifth of its memory.
  if (command === 'supervise' && options.every((option) => option === '--service')) {
    const { superviseCommand } = await import('./cli/supervise-command.ts');
    return superviseCommand(commandContext(), options.length > 0);
  }
  const { runCli } = await import('./cli/run-cli.ts');
  return runCli(args, commandContext, joinProcess, bundles, packageJson.version);
};

process.exit(await main(process.argv.slice(2)));
