import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SiloError, fromFileError, hasErrno, isSiloError } from '../../base/index.ts';
import type { ContainerSettings, ExecResult, ExecSpec, Locks, ResourceLimits, RunningProcess, Runtime, RuntimeRequirement, TaskExit, TaskSpec, TaskStatistics, TaskStatus } from '../../core/index.ts';
import { checkDocument } from './check-document.ts';
import { withCredential } from './builders/windows-container.ts';
import type { ComputeProcess } from './compute-process.ts';
import type { ComputeSystem, ProcessNames, SystemExit } from './compute-system.ts';
import { addCredential, removeCredential, type AddedCredential } from './credential-guard.ts';
import type { ModifySettingRequest } from './documents/requests.ts';
import { hasEnded, unlessEnded } from './ended.ts';
import { HeldProcess, type Doorway } from './held-process.ts';
import { HostComputeService } from './host-compute-service.ts';
import type { HcsLibraries } from './hcs-calls.ts';
import type { IsolationPlan, TaskSystems } from './isolation-plan.ts';
import { JoinDoor, type DoorPlaces } from './join-door.ts';
import { checkMachineSize, type JoinedMachine } from './machine-place.ts';
import { hcsRequirements } from './requirements.ts';
import { signalOptions, terminateSignal } from './signals.ts';
import { TaskFiles, readExitFile, writeWhole, type TaskNote } from './task-note.ts';
import { taskStatistics } from './task-statistics.ts';

export interface HcsRuntimeOptions {
  readonly plan: IsolationPlan;
  /** Folder that goes with a reboot: what is remembered of tasks. */
  readonly runFolder: string;
  /** Folder of the state root where exit codes are kept. */
  readonly exitsFolder: string;
  /** Locks that end with their process: whoever holds a task's output has one. */
  readonly locks: Locks;
  readonly libraries?: HcsLibraries;
  /** Where terminals join what is held here; without it nobody can. */
  readonly doors?: DoorPlaces | undefined;
}

const firstLookMs = 20;
const lastLookMs = 500;
/** What an ended container's system may take to end. */
const endPatienceMs = 30_000;
/** Windows says so of a process that the host has no memory for: STATUS_COMMITMENT_LIMIT, STATUS_NO_MEMORY. */
const outOfMemoryCodes: ReadonlySet<number> = new Set([0xc000012d, 0xc0000017]);

/** Limits that every isolation has, or refuses by itself. */
const commonLimits: ReadonlySet<string> = new Set(['memoryBytes', 'cpuCount', 'cpuWeight', 'processCount'] satisfies (keyof ResourceLimits)[]);

const machineLockOf = (owner: string): string => `machine-${owner}`;
const lockOf = (id: string): string => `output-${id}`;
const execLockOf = (spec: { readonly taskId: string }, processId: number): string => `output-${spec.taskId}-${processId}`;

const namesOf = ({ args, user }: TaskSpec['process']): ProcessNames => ({ command: args[0] ?? '', user });

/**
 * Runtime on the Host Compute Service. A task's id is the compute system's. The process that starts a task holds
 * its output, log and exit: on Windows that is the supervisor, and others reach its runtime through a pipe. Every
 * other runtime on the same folders can look at tasks, signal and delete them. Where the holder has died, the
 * task runs on, `monitored` is false, and its exit is MonitorLost, unless `reattach` takes it over before its end.
 */
export class HcsRuntime implements Runtime {
  readonly name: string;
  readonly #plan: IsolationPlan;
  readonly #tasksFolder: string;
  readonly #exitsFolder: string;
  readonly #locks: Locks;
  readonly #libraries: HcsLibraries;
  readonly #doors: DoorPlaces | undefined;
  readonly joinsTerminals: boolean;
  readonly joinsMachines: boolean;
  readonly #held = new Map<string, HeldProcess>();
  /** By their folders. */
  readonly #execs = new Map<string, HeldProcess>();
  /** Machines of tasks that are held, which tell how they ended. */
  readonly #machines = new Map<string, ComputeSystem>();
  #service: HostComputeService | undefined;

