import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SiloError, hasErrno } from './base/index.ts';
import type { HostFacts, Logger, RuntimeRequirement } from './core/index.ts';
import { Engine, dropDoubtfulLayers, repairStore } from './engine/index.ts';
import { LinuxNetwork } from './network/linux-network.ts';
import { LateRegistry } from './late-registry.ts';
import { RuncRuntime } from './runtime/runc/index.ts';
import { OverlaySnapshotter } from './snapshot/overlay/index.ts';
import { clearMovedRoot, ContainerFolders, CriLogReader, FileContentStore, FileLocks, FolderRoot, followMoves, SqliteMetadata } from './store/index.ts';
import { DetachedSupervisor } from './supervisor/index.ts';
import { FolderVolumes } from './volume/index.ts';

/**
 * Folder for what ends with the boot: mounts, sockets, runc's state. Its name is short, for the 108 bytes
 * of a socket's address, and holds the boot: after a reboot everything starts in a new one.
 */
export const runFolderOf = (root: string, bootId: string): string =>
  join('/run/silo', `${createHash('sha256').update(root).digest('hex').slice(0, 12)}-${bootId.slice(0, 8)}`);

const makeFolders = async (root: string, runFolder: string): Promise<void> => {
  try {
    for (const folder of ['blobs', 'snapshots', 'containers', 'volumes', 'locks', 'exits']) await mkdir(join(root, folder), { recursive: true, mode: 0o700 });
    await mkdir(runFolder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    if (hasErrno(cause, 'EACCES', 'EPERM', 'EROFS')) throw new SiloError('ElevationRequired', { args: { reason: `the state root ${root} cannot be written` }, target: { kind: 'store', id: root }, cause });
    if (hasErrno(cause, 'ENOSPC', 'EDQUOT')) throw new SiloError('DiskFull', { args: { path: root }, target: { kind: 'store', id: root }, cause, retryable: true });
    throw cause;
  }
};

const runtimeOf = (root: string, host: HostFacts, runFolder: string): RuncRuntime =>
  new RuncRuntime({ runFolder, exitsFolder: join(root, 'exits'), architecture: host.architecture, kernelVersion: host.kernelVersion });

const smallestFreeBytes = 512 * 1024 * 1024;

/** What this host must have, and whether it has: looked at without opening anything. */
export const probeLinuxHost = async (root: string, host: HostFacts): Promise<readonly RuntimeRequirement[]> => [
  { name: 'administrative rights', satisfied: host.elevated, detail: host.elevated ? 'the engine runs as root' : 'the engine does not run as root', remedy: host.elevated ? undefined : 'sudo pwsh' },
  { name: 'mount namespace', satisfied: host.mountNamespaceProblem === undefined, detail: host.mountNamespaceProblem ?? 'shared with the host', remedy: host.mountNamespaceProblem === undefined ? undefined : 'nsenter --target 1 --mount' },
  await freeSpace(root),
  ...(await runtimeOf(root, host, runFolderOf(root, host.bootId)).requirements()),
];

const freeSpace = async (root: string): Promise<RuntimeRequirement> => {
  let folder = root;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  const bytes = bavail * bsize;
  return { name: 'free space', satisfied: bytes >= smallestFreeBytes, detail: `${Math.floor(bytes / 1024 / 1024)} MiB free for ${root}`, remedy: bytes >= smallestFreeBytes ? undefined : 'free space, or set SILO_ROOT to a larger disk' };
};

export interface OpenOptions {
  readonly root: string;
  readonly host: HostFacts;
  readonly log: Logger;
  /** Command that starts this program again, for the supervisor. */
  readonly selfCommand: readonly [string, ...string[]];
}

/** Opens a state root on Linux, and mends in the background what engines that were killed left behind. */
export const openLinuxEngine = async (options: OpenOptions): Promise<Engine> => {
  const { host, log } = options;
  const root = followMoves(options.root, (from, to) => {
    log.warn({ from, to }, 'the state root was moved; following it');
    clearMovedRoot(from).catch((error: unknown) => { log.warn({ err: error, from }, 'the old state root could not be cleared'); });
  });
  const runFolder = runFolderOf(root, host.bootId);
  await makeFolders(root, runFolder);
  const locks = new FileLocks(join(root, 'locks'));
  const stateRoot = await FolderRoot.use(root, locks);
  if (followMoves(root) !== root) {
    // Moved between the look and the use.
    await stateRoot.leave();
    return openLinuxEngine(options);
  }
  let metadata: SqliteMetadata | undefined;
  try {
    metadata = await SqliteMetadata.open(join(root, 'meta.db'));
    const engine = assemble(options, { root, runFolder, locks, stateRoot, metadata });
    if (host.elevated && host.mountNamespaceProblem === undefined) {
      await dropDoubtfulLayers(engine.ports);
      engine.inBackground('repair of the store', () => repairStore(engine.ports));
    }
    return engine;
  } catch (error) {
    metadata?.close();
    await stateRoot.leave();
    throw error;
  }
};

interface Opened { readonly root: string; readonly runFolder: string; readonly locks: FileLocks; readonly stateRoot: FolderRoot; readonly metadata: SqliteMetadata }

const assemble = ({ host, log, selfCommand }: OpenOptions, { root, runFolder, locks, stateRoot, metadata }: Opened): Engine =>
  new Engine({
    metadata,
    locks,
    stateRoot,
    log,
    host,
    content: new FileContentStore(root),
    files: new ContainerFolders(root, runFolder),
    volumes: new FolderVolumes(join(root, 'volumes')),
    network: new LinuxNetwork({ root, runFolder, log }),
    logs: new CriLogReader(),
    registry: new LateRegistry(async () => new (await import('./registry/index.ts')).DistributionRegistry(join(root, 'registries.json'))),
    supervisor: new DetachedSupervisor(locks, [...selfCommand, 'supervise'], root, log),
    isolations: {
      Process: {
        technology: {
          runtime: runtimeOf(root, host, runFolder),
          snapshotter: new OverlaySnapshotter(root),
        },
        reason: 'the host runs Linux containers on its own kernel',
      },
      HyperV: { technology: undefined, reason: 'no utility VM is set up on this host' },
    },
    clock: { now: () => new Date() },
    newId: () => randomBytes(32).toString('hex'),
  }, root);
