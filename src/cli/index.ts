/**
 * The `silo` command: engine (stdio), call (one request), attach (a terminal), supervise. It owns the
 * command line and the engine's log file. It refuses use cases: those are the engine's. The composition
 * root calls it with everything that depends on the platform, and loads of it what it was started for.
 */
export type { CommandContext } from './command-context.ts';
export { createLogger } from './engine-log.ts';
