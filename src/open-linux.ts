import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beginWriting } from '../native/libc.ts';
import type { HostFacts, Logger, RuntimeRequirement, Snapshotter } from './core/index.ts';
import { Engine, supervisedContainers, type IsolationOffer } from './engine/index.ts';
import { LinuxFileTransfer } from './files/index.ts';
import { LinuxNetwork } from './network/linux-network.ts';
import { tcpPortProbe } from './host/index.ts';
import { LateRegistry } from './late-registry.ts';
import { LateWebFiles } from './late-web-files.ts';
import { MachineHost, MicroVmRuntime } from './runtime/microvm/index.ts';
import { RuntimeServer, SupervisorChannel } from './runtime/piped/index.ts';
import { ForeignTasks, RuncRuntime } from './runtime/runc/index.ts';
import { CifsShares, FolderCredentials } from './share/index.ts';
import { imagesObstacle, OverlaySnapshotter } from './snapshot/overlay/index.ts';
import { freeBytesFor, freeSpace, openRoot, supervisorAddressFile, type OpenedRoot, type OpenOptions, type RootSystem } from './open-root.ts';
import { ContainerFolders, CriLogReader, FileContentStore, linuxLocking } from './store/index.ts';
import { DetachedSupervisor, SystemdService, type Serve } from './supervisor/index.ts';
import { BoundParts, FolderVolumes } from './volume/index.ts';

/**
 * Folder for what ends with the boot: mounts, sockets, runc's state. Its name is short, for the 108 bytes
 * of a socket's address, and holds the boot: after a reboot everything starts in a new one.
 */
export const runFolderOf = (root: string, bootId: string): string =>
  join('/run/silo', `${createHash('sha256').update(root).digest('hex').slice(0, 12)}-${bootId.slice(0, 8)}`);

const runtimeOf = (root: string, host: HostFacts, runFolder: string): RuncRuntime =>
  new RuncRuntime({ runFolder, exitsFolder: join(root, 'exits'), architecture: host.architecture, kernelVersion: host.kernelVersion });

/** Kernel, initramfs and keeper of utility VMs: beside the program, or where the set-up leaves them for sources. */
const machineFolderOf = ([, program]: readonly [string, string]): string => {
  const beside = join(dirname(program), 'machine');
  return process.env['SILO_MACHINES'] || (existsSync(beside) ? beside : join(dirname(program), '../dist/machine'));
};

const machinesOf = (selfCommand: readonly [string, string], runFolder: string): MachineHost => new MachineHost({ folder: machineFolderOf(selfCommand), runFolder });

/** The kernel of utility VMs runs programs for these too, whatever the host's was built for. */
const machineArchitectures = ['386'];

/** VM isolation keeps files as process isolation does: the machine gets the mounted root from its host. */
const hyperVOf = (machines: MachineHost, root: string, host: HostFacts, runFolder: string, snapshotter: Snapshotter): IsolationOffer => {
  const missing = machines.missing();
  if (missing !== undefined) return { technology: undefined, reason: `no utility VM is set up on this host (${missing.name}: ${missing.detail})`, action: missing.remedy };
  const runtime = new MicroVmRuntime({ runFolder, exitsFolder: join(root, 'exits'), machines, hostProcessors: host.cpuCount });
  return { technology: { runtime, snapshotter }, reason: 'the host runs utility VMs', architectures: machineArchitectures };
};

/** Utility VMs run without: then the host shows them the roots of all containers. */
const layerDisks = (): RuntimeRequirement => {
  const obstacle = imagesObstacle();
  return { name: 'disks of layers', satisfied: obstacle === undefined, detail: obstacle ?? 'mkfs.erofs is installed', remedy: obstacle === undefined ? undefined : 'apt-get install erofs-utils', neededFor: 'Advice' };
};

/** What this host must have, and whether it has: looked at without opening anything. */
export const probeLinuxHost = async (root: string, host: HostFacts, log: Logger, selfCommand: readonly [string, string]): Promise<readonly RuntimeRequirement[]> => [
  { name: 'administrative rights', satisfied: host.elevated, detail: host.elevated ? 'the engine runs as root' : 'the engine does not run as root', remedy: host.elevated ? undefined : 'sudo pwsh' },
  { name: 'mount namespace', satisfied: host.mountNamespaceProblem === undefined, detail: host.mountNamespaceProblem ?? 'shared with the host', remedy: host.mountNamespaceProblem === undefined ? undefined : 'nsenter --target 1 --mount' },
  freeSpace(root, await freeBytesFor(root)),
  ...(await runtimeOf(root, host, runFolderOf(root, host.bootId)).requirements()),
  ...machinesOf(selfCommand, runFolderOf(root, host.bootId)).requirements(),
  layerDisks(),
  ...(await new LinuxNetwork({ root, runFolder: runFolderOf(root, host.bootId), log }).requirements()),
];

