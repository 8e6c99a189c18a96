import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, rmdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { readAccess, setAccess } from '../native/advapi32.ts';
import { protectForMachine, unprotectForMachine } from '../native/crypt32.ts';
import { SiloError } from './base/index.ts';
import type { BundleRuntime, HostFacts, RuntimeRequirement, Snapshotter, SupervisorControl, SupervisorStarter } from './core/index.ts';
import { Engine, windowsIsolations, windowsRequirements, type IsolationOffer, type IsolationTechnology } from './engine/index.ts';
import { tcpPortProbe, WindowsFeatures } from './host/index.ts';
import { LateRegistry } from './late-registry.ts';
import { LateWebFiles } from './late-web-files.ts';
import { HcnNetwork, hostPrograms } from './network/hcn/index.ts';
import { freeBytesFor, freeSpace, openRoot, supervisorAddressFile, type OpenedRoot, type OpenOptions, type RootSystem } from './open-root.ts';
import { findLinuxBoot, ForeignComputeSystems, HcsBundles, HcsRuntime, HostComputeService, hyperVIsolation, linuxIsolation, processIsolation, type HcsLibraries, type IsolationPlan } from './runtime/hcs/index.ts';
import { PipedRuntime, RuntimeServer, SupervisorChannel } from './runtime/piped/index.ts';
import { FolderCredentials, MappedShares, PowerShellMappings, type GlobalMappings } from './share/index.ts';
import { LcowSnapshotter } from './snapshot/lcow/index.ts';
import { ScratchVolumes, WclayerSnapshotter, type ScratchHolder, type StorageLibraries } from './snapshot/wclayer/index.ts';
import { ContainerFolders, CriLogReader, FileContentStore, FileLocks, windowsLocking } from './store/index.ts';
import { ScheduledService, ScheduledSupervisor, type Serve } from './supervisor/index.ts';
import { copyOnWindows, FolderVolumes, type FolderCopy } from './volume/index.ts';

/** SMB on a Windows machine. */
interface WindowsShares {
  readonly mappings: GlobalMappings;
  /** What makes bytes unreadable on every other machine, and back. */
  readonly seal: (password: Uint8Array) => Uint8Array;
  readonly unseal: (sealed: Uint8Array) => Uint8Array;
  /** Whether a folder of a share can be read; the file system's own answer where left out. */
  readonly readable?: (path: string) => Promise<void>;
}

/** What a Windows machine gives; a simulated one gives the same in another way. */
export interface WindowsMachine {
  readonly system: RootSystem;
  readonly hcs: HcsLibraries;
  /** `holder`: who attaches the writable disks. */
  snapshotter(root: string, holder: ScratchHolder): Snapshotter;
  /** Of Linux images. */
  linuxSnapshotter(root: string): Snapshotter;
  readonly copyFolder: FolderCopy;
  readonly shares: WindowsShares;
  network(root: string): HcnNetwork;
  /** A name that nobody has taken yet, for the supervisor's pipe. */
  pipeAddress(opened: Pick<OpenedRoot, 'runFolder'>): string;
  /** The same for where terminals join a process. */
  joinAddress(opened: Pick<OpenedRoot, 'runFolder'>): string;
  /** Closes such a pipe to all but administrators. */
  readonly securePipe?: (address: string) => void;
  supervisor(options: OpenOptions, opened: OpenedRoot): SupervisorStarter;
}

/** SYSTEM and Administrators, and nobody else: of a folder with what comes to lie in it, and of a pipe. */
const folderAccess = 'D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)';
const pipeAccess = 'D:P(A;;GA;;;SY)(A;;GA;;;BA)';

const administrators: ReadonlySet<string> = new Set(['SY', 'BA']);
const ownerOf = (path: string): string => /^O:(.*?)(?=[GDS]:|$)/.exec(readAccess(path))?.[1] ?? 'nobody';

/**
 * Everybody may make folders in ProgramData, and who made one can always open it again: one that was made by
 * somebody else than an administrator, or whoever this is, is not used. The access list is set each time.
 */
const protectRoot = async (root: string): Promise<void> => {
  const own = await mkdtemp(join(root, '.owner-'));
  try {
    const owner = ownerOf(root);
    if (!administrators.has(owner) && owner !== ownerOf(own)) throw new SiloError('StateRootUntrusted', { args: { path: root, owner }, target: { kind: 'store', id: root } });
  } finally {
    await rmdir(own);
  }
  setAccess(root, folderAccess);
};

