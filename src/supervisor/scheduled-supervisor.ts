import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SiloError } from '../base/index.ts';
import type { Locks, SupervisorControl } from '../core/index.ts';
import { supervisorLockName } from './supervise.ts';

/** Runs schtasks.exe with these arguments; rejects where it ends with another code than zero. */
export type TaskScheduler = (args: readonly string[]) => Promise<void>;

const schtasks: TaskScheduler = (args) =>
  new Promise((resolve, reject) => {
    execFile(join(process.env['SystemRoot'] ?? String.raw`C:\Windows`, 'System32', 'schtasks.exe'), [...args], { windowsHide: true }, (error, _, told) => {
      if (error === null) resolve();
      else reject(new Error(told.trim() || error.message, { cause: error }));
    });
  });

export interface ScheduledSupervisorOptions {
  readonly locks: Locks;
  /** The state root, absolute. */
  readonly root: string;
  /** Folder for the definition while it is handed over. */
  readonly runFolder: string;
  /** Node, and the file that it runs. */
  readonly command: readonly [string, string];
  readonly scheduler?: TaskScheduler;
}

/**
 * Has the task scheduler run `silo supervise` as SYSTEM: a child of this process would end with a remote session,
 * and containers' output with it. The task is registered when it is first needed, starts with the machine, and is
 * started again where it ends with an error.
 */
export class ScheduledSupervisor implements SupervisorControl {
  readonly #options: ScheduledSupervisorOptions;
  readonly #scheduler: TaskScheduler;

  constructor(options: ScheduledSupervisorOptions) {
    this.#options = options;
    this.#scheduler = options.scheduler ?? schtasks;
  }

  /** Name of the task: one for each state root. */
  get taskName(): string { return `\\Silo\\Supervisor ${createHash('sha256').update(this.#options.root.toLowerCase()).digest('hex').slice(0, 12)}`; }

  async ensure(): Promise<void> {
    const lock = await this.#options.locks.tryAcquire(supervisorLockName);
    if (lock === undefined) return;
    await lock.release();
    try {
      await this.#scheduler(['/Run', '/TN', this.taskName]);
    } catch {
      // Not registered, or not as it should be.
      await this.#register();
    }
  }

  /** Nothing is to be done: a container was started through the supervisor, and the task starts with the machine. */
  ensureSoon(): void { return; }

  close(): Promise<void> { return Promise.resolve(); }

  async #register(): Promise<void> {
    const file = join(this.#options.runFolder, `supervisor-${process.pid}.xml`);
    try {
      await writeFile(file, `\uFEFF${taskDefinition(this.#options)}`, 'utf16le');
      await this.#scheduler(['/Create', '/TN', this.taskName, '/XML', file, '/F']);
      await this.#scheduler(['/Run', '/TN', this.taskName]);
    } catch (cause) {
      throw new SiloError('SupervisorUnavailable', { args: { reason: `its scheduled task could not be started: ${cause instanceof Error ? cause.message : String(cause)}` }, target: { kind: 'host', id: 'supervisor' }, cause });
    } finally {
      await rm(file, { force: true });
    }
  }
}

const xml = (text: string): string => text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** Task Scheduler's schema 1.2. S-1-5-18 is SYSTEM; without a limit of time, or it would be ended after three days. */
const taskDefinition = ({ root, command: [node, script] }: ScheduledSupervisorOptions): string => `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Author>Silo</Author><Description>Keeps the output, logs and exit codes of the containers in ${xml(root)}.</Description></RegistrationInfo>
  <Triggers><BootTrigger><Enabled>true</Enabled></BootTrigger></Triggers>
  <Principals><Principal id="System"><UserId>S-1-5-18</UserId><RunLevel>HighestAvailable</RunLevel></Principal></Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>true</AllowHardTerminate>
    <Hidden>true</Hidden>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>5</Priority>
    <RestartOnFailure><Interval>PT1M</Interval><Count>999</Count></RestartOnFailure>
  </Settings>
  <Actions Context="System"><Exec><Command>${xml(node)}</Command><Arguments>"${xml(script)}" supervise --state-root "${xml(root.replace(/\\$/, '\\\\'))}"</Arguments></Exec></Actions>
</Task>
`;
