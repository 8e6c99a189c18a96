import { spawn } from 'node:child_process';
import type { EarlyLook, Locks, Logger, SupervisorStarter } from '../core/index.ts';
import { EarlyLooks } from './early-looks.ts';
import { supervisorLockName } from './supervise.ts';

/** A container that has ended by then needed nobody: one that runs for a moment must not cost a second process. */
const soonMs = 1000;

/** Less than a supervisor stays at least: one that was started within this time has not ended its work yet. */
const loadingMs = 3000;

export interface DetachedSupervisorOptions {
  readonly locks: Locks;
  /** Program and arguments that run `silo supervise`. */
  readonly command: readonly [string, ...string[]];
  readonly root: string;
  readonly log: Logger;
  /** Whether any container needs a supervisor now. */
  readonly needed: () => boolean;
}

/** Starts `silo supervise` in a session of its own where no supervisor holds the root's lock. */
export class DetachedSupervisor implements SupervisorStarter {
  readonly #options: DetachedSupervisorOptions;
  readonly #looks: EarlyLooks;
  #soon: NodeJS.Timeout | undefined;
  #startedAt: number | undefined;

  constructor(options: DetachedSupervisorOptions) {
    this.#options = options;
    this.#looks = new EarlyLooks(options.log);
  }

  async ensure(): Promise<void> {
    const { locks, command: [file, ...args], root, log } = this.#options;
    const lock = await locks.tryAcquire(supervisorLockName);
    if (lock === undefined) return;
    await lock.release();
    // It takes the lock only when it has loaded: meanwhile others are started, and each would start one of its own.
    if (this.#startedAt !== undefined && performance.now() - this.#startedAt < loadingMs) return;
    this.#startedAt = performance.now();
    const child = spawn(file, args, { detached: true, stdio: 'ignore', env: { ...process.env, SILO_ROOT: root }, cwd: '/' });
    child.on('exit', () => { this.#startedAt = undefined; });
    child.on('error', (error) => { this.#startedAt = undefined; log.error({ err: error }, 'the supervisor could not be started; the next engine does its work'); });
    child.unref();
  }

  ensureSoon(meanwhile?: () => Promise<EarlyLook>): void {
    if (meanwhile !== undefined) this.#looks.begin(meanwhile);
    if (this.#soon !== undefined) return;
    this.#soon = setTimeout(() => {
      this.#ensureIfNeeded().catch((error: unknown) => { this.#options.log.error({ err: error }, 'the supervisor could not be started; the next engine does its work'); });
    }, soonMs);
    this.#soon.unref();
  }

  async close(): Promise<void> {
    await this.#looks.close();
    if (this.#soon === undefined) return;
    clearTimeout(this.#soon);
    await this.#ensureIfNeeded();
  }

  async #ensureIfNeeded(): Promise<void> {
    this.#soon = undefined;
    if (this.#options.needed()) await this.ensure();
  }
}