const storageLibraries: StorageLibraries = { computeStorage: 'computestorage.dll', virtDisk: 'virtdisk.dll', kernel: 'kernel32.dll', security: 'advapi32.dll', filterManager: 'fltlib.dll' };

export const windowsMachine: WindowsMachine = {
  system: {
    locking: windowsLocking,
    runFolderOf: (root, bootId) => join(root, 'run', bootId),
    protect: protectRoot,
    whyNoMove: "no program of Windows copies layers with all that they are: hard links, security, extended attributes and the storage filter's marks",
  },
  hcs: {},
  snapshotter: (root, holder) => new WclayerSnapshotter(root, { holder, libraries: storageLibraries }),
  linuxSnapshotter: (root) => new LcowSnapshotter(root),
  copyFolder: copyOnWindows,
  shares: { mappings: new PowerShellMappings(), seal: protectForMachine, unseal: unprotectForMachine },
  network: (root) => new HcnNetwork({ root, programs: hostPrograms }),
  pipeAddress: () => String.raw`\\.\pipe\silo-${randomBytes(16).toString('hex')}`,
  joinAddress: () => String.raw`\\.\pipe\silo-${randomBytes(16).toString('hex')}`,
  securePipe: (address) => { setAccess(address, pipeAccess); },
  supervisor: ({ selfCommand }, { locks, root, runFolder }) => new ScheduledSupervisor({ locks, root, runFolder, command: selfCommand }),
};

/** What ended with an earlier boot lies beside the folder of this one. */
const dropEarlierRuns = async (runFolder: string): Promise<void> => {
  const folder = dirname(runFolder);
  for (const name of await readdir(folder)) if (name !== basename(runFolder)) await rm(join(folder, name), { recursive: true, force: true });
};

/** Memory of a utility VM that runs a container without a limit (hcsshim, internal/uvm); the host lends only what is used of it. */
const machineMemoryMB = 1024;

/** In the supervisor the runtime is the one that holds output; an engine asks the supervisor's, and looks with its own. */
type Role = 'engine' | 'supervisor';

const assemble = (options: OpenOptions, opened: OpenedRoot, machine: WindowsMachine, role: Role): { readonly engine: Engine; readonly locals: readonly HcsRuntime[] } => {
  const { host, log } = options;
  const { root, runFolder, locks, stateRoot, metadata } = opened;
  const control = machine.supervisor(options, opened);
  const network = machine.network(root);
  const channel = new SupervisorChannel({ addressFile: supervisorAddressFile(root), ensure: () => control.ensure() });
  const supervisor: SupervisorControl = {
    ensure: () => control.ensure(),
    ensureSoon: (meanwhile) => { control.ensureSoon(meanwhile); },
    close: () => control.close(),
    retire: (signal) => channel.retire(signal),
  };
  const locals: HcsRuntime[] = [];
  const technologyOf = (plan: IsolationPlan, snapshotter: Snapshotter): IsolationTechnology => {
    const doors = { address: () => machine.joinAddress({ runFolder }), ...(machine.securePipe === undefined ? {} : { secure: machine.securePipe }) };
    const local = new HcsRuntime({ plan, runFolder, exitsFolder: join(root, 'exits'), locks, libraries: machine.hcs, doors });
    locals.push(local);
    return { runtime: role === 'supervisor' ? local : new PipedRuntime(channel, local, { keepsOutput: true }), snapshotter };
  };
  const available = host.windows === undefined ? undefined : windowsIsolations(host.windows);
  const offer = (kind: 'Process' | 'HyperV' | 'Linux', technology: IsolationTechnology): IsolationOffer => {
    const found = available?.[kind];
    if (found?.available !== true) return { technology: undefined, reason: found?.reason ?? 'this is no Windows host', action: found?.action };
    return { technology, reason: found.reason };
  };
  const size = { memoryMB: machineMemoryMB, processors: host.cpuCount };
  const networkOf = (namespaceId: string): ReturnType<HcnNetwork['describe']> => network.describe(namespaceId);
  const linux = linuxIsolation(() => findLinuxBoot(host.windows?.linuxKernelPath ?? '', size), networkOf);
  const engine = new Engine({
    metadata,
    locks,
    stateRoot,
    log,
    host,
    content: new FileContentStore(root, machine.system.locking),
    files: new ContainerFolders(root, runFolder),
    volumes: new FolderVolumes(join(root, 'volumes'), machine.copyFolder),
    shares: {
      mounts: new MappedShares({ folder: join(runFolder, 'shares'), mappings: machine.shares.mappings, ...(machine.shares.readable === undefined ? {} : { readable: machine.shares.readable }) }),
      credentials: new FolderCredentials({ folder: join(root, 'share-credentials'), seal: machine.shares.seal, unseal: machine.shares.unseal, whyGone: 'it was not given to this host, or taken away', outliveHost: true }),
    },
    network,
    defaultNetwork: process.env['SILO_DEFAULT_NETWORK'] || undefined,
    logs: new CriLogReader(),
    foreign: new ForeignComputeSystems(() => new HostComputeService(machine.hcs)),
    portProbe: tcpPortProbe,
    registry: new LateRegistry(async () => new (await import('./registry/index.ts')).DistributionRegistry(join(root, 'registries.json'))),
    web: new LateWebFiles(async () => new (await import('./registry/index.ts')).HttpFiles(join(root, 'registries.json'))),
    supervisor,
    service: options.service ?? new ScheduledService({ locks, runFolder, command: options.selfCommand }),
    features: new WindowsFeatures(),
    isolations: {
      Process: offer('Process', technologyOf(processIsolation(host.cpuCount), machine.snapshotter(root, 'host'))),
      HyperV: {
        ...offer('HyperV', technologyOf(hyperVIsolation(size, networkOf), machine.snapshotter(root, 'machine'))),
        linux: offer('Linux', technologyOf(linux, machine.linuxSnapshotter(root))),
      },
    },
    clock: { now: () => new Date() },
    newId: () => randomBytes(32).toString('hex'),
  }, root);
  for (const local of locals) engine.atClose(() => local.close());
  engine.atClose(() => channel.close());
  engine.inBackground('removal of what earlier boots left', () => dropEarlierRuns(runFolder));
  return { engine, locals };
};

