/**
 * The composition root: the one place that looks at the platform and chooses implementations.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { shutDown, trimHeap } from '../native/libc.ts';
import packageJson from '../package.json' with { type: 'json' };
import { SiloError } from './base/index.ts';
import { createLogger, engineCommand, type CommandContext } from './cli/index.ts';
import type { HostFacts, RuntimeRequirement } from './core/index.ts';
import type { Engine } from './engine/index.ts';
import { linuxHostFacts } from './host/index.ts';
import { openLinuxEngine, probeLinuxHost } from './open-linux.ts';
import { followMoves } from './store/index.ts';
import { RuncBundles, openAttachSocket } from './runtime/runc/index.ts';

const defaultRoot = (): string => (process.platform === 'win32' ? join(process.env['ProgramData'] ?? 'C:\\ProgramData', 'Silo') : '/var/lib/silo');

const hostFacts = (): HostFacts => {
  if (process.platform === 'linux') return linuxHostFacts();
  throw new SiloError('OptionUnsupported', { args: { option: process.platform, reason: 'this release runs containers on Linux hosts' } });
};

/** After a list of ten thousand containers this gives back a third of the engine's memory. The collector has no other handle. */
const trimMemory = (): void => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  if (process.platform === 'linux') trimHeap();
};

const commandContext = (): CommandContext => {
  const root = followMoves(process.env['SILO_ROOT'] || defaultRoot());
  const logPath = join(root, 'log', 'engine.log');
  const log = createLogger(logPath);
  const open = async (): Promise<Engine> => openLinuxEngine({ root, host: hostFacts(), log, selfCommand: [process.execPath, fileURLToPath(import.meta.url)] });
  const probe = async (): Promise<readonly RuntimeRequirement[]> => probeLinuxHost(root, hostFacts());
  return { version: packageJson.version, root, logPath, log, exitsFolder: join(root, 'exits'), open, probe, trimMemory };
};

const main = async (args: readonly string[]): Promise<number> => {
  // The module starts an engine for each session: the command line's parser would be a third of its start.
  if (args.length === 1 && args[0] === 'engine') return engineCommand(commandContext());
  const { runCli } = await import('./cli/run-cli.ts');
  return runCli(args, commandContext, { open: openAttachSocket, shutDown }, () => new RuncBundles(), packageJson.version);
};

process.exit(await main(process.argv.slice(2)));