const linux: RootSystem = { locking: linuxLocking, runFolderOf };

/** Opens a state root on Linux, and mends in the background what engines that were killed left behind. */
export const openLinuxEngine = (options: OpenOptions): Promise<Engine> => openRoot(options, linux, (opened) => assemble(options, opened, 'engine'));

/** Opens a state root on Linux for its supervisor, which every engine can ask to end; engines have runtimes of their own. */
export const openLinuxSupervised = async (options: OpenOptions): Promise<{ readonly engine: Engine; readonly serve: Serve }> => {
  let folder = '';
  const engine = await openRoot(options, linux, (opened) => {
    folder = opened.runFolder;
    return assemble(options, opened, 'supervisor');
  });
  const serve: Serve = async (wake) => {
    try {
      const server = await RuntimeServer.listen({ runtimes: [], address: join(folder, 'supervisor.sock'), addressFile: supervisorAddressFile(engine.root), log: options.log, onRetire: wake });
      return { worksForEngines: false, isNeeded: false, get isRetiring() { return server.isRetiring; }, close: () => server.close() };
    } catch (error) {
      // Containers are worth more than an early end: on a full disk too.
      options.log.warn({ err: error }, 'the supervisor cannot be asked to end');
      return undefined;
    }
  };
  return { engine, serve };
};

const assemble = ({ host, log, selfCommand, shares = (folder) => new CifsShares({ folder }), defaultRoot = '', service = new SystemdService({ command: selfCommand, defaultRoot }) }: OpenOptions, { root, runFolder, locks, stateRoot, metadata }: OpenedRoot, role: 'engine' | 'supervisor'): Engine => {
  const snapshotter = new OverlaySnapshotter(root);
  const control = new DetachedSupervisor({ locks, command: [...selfCommand, 'supervise'], root, log, needed: () => role === 'engine' && supervisedContainers(engine.ports).length > 0 });
  const channel = new SupervisorChannel({ addressFile: supervisorAddressFile(root), ensure: () => control.ensure() });
  const engine: Engine = new Engine({
    metadata,
    locks,
    stateRoot,
    log,
    host,
    content: new FileContentStore(root, linuxLocking, beginWriting),
    files: new ContainerFolders(root, runFolder),
    volumes: new FolderVolumes(join(root, 'volumes'), undefined, new BoundParts(join(runFolder, 'volume-parts'))),
    // What lies in the run folder is in memory, and ends with the boot.
    shares: {
      mounts: shares(join(runFolder, 'shares')),
      credentials: new FolderCredentials({ folder: join(runFolder, 'share-credentials'), whyGone: 'it is kept in memory alone, and is gone when the host has started again', outliveHost: false }),
    },
    network: new LinuxNetwork({ root, runFolder, log, configurations: process.env['SILO_CNI_FOLDER'] || undefined }),
    defaultNetwork: process.env['SILO_DEFAULT_NETWORK'] || undefined,
    logs: new CriLogReader(),
    foreign: new ForeignTasks(),
    portProbe: tcpPortProbe,
    fileTransfer: new LinuxFileTransfer(),
    registry: new LateRegistry(async () => new (await import('./registry/index.ts')).DistributionRegistry(join(root, 'registries.json'))),
    web: new LateWebFiles(async () => new (await import('./registry/index.ts')).HttpFiles(join(root, 'registries.json'))),
    supervisor: {
      // A supervisor that somebody ends, in the middle of a restart too, leaves no successor.
      ensure: async () => { if (role === 'engine') await control.ensure(); },
      ensureSoon: (meanwhile) => { control.ensureSoon(meanwhile); },
      close: () => control.close(),
      retire: (signal) => channel.retire(signal),
    },
    service,
    isolations: {
      Process: {
        technology: {
          runtime: runtimeOf(root, host, runFolder),
          snapshotter,
        },
        reason: 'the host runs Linux containers on its own kernel',
      },
      HyperV: hyperVOf(machinesOf(selfCommand, runFolder), root, host, runFolder, snapshotter),
    },
    clock: { now: () => new Date() },
    newId: () => randomBytes(32).toString('hex'),
  }, root);
  return engine;
};
