/**
 * What goes on when no engine runs: one process a state root, alive only while a container needs it. It
 * owns the watch over exits and auto-remove. It refuses requests: engines speak to it through the store
 * alone. Started by the engine (DetachedSupervisor), run by `silo supervise`.
 */
export { DetachedSupervisor } from './detached-supervisor.ts';
export { supervise } from './supervise.ts';
