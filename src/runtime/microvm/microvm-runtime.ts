import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SiloError, fromFileError, hasErrno } from '../../base/index.ts';
import type { ContainerSettings, ExecResult, ExecSpec, ResourceLimits, RunningProcess, Runtime, RuntimeRequirement, TaskExit, TaskSpec, TaskStatistics, TaskStatus } from '../../core/index.ts';
import { ExitWatch, TaskFiles, createTask, endAll, findProcesses, isAlive, readNumber, readProcessExit, resolveUser, rotateProcessLog, rotateTaskLog, startProcess, waitForExit } from '../conmon/index.ts';
import { checkMachineSettings, checkMachineTask } from './check-settings.ts';
import { addLimits, addProcess, createRequest } from './create-request.ts';
import { Fields } from './fields.ts';
import { guestStatistics } from './guest-statistics.ts';
import { askKeeper } from './keeper-channel.ts';
import { keeperFailure } from './machine-failure.ts';
import type { MachineHost } from './machine-host.ts';
import { readMachineNetwork } from './machine-links.ts';
import { machineMemory, machinePlan, machineProcessors } from './machine-plan.ts';
import { isPaused, setPaused } from './paused-machine.ts';
import { fields, frameTypes } from './protocol.ts';

export interface MicroVmRuntimeOptions {
  /** Folder that goes with a reboot: folders of machines. */
  readonly runFolder: string;
  /** Folder of the state root where conmon leaves exit files. */
  readonly exitsFolder: string;
  readonly machines: MachineHost;
  readonly hostProcessors: number;
  /** Seconds that a machine has until its container is there. */
  readonly bootSeconds?: number;
  /** Seconds that it may take over an answer. */
  readonly answerSeconds?: number;
}

/** Two seconds on an idle host without hardware acceleration; a loaded one takes many times as long. */
const defaultBootSeconds = 120;
/** An agent does what it is asked in milliseconds; an emulated processor on a loaded host takes longer. */
const defaultAnswerSeconds = 30;
/** A keeper ends its machine within milliseconds when it is asked to. */
const endPatienceMs = 3000;
const sigkill = 9;

/** What a machine was made with. */
interface Size { readonly memoryBytes: number; readonly processors: number }

/** Runtime of VM isolation on Linux: a utility VM a container, whose keeper is the container's process to conmon. */
export class MicroVmRuntime implements Runtime {
  readonly name = 'microvm';
  readonly joinsTerminals = true;
  readonly ownKernel = true;
  readonly #folder: string;
  readonly #exitsFolder: string;
  readonly #exits: ExitWatch;
  readonly #machines: MachineHost;
  readonly #hostProcessors: number;
  readonly #bootSeconds: number;
  readonly #answerMs: number;

  constructor(options: MicroVmRuntimeOptions) {
    this.#folder = join(options.runFolder, 'machines');
    this.#exitsFolder = options.exitsFolder;
    this.#exits = new ExitWatch(options.exitsFolder);
    this.#machines = options.machines;
    this.#hostProcessors = options.hostProcessors;
    this.#bootSeconds = options.bootSeconds ?? defaultBootSeconds;
    this.#answerMs = (options.answerSeconds ?? defaultAnswerSeconds) * 1000;
  }

  checkSettings(resources: ResourceLimits, settings: ContainerSettings): Promise<readonly string[]> { return Promise.resolve().then(() => checkMachineSettings(resources, settings)); }

