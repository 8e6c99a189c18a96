import { existsSync } from 'node:fs';
import { mkdir, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SiloError, hasErrno } from './base/index.ts';
import type { HostFacts, HostService, Logger, RuntimeRequirement, Shares } from './core/index.ts';
import { dropDoubtfulLayers, repairStore, type Engine } from './engine/index.ts';
import { clearMovedRoot, FileLocks, FolderRoot, followMoves, SqliteMetadata, type FileLocking } from './store/index.ts';

export interface OpenOptions {
  readonly root: string;
  readonly host: HostFacts;
  readonly log: Logger;
  /** Command that starts this program again, for the supervisor. */
  readonly selfCommand: readonly [string, string];
  /** The root of whoever names none. */
  readonly defaultRoot?: string | undefined;
  /** In place of the system's own service manager. */
  readonly service?: HostService | undefined;
  /** In place of the system's own client of SMB; `folder`: that of its mount points. */
  readonly shares?: ((folder: string) => Shares) | undefined;
}

/** A state root that this process is a user of. */
export interface OpenedRoot {
  readonly root: string;
  readonly runFolder: string;
  readonly locks: FileLocks;
  readonly stateRoot: FolderRoot;
  readonly metadata: SqliteMetadata;
}

/** What a system does differently while a root is opened. */
export interface RootSystem {
  readonly locking: FileLocking;
  /** Folder for what ends with the boot. */
  runFolderOf(root: string, bootId: string): string;
  /** Keeps others out of a root, which is there. Errors: StateRootUntrusted. */
  protect?(root: string): Promise<void>;
  /** Why a root cannot be moved on this system; undefined where it can. */
  readonly whyNoMove?: string;
}

/** Tells where the supervisor of a root listens. */
export const supervisorAddressFile = (root: string): string => join(root, 'supervisor.json');

const smallestFreeBytes = 512 * 1024 * 1024;

/** On the disk that a root lies on, or will. */
export const freeBytesFor = async (root: string): Promise<number> => {
  let folder = root;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
};

export const freeSpace = (root: string, bytes: number): RuntimeRequirement =>
  ({ name: 'free space', satisfied: bytes >= smallestFreeBytes, detail: `${Math.floor(bytes / 1024 / 1024)} MiB free for ${root}`, remedy: bytes >= smallestFreeBytes ? undefined : 'free space, or set SILO_ROOT to a larger disk' });

const makeFolders = async (root: string, runFolder: string, protect: RootSystem['protect']): Promise<void> => {
  try {
    await mkdir(root, { recursive: true, mode: 0o700 });
    await protect?.(root);
    for (const folder of ['blobs', 'snapshots', 'containers', 'volumes', 'locks', 'exits']) await mkdir(join(root, folder), { recursive: true, mode: 0o700 });
    await mkdir(runFolder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    if (hasErrno(cause, 'EACCES', 'EPERM', 'EROFS')) throw new SiloError('ElevationRequired', { args: { reason: `the state root ${root} cannot be written` }, target: { kind: 'store', id: root }, cause });
    if (hasErrno(cause, 'ENOSPC', 'EDQUOT')) throw new SiloError('DiskFull', { args: { path: root }, target: { kind: 'store', id: root }, cause, retryable: true });
    throw cause;
  }
};

/** Opens a state root, and mends in the background what engines that were killed left behind. */
export const openRoot = async (options: OpenOptions, system: RootSystem, assemble: (opened: OpenedRoot) => Engine): Promise<Engine> => {
  const { host, log } = options;
  const root = followMoves(options.root, (from, to) => {
    log.warn({ from, to }, 'the state root was moved; following it');
    clearMovedRoot(from).catch((error: unknown) => { log.warn({ err: error, from }, 'the old state root could not be cleared'); });
  });
  const runFolder = system.runFolderOf(root, host.bootId);
  await makeFolders(root, runFolder, system.protect?.bind(system));
  const locks = new FileLocks(join(root, 'locks'), system.locking);
  const stateRoot = await FolderRoot.use(root, locks, (of) => system.runFolderOf(of, host.bootId), system.whyNoMove);
  if (followMoves(root) !== root) {
    // Moved between the look and the use.
    await stateRoot.leave();
    return openRoot(options, system, assemble);
  }
  let metadata: SqliteMetadata | undefined;
  try {
    metadata = await SqliteMetadata.open(join(root, 'meta.db'));
    const engine = assemble({ root, runFolder, locks, stateRoot, metadata });
    if (host.elevated && host.mountNamespaceProblem === undefined) {
      await dropDoubtfulLayers(engine.ports);
      engine.inBackground('repair of the store', () => repairStore(engine.ports));
      // After a reboot, or where a supervisor was killed, containers wait for one.
      engine.ports.supervisor.ensureSoon();
    }
    return engine;
  } catch (error) {
    metadata?.close();
    await stateRoot.leave();
    throw error;
  }
};
