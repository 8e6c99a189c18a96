/**
 * Runtime of process isolation on Linux. It owns OCI configurations, runc and conmon processes, cgroups
 * of tasks, and the folder `/run/silo/…` in which they are remembered until the next boot. It refuses
 * policy: what a container is called, when it is removed and what its image says is decided above.
 * The composition root makes it; the engine calls it through the Runtime seam.
 */
export { ForeignTasks } from './foreign-tasks.ts';
export { RuncBundles } from './runc-bundles.ts';
export { RuncRuntime, type RuncRuntimeOptions } from './runc-runtime.ts';
