import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SiloError, fromFileError, hasErrno } from '../../base/index.ts';
import type { ContainerSettings, ExecResult, ExecSpec, ProcessSpec, ResourceLimits, RunningProcess, Runtime, RuntimeRequirement, TaskExit, TaskSpec, TaskStatistics, TaskStatus } from '../../core/index.ts';
import { ExitWatch, TaskFiles, capabilitiesOf, createTask, endAll, findProcesses, findProgram, grantableCapabilities, isAlive, readNumber, readProcessExit, requireProgram, resolveUser, rotateProcessLog, rotateTaskLog, startProcess, waitForExit } from '../conmon/index.ts';
import { ociConfig, ociProcess, type Grants } from './oci-config.ts';
import { cgroupPath, cgroupProcesses, cgroupVersion, isFrozen, ociLimits, removeCgroups, thaw } from './cgroup.ts';
import { checkSettings } from './check-settings.ts';
import { checkDocument } from './config-check.ts';
import { checkPropagation, hasRecursiveReadOnly } from './mount-options.ts';
import { openFileLimits, openFileRace } from './open-file-limits.ts';
import { runc, runcMessage, runcOrFail, startFailure } from './runc-command.ts';
import { SeccompProfile, readSeccompFile, seccompProfilePath, type OciSeccomp } from './seccomp.ts';
import { signalTask } from './signal-task.ts';
import { releaseFirstProcess } from './start-signal.ts';
import { taskStatistics } from './task-statistics.ts';
import { ociText } from './user-limits.ts';

const run = promisify(execFile);

export interface RuncRuntimeOptions {
  /** Folder that goes with a reboot: runc's state, task folders. */
  readonly runFolder: string;
  /** Folder of the state root where conmon leaves exit files. */
  readonly exitsFolder: string;
  readonly architecture: string;
  readonly kernelVersion: string;
}

/** Runtime of process isolation on Linux: runc makes the containers, one conmon each keeps stdio, log and exit code. */
export class RuncRuntime implements Runtime {
  readonly name = 'runc';
  readonly joinsTerminals = true;
  readonly #runcRoot: string;
  readonly #tasksFolder: string;
  readonly #exitsFolder: string;
  readonly #exits: ExitWatch;
  readonly #seccomp: SeccompProfile;
  readonly #kernelVersion: string;

  constructor(options: RuncRuntimeOptions) {
    this.#runcRoot = join(options.runFolder, 'runc');
    this.#tasksFolder = join(options.runFolder, 'tasks');
    this.#exitsFolder = options.exitsFolder;
    this.#exits = new ExitWatch(options.exitsFolder);
    this.#seccomp = new SeccompProfile(options);
    this.#kernelVersion = options.kernelVersion;
  }

  async checkSettings(resources: ResourceLimits, settings: ContainerSettings): Promise<readonly string[]> { return checkSettings(resources, settings); }

