/**
 * What goes on when no engine runs: one process a state root, alive only while a container needs it. It
 * owns the watch over exits, auto-remove, restarts, health checks and the size of logs. It takes no requests of its own: engines speak to it through the store,
 * and where it holds the containers' output, to the runtime that it serves (SupervisedService). Started by the engine:
 * as a process (DetachedSupervisor) or by Windows' task scheduler (ScheduledSupervisor), and where it is installed by the
 * system (SystemdService, ScheduledService); run by `silo supervise`.
 */
export { DetachedSupervisor } from './detached-supervisor.ts';
export { ScheduledService } from './scheduled-service.ts';
export { ScheduledSupervisor, type ScheduledSupervisorOptions } from './scheduled-supervisor.ts';
export { supervise, type SupervisedService } from './supervise.ts';
export { SystemdService, type SystemdServiceOptions } from './systemd-service.ts';
