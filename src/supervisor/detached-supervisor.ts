import { spawn } from 'node:child_process';
import type { Locks, Logger, SupervisorControl } from '../core/index.ts';
import { supervisorLockName } from './supervise.ts';

/** Starts `silo supervise` in a session of its own where no supervisor holds the root's lock. */
export class DetachedSupervisor implements SupervisorControl {
  readonly #locks: Locks;
  readonly #command: readonly [string, ...string[]];
  readonly #root: string;
  readonly #log: Logger;

  constructor(locks: Locks, command: readonly [string, ...string[]], root: string, log: Logger) {
    this.#locks = locks;
    this.#command = command;
    this.#root = root;
    this.#log = log;
  }

  async ensure(): Promise<void> {
    const lock = await this.#locks.tryAcquire(supervisorLockName);
    if (lock === undefined) return;
    await lock.release();
    const [file, ...args] = this.#command;
    const child = spawn(file, args, { detached: true, stdio: 'ignore', env: { ...process.env, SILO_ROOT: this.#root }, cwd: '/' });
    child.on('error', (error) => { this.#log.error({ err: error }, 'the supervisor could not be started; containers are removed by the next engine'); });
    child.unref();
  }
}