  async create(spec: TaskSpec, signal?: AbortSignal): Promise<{ readonly pid: number; readonly monitorPid: number }> {
    if (signal?.aborted) throw new SiloError('OperationCancelled');
    const files = this.#files(spec.id);
    const recursiveReadOnly = spec.mounts.some(({ readOnly, memory }) => readOnly && memory === undefined) && (await hasRecursiveReadOnly(this.#runcRoot, this.#kernelVersion));
    const config = ociConfig(spec, resolveUser(spec.rootPath, spec.process.user, spec.process.additionalGroups), { ...this.#grants(spec.process, spec.privileged, spec.settings?.seccompProfile), recursiveReadOnly });
    checkDocument('config', config);
    await Promise.all(spec.mounts.filter(({ memory }) => memory === undefined).map(async ({ source }) => stat(source).catch((error: unknown) => { throw fromFileError(error, source); })));
    for (const mount of spec.mounts) checkPropagation(mount);
    try {
      await mkdir(files.folder, { recursive: true, mode: 0o700 });
      await rm(files.exitFile, { force: true });
      await rm(files.outOfMemory, { force: true });
      await writeFile(join(spec.bundlePath, 'config.json'), ociText(config), { mode: 0o600 });
    } catch (error) {
      throw fromFileError(error, spec.bundlePath, 'container');
    }
    const made = await createTask({ runtime: this.#conmonRuntime(), spec, files, exitsFolder: this.#exitsFolder });
    if ('failure' in made) {
      await this.delete(spec.id);
      throw startFailure(made.failure, spec.process.args[0] ?? '');
    }
    return made;
  }

  async start(id: string): Promise<void> {
    const files = this.#files(id);
    const note = files.readNote();
    if (note === undefined) throw new SiloError('RuntimeFailed', { args: { runtime: 'runc', reason: 'the task was not created' } });
    if (!(await releaseFirstProcess(join(this.#runcRoot, id, 'exec.fifo'), () => isAlive(note.task)))) {
      const result = await runc(this.#runcRoot, ['start', id]);
      if (result.exitCode !== 0) throw startFailure(result.stderr, '', result.exitCode);
    }
    await files.writeNote({ ...note, started: true });
  }

  // Looks at /proc alone, so that a thousand tasks can be looked at in a moment.
  status(id: string): Promise<TaskStatus> {
    const files = this.#files(id);
    const note = files.readNote();
    if (note === undefined) return Promise.resolve({ state: files.readExit() === undefined ? 'missing' : 'stopped', pid: undefined, monitored: false });
    const monitored = note.monitor !== undefined && isAlive(note.monitor);
    if (!isAlive(note.task) || files.readExit() !== undefined) return Promise.resolve({ state: 'stopped', pid: undefined, monitored });
    return Promise.resolve({ state: !note.started ? 'created' : isFrozen(id) ? 'paused' : 'running', pid: note.task.pid, monitored });
  }

  async kill(id: string, signal: number, options: { readonly all?: boolean } = {}): Promise<void> {
    const note = this.#files(id).readNote();
    if (options.all !== true && note !== undefined && signalTask(id, note.task, signal)) return;
    const result = await runc(this.#runcRoot, ['kill', ...(options.all === true ? ['--all'] : []), id, String(signal)]);
    if (result.exitCode === 0) return;
    const status = await this.status(id);
    if (status.state === 'stopped' || status.state === 'missing') return;
    throw new SiloError('RuntimeFailed', { args: { runtime: 'runc', reason: runcMessage(result.stderr) }, operation: 'runc kill', native: { exitCode: result.exitCode } });
  }

  async pause(id: string): Promise<void> { await runcOrFail(this.#runcRoot, ['pause', id]); }

  async resume(id: string): Promise<void> { await runcOrFail(this.#runcRoot, ['resume', id]); }

  async exit(id: string): Promise<TaskExit | undefined> {
    const files = this.#files(id);
    const exit = files.readExit();
    if (exit !== undefined) return exit;
    const note = files.readNote();
    if (note === undefined || isAlive(note.task)) return undefined;
    // The process is gone and its monitor may still be writing; only a gone monitor means that nothing will come.
    if (note.monitor !== undefined && isAlive(note.monitor)) return undefined;
    return files.readExit() ?? { exitCode: null, exitedAt: new Date(), oomKilled: existsSync(files.outOfMemory), reason: 'MonitorLost' };
  }

  wait(id: string, signal?: AbortSignal): Promise<TaskExit> {
    return waitForExit(this.#exits, { id, exit: () => this.exit(id), missing: async () => (await this.status(id)).state === 'missing' }, signal);
  }

  rotateLog(id: string, logPath: string, keptFiles: number): Promise<boolean> { return rotateTaskLog(this.#files(id), logPath, keptFiles); }

  rotateProcessLog(_id: string, folder: string, logPath: string, keptFiles: number): Promise<boolean> { return rotateProcessLog(folder, logPath, keptFiles); }

  statistics(id: string): Promise<TaskStatistics | undefined> {
    const note = this.#files(id).readNote();
    return Promise.resolve(note === undefined || !isAlive(note.task) ? undefined : taskStatistics(id, note.task.pid));
  }

  async update(id: string, limits: ResourceLimits): Promise<void> {
    const document = join(this.#files(id).folder, 'update.json');
    await writeFile(document, JSON.stringify(ociLimits(limits)), { mode: 0o600 });
    try {
      await runcOrFail(this.#runcRoot, ['update', '--resources', document, id]);
    } finally {
      await rm(document, { force: true });
    }
  }

  async exec(spec: ExecSpec): Promise<RunningProcess> {
    const note = this.#files(spec.taskId).readNote();
    if (note === undefined) throw new SiloError('RuntimeFailed', { args: { runtime: 'runc', reason: 'the task is not there' } });
    const document = join(spec.folder, 'process.json');
    const process = ociProcess(spec.process, resolveUser(spec.rootPath, spec.process.user, spec.process.additionalGroups), false, this.#grants(spec.process, false));
    checkDocument('process', process);
    await writeFile(document, ociText(process), { mode: 0o600 });
    const started = await startProcess(this.#conmonRuntime(), spec, document);
    if ('failure' in started) throw startFailure(started.failure, spec.process.args[0] ?? '');
    const exited = started.exitCode.then(async (exitCode): Promise<ExecResult> => {
      if (exitCode !== undefined) return { exitCode, exitedAt: new Date() };
      return (await this.execExit(spec.taskId, spec.folder)) ?? { exitCode: null, exitedAt: new Date() };
    });
    return { pid: started.pid, exited };
  }

  execExit(taskId: string, folder: string): Promise<ExecResult | undefined> { return readProcessExit(taskId, folder); }

  async killExec(taskId: string, folder: string, signal: number): Promise<void> {
    const pid = await readNumber(join(folder, 'pid'));
    // Its number may be another process's by now: only one that is in the task's cgroup is meant.
    if (pid === undefined || !cgroupProcesses(taskId).includes(pid)) return;
    try {
      globalThis.process.kill(pid, signal);
    } catch (error) {
      if (!hasErrno(error, 'ESRCH')) throw error;
    }
  }

  async delete(id: string): Promise<void> {
    const files = this.#files(id);
    const note = files.readNote();
    // Without a note an engine was killed while conmon worked: end conmon and runc first, or they would go on behind us.
    if (note === undefined && existsSync(files.folder)) await endAll(() => [...findProcesses('conmon', `--cid\0${id}`), ...findProcesses('runc', 'create', id)]);
    // Of a task that has ended runc has nothing left but its state folder and empty cgroups: those are removed
    // here, without a process. Whatever still runs is runc's to end.
    if (note !== undefined && !isAlive(note.task) && cgroupProcesses(id).length === 0) await rm(join(this.#runcRoot, id), { recursive: true, force: true });
    if (existsSync(join(this.#runcRoot, id))) {
      const result = await runc(this.#runcRoot, ['delete', '--force', id]);
      if (result.exitCode !== 0) await rm(join(this.#runcRoot, id), { recursive: true, force: true });
    }
    // runc freezes a task while it sets devices, or ends all of it: one that was killed then left it frozen, and nobody else would thaw it.
    await endAll(() => {
      const processes = cgroupProcesses(id);
      if (processes.length > 0) thaw(id);
      return processes;
    });
    removeCgroups(id);
    if (note?.monitor !== undefined) await endAll(() => (note.monitor !== undefined && isAlive(note.monitor) ? [note.monitor.pid] : []), 2000);
    await rm(files.folder, { recursive: true, force: true });
    await unlink(files.exitFile).catch((error: unknown) => { if (!hasErrno(error, 'ENOENT')) throw error; });
  }

  async list(): Promise<readonly string[]> {
    const found = new Set<string>();
    for (const folder of [this.#runcRoot, this.#tasksFolder, this.#exitsFolder]) {
      for (const name of await readdir(folder).catch((error: unknown) => { if (hasErrno(error, 'ENOENT')) return [] as string[]; throw error; })) {
        if (/^[0-9a-f]{64}$/.test(name)) found.add(name);
      }
    }
    return [...found];
  }

  async requirements(): Promise<readonly RuntimeRequirement[]> {
    const version = async (name: 'runc' | 'conmon', pattern: RegExp, remedy: string, noteOn?: (version: string) => string | undefined): Promise<RuntimeRequirement> => {
      const path = findProgram(name);
      if (path === undefined) return { name, satisfied: false, detail: `${name} is not installed`, remedy };
      const { stdout } = await run(path, ['--version']);
      const found = pattern.exec(stdout)?.[1];
      const note = found === undefined ? undefined : noteOn?.(found);
      return { name, satisfied: true, detail: `${path} ${found ?? 'unknown version'}${note === undefined ? '' : `; ${note}`}`, remedy: undefined };
    };
    const profile = existsSync(seccompProfilePath);
    return [
      await version('runc', /runc version (\S+)/, 'apt-get install runc', openFileRace),
      await version('conmon', /conmon version (\S+)/, 'apt-get install conmon'),
      { name: 'seccomp profile', satisfied: profile, detail: profile ? seccompProfilePath : `${seccompProfilePath} is missing`, remedy: profile ? undefined : 'apt-get install golang-github-containers-common' },
      { name: 'cgroups', satisfied: existsSync('/sys/fs/cgroup'), detail: `version ${cgroupVersion()}, tasks under ${cgroupPath('<id>')}`, remedy: undefined },
    ];
  }

  #conmonRuntime(): readonly string[] { return [requireProgram('runc'), `--root=${this.#runcRoot}`]; }

  #files(id: string): TaskFiles { return new TaskFiles(this.#tasksFolder, this.#exitsFolder, id); }

  #grants(process: ProcessSpec, privileged: boolean, seccompProfile?: string): Grants {
    const grantable = grantableCapabilities();
    const capabilities = capabilitiesOf(process, privileged, grantable);
    const own = (): OciSeccomp | undefined => (privileged ? undefined : this.#seccomp.for(capabilities));
    const seccomp = seccompProfile === 'unconfined' ? undefined : seccompProfile === undefined ? own() : this.#seccomp.resolve(readSeccompFile(seccompProfile), capabilities);
    return { grantable, seccomp, openFiles: openFileLimits(grantable.includes('CAP_SYS_RESOURCE')) };
  }
}
