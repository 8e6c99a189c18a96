/**
 * Network namespaces on Linux: made, pinned, entered, and programs run in them. It owns the folder `netns`
 * of the run folder. It refuses addresses, bridges and ports: those belong to the rooms beside it, which
 * stand on this one.
 */
export { inNamespace, runInNamespace, type CommandResult } from './namespace-entry.ts';
export { NetnsSandboxes } from './netns-sandboxes.ts';
export { findNetworkProgram, isExecutable, networkPrograms, requireNetworkProgram } from './programs.ts';
