import { SiloError } from '../base/index.ts';
import type { Locks, SupervisorStarter } from '../core/index.ts';
import { supervisorLockName } from './supervise.ts';
import { SupervisorTask, type SupervisorTaskOptions } from './supervisor-task.ts';

export interface ScheduledSupervisorOptions extends SupervisorTaskOptions {
  readonly locks: Locks;
}

/**
 * Has the task scheduler run `silo supervise` as SYSTEM: a child of this process would end with a remote session,
 * and containers' output with it. The task is registered when it is first needed.
 */
export class ScheduledSupervisor implements SupervisorStarter {
  readonly #locks: Locks;
  readonly #task: SupervisorTask;

  constructor({ locks, ...task }: ScheduledSupervisorOptions) {
    this.#locks = locks;
    this.#task = new SupervisorTask(task);
  }

  async ensure(): Promise<void> {
    const lock = await this.#locks.tryAcquire(supervisorLockName);
    if (lock === undefined) return;
    await lock.release();
    try {
      await this.#task.run();
    } catch {
      // Not registered, or not as it should be.
      await this.#register();
    }
  }

  /** Nothing is to be done: a container was started through the supervisor, and the task starts with the machine. */
  ensureSoon(): void { return; }

  close(): Promise<void> { return Promise.resolve(); }

  async #register(): Promise<void> {
    try {
      await this.#task.register(false);
      await this.#task.run();
    } catch (cause) {
      throw new SiloError('SupervisorUnavailable', { args: { reason: `its scheduled task could not be started: ${cause instanceof Error ? cause.message : String(cause)}` }, target: { kind: 'host', id: 'supervisor' }, cause });
    }
  }
}
