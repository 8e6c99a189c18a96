import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SiloError, fromFileError, hasErrno, isSiloError } from '../../base/index.ts';
import type { ContainerSettings, ExecResult, ExecSpec, ResourceLimits, RunningProcess, Runtime, RuntimeRequirement, TaskExit, TaskSpec, TaskStatistics, TaskStatus } from '../../core/index.ts';
import { ExitWatch, TaskFiles, createTask, endAll, findProcesses, isAlive, readNumber, readProcessExit, resolveUser, rotateProcessLog, rotateTaskLog, startProcess, waitForExit, type ResolvedUser } from '../conmon/index.ts';
import { checkMachineSettings, checkMachineTask } from './check-settings.ts';
import { addLimits, addProcess, createRequest } from './create-request.ts';
import { Fields } from './fields.ts';
import { readFixedFiles } from './fixed-files.ts';
import { guestStatistics } from './guest-statistics.ts';
import { askKeeper } from './keeper-channel.ts';
import { fitAdapters } from './machine-adapters.ts';
import { keeperFailure } from './machine-failure.ts';
import { mostLayerDisks } from './layer-disks.ts';
import type { MachineHost, MachineParts } from './machine-host.ts';
import { readMachineNetwork } from './machine-links.ts';
import { qemuOf, readPlace, refusePaused, writePlace, type MachinePlace } from './machine-place.ts';
import { joinPlan, machineMemory, machinePlan, machineProcessors } from './machine-plan.ts';
import { checkMachineSize, readMachineSize, writeMachineSize } from './machine-size.ts';
import { forgetNetworkChange, hasNetworkChange, noteNetworkChange, readNetworkNote, writeNetworkNote } from './network-note.ts';
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
/** A keeper takes what it is sent at once, and still where the sender has gone. */
const wordPatienceMs = 100;
const sigkill = 9;

/** The keeper's plan for a task, and what is noted in the task's folder beside it. */
interface PlannedTask { readonly plan: Uint8Array; readonly note: (folder: string) => Promise<void> }

const noNetwork = { links: [], routes: [] };

/**
 * Runtime of VM isolation on Linux: a utility VM a container, whose keeper is the container's process to conmon. A container
 * may join the machine of another; then a process that stands for it is that, and the machine's keeper does the rest.
 */
