import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Runs schtasks.exe with these arguments; rejects where it ends with another code than zero. */
export type TaskScheduler = (args: readonly string[]) => Promise<void>;

const schtasks: TaskScheduler = (args) =>
  new Promise((resolve, reject) => {
    execFile(join(process.env['SystemRoot'] ?? String.raw`C:\Windows`, 'System32', 'schtasks.exe'), [...args], { windowsHide: true }, (error, _, told) => {
      if (error === null) resolve();
      else reject(new Error(told.trim() || error.message, { cause: error }));
    });
  });

export interface SupervisorTaskOptions {
  /** The state root, absolute. */
  readonly root: string;
  /** Folder for the definition while it is handed over. */
  readonly runFolder: string;
  /** Node, and the file that it runs. */
  readonly command: readonly [string, string];
  readonly scheduler?: TaskScheduler | undefined;
}

/** The scheduled task that runs `silo supervise` for a state root as SYSTEM, from the start of the machine, and again where it ends with an error. */
export class SupervisorTask {
  readonly #options: SupervisorTaskOptions;
  readonly #scheduler: TaskScheduler;

  constructor(options: SupervisorTaskOptions) {
    this.#options = options;
    this.#scheduler = options.scheduler ?? schtasks;
  }

  /** One for each state root, however it is spelt. */
  get name(): string { return `\\Silo\\Supervisor ${createHash('sha256').update(this.#options.root.toLowerCase()).digest('hex').slice(0, 12)}`; }

  isRegistered(): Promise<boolean> { return this.#scheduler(['/Query', '/TN', this.name]).then(() => true, () => false); }

  run(): Promise<void> { return this.#scheduler(['/Run', '/TN', this.name]); }

  /** Ends what the task runs. */
  end(): Promise<void> { return this.#scheduler(['/End', '/TN', this.name]); }

  delete(): Promise<void> { return this.#scheduler(['/Delete', '/TN', this.name, '/F']); }

  /** Replaces one that is there. As a `service` it goes on while there is nothing to do. */
  async register(service: boolean): Promise<void> {
    const file = join(this.#options.runFolder, `supervisor-${process.pid}.xml`);
    try {
      await writeFile(file, `\uFEFF${taskDefinition(this.#options, service)}`, 'utf16le');
      await this.#scheduler(['/Create', '/TN', this.name, '/XML', file, '/F']);
    } finally {
      await rm(file, { force: true });
    }
  }
}

const xml = (text: string): string => text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** Task Scheduler's schema 1.2. S-1-5-18 is SYSTEM; without a limit of time, or it would be ended after three days. */
const taskDefinition = ({ root, command: [node, script] }: SupervisorTaskOptions, service: boolean): string => `<?xml version="1.0" encoding="UTF-16"?>
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
  <Actions Context="System"><Exec><Command>${xml(node)}</Command><Arguments>"${xml(script)}" supervise --state-root "${xml(root.replace(/\\$/, '\\\\'))}"${service ? ' --service' : ''}</Arguments></Exec></Actions>
</Task>
`;