  async create(spec: TaskSpec, signal?: AbortSignal): Promise<{ readonly pid: number; readonly monitorPid: number }> {
    if (signal?.aborted) throw new SiloError('OperationCancelled');
    checkMachineTask(spec);
    const parts = this.#machines.parts();
    const user = resolveUser(spec.rootPath, spec.process.user, spec.process.additionalGroups);
    await Promise.all(spec.mounts.filter(({ memory }) => memory === undefined).map(async ({ source }) => stat(source).catch((error: unknown) => { throw fromFileError(error, source); })));
    const [accelerator, network] = await Promise.all([this.#machines.accelerator(), spec.networkNamespacePath === undefined ? { links: [], routes: [] } : readMachineNetwork(spec.networkNamespacePath)]);
    const { payload, shared } = createRequest(spec, user, network);
    const files = this.#files(spec.id);
    const size: Size = { memoryBytes: machineMemory(spec.resources.memoryBytes), processors: machineProcessors(spec.resources.cpuCount, this.#hostProcessors, accelerator) };
    try {
      await rm(files.folder, { recursive: true, force: true });
      await mkdir(files.folder, { recursive: true, mode: 0o700 });
      await rm(files.exitFile, { force: true });
      // Secrets are in the environment.
      await writeFile(join(files.folder, 'plan'), machinePlan({ spec, folder: files.folder, parts, accelerator, hostProcessors: this.#hostProcessors, network, shared, payload, patienceSeconds: this.#bootSeconds }), { mode: 0o600 });
      await writeFile(join(files.folder, 'size.json'), JSON.stringify(size));
    } catch (error) {
      throw fromFileError(error, files.folder, 'container');
    }
    const made = await createTask({ runtime: [parts.keeper, `--state=${files.folder}`], spec, files, exitsFolder: this.#exitsFolder });
    if ('failure' in made) {
      await this.delete(spec.id);
      throw keeperFailure(made.failure, spec.process.args[0] ?? '');
    }
    await rm(join(files.folder, 'plan'), { force: true });
    return made;
  }

  async start(id: string): Promise<void> {
    const files = this.#files(id);
    const note = files.readNote();
    if (note === undefined) throw new SiloError('RuntimeFailed', { args: { runtime: 'microvm', reason: 'the task was not created' } });
    if ((await this.#ask(files, frameTypes.START, Buffer.alloc(0))) === undefined) throw new SiloError('MachineFailed', { args: { reason: 'it has ended before its container began' } });
    await files.writeNote({ ...note, started: true });
  }

  status(id: string): Promise<TaskStatus> {
    const files = this.#files(id);
    const note = files.readNote();
    if (note === undefined) return Promise.resolve({ state: files.readExit() === undefined ? 'missing' : 'stopped', pid: undefined, monitored: false });
    const monitored = note.monitor !== undefined && isAlive(note.monitor);
    if (!isAlive(note.task) || files.readExit() !== undefined) return Promise.resolve({ state: 'stopped', pid: undefined, monitored });
    return this.#qemu(id).then((qemu) => ({ state: !note.started ? 'created' : qemu !== undefined && isPaused(qemu) ? 'paused' : 'running', pid: note.task.pid, monitored }));
  }

  async kill(id: string, signal: number, options: { readonly all?: boolean } = {}): Promise<void> {
    const files = this.#files(id);
    const note = files.readNote();
    if (note === undefined || !isAlive(note.task)) return;
    const qemu = await this.#qemu(id);
    // A paused machine hears nothing; the end is meant for it all the same.
    if (signal === sigkill && qemu !== undefined && isPaused(qemu)) await setPaused(qemu, false);
    await this.#ask(files, frameTypes.SIGNAL, new Fields().u32(fields.PROCESS, 0).u32(fields.SIGNAL, signal).flag(fields.ALL, options.all === true).encode());
  }

  async pause(id: string): Promise<void> { await setPaused(await this.#requireQemu(id), true); }

  async resume(id: string): Promise<void> { await setPaused(await this.#requireQemu(id), false); }

  async exit(id: string): Promise<TaskExit | undefined> {
    const files = this.#files(id);
    const exit = files.readExit();
    // The code that conmon saw is the keeper's: the container's own only where the keeper had heard that.
    if (exit !== undefined) return existsSync(files.folder) && !existsSync(join(files.folder, 'ended')) ? { ...exit, exitCode: null, reason: 'MachineLost' } : exit;
    const note = files.readNote();
    if (note === undefined || isAlive(note.task)) return undefined;
    if (note.monitor !== undefined && isAlive(note.monitor)) return undefined;
    return this.#exitWithoutMonitor(files);
  }

  wait(id: string, signal?: AbortSignal): Promise<TaskExit> {
    return waitForExit(this.#exits, { id, exit: () => this.exit(id), missing: async () => (await this.status(id)).state === 'missing' }, signal);
  }

  rotateLog(id: string, logPath: string, keptFiles: number): Promise<boolean> { return rotateTaskLog(this.#files(id), logPath, keptFiles); }

  rotateProcessLog(_id: string, folder: string, logPath: string, keptFiles: number): Promise<boolean> { return rotateProcessLog(folder, logPath, keptFiles); }

  async statistics(id: string): Promise<TaskStatistics | undefined> {
    const files = this.#files(id);
    const note = files.readNote();
    const qemu = await this.#qemu(id);
    // A paused guest cannot be asked.
    if (note === undefined || !isAlive(note.task) || qemu === undefined || isPaused(qemu)) return undefined;
    const answer = await this.#ask(files, frameTypes.STATISTICS, Buffer.alloc(0));
    return answer === undefined ? undefined : guestStatistics(answer.toString('latin1'), new Date());
  }

  async update(id: string, limits: ResourceLimits): Promise<void> {
    checkMachineSettings(limits, {});
    const files = this.#files(id);
    const size = JSON.parse(await readFile(join(files.folder, 'size.json'), 'utf8')) as Size;
    const refuse = (option: string, has: string): never => { throw new SiloError('OptionUnsupported', { args: { option, reason: `the utility VM runs with ${has}; stop the container to give it more` } }); };
    if (limits.memoryBytes !== undefined && machineMemory(limits.memoryBytes) > size.memoryBytes) refuse('memoryBytes', `${Math.floor(size.memoryBytes / 1024 ** 2)} MB of memory, some of them for its kernel`);
    if (limits.cpuCount !== undefined && Math.ceil(limits.cpuCount) > size.processors) refuse('cpuCount', `${size.processors} processors`);
    if ((await this.#ask(files, frameTypes.UPDATE, addLimits(new Fields(), limits).encode())) === undefined) throw new SiloError('MachineFailed', { args: { reason: 'it has ended' } });
  }

  async exec(spec: ExecSpec): Promise<RunningProcess> {
    const files = this.#files(spec.taskId);
    if (files.readNote() === undefined) throw new SiloError('RuntimeFailed', { args: { runtime: 'microvm', reason: 'the task is not there' } });
    const document = join(spec.folder, 'process');
    const request = addProcess(new Fields(), spec.process, resolveUser(spec.rootPath, spec.process.user, spec.process.additionalGroups), false);
    await writeFile(document, request.encode(), { mode: 0o600 });
    const started = await startProcess([this.#machines.parts().keeper, `--state=${files.folder}`], spec, document);
    if ('failure' in started) throw keeperFailure(started.failure, spec.process.args[0] ?? '');
    const exited = started.exitCode.then(async (exitCode): Promise<ExecResult> => {
      if (exitCode !== undefined && !existsSync(join(spec.folder, 'lost'))) return { exitCode, exitedAt: new Date() };
      return (await this.execExit(spec.taskId, spec.folder)) ?? { exitCode: null, exitedAt: new Date() };
    });
    return { pid: started.pid, exited };
  }

  async execExit(taskId: string, folder: string): Promise<ExecResult | undefined> {
    const exit = await readProcessExit(taskId, folder);
    return exit !== undefined && existsSync(join(folder, 'lost')) ? { ...exit, exitCode: null } : exit;
  }

  async killExec(taskId: string, folder: string, signal: number): Promise<void> {
    const number = await readNumber(join(folder, 'number'));
    if (number === undefined) return;
    await this.#ask(this.#files(taskId), frameTypes.SIGNAL, new Fields().u32(fields.PROCESS, number).u32(fields.SIGNAL, signal).encode());
  }

  async delete(id: string): Promise<void> {
    const files = this.#files(id);
    const note = files.readNote();
    if (existsSync(files.folder)) {
      if (note !== undefined && isAlive(note.task)) await this.#endKeeper(note.task.pid, () => isAlive(note.task));
      // QEMU and virtiofsd end with their keeper; without a note an engine was killed while conmon or the keeper worked.
      await endAll(() => [...(note === undefined ? findProcesses('conmon', `--cid\0${id}`) : []), ...findProcesses('machine-keeper', files.folder), ...findProcesses(`silo-${id}`)]);
      if (note?.monitor !== undefined) await endAll(() => (note.monitor !== undefined && isAlive(note.monitor) ? [note.monitor.pid] : []), 2000);
      await rm(files.folder, { recursive: true, force: true });
    }
    await unlink(files.exitFile).catch((error: unknown) => { if (!hasErrno(error, 'ENOENT')) throw error; });
  }

  async list(): Promise<readonly string[]> {
    const names = await readdir(this.#folder).catch((error: unknown) => { if (hasErrno(error, 'ENOENT')) return [] as string[]; throw error; });
    return names.filter((name) => /^[0-9a-f]{64}$/.test(name));
  }

  requirements(): Promise<readonly RuntimeRequirement[]> { return Promise.resolve(this.#machines.requirements()); }

  #files(id: string): TaskFiles { return new TaskFiles(this.#folder, this.#exitsFolder, id); }

  /** Undefined where its keeper has gone. @throws SiloError MachineNotResponding, and what the agent says */
  #ask(files: TaskFiles, type: number, payload: Uint8Array): Promise<Buffer | undefined> { return askKeeper(files.folder, type, payload, this.#answerMs); }

  /** A number, which is QEMU's as long as its keeper lives. */
  #qemu(id: string): Promise<number | undefined> { return readNumber(join(this.#files(id).folder, 'qemu-pid')); }

  async #requireQemu(id: string): Promise<number> {
    const note = this.#files(id).readNote();
    const qemu = await this.#qemu(id);
    if (note === undefined || !isAlive(note.task) || qemu === undefined) throw new SiloError('MachineFailed', { args: { reason: 'it has ended' } });
    return qemu;
  }

  /** Its keeper's word stays where conmon had gone before. */
  #exitWithoutMonitor(files: TaskFiles): TaskExit {
    const lost = existsSync(join(files.folder, 'lost'));
    return files.readExit() ?? { exitCode: null, exitedAt: new Date(), oomKilled: existsSync(files.outOfMemory), reason: lost ? 'MachineLost' : 'MonitorLost' };
  }

  async #endKeeper(pid: number, isRunning: () => boolean): Promise<void> {
    try {
      process.kill(pid, 'SIGTERM');
    } catch (error) {
      if (!hasErrno(error, 'ESRCH')) throw error;
    }
    await endAll(() => (isRunning() ? [pid] : []), endPatienceMs);
  }
}
