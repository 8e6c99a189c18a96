import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno, SiloError } from '../base/index.ts';
import type { HostService, HostServiceState } from '../core/index.ts';

/** Runs systemctl with these arguments and tells how it ended; rejects where it cannot be run at all. */
export type Systemctl = (args: readonly string[]) => Promise<{ readonly exitCode: number; readonly told: string }>;

const systemctl: Systemctl = (args) =>
  new Promise((resolve, reject) => {
    execFile('systemctl', [...args], { env: { ...process.env, LC_ALL: 'C', SYSTEMD_PAGER: '' } }, (error, output, told) => {
      const exitCode: unknown = error === null ? 0 : error.code;
      if (typeof exitCode === 'number') resolve({ exitCode, told: (told.trim() || output.trim()).slice(0, 1000) });
      else reject(new Error(error?.message, { cause: error }));
    });
  });

export interface SystemdServiceOptions {
  /** Node, and the file that it runs. */
  readonly command: readonly [string, string];
  /** The root whose unit has no hash in its name. */
  readonly defaultRoot: string;
  /** Where the administrator's units lie. */
  readonly unitFolder?: string;
  /** There while systemd is the host's init (sd_booted(3)). */
  readonly bootedFolder?: string;
  readonly systemctl?: Systemctl;
}

/** The supervisor as a unit of systemd. */
export class SystemdService implements HostService {
  readonly #command: readonly [string, string];
  readonly #defaultRoot: string;
  readonly #unitFolder: string;
  readonly #bootedFolder: string;
  readonly #systemctl: Systemctl;

  constructor({ command, defaultRoot, unitFolder = '/etc/systemd/system', bootedFolder = '/run/systemd/system', systemctl: run = systemctl }: SystemdServiceOptions) {
    this.#command = command;
    this.#defaultRoot = defaultRoot;
    this.#unitFolder = unitFolder;
    this.#bootedFolder = bootedFolder;
    this.#systemctl = run;
  }

  async status(root: string): Promise<HostServiceState> {
    const name = this.#nameOf(root);
    const unitPath = join(this.#unitFolder, name);
    const installed = existsSync(unitPath);
    return { kind: 'systemd', name, installed, running: installed && this.#isBooted() && await this.#is('is-active', name), unitPath };
  }

  async install(root: string): Promise<boolean> {
    if (!this.#isBooted()) throw new SiloError('ServiceManagerMissing', { args: { reason: `systemd is not the init of this host: there is no ${this.#bootedFolder}` }, target: { kind: 'host', id: 'systemd' } });
    const name = this.#nameOf(root);
    const unitPath = join(this.#unitFolder, name);
    const unit = unitOf(root, this.#command);
    if (await textOf(unitPath) === unit) {
      if (await this.#is('is-enabled', name) && await this.#is('is-active', name)) return false;
      await this.#do(name, 'enable', '--now', name);
      return true;
    }
    try {
      // systemd must never read half a unit. It takes no file of another ending for one.
      await writeFile(`${unitPath}.new`, unit, { mode: 0o644 });
      await rename(`${unitPath}.new`, unitPath);
    } catch (cause) {
      throw new SiloError('HostServiceFailed', { args: { name, reason: cause instanceof Error ? cause.message : String(cause) }, target: { kind: 'host', id: name }, cause });
    }
    await this.#do(name, 'daemon-reload');
    await this.#do(name, 'enable', name);
    // One that runs is to run the new command.
    await this.#do(name, 'restart', name);
    return true;
  }

  /** Without systemd what it would have read is removed. */
  async uninstall(root: string): Promise<boolean> {
    const name = this.#nameOf(root);
    const unitPath = join(this.#unitFolder, name);
    if (!existsSync(unitPath)) return false;
    const booted = this.#isBooted();
    if (booted) await this.#do(name, 'disable', '--now', name);
    else await rm(join(this.#unitFolder, 'multi-user.target.wants', name), { force: true });
    await rm(unitPath, { force: true });
    if (booted) {
      await this.#do(name, 'daemon-reload');
      // Fails where the unit is forgotten already, as it should be.
      await this.#run(name, ['reset-failed', name]);
    }
    return true;
  }

  #nameOf(root: string): string {
    return root === this.#defaultRoot ? 'silo-supervisor.service' : `silo-supervisor-${createHash('sha256').update(root).digest('hex').slice(0, 12)}.service`;
  }

  #isBooted(): boolean { return existsSync(this.#bootedFolder); }

  async #is(question: 'is-active' | 'is-enabled', name: string): Promise<boolean> { return (await this.#run(name, [question, '--quiet', name])).exitCode === 0; }

  async #do(name: string, ...args: readonly string[]): Promise<void> {
    const { exitCode, told } = await this.#run(name, args);
    if (exitCode !== 0) throw new SiloError('HostServiceFailed', { args: { name, reason: `systemctl ${args.join(' ')}: ${told || `exit code ${exitCode}`}` }, target: { kind: 'host', id: name } });
  }

  async #run(name: string, args: readonly string[]): ReturnType<Systemctl> {
    try {
      return await this.#systemctl(args);
    } catch (cause) {
      if (cause instanceof Error && hasErrno(cause.cause, 'ENOENT')) throw new SiloError('ServiceManagerMissing', { args: { reason: 'systemctl is not on the PATH' }, target: { kind: 'host', id: 'systemd' }, cause });
      throw new SiloError('HostServiceFailed', { args: { name, reason: cause instanceof Error ? cause.message : String(cause) }, target: { kind: 'host', id: name }, cause });
    }
  }
}

const textOf = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
};

/** In the quotes of systemd.syntax(7); a percent sign would begin a specifier. */
const quoted = (text: string): string => `"${text.replace(/[\\"]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`).replaceAll('%', '%%')}"`;
/** In arguments a dollar sign would begin a variable. */
const argument = (text: string): string => quoted(text).replaceAll('$', '$$$$');

/**
 * systemd.service(5), systemd.exec(5), systemd.kill(5). Mounts must be the host's (decision 9), and what a supervisor
 * starts inherits its limits: settings that protect a service would be the containers' too, or hide their mounts.
 */
const unitOf = (root: string, [node, script]: readonly [string, string]): string => `# Written by Install-ContainerHost, which rewrites it; changes belong to a drop-in (systemctl edit).
[Unit]
Description=Supervisor of the containers in ${root.replaceAll('\n', ' ').replaceAll('%', '%%')}
Wants=network-online.target
After=network-online.target
RequiresMountsFor=${quoted(root)}
StartLimitIntervalSec=0

[Service]
Type=simple
ExecStart=${quoted(node)} ${argument(script)} supervise --service
Environment=${quoted(`SILO_ROOT=${root}`)}
Restart=on-failure
RestartSec=1
# Containers and their monitors live on when this is stopped, and when one of them runs out of memory.
KillMode=process
OOMPolicy=continue
TasksMax=infinity
LimitNOFILE=1048576
# The mount namespace is the host's: engines must see the mounts that are made here.
PrivateMounts=no
PrivateTmp=no
ProtectSystem=no
ProtectHome=no

[Install]
WantedBy=multi-user.target
`;
