/**
 * The `silo` command: engine (stdio), call (one request), attach (a terminal), supervise. It owns the
 * command line and the engine's log file. It refuses use cases: those are the engine's. The composition
 * root calls it with everything that depends on the platform.
 */
export type { Attachment } from './join-terminal.ts';
export { engineCommand, type CommandContext } from './engine-command.ts';
export { createLogger } from './engine-log.ts';