export class MicroVmRuntime implements Runtime {
  readonly name = 'microvm';
  readonly joinsTerminals = true;
  readonly ownKernel = true;
  readonly joinsMachines = true;
  readonly mostLayerImages = mostLayerDisks;
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
    const files = this.#files(spec.id);
    const { plan, note } = spec.machineOf === undefined ? await this.#ownMachine(spec, parts, user) : await this.#joinedMachine(spec, spec.machineOf, user);
    try {
      await rm(files.folder, { recursive: true, force: true });
      await mkdir(files.folder, { recursive: true, mode: 0o700 });
      await rm(files.exitFile, { force: true });
      // Secrets are in the environment.
      await writeFile(join(files.folder, 'plan'), plan, { mode: 0o600 });
      await note(files.folder);
    } catch (error) {
      throw fromFileError(error, files.folder, 'container');
    }
    const made = await createTask({ runtime: [parts.keeper, `--state=${files.folder}`], spec, files, exitsFolder: this.#exitsFolder });
    if ('failure' in made) {
      await this.delete(spec.id);
      throw keeperFailure(made.failure, spec.process.args[0] ?? '', spec.layerImages);
    }
    await rm(join(files.folder, 'plan'), { force: true });
    return made;
  }

  async start(id: string): Promise<void> {
    const files = this.#files(id);
    const note = files.readNote();
    if (note === undefined) throw new SiloError('RuntimeFailed', { args: { runtime: 'microvm', reason: 'the task was not created' } });
    if ((await this.#ask(id, frameTypes.START)) === undefined) throw new SiloError('MachineFailed', { args: { reason: 'it has ended before its container began' } });
    await files.writeNote({ ...note, started: true });
  }

  status(id: string): Promise<TaskStatus> {
    const files = this.#files(id);
    const note = files.readNote();
    if (note === undefined) return Promise.resolve({ state: files.readExit() === undefined ? 'missing' : 'stopped', pid: undefined, monitored: false });
    const monitored = note.monitor !== undefined && isAlive(note.monitor);
    if (!isAlive(note.task) || files.readExit() !== undefined) return Promise.resolve({ state: 'stopped', pid: undefined, monitored });
    return this.#isFrozen(id).then((frozen) => ({ state: !note.started ? 'created' : frozen ? 'paused' : 'running', pid: note.task.pid, monitored }));
  }

  async kill(id: string, signal: number, options: { readonly all?: boolean } = {}): Promise<void> {
    const files = this.#files(id);
    const note = files.readNote();
    if (note === undefined || !isAlive(note.task)) return;
    const place = await this.#place(id);
    const qemu = await qemuOf(place);
    const request = new Fields().u32(fields.PROCESS, place.number ?? 0).u32(fields.SIGNAL, signal).flag(fields.ALL, options.all === true);
    if (signal === sigkill && qemu !== undefined && isPaused(qemu)) {
      // A paused machine hears nothing; the end is meant for it all the same. That of another stays paused: what goes is who stands for the container.
      if (place.owner !== id) return this.#endKeeper(note.task.pid, () => isAlive(note.task));
      await setPaused(qemu, false);
    } else if (place.owner === id && qemu !== undefined && isPaused(qemu)) return this.#leaveWord(place, frameTypes.SIGNAL, request);
    await this.#ask(id, frameTypes.SIGNAL, request);
  }

  async pause(id: string): Promise<void> {
    const place = await this.#place(id);
    if (place.owner === id) return setPaused(await this.#requireQemu(id), true);
    // First: an engine that is killed in between leaves a task that is thawed once more, not one that stays frozen.
    await writeFile(this.#frozenNote(id), '');
    await this.#freeze(id, true);
  }

  async resume(id: string): Promise<void> {
    const place = await this.#place(id);
    if (place.owner === id) {
      await setPaused(await this.#requireQemu(id), false);
      if (hasNetworkChange(place.folder)) await this.refreshNetwork(id);
      return;
    }
    // What is paused with its machine is resumed with it.
    if (!existsSync(this.#frozenNote(id))) return;
    await this.#freeze(id, false);
    await rm(this.#frozenNote(id), { force: true });
  }

  async exit(id: string): Promise<TaskExit | undefined> {
    const files = this.#files(id);
    const exit = files.readExit();
    // The code that conmon saw is the keeper's: the container's own only where the keeper had heard that.
    if (exit !== undefined && existsSync(files.folder)) {
      if (!existsSync(join(files.folder, 'ended'))) return { ...exit, exitCode: null, reason: 'MachineLost' };
      return existsSync(join(files.folder, 'with-machine')) ? { ...exit, reason: 'MachineEnded' } : exit;
    }
    if (exit !== undefined) return exit;
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
    const note = this.#files(id).readNote();
    const qemu = await qemuOf(await this.#place(id));
    // A paused guest cannot be asked.
    if (note === undefined || !isAlive(note.task) || qemu === undefined || isPaused(qemu)) return undefined;
    const answer = await this.#ask(id, frameTypes.STATISTICS);
    return answer === undefined ? undefined : guestStatistics(answer.toString('latin1'), new Date());
  }

  async update(id: string, limits: ResourceLimits): Promise<void> {
    checkMachineSettings(limits, {});
    checkMachineSize(limits, await readMachineSize((await this.#place(id)).folder));
    if ((await this.#ask(id, frameTypes.UPDATE, addLimits(new Fields(), limits))) === undefined) throw new SiloError('MachineFailed', { args: { reason: 'it has ended' } });
  }

  async refreshNetwork(id: string): Promise<void> {
    const place = await this.#place(id);
    const note = this.#files(id).readNote();
    const qemu = await qemuOf(place);
    // Another's network is that of the machine.
    if (place.owner !== id || note === undefined || !isAlive(note.task) || qemu === undefined) return;
    const path = await readNetworkNote(place.folder);
    if (path === undefined) return;
    // First: an engine that is killed in between leaves a machine that is told once more.
    await noteNetworkChange(place.folder);
    if (isPaused(qemu)) return;
    await fitAdapters((type, request) => askKeeper(place.folder, type, request.encode(), this.#answerMs), await readMachineNetwork(path));
    await forgetNetworkChange(place.folder);
  }

  async exec(spec: ExecSpec): Promise<RunningProcess> {
    if (this.#files(spec.taskId).readNote() === undefined) throw new SiloError('RuntimeFailed', { args: { runtime: 'microvm', reason: 'the task is not there' } });
    const document = join(spec.folder, 'process');
    const place = await this.#place(spec.taskId);
    const request = addProcess(new Fields(), spec.process, resolveUser(spec.rootPath, spec.process.user, spec.process.additionalGroups), false);
    if (place.number !== undefined) request.u32(fields.CONTAINER, place.number);
    if (place.owner !== spec.taskId) await refusePaused(place);
    await writeFile(document, request.encode(), { mode: 0o600 });
    const started = await startProcess([this.#machines.parts().keeper, `--state=${place.folder}`], spec, document);
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
    await this.#ask(taskId, frameTypes.SIGNAL, new Fields().u32(fields.PROCESS, number).u32(fields.SIGNAL, signal));
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

  #place(id: string): Promise<MachinePlace> { return readPlace(this.#folder, id); }

  async #ownMachine(spec: TaskSpec, parts: MachineParts, user: ResolvedUser): Promise<PlannedTask> {
    const [accelerator, network] = await Promise.all([this.#machines.accelerator(), spec.networkNamespacePath === undefined ? noNetwork : readMachineNetwork(spec.networkNamespacePath)]);
    const { payload, shared } = createRequest(spec, user, network, await readFixedFiles(spec));
    const size = { memoryBytes: machineMemory(spec.resources.memoryBytes), processors: machineProcessors(spec.resources.cpuCount, this.#hostProcessors, accelerator) };
    const plan = machinePlan({ spec, folder: this.#files(spec.id).folder, parts, accelerator, hostProcessors: this.#hostProcessors, network, shared, payload, patienceSeconds: this.#bootSeconds });
    return { plan, note: async (folder) => { await Promise.all([writeMachineSize(folder, size), writeNetworkNote(folder, spec.networkNamespacePath)]); } };
  }

  async #joinedMachine(spec: TaskSpec, owner: string, user: ResolvedUser): Promise<PlannedTask> {
    const note = this.#files(owner).readNote();
    if (note === undefined || !isAlive(note.task)) throw new SiloError('MachineFailed', { args: { reason: 'the one to be joined has ended' } });
    const place = await this.#place(owner);
    await refusePaused(place);
    checkMachineSize(spec.resources, await readMachineSize(place.folder));
    const numberOf = async (option: string, other: string | undefined): Promise<number | undefined> => {
      if (other === undefined) return undefined;
      const theirs = await this.#place(other);
      if (theirs.owner !== place.owner) throw new SiloError('OptionUnsupported', { args: { option, reason: 'that container is in another utility VM' } });
      return theirs.number ?? 0;
    };
    const namespaces = { ipcOf: await numberOf('ipcMode', spec.settings?.ipcNamespace), pidOf: await numberOf('pidMode', spec.settings?.pidNamespace) };
    const { payload, shared } = createRequest(spec, user, noNetwork, new Map(), namespaces);
    return { plan: joinPlan({ spec, machine: place.folder, shared, payload, patienceSeconds: this.#bootSeconds }), note: (folder) => writePlace(folder, place.owner) };
  }

  /** Undefined where the machine's keeper has gone. @throws SiloError ContainerPaused, MachineNotResponding, and what the agent says */
  async #ask(id: string, type: number, request = new Fields()): Promise<Buffer | undefined> {
    const place = await this.#place(id);
    if (place.owner !== id) await refusePaused(place);
    if (place.number !== undefined) request.u32(fields.CONTAINER, place.number);
    return askKeeper(place.folder, type, request.encode(), this.#answerMs);
  }

  /** For a machine that is paused: it hears it when it is resumed, and answers nobody. */
  async #leaveWord({ folder }: MachinePlace, type: number, request: Fields): Promise<void> {
    try {
      await askKeeper(folder, type, request.encode(), wordPatienceMs);
    } catch (error) {
      if (!isSiloError(error, 'MachineNotResponding')) throw error;
    }
  }

  async #freeze(id: string, frozen: boolean): Promise<void> {
    if ((await this.#ask(id, frameTypes.UPDATE, new Fields().text(fields.CONTROL, 'cgroup.freeze', frozen ? '1' : '0'))) === undefined) throw new SiloError('MachineFailed', { args: { reason: 'it has ended' } });
  }

  #frozenNote(id: string): string { return join(this.#files(id).folder, 'frozen'); }

  async #isFrozen(id: string): Promise<boolean> {
    const qemu = await qemuOf(await this.#place(id));
    return (qemu !== undefined && isPaused(qemu)) || existsSync(this.#frozenNote(id));
  }

  async #requireQemu(id: string): Promise<number> {
    const note = this.#files(id).readNote();
    const qemu = await qemuOf(await this.#place(id));
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