  constructor({ plan, runFolder, exitsFolder, locks, libraries = {}, doors }: HcsRuntimeOptions) {
    this.#doors = doors;
    this.joinsTerminals = doors !== undefined;
    this.joinsMachines = plan.hasMachines;
    this.name = plan.name;
    this.#plan = plan;
    this.#tasksFolder = join(runFolder, plan.name);
    this.#exitsFolder = exitsFolder;
    this.#locks = locks;
    this.#libraries = libraries;
  }

  checkSettings(resources: ResourceLimits, settings: Partial<ContainerSettings>): Promise<readonly string[]> {
    return Promise.resolve().then(() => {
      for (const [option, value] of [...Object.entries(resources), ...Object.entries(settings)]) {
        if (value === undefined || commonLimits.has(option) || (option === 'devices' && this.#plan.takesDevices)) continue;
        throw new SiloError('OptionUnsupported', { args: { option, reason: option === 'devices' ? "devices of the host are given to containers that share its kernel" : `the runtime ${this.name} does not have it` } });
      }
      return [];
    });
  }

  async create(spec: TaskSpec, signal?: AbortSignal): Promise<{ readonly pid: number; readonly monitorPid: number }> {
    if (signal?.aborted === true) throw new SiloError('OperationCancelled');
    const files = this.#files(spec.id);
    if (spec.credentialSpec !== undefined && this.#plan.guest === 'linux') throw new SiloError('OptionUnsupported', { args: { option: 'credentialSpec', reason: 'only Windows containers have it' } });
    // Its isolation may have been changed since it was checked.
    if (spec.settings?.devices !== undefined) await this.checkSettings({}, { devices: spec.settings.devices });
    const process = this.#plan.process(spec.process, { stdin: spec.openStdin }, true);
    checkDocument('ProcessParameters', process);
    await mkdir(files.folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => { throw fromFileError(error, files.folder, 'container'); });
    const { system, machine } = await this.#settle(spec, process).catch(async (error: unknown) => {
      await this.delete(spec.id);
      throw error;
    });
    try {
      const credential = await this.#credentialOf(spec, machine !== undefined);
      const whole = credential === undefined ? system : withCredential(system, credential.guard);
      checkDocument('ComputeSystem', whole);
      if (machine !== undefined) {
        for (const path of machine.files) await this.#hcs.grantVmAccess(machine.id, path, { signal });
        const requests = [...machine.requests, ...(credential?.requests ?? [])];
        await (machine.document === undefined ? this.#withSystem(machine.id, (joined) => modifyAll(joined, requests, signal), 'must') : this.#make(machine.id, machine.document, requests, signal));
      }
      await this.#make(spec.id, whole, [], signal);
    } catch (error) {
      await this.delete(spec.id);
      throw error;
    }
    // Its first process does not exist until it is started.
    return { pid: 0, monitorPid: globalThis.process.pid };
  }

  async start(id: string): Promise<void> {
    const files = this.#files(id);
    const note = await files.readNote();
    if (note === undefined) throw new SiloError('RuntimeFailed', { args: { runtime: this.name, reason: 'the task was not created' } });
    const lock = await this.#locks.acquire(lockOf(id));
    try {
      await this.#watchMachine(id, note);
      const doorway = note.doorFolder === undefined ? undefined : await this.#doorway(note.doorFolder, false);
      const system = await this.#openFor(doorway, id);
      const held = await HeldProcess.start(system, note.process, note.logPath, note.names, lock, (exitCode) => this.#ended(id, exitCode), { doorway });
      this.#keep(id, held);
      await files.writeNote({ ...note, processId: held.process.processId });
    } catch (error) {
      if (!this.#held.has(id)) {
        await this.#unwatchMachine(id);
        await lock.release();
      }
      throw error;
    }
  }

  /**
   * Takes over running tasks whose holder has died, for a supervisor that begins: their exits will be known.
   * What they wrote since is lost, and what they write from now on too. Returns their ids.
   */
  async reattach(): Promise<readonly string[]> {
    const taken: string[] = [];
    for (const id of await this.list()) {
      const note = await this.#files(id).readNote();
      if (note?.processId === undefined || this.#held.has(id)) continue;
      // Whoever only looks has it for a moment; one that has it for longer holds the task.
      const lock = await this.#locks.acquire(lockOf(id), { timeoutMs: lastLookMs }).catch((error: unknown) => { if (isSiloError(error, 'StoreBusy')) return undefined; throw error; });
      if (lock === undefined) continue;
      const held = await this.#adopt(id, note.processId, () => HeldProcess.adopt(this.#hcs, id, note.processId ?? 0, lock, (exitCode) => this.#ended(id, exitCode)));
      if (held === undefined) await lock.release();
      else taken.push(id);
    }
    return taken;
  }

  async status(id: string): Promise<TaskStatus> {
    const files = this.#files(id);
    const note = await files.readNote();
    if (note === undefined) return { state: (await files.readExit()) === undefined ? 'missing' : 'stopped', pid: undefined, monitored: false };
    const monitored = note.processId === undefined || await this.#isHeld(id, lockOf(id));
    const stopped = { state: 'stopped', pid: undefined, monitored } as const;
    if ((await files.readExit()) !== undefined) return stopped;
    const found = await this.#hcs.listSystems({ Ids: note.vmId === undefined ? [id] : [id, note.vmId] });
    const state = found.find(({ Id }) => Id === id)?.State;
    if (state === undefined || state === 'Stopped' || (!monitored && !(await this.#processRuns(id, note.processId)))) return stopped;
    if (note.processId === undefined) return { state: 'created', pid: undefined, monitored };
    const paused = found.some(({ State }) => State === 'Paused');
    return { state: paused ? 'paused' : 'running', pid: note.processId, monitored };
  }

  async kill(id: string, signal: number, { all = false }: { readonly all?: boolean } = {}): Promise<void> {
    const options = signalOptions(this.#plan.guest, signal);
    const note = await this.#files(id).readNote();
    await this.#withSystem(id, async (system) => {
      if (note?.processId === undefined || (all && signal === terminateSignal)) {
        await system.terminate().catch(unlessEnded);
        return;
      }
      await this.#signal(system, note.processId, options);
    });
  }

  async pause(id: string): Promise<void> {
    const note = await this.#files(id).readNote();
    if (note?.machineOf !== undefined) throw new SiloError('OptionUnsupported', { args: { option: 'A pause of one container in the utility VM of another', reason: 'Windows pauses machines; all in it stand still with the container that it was made for' }, target: { kind: 'container', id } });
    await this.#withSystem(note?.vmId ?? id, (system) => system.pause());
  }

  async resume(id: string): Promise<void> {
    const note = await this.#files(id).readNote();
    // It is resumed with its machine.
    if (note?.machineOf !== undefined) return;
    await this.#withSystem(note?.vmId ?? id, (system) => system.resume());
  }

  async exit(id: string): Promise<TaskExit | undefined> {
    const files = this.#files(id);
    const exit = await files.readExit();
    if (exit !== undefined) return exit;
    const note = await files.readNote();
    // While somebody holds its output, that one writes the exit.
    if (note?.processId === undefined || (await this.#isHeld(id, lockOf(id))) || (await this.#processRuns(id, note.processId))) return undefined;
    return (await files.readExit()) ?? files.lostExit();
  }

  async wait(id: string, signal?: AbortSignal): Promise<TaskExit> {
    const cancelled = Promise.withResolvers<never>();
    // Only raced with: nobody else hears of it.
    cancelled.promise.catch(() => undefined);
    const cancel = (): void => { cancelled.reject(new SiloError('OperationCancelled')); };
    try {
      if (signal?.aborted === true) throw new SiloError('OperationCancelled');
      signal?.addEventListener('abort', cancel, { once: true });
      for (let pause = firstLookMs; ; pause = Math.min(pause * 1.5, lastLookMs)) {
        const held = this.#held.get(id);
        if (held !== undefined) await Promise.race([held.finished, cancelled.promise]);
        const exit = await this.exit(id);
        if (exit !== undefined) return exit;
        // Somebody else may have seen the end first, and taken the task away with its exit.
        if ((await this.status(id)).state === 'missing') return await this.#files(id).lostExit();
        await Promise.race([delay(pause), cancelled.promise]);
      }
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  async rotateLog(id: string, _logPath: string, keptFiles: number): Promise<boolean> {
    const held = this.#held.get(id);
    return held === undefined ? false : held.rotateLog(keptFiles);
  }

  async rotateProcessLog(_id: string, folder: string, _logPath: string, keptFiles: number): Promise<boolean> {
    const held = this.#execs.get(folder);
    return held === undefined ? false : held.rotateLog(keptFiles);
  }

  async statistics(id: string): Promise<TaskStatistics | undefined> {
    const note = await this.#files(id).readNote();
    if (note?.processId === undefined) return undefined;
    try {
      return await this.#withSystem(id, async (system) => taskStatistics(await system.properties({ PropertyTypes: ['Statistics', 'ProcessList'] }), note.memoryLimitBytes));
    } catch (error) {
      if (hasEnded(error)) return undefined;
      throw error;
    }
  }

  async update(id: string, limits: ResourceLimits): Promise<void> {
    const requests = this.#plan.limits(limits);
    if (this.#plan.guest === 'windows' && limits.processCount !== undefined) throw new SiloError('OptionUnsupported', { args: { option: 'A limit of processes', reason: 'Windows containers have none' } });
    const files = this.#files(id);
    const note = await files.readNote();
    if (note?.machineSize !== undefined) checkMachineSize(limits, note.machineSize);
    await this.#withSystem(id, (system) => modifyAll(system, requests), 'must');
    if (note !== undefined && limits.memoryBytes !== undefined) await files.writeNote({ ...note, memoryLimitBytes: limits.memoryBytes });
  }

  async exec(spec: ExecSpec): Promise<RunningProcess> {
    const parameters = this.#plan.process(spec.process, { stdin: spec.stdin !== undefined || spec.onJoinable !== undefined }, false);
    checkDocument('ProcessParameters', parameters);
    const doorway = spec.onJoinable === undefined ? undefined : await this.#doorway(spec.folder, true);
    const system = await this.#openFor(doorway, spec.taskId, spec.signal);
    const held = await HeldProcess.start(system, parameters, spec.logPath, namesOf(spec.process), undefined, async (exitCode) => {
      if (exitCode !== null) await writeWhole(join(spec.folder, spec.taskId), String(exitCode));
    }, { signal: spec.signal, doorway });
    this.#execs.set(spec.folder, held);
    const { processId } = held.process;
    const lock = await this.#locks.acquire(execLockOf(spec, processId));
    await writeWhole(join(spec.folder, 'pid'), String(processId));
    if (spec.stdin !== undefined) held.writeInput(spec.stdin);
    await spec.onJoinable?.().catch(async (error: unknown) => {
      await held.process.terminate().catch(unlessEnded);
      throw error;
    });
    const exited = held.finished.then(async ({ exitCode, exitedAt }) => {
      this.#execs.delete(spec.folder);
      await lock.release();
      await this.#locks.forget(execLockOf(spec, processId));
      return { exitCode, exitedAt };
    });
    // Whoever asked may have gone; the exit is on disk.
    exited.catch(() => undefined);
    return { pid: processId, exited };
  }

  async execExit(taskId: string, folder: string): Promise<ExecResult | undefined> {
    const file = join(folder, taskId);
    const exit = await readExitFile(file);
    if (exit !== undefined) return exit;
    const started = await readExitFile(join(folder, 'pid'));
    if (started !== undefined) {
      const processId = started.exitCode;
      if ((await this.#isLocked(execLockOf({ taskId }, processId))) || (await this.#processRuns(taskId, processId))) return undefined;
    }
    // Both are gone: the code may have been written in between, or never will be.
    return (await readExitFile(file)) ?? { exitCode: null, exitedAt: new Date() };
  }

  async killExec(taskId: string, folder: string, signal: number): Promise<void> {
    const options = signalOptions(this.#plan.guest, signal);
    const started = await readExitFile(join(folder, 'pid'));
    if (started === undefined || (await readExitFile(join(folder, taskId))) !== undefined) return;
    await this.#withSystem(taskId, (system) => this.#signal(system, started.exitCode, options));
  }

  async delete(id: string): Promise<void> {
    const files = this.#files(id);
    const note = await files.readNote();
    if (note !== undefined) {
      await this.#endSystem(id);
      if (note.vmId !== undefined) await this.#withSystem(note.vmId, (machine) => this.#leaveMachine(id, note, machine));
      await this.#held.get(id)?.finished;
      if (note.hasCredential === true) await removeCredential(this.#hcs, id);
      await this.#locks.forget(lockOf(id));
      if (note.vmId !== undefined && note.machineOf === undefined) await this.#locks.forget(machineLockOf(id));
    }
    await rm(files.folder, { recursive: true, force: true });
    await rm(files.exitFile, { force: true });
  }

  async list(): Promise<readonly string[]> {
    const found = new Set<string>();
    for (const folder of [this.#tasksFolder, this.#exitsFolder]) {
      for (const name of await readdir(folder).catch((error: unknown) => { if (hasErrno(error, 'ENOENT')) return [] as string[]; throw error; })) {
        if (/^[0-9a-f]{64}$/.test(name)) found.add(name);
      }
    }
    return [...found];
  }

  requirements(): Promise<readonly RuntimeRequirement[]> { return hcsRequirements(this.#hcs, this.#plan); }

  /** Lets go of every task and of the service: tasks run on, without anybody who keeps their output. The runtime can go on to look at them. */
  async close(): Promise<void> {
    for (const held of [...this.#execs.values(), ...this.#held.values()].reverse()) await held.letGo();
    this.#held.clear();
    this.#execs.clear();
    this.#machines.clear();
    const service = this.#service;
    this.#service = undefined;
    await service?.close();
  }

  get #hcs(): HostComputeService { return (this.#service ??= new HostComputeService(this.#libraries)); }

  async #doorway(folder: string, waits: boolean): Promise<Doorway | undefined> { return this.#doors === undefined ? undefined : { door: await JoinDoor.open(folder, this.#doors), waits }; }

  async #openFor(doorway: Doorway | undefined, id: string, signal?: AbortSignal): Promise<ComputeSystem> {
    try {
      return await this.#hcs.openSystem(id, { signal });
    } catch (error) {
      await doorway?.door.close();
      throw error;
    }
  }

  #files(id: string): TaskFiles { return new TaskFiles(this.#tasksFolder, this.#exitsFolder, id); }

  /** Puts a task's documents together, and notes what it is: one that joins a machine takes its place there, which no other may have. */
  async #settle(spec: TaskSpec, process: TaskNote['process']): Promise<TaskSystems> {
    const files = this.#files(spec.id);
    const place = spec.machineOf === undefined ? undefined : await this.#locks.acquire(machineLockOf(spec.machineOf));
    try {
      const systems = await this.#plan.systems(spec, files.folder, spec.machineOf === undefined ? undefined : await this.#machineToJoin(spec.machineOf));
      const { system, machine } = systems;
      checkDocument('ComputeSystem', system);
      if (machine?.document !== undefined) checkDocument('ComputeSystem', machine.document);
      await rm(files.exitFile, { force: true });
      for (const word of [files.outOfMemory, files.lostMachine, files.endedMachine]) await rm(word, { force: true });
      await files.writeNote({
        vmId: machine?.id, machineOf: spec.machineOf, place: machine?.place, machineSize: machine?.size, releases: machine?.releases, process, names: namesOf(spec.process), logPath: spec.logPath,
        doorFolder: spec.openStdin || spec.process.terminal ? spec.bundlePath : undefined, memoryLimitBytes: spec.resources.memoryBytes, hasCredential: spec.credentialSpec !== undefined, processId: undefined,
      });
      return systems;
    } catch (error) {
      throw fromFileError(error, files.folder, 'container');
    } finally {
      await place?.release();
    }
  }

  /** @throws SiloError MachineFailed, ContainerPaused */
  async #machineToJoin(owner: string): Promise<JoinedMachine> {
    const note = await this.#files(owner).readNote();
    const { vmId, machineSize: size } = note ?? {};
    const [found] = vmId === undefined ? [] : await this.#hcs.listSystems({ Ids: [vmId] });
    if (note === undefined || size === undefined || found === undefined || found.State === 'Stopped') throw new SiloError('MachineFailed', { args: { reason: 'the one to be joined has ended' } });
    if (found.State === 'Paused') throw new SiloError('ContainerPaused', { args: { id: owner.slice(0, 12) }, target: { kind: 'container', id: owner } });
    const taken = [note, ...(await this.#members(owner)).map((member) => member.note)].flatMap(({ place }) => (place === undefined ? [] : [place]));
    return { id: found.Id, size, taken, owner: { id: owner, processId: note.processId } };
  }

  /** Tasks in the machine of another. */
  async #members(owner: string): Promise<readonly { readonly id: string; readonly note: TaskNote }[]> {
    const members: { readonly id: string; readonly note: TaskNote }[] = [];
    for (const id of await this.list()) {
      const note = await this.#files(id).readNote();
      if (note?.machineOf === owner) members.push({ id, note });
    }
    return members;
  }

  /** Creates a system, starts it, and gives it what it needs; the handle is closed, the system stays. */
  async #make(id: string, document: Parameters<HostComputeService['createSystem']>[1], requests: readonly ModifySettingRequest[], signal: AbortSignal | undefined): Promise<void> {
    const system = await this.#hcs.createSystem(id, document, { signal });
    try {
      await system.start({ signal });
      await modifyAll(system, requests, signal);
    } finally {
      await system.close();
    }
  }

  async #credentialOf({ id, credentialSpec }: TaskSpec, inMachine: boolean): Promise<AddedCredential | undefined> {
    return credentialSpec === undefined ? undefined : addCredential(this.#hcs, id, credentialSpec, inMachine ? 'HvSocket' : 'LRPC');
  }

  #keep(id: string, held: HeldProcess): void {
    this.#held.set(id, held);
    held.finished.then(() => { if (this.#held.get(id) === held) this.#held.delete(id); }, () => undefined);
  }

  async #adopt(id: string, processId: number, take: () => Promise<HeldProcess>): Promise<HeldProcess | undefined> {
    const note = await this.#files(id).readNote();
    if (note === undefined || (await this.#files(id).readExit()) !== undefined || !(await this.#processRuns(id, processId))) return undefined;
    try {
      await this.#watchMachine(id, note);
      const held = await take();
      this.#keep(id, held);
      return held;
    } catch (error) {
      await this.#unwatchMachine(id);
      if (hasEnded(error)) return undefined;
      throw error;
    }
  }

  /** The first process has ended and its output is in the log: the exit is written, and what is left of the container goes. */
  async #ended(id: string, exitCode: number | null): Promise<void> {
    const files = this.#files(id);
    const note = await files.readNote();
    const machine = this.#machines.get(id);
    if (machine === undefined) await this.#keepExit(id, exitCode);
    await this.#endSystem(id);
    if (note === undefined) return;
    if (machine !== undefined) {
      const end = await this.#leaveMachine(id, note, machine);
      // What ended with its machine has no code of its own.
      if (end?.exitType === 'UnexpectedExit') await markFile(files.lostMachine);
      else await this.#keepExit(id, exitCode);
      await this.#unwatchMachine(id);
    }
    // Where it can't be taken back now, whoever deletes the task hears of it.
    if (note.hasCredential === true) await removeCredential(this.#hcs, id).catch(() => undefined);
  }

  async #watchMachine(id: string, { vmId }: TaskNote): Promise<void> {
    if (vmId !== undefined) this.#machines.set(id, await this.#hcs.openSystem(vmId));
  }

  async #unwatchMachine(id: string): Promise<void> {
    const machine = this.#machines.get(id);
    this.#machines.delete(id);
    await machine?.close();
  }

  async #keepExit(id: string, exitCode: number | null): Promise<void> {
    if (exitCode === null) return;
    const files = this.#files(id);
    if (outOfMemoryCodes.has(exitCode)) await writeWhole(files.outOfMemory, '');
    await mkdir(this.#exitsFolder, { recursive: true });
    await writeWhole(files.exitFile, String(exitCode));
  }

  /** Ends the machine that was made for the task, and first whoever joined it; another's is given back what it was given. How it ended; undefined where it runs on. */
  async #leaveMachine(id: string, { machineOf, releases = [] }: TaskNote, machine: ComputeSystem): Promise<SystemExit | undefined> {
    if (machineOf === undefined) await this.#endMembers(id);
    const patience = AbortSignal.timeout(endPatienceMs);
    let given = true;
    // Its guest writes what it still holds to the disks that it lets go of; one that can't any more is ended all the same.
    for (const request of releases) given = await modify(machine, request, patience).then(() => given, () => false);
    if (machineOf === undefined) return endOf(machine);
    // One that refuses may be about to end.
    return given ? undefined : Promise.race([machine.exited, delay(lastLookMs, undefined)]);
  }

  async #endMembers(owner: string): Promise<void> {
    for (const { id } of await this.#members(owner)) {
      const files = this.#files(id);
      if ((await files.readExit()) === undefined) await markFile(files.endedMachine);
      await this.#endSystem(id);
      await this.#held.get(id)?.finished;
    }
  }

  /** One that is not there has ended. */
  async #endSystem(id: string): Promise<void> { await this.#withSystem(id, endOf); }

  async #signal(system: ComputeSystem, processId: number, options: ReturnType<typeof signalOptions>): Promise<void> {
    let process: ComputeProcess;
    try {
      process = await system.openProcess(processId);
    } catch (error) {
      unlessEnded(error);
      return;
    }
    try {
      await (options === undefined ? process.terminate() : process.signal(options)).catch(unlessEnded);
    } finally {
      await process.close();
    }
  }

  /** Opens a system for the work and closes it. One that is not there is nothing to be done, or an error where it must be. */
  async #withSystem<T>(id: string, work: (system: ComputeSystem) => Promise<T>, must?: 'must'): Promise<T | undefined> {
    let system: ComputeSystem;
    try {
      system = await this.#hcs.openSystem(id);
    } catch (error) {
      if (must !== undefined || !hasEnded(error)) throw error;
      return undefined;
    }
    try {
      return await work(system);
    } finally {
      await system.close();
    }
  }

  async #processRuns(id: string, processId: number | undefined): Promise<boolean> {
    if (processId === undefined) return true;
    try {
      return (await this.#withSystem(id, async (system) => {
        const process = await system.openProcess(processId);
        try {
          return !(await process.properties()).Exited;
        } finally {
          await process.close();
        }
      })) === true;
    } catch (error) {
      if (hasEnded(error)) return false;
      throw error;
    }
  }

  async #isHeld(id: string, lock: string): Promise<boolean> { return this.#held.has(id) || this.#isLocked(lock); }

  /** Looks with a shared lock, so that two who look do not take each other for a holder. */
  async #isLocked(name: string): Promise<boolean> {
    const lock = await this.#locks.tryAcquire(name, { shared: true });
    if (lock === undefined) return true;
    await lock.release();
    return false;
  }
}

/** Ends a system and waits until it is gone. */
const endOf = async (system: ComputeSystem): Promise<SystemExit> => {
  await system.terminate().catch(unlessEnded);
  const patience = new AbortController();
  const exit = await Promise.race([system.exited, delay(endPatienceMs, undefined, { signal: patience.signal }).catch(() => undefined)]);
  patience.abort();
  return exit ?? { exitType: 'Lost', status: undefined };
};

/** Its folder may go meanwhile, and another may say the same at once. */
const markFile = async (path: string): Promise<void> => {
  await writeFile(path, '').catch((error: unknown) => { if (!hasErrno(error, 'ENOENT')) throw error; });
};

const modifyAll = async (system: ComputeSystem, requests: readonly ModifySettingRequest[], signal?: AbortSignal): Promise<void> => {
  for (const request of requests) await modify(system, request, signal);
};

const modify = async (system: ComputeSystem, request: ModifySettingRequest, signal?: AbortSignal): Promise<void> => {
  checkDocument('ModifySettingRequest', request);
  await system.modify(request, { signal });
};