/** Opens a state root on Windows for a session. */
export const openWindowsEngine = (options: OpenOptions, machine: WindowsMachine = windowsMachine): Promise<Engine> =>
  openRoot(options, machine.system, (opened) => assemble(options, opened, machine, 'engine').engine);

/** Opens a state root on Windows for its supervisor, which holds the runtimes and serves them to engines. */
export const openWindowsSupervised = async (options: OpenOptions, machine: WindowsMachine = windowsMachine): Promise<{ readonly engine: Engine; readonly serve: Serve }> => {
  let made: { readonly locals: readonly HcsRuntime[]; readonly runFolder: string } | undefined;
  const engine = await openRoot(options, machine.system, (opened) => {
    const { engine: assembled, locals } = assemble(options, opened, machine, 'supervisor');
    made = { locals, runFolder: opened.runFolder };
    return assembled;
  });
  const serve: Serve = async (wake) => {
    if (made === undefined) throw new Error('unreachable');
    const { locals, runFolder } = made;
    const taken: string[] = [];
    for (const local of locals) taken.push(...(await local.reattach()));
    if (taken.length > 0) options.log.warn({ tasks: taken }, 'took over containers whose supervisor had ended; what they wrote meanwhile is lost');
    const server = await RuntimeServer.listen({
      runtimes: locals,
      address: machine.pipeAddress({ runFolder }),
      addressFile: supervisorAddressFile(engine.root),
      log: options.log,
      onRetire: wake,
      ...(machine.securePipe === undefined ? {} : { secure: machine.securePipe }),
    });
    return {
      worksForEngines: true,
      get isNeeded() { return server.isUsed || engine.ports.metadata.read((reader) => reader.containerCounts()).running > 0; },
      get isRetiring() { return server.isRetiring; },
      close: () => server.close(),
    };
  };
  return { engine, serve };
};

/** What this host must have, and whether it has: looked at without opening anything. */
export const probeWindowsHost = async (root: string, host: HostFacts): Promise<readonly RuntimeRequirement[]> =>
  [...(host.windows === undefined ? [] : windowsRequirements(host.windows, { elevated: host.elevated })), freeSpace(root, await freeBytesFor(root))];

/** OCI bundles on Windows. `folder`: where the roots of their state are. */
export const windowsBundles = (folder: string, selfCommand: readonly [string, string]): BundleRuntime => new HcsBundles({
  folder,
  selfCommand,
  protect: protectRoot,
  locks: (locksFolder) => new FileLocks(locksFolder, windowsLocking),
  shimAddress: (_, name) => String.raw`\\.\pipe\silo-${name}`,
  secure: (pipe) => { setAccess(pipe, pipeAccess); },
  linuxBootFolder: join(process.env['ProgramFiles'] ?? String.raw`C:\Program Files`, 'Linux Containers'),
  hostProcessors: availableParallelism(),
  volumes: new ScratchVolumes(storageLibraries),
});
