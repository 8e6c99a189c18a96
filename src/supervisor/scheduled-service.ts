import { SiloError } from '../base/index.ts';
import type { HostService, HostServiceState, Locks } from '../core/index.ts';
import { supervisorLockName } from './supervise.ts';
import { SupervisorTask, type SupervisorTaskOptions } from './supervisor-task.ts';

export interface ScheduledServiceOptions extends Omit<SupervisorTaskOptions, 'root'> {
  /** Of the state root that the engine has open. */
  readonly locks: Locks;
}

/** The supervisor's scheduled task as a service of Windows. */
export class ScheduledService implements HostService {
  readonly #options: ScheduledServiceOptions;

  constructor(options: ScheduledServiceOptions) { this.#options = options; }

  async status(root: string): Promise<HostServiceState> {
    const task = this.#taskOf(root);
    return { kind: 'scheduledTask', name: task.name, installed: await task.isRegistered(), running: await this.#isRunning(), unitPath: undefined };
  }

  /** The definition is always written: the scheduler gives it back in words of its own, which cannot be compared. */
  async install(root: string): Promise<boolean> {
    const task = this.#taskOf(root);
    return this.#change(task, async () => {
      const [installed, running] = [await task.isRegistered(), await this.#isRunning()];
      await task.register(true);
      if (!running) await task.run();
      return !installed || !running;
    });
  }

  async uninstall(root: string, { end = false }: { readonly end?: boolean } = {}): Promise<boolean> {
    const task = this.#taskOf(root);
    if (!await task.isRegistered()) return false;
    return this.#change(task, async () => {
      // It is an error to end a task that does not run.
      if (end && await this.#isRunning()) await task.end();
      await task.delete();
      return true;
    });
  }

  #taskOf(root: string): SupervisorTask { return new SupervisorTask({ ...this.#options, root }); }

  async #isRunning(): Promise<boolean> {
    const lock = await this.#options.locks.tryAcquire(supervisorLockName);
    await lock?.release();
    return lock === undefined;
  }

  async #change(task: SupervisorTask, body: () => Promise<boolean>): Promise<boolean> {
    try {
      return await body();
    } catch (cause) {
      throw new SiloError('HostServiceFailed', { args: { name: task.name, reason: cause instanceof Error ? cause.message : String(cause) }, target: { kind: 'host', id: task.name }, cause });
    }
  }
}
