import { copyFile, mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { isAbsolute, join } from 'node:path';
import { SiloError, fromFileError, isSiloError } from '../../../base/index.ts';
import type { BundleCommand, BundleRuntime, BundleSettings, Lock, Locks, SnapshotStorage } from '../../../core/index.ts';
import { isPipe } from '../builders/windows-container.ts';
import { checkDocument } from '../check-document.ts';
import type { ComputeSystem } from '../compute-system.ts';
import type { ModifySettingRequest } from '../documents/requests.ts';
import type { HcsLibraries } from '../hcs-calls.ts';
import { addCredential, removeCredential } from '../credential-guard.ts';
import { HostComputeService } from '../host-compute-service.ts';
import { hasEnded, unlessEnded } from '../ended.ts';
import { readBundle, readOciFile, type BundleConfig } from './bundle-config.ts';
import { unsupported } from './bundle-document.ts';
import { processTable, stateTable, toldState, type BundleStatus } from './bundle-lists.ts';
import { BundleLog } from './bundle-log.ts';
import { findHome, freePlace, type BundleHome } from './bundle-pod.ts';
import { BundleStates, checkBundleId, type BundleState } from './bundle-states.ts';
import { bundleSystems, needsVolume, scratchDiskOf, type BundleSystems } from './bundle-systems.ts';
import { holdContainer, holdProcess } from './hold-container.ts';
import { ShimDoor, knock, toAnswer } from './shim-door.ts';
import { launchShim, openShimChannel } from './shim-launch.ts';
import { bundleSignal } from './signal-words.ts';

export interface HcsBundlesOptions {
  /** Folder of the roots that are names. */
  readonly folder: string;
  /** Keeps a new root to administrators. */
  readonly protect: (root: string) => Promise<void>;
  readonly locks: (folder: string) => Locks;
  /** Where the shim of a container waits: a Windows pipe of this unguessable name, or a socket in the container's folder. */
  readonly shimAddress: (folder: string, name: string) => string;
  readonly secure: (address: string) => void;
  /** Runs this program. */
  readonly selfCommand: readonly [string, ...string[]];
  /** Folder with the kernel and the root file system of Linux machines. */
  readonly linuxBootFolder: string;
  readonly hostProcessors: number;
  readonly libraries?: HcsLibraries & { readonly vmCompute?: string };
  readonly volumes: BundleVolumes;
}

/** Scratch disks as volumes of the host. */
interface BundleVolumes {
  mount(disk: string, layers: SnapshotStorage['layers']): string;
  /** Nothing there is no error. */
  unmount(disk: string): void;
}

type Command<V extends BundleCommand['verb']> = Extract<BundleCommand, { readonly verb: V }>;

/** Whoever lists systems by this owner sees which are of bundles. */
const defaultOwner = 'silo-bundles';
/** What a shim may take to end when its container has. */
const shimPatienceMs = 10_000;
const endPatienceMs = 30_000;

const shimLock = (id: string): string => `shim-${id}`;
const machineOf = (id: string): string => `${id}@vm`;

const print = (text: string): Promise<void> => new Promise((resolve) => { process.stdout.write(text, () => { resolve(); }); });

const writePid = async (file: string | undefined, pid: number): Promise<void> => {
  if (file === undefined) return;
  try {
    await writeFile(`${file}.${process.pid}`, String(pid));
    await rename(`${file}.${process.pid}`, file);
  } catch (error) {
    throw fromFileError(error, file);
  }
};

/**
 * OCI bundles on Windows, as runhcs runs them: containers that share the kernel, in a utility VM, or of Linux in one, whose
 * ids are those of their compute systems. Each has a shim, which holds its streams: this program, apart from it; or, where
 * the caller waits, this process itself. What a container needs to be deleted is on disk before it is made.
 */
export class HcsBundles implements BundleRuntime {
  readonly #options: HcsBundlesOptions;

  constructor(options: HcsBundlesOptions) { this.#options = options; }

  async execute(command: BundleCommand, settings: BundleSettings): Promise<number> {
    const log = new BundleLog(settings.log, settings);
    const service = new HostComputeService(this.#options.libraries ?? {});
    try {
      await log.debug(`${command.verb}${'id' in command ? ` ${command.id}` : ''}`);
      const root = await this.#rootOf(settings.root);
      return await new BundleVerbs(this.#options, settings, service, new BundleStates(root), this.#options.locks(join(root, 'locks'))).run(command);
    } catch (error) {
      await log.error(error instanceof Error ? error.message : String(error));
      throw error;
    } finally {
      await service.close();
    }
  }

  async #rootOf(root = 'default'): Promise<string> {
    if (!isAbsolute(root)) checkBundleId(root, 'root');
    const folder = isAbsolute(root) ? root : join(this.#options.folder, root);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw fromFileError(error, folder);
    }
    await this.#options.protect(folder);
    return folder;
  }
}

/** The verbs of one call, on an open service. */
class BundleVerbs {
  readonly #options: HcsBundlesOptions;
  readonly #settings: BundleSettings;
  readonly #hcs: HostComputeService;
  readonly #states: BundleStates;
  readonly #locks: Locks;

  constructor(options: HcsBundlesOptions, settings: BundleSettings, hcs: HostComputeService, states: BundleStates, locks: Locks) {
    this.#options = options;
    this.#settings = settings;
    this.#hcs = hcs;
    this.#states = states;
    this.#locks = locks;
  }

  async run(command: BundleCommand): Promise<number> {
    switch (command.verb) {
      case 'create': await this.#create(command, (state) => this.#launch(state, command)); return 0;
      case 'run': return this.#run(command);
      case 'shim': return this.#shim(command);
      case 'start': await this.#start(command.id); return 0;
      case 'exec': return this.#exec(command);
      case 'pause': await this.#freeze(command.id, (system) => system.pause()); return 0;
      case 'resume': await this.#freeze(command.id, (system) => system.resume()); return 0;
      case 'ps': await this.#ps(command); return 0;
      case 'state': await this.#state(command.id); return 0;
      case 'kill': await this.#kill(command); return 0;
      case 'delete': await this.#delete(command); return 0;
      case 'list': await this.#list(command); return 0;
    }
  }

  async #run(command: Command<'run'>): Promise<number> {
    if (command.detach) {
      await this.#create(command, (state) => this.#launch(state, command));
      try {
        await this.#start(command.id);
      } catch (error) {
        await this.#release(await this.#states.read(command.id), true);
        throw error;
      }
      return 0;
    }
    const state = await this.#create(command, async (created) => {
      await writePid(command.pidFile, process.pid);
      return { ...created, shimPid: process.pid };
    });
    const lock = await this.#locks.acquire(shimLock(state.id));
    try {
      return await holdContainer(this.#hcs, this.#states, state.id, async (start) => {
        await start();
        return () => Promise.resolve();
      });
    } finally {
      await this.#letGo(state.id, lock);
      await this.#release(await this.#states.read(state.id), true);
    }
  }

  /** What a shim does, until its process has ended. */
  async #shim({ id, shimLog }: Command<'shim'>): Promise<number> {
    const { order, tell } = await openShimChannel();
    const log = new BundleLog(shimLog, this.#settings);
    try {
      const state = await this.#states.read(id);
      if (order.process !== undefined) return await holdProcess(this.#hcs, state, order.process, 'process', () => tell({}));
      const lock = await this.#locks.acquire(shimLock(id));
      try {
        return await holdContainer(this.#hcs, this.#states, id, async (start) => {
          const door = await ShimDoor.open(state.shimAddress, start, this.#options.secure);
          await tell({});
          return () => door.close();
        });
      } finally {
        await this.#letGo(id, lock);
      }
    } catch (error) {
      await log.error(error instanceof Error ? error.message : String(error));
      await tell(toAnswer(error));
      return 1;
    }
  }

  async #start(id: string): Promise<void> {
    const state = await this.#states.read(id);
    const status = await this.#statusOf(state);
    if (status !== 'created') throw new SiloError('ComputeSystemStateInvalid', { args: { operation: `start (it is ${status})`, id }, target: { kind: 'container', id } });
    await knock(state.shimAddress);
  }

  async #exec(command: Command<'exec'>): Promise<number> {
    const state = await this.#states.read(command.id);
    await this.#mustRun(state);
    const { document, file } = await this.#processOf(command, state);
    if (command.detach) {
      await writePid(command.pidFile, await launchShim(this.#options.selfCommand, this.#shimArguments(command.id, command.shimLog), { process: document }));
      return 0;
    }
    return holdProcess(this.#hcs, state, document, file, () => writePid(command.pidFile, process.pid));
  }

  async #processOf({ args, process: path, cwd, env, user, terminal }: Command<'exec'>, state: BundleState): Promise<{ readonly document: Readonly<Record<string, unknown>>; readonly file: string }> {
    if (path !== undefined) return { document: (await readOciFile(path)).fields, file: path };
    if (args.length === 0) throw new SiloError('ParameterInvalid', { args: { parameter: 'command', reason: 'name one, or a process document with --process' } });
    const { commandLine: _, ...own } = state.process;
    const numbers = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(user ?? '');
    const account = state.kind === 'linux' && numbers !== null ? { uid: Number(numbers[1]), gid: Number(numbers[2] ?? 0) } : { username: user };
    const inherited = Array.isArray(own['env']) ? own['env'] as readonly unknown[] : [];
    return {
      document: { ...own, args, env: [...inherited, ...env], ...(cwd === undefined ? {} : { cwd }), terminal, ...(user === undefined ? {} : { user: account }) },
      file: 'config.json',
    };
  }

  async #freeze(id: string, work: (system: ComputeSystem) => Promise<void>): Promise<void> {
    const state = await this.#states.read(id);
    const status = await this.#statusOf(state);
    if (status === 'stopped' || status === 'created') throw this.#notRunning(id, status);
    if (state.hostId !== undefined && state.hostId !== id) throw unsupported('pause', `it shares the utility VM of ${state.hostId}, which is paused as a whole`);
    await this.#withSystem(state.hostId === undefined ? id : machineOf(id), work);
  }

  async #ps({ id, format, options }: Command<'ps'>): Promise<void> {
    if (options.length > 0) throw unsupported('ps options', 'Windows has no ps that would take them');
    const state = await this.#states.read(id);
    const status = await this.#statusOf(state);
    if (status === 'stopped') throw this.#notRunning(id, status);
    const processes = await this.#withSystem(id, async (system) => (await system.properties({ PropertyTypes: ['ProcessList'] })).ProcessList ?? []);
    await print(format === 'table' ? processTable(processes) : `${JSON.stringify(processes.map(({ ProcessId }) => ProcessId))}\n`);
  }

  async #state(id: string): Promise<void> {
    const state = await this.#states.read(id);
    await print(`${JSON.stringify(toldState(state, await this.#statusOf(state)), null, 2)}\n`);
  }

  async #list({ format, quiet }: Command<'list'>): Promise<void> {
    const found: BundleState[] = [];
    for (const id of await this.#states.list()) {
      try {
        found.push(await this.#states.read(id));
      } catch (error) {
        process.stderr.write(`silo: the state of ${id} cannot be read: ${error instanceof Error ? error.message : String(error)}\n`);
      }
    }
    if (quiet) {
      await print(found.map(({ id }) => `${id}\n`).join(''));
      return;
    }
    const told = await Promise.all(found.map(async (state) => toldState(state, await this.#statusOf(state))));
    await print(format === 'json' ? `${JSON.stringify(told)}\n` : stateTable(told));
  }

  async #kill({ id, signal, all }: Command<'kill'>): Promise<void> {
    const state = await this.#states.read(id);
    const guest = state.kind === 'linux' ? 'linux' : 'windows';
    const options = bundleSignal(guest, signal);
    const status = await this.#statusOf(state);
    if (status === 'stopped') throw this.#notRunning(id, status);
    const { processId } = state;
    const ends = options === undefined || options.Signal === 9;
    if (all && !ends) throw unsupported('kill --all', 'Windows reaches the first process alone; all end with SIGKILL');
    await this.#withSystem(id, async (system) => {
      // Before its start nothing but the system is there to be ended.
      if (status === 'created' || processId === undefined || (all && ends)) {
        await system.terminate();
        return;
      }
      const held = await system.openProcess(processId);
      try {
        // A process with a console takes no events from outside.
        await (options === undefined || (guest === 'windows' && state.process['terminal'] === true) ? held.terminate() : held.signal(options));
      } finally {
        await held.close();
      }
    });
  }

  async #delete({ id, force }: Command<'delete'>): Promise<void> {
    let state: BundleState;
    try {
      state = await this.#states.read(id);
    } catch (error) {
      // Of one whose making was killed at once there is a folder at most.
      if (!isSiloError(error, 'ContainerNotFound')) throw error;
      await this.#states.remove(id);
      if (force) return;
      throw error;
    }
    const status = await this.#statusOf(state);
    if (!force && (status === 'running' || status === 'paused')) throw new SiloError('ContainerRunning', { args: { id }, target: { kind: 'container', id } });
    await this.#release(state, force);
  }

  /** Makes a container that waits for its start, with a shim that `hold` starts. After an error nothing of it is left. */
  async #create(command: Command<'create' | 'run'>, hold: (state: BundleState) => Promise<BundleState>): Promise<BundleState> {
    const { id } = command;
    checkBundleId(id);
    const config = await readBundle(command.bundle);
    if (config.kind !== 'linux' && command.vmConsole !== undefined) throw unsupported('--vm-console', 'only the utility VMs of Linux containers have a console');
    await this.#checkMounts(config);
    const home = await findHome(this.#states, id, command.host, config);
    const vmLog = new BundleLog(command.vmLog, { ...this.#settings, debug: true });
    await this.#states.claim(id);
    let state: BundleState = {
      id, owner: this.#settings.owner ?? defaultOwner, kind: config.kind, ociVersion: config.ociVersion, bundle: command.bundle, rootfs: config.rootPath, created: new Date().toISOString(),
      annotations: config.annotations, process: config.process.document, networkNamespace: home.networkNamespace, sandboxId: home.sandboxId, hostId: home.hostId,
      place: undefined, takeBack: [], systems: [], credentialId: undefined, shimPid: 0, shimAddress: this.#options.shimAddress(this.#states.folderOf(id), `bundle-${randomUUID()}`), processId: undefined,
    };
    try {
      state = await this.#settle(state, config, home);
      const vm = home.hostId === undefined ? undefined : { id: machineOf(home.hostId), isOwn: home.hostId === id };
      const { owner, networkNamespace, place } = state;
      if (needsVolume(config)) {
        state = { ...state, scratchDisk: scratchDiskOf(config) };
        await this.#states.write(state);
      }
      const { linuxBootFolder, hostProcessors, libraries } = this.#options;
      const systems = await bundleSystems(config, {
        id, owner, networkNamespace, vm, place, linuxBootFolder, hostProcessors, consolePipe: command.vmConsole, folder: this.#states.folderOf(id), vmCompute: libraries?.vmCompute ?? 'vmcompute.dll',
        mount: (disk, layers) => {
          try {
            return this.#options.volumes.mount(disk, layers);
          } catch (error) {
            // What is another's, or never was mounted, is not to be taken away.
            state = { ...state, scratchDisk: undefined };
            throw error;
          }
        },
      });
      const own = [...(vm?.isOwn === true ? [vm.id] : []), id];
      const [other] = await this.#hcs.listSystems({ Ids: own });
      if (other !== undefined) throw new SiloError('ComputeSystemExists', { args: { id: other.Id }, target: { kind: 'container', id: other.Id } });
      state = {
        ...state, rootfs: systems.volume ?? state.rootfs, systems: own, takeBack: vm?.isOwn === false ? systems.steps.map(({ remove }) => remove).toReversed() : [], credentialId: config.credentialSpec === undefined ? undefined : `silo-bundle-${id}`,
      };
      await this.#states.write(state);
      await this.#make(state, systems, vm?.id, config.credentialSpec, vmLog);
      state = await hold(state);
      await this.#states.write(state);
      return state;
    } catch (error) {
      await vmLog.error(error instanceof Error ? error.message : String(error));
      await this.#release(state, true).catch(() => undefined);
      throw error;
    }
  }

  async #checkMounts({ mounts }: BundleConfig): Promise<void> {
    for (const mount of mounts) {
      if (isPipe(mount)) continue;
      const found = await stat(mount.source).catch((error: unknown) => { throw fromFileError(error, mount.source); });
      if (!found.isDirectory()) throw unsupported(`The mount of '${mount.source}'`, 'folders and named pipes can be mounted, not files');
    }
  }

  /** Takes the container's place in its VM, which no other may have. */
  async #settle(state: BundleState, config: BundleConfig, { hostId }: BundleHome): Promise<BundleState> {
    if (hostId === undefined) {
      await this.#states.write(state);
      return state;
    }
    const lock = await this.#locks.acquire(`host-${hostId}`);
    try {
      const others: BundleState[] = [];
      for (const id of await this.#states.list()) {
        const other = await this.#states.read(id).catch((error: unknown) => { if (isSiloError(error, 'ContainerNotFound')) return undefined; throw error; });
        if (other?.hostId === hostId && other.id !== state.id) others.push(other);
      }
      const isLinux = config.kind === 'linux';
      const settled = { ...state, place: freePlace(others, { lun: isLinux ? 0 : 1, firstMemory: 1 }, isLinux ? config.layerFolders.length : 0) };
      await this.#states.write(settled);
      return settled;
    } finally {
      await lock.release();
    }
  }

  async #make(state: BundleState, { machine, steps, files, system }: BundleSystems, vmId: string | undefined, credentialSpec: string | undefined, vmLog: BundleLog): Promise<void> {
    if (machine?.copy !== undefined) {
      const { from, to } = machine.copy;
      await copyFile(from, to).catch((error: unknown) => { throw fromFileError(error, from); });
    }
    if (vmId !== undefined) {
      if (machine !== undefined) checkDocument('ComputeSystem', machine.document);
      for (const path of files) await this.#hcs.grantVmAccess(vmId, path);
      const vm = machine === undefined ? await this.#hcs.openSystem(vmId) : await this.#hcs.createSystem(vmId, machine.document);
      try {
        if (machine !== undefined) await vm.start();
        await vmLog.debug(`the utility VM ${vmId} runs`);
        for (const { add } of steps) await modify(vm, add);
        await vmLog.debug(`the utility VM ${vmId} has the files of ${state.id}`);
      } finally {
        await vm.close();
      }
    }
    const { credentialId } = state;
    const document = system(credentialId === undefined || credentialSpec === undefined ? undefined : (await addCredential(this.#hcs, credentialId, credentialSpec, 'LRPC')).guard);
    checkDocument('ComputeSystem', document);
    await (await this.#hcs.createSystem(state.id, document)).close();
  }

  async #launch(state: BundleState, { pidFile, shimLog }: Command<'create' | 'run'>): Promise<BundleState> {
    const shimPid = await launchShim(this.#options.selfCommand, this.#shimArguments(state.id, shimLog), {});
    await writePid(pidFile, shimPid);
    return { ...state, shimPid };
  }

  #shimArguments(id: string, shimLog: string | undefined): readonly string[] {
    const { logFormat, debug } = this.#settings;
    return ['--root', this.#states.root, ...(logFormat === undefined ? [] : ['--log-format', logFormat]), ...(debug ? ['--debug'] : []), 'bundle-shim', ...(shimLog === undefined ? [] : ['--shim-log', shimLog]), id];
  }

  /** Ends what is left of a container and gives back all that it has. `force`: also where something of it cannot be given back. */
  async #release(state: BundleState, force: boolean): Promise<void> {
    const { id, systems, hostId, takeBack, credentialId, scratchDisk } = state;
    const unlessForced = (error: unknown): void => { if (!force) unlessEnded(error); };
    if (systems.includes(id)) await this.#endSystem(id);
    if (scratchDisk !== undefined) await Promise.resolve().then(() => { this.#options.volumes.unmount(scratchDisk); }).catch(unlessForced);
    if (takeBack.length > 0 && hostId !== undefined) {
      await this.#withSystem(machineOf(hostId), async (vm) => { for (const request of takeBack) await modify(vm, request).catch(unlessForced); }).catch(unlessForced);
    }
    if (systems.includes(machineOf(id))) await this.#endSystem(machineOf(id));
    if (credentialId !== undefined) await removeCredential(this.#hcs, credentialId).catch(unlessForced);
    const shim = await this.#locks.acquire(shimLock(id), { timeoutMs: shimPatienceMs });
    await this.#letGo(id, shim);
    await this.#states.remove(id);
  }

  async #endSystem(id: string): Promise<void> {
    const system = await this.#hcs.openSystem(id).catch((error: unknown) => { unlessEnded(error); return undefined; });
    if (system === undefined) return;
    try {
      await system.terminate().catch(unlessEnded);
      const patience = AbortSignal.timeout(endPatienceMs);
      await Promise.race([system.exited, new Promise((resolve) => { patience.addEventListener('abort', resolve, { once: true }); })]);
    } finally {
      await system.close();
    }
  }

  /** HCS tells it; a container whose shim has died has ended where its process has, and can no more be started. */
  async #statusOf({ id, hostId, processId }: BundleState): Promise<BundleStatus> {
    const found = await this.#hcs.listSystems({ Ids: hostId === undefined ? [id] : [id, machineOf(hostId)] });
    const state = found.find(({ Id }) => Id === id)?.State;
    if (state === undefined || state === 'Stopped') return 'stopped';
    const isHeld = await this.#isHeld(id);
    if (state === 'Created') return isHeld ? 'created' : 'stopped';
    if (found.some(({ State }) => State === 'Paused')) return 'paused';
    return isHeld || processId === undefined || (await this.#processRuns(id, processId)) ? 'running' : 'stopped';
  }

  async #processRuns(id: string, processId: number): Promise<boolean> {
    try {
      return await this.#withSystem(id, async (system) => {
        const held = await system.openProcess(processId);
        try {
          return !(await held.properties()).Exited;
        } finally {
          await held.close();
        }
      });
    } catch (error) {
      if (hasEnded(error)) return false;
      throw error;
    }
  }

  async #isHeld(id: string): Promise<boolean> {
    const lock = await this.#locks.tryAcquire(shimLock(id), { shared: true });
    if (lock === undefined) return true;
    await lock.release();
    return false;
  }

  async #letGo(id: string, lock: Lock): Promise<void> {
    await this.#locks.forget(shimLock(id));
    await lock.release();
  }

  async #mustRun(state: BundleState): Promise<void> {
    const status = await this.#statusOf(state);
    if (status === 'paused') throw new SiloError('ContainerPaused', { args: { id: state.id }, target: { kind: 'container', id: state.id } });
    if (status !== 'running') throw this.#notRunning(state.id, status);
  }

  #notRunning(id: string, state: BundleStatus): SiloError { return new SiloError('ContainerNotRunning', { args: { id, state }, target: { kind: 'container', id } }); }

  async #withSystem<T>(id: string, work: (system: ComputeSystem) => Promise<T>): Promise<T> {
    const system = await this.#hcs.openSystem(id);
    try {
      return await work(system);
    } finally {
      await system.close();
    }
  }
}

const modify = async (system: ComputeSystem, request: ModifySettingRequest): Promise<void> => {
  checkDocument('ModifySettingRequest', request);
  await system.modify(request);
};
