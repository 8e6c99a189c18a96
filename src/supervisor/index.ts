/**
 * What goes on when no engine runs: one process a state root, alive only while a container needs it. It
 * owns the watch over exits, auto-remove, restarts, health checks and the size of logs. Engines speak to it through the store; they reach it itself only
 * to ask for its end, and where it holds the containers' output, for the runtime that it serves (Serve). Started by the engine:
 * as a process (DetachedSupervisor) or by Windows' task scheduler (ScheduledSupervisor), and where it is installed by the
 * system (SystemdService, ScheduledService); run by `silo supervise`.
 */
export { DetachedSupervisor } from './detached-supervisor.ts';
export { ScheduledService } from './scheduled-service.ts';
export { ScheduledSupervisor, type ScheduledSupervisorOptions } from './scheduled-supervisor.ts';
export { supervise, type Serve } from './supervise.ts';
export { SystemdService, type SystemdServiceOptions } from './systemd-service.ts';
