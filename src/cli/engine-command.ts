import { serveConnection } from '../serve/rpc/index.ts';
import { exitCodes, type CommandContext } from './command-context.ts';
import { rootFiles } from './root-files.ts';

const idleMs = 5 * 60 * 1000;
const parentLookMs = 2000;

/**
 * `silo engine`: serves stdio. Ctrl+C is the client's to decide: a terminal sends it to the whole process
 * group, so SIGINT is ignored. The engine ends when stdin closes, when its parent is gone, or after five idle minutes.
 */
export const engineCommand = async ({ version, root, logPath, log, open, probe, trimMemory }: CommandContext): Promise<number> => {
  process.on('SIGINT', () => undefined);
  const parent = process.ppid;
  const parentWatch = setInterval(() => { if (process.ppid !== parent) process.stdin.destroy(new Error('the parent is gone')); }, parentLookMs);
  parentWatch.unref();
  process.on('SIGTERM', () => { process.stdin.destroy(new Error('SIGTERM')); });
  const end = await serveConnection({ input: process.stdin, output: process.stdout, identity: { version, logPath }, log, open, probe, files: rootFiles(root, logPath), idleMs, onRest: trimMemory });
  log.debug({ end }, 'the engine ends');
  return end === 'violation' ? exitCodes.protocolViolation : exitCodes.done;
};
