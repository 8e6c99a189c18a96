/**
 * What the runtimes of Linux share whose output conmon holds: its calls, its sockets, the files it leaves,
 * and what must be known of an image before a process of it can be started. It refuses to know what makes
 * the processes: the runtimes beside it say which program conmon calls for that. They call it, nobody else.
 */
export { capabilitiesOf, capabilityNames, grantableCapabilities } from './capabilities.ts';
export { createTask } from './create-task.ts';
export { endAll } from './end-all.ts';
export { ExitWatch } from './exit-watch.ts';
export { resolveUser, type ResolvedUser } from './image-user.ts';
export { initPath, requireInit } from './init-program.ts';
export { findProcesses, isAlive, type ProcessIdentity } from './process-identity.ts';
export { findProgram, requireProgram } from './programs.ts';
export { rotateProcessLog, rotateTaskLog } from './rotate-log.ts';
export { joinConmon } from './join-conmon.ts';
export { readProcessExit, startProcess } from './start-process.ts';
export { TaskFiles, readNumber } from './task-files.ts';
export { waitForExit } from './wait-exit.ts';
