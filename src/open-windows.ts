import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readAccess, setAccess } from '../native/advapi32.ts';
import { SiloError } from './base/index.ts';
import type { HostFacts, Runtime, RuntimeRequirement } from './core/index.ts';
import { Engine, windowsIsolations, windowsRequirements, type IsolationOffer } from './engine/index.ts';
import { LateRegistry } from './late-registry.ts';
import { freeBytesFor, freeSpace, openRoot, type OpenedRoot, type OpenOptions, type RootSystem } from './open-root.ts';
import { HcnNetwork, hostPrograms } from './network/hcn/index.ts';
import { RuntimeServer } from './runtime/piped/index.ts';
import { ContainerFolders, CriLogReader, FileContentStore, windowsLocking } from './store/index.ts';
import { ScheduledSupervisor, type SupervisedService } from './supervisor/index.ts';
import { copyOnWindows, FolderVolumes } from './volume/index.ts';

/** SYSTEM and Administrators, and nobody else: of a folder with what comes to lie in it, and of a pipe. */
const folderAccess = 'D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)';
const pipeAccess = 'D:P(A;;GA;;;SY)(A;;GA;;;BA)';

const windows: RootSystem = {
  locking: windowsLocking,
  runFolderOf: (root, bootId) => join(root, 'run', bootId),
  protect: (root) => protectRoot(root),
};

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

/** What ended with an earlier boot. */
const dropEarlierRuns = async (root: string, bootId: string): Promise<void> => {
  for (const name of await readdir(join(root, 'run'))) if (name !== bootId) await rm(join(root, 'run', name), { recursive: true, force: true });
};

/** The runtimes of this machine in this process: those of the supervisor, and what an engine looks with. */
const localRuntimes = (): readonly Runtime[] => [];

/** What the host lacks is told first: with it alone nothing would run yet. */
const isolationsOf = ({ windows: facts }: HostFacts): Engine['ports']['isolations'] => {
  const offer = (kind: 'Process' | 'HyperV'): IsolationOffer => {
    const found = facts === undefined ? undefined : windowsIsolations(facts)[kind];
    return found?.available === false ? { technology: undefined, reason: found.reason, action: found.action } : { technology: undefined, reason: 'this release has no runtime for Windows hosts' };
  };
  return { Process: offer('Process'), HyperV: offer('HyperV') };
};

const assemble = ({ host, log, selfCommand }: OpenOptions, { root, runFolder, locks, stateRoot, metadata }: OpenedRoot): Engine => {
  const engine = new Engine({
    metadata,
    locks,
    stateRoot,
    log,
    host,
    content: new FileContentStore(root, windowsLocking),
    files: new ContainerFolders(root, runFolder),
    volumes: new FolderVolumes(join(root, 'volumes'), copyOnWindows),
    network: new HcnNetwork({ root, programs: hostPrograms }),
    logs: new CriLogReader(),
    registry: new LateRegistry(async () => new (await import('./registry/index.ts')).DistributionRegistry(join(root, 'registries.json'))),
    supervisor: new ScheduledSupervisor({ locks, root, runFolder, command: selfCommand }),
    isolations: isolationsOf(host),
    clock: { now: () => new Date() },
    newId: () => randomBytes(32).toString('hex'),
  }, root);
  engine.inBackground('removal of what earlier boots left', () => dropEarlierRuns(root, host.bootId));
  return engine;
};

/** Opens a state root on Windows for a session. */
export const openWindowsEngine = (options: OpenOptions): Promise<Engine> => openRoot(options, windows, (opened) => assemble(options, opened));

/** Opens a state root on Windows for its supervisor, which holds the runtimes and serves them to engines. */
export const openWindowsSupervised = async (options: OpenOptions): Promise<{ readonly engine: Engine; readonly serve: () => Promise<SupervisedService> }> => {
  const engine = await openWindowsEngine(options);
  const serve = async (): Promise<SupervisedService> => {
    const server = await RuntimeServer.listen({
      runtimes: localRuntimes(),
      address: String.raw`\\.\pipe\silo-${randomBytes(16).toString('hex')}`,
      addressFile: join(engine.root, 'supervisor.json'),
      log: options.log,
      secure: (pipe) => { setAccess(pipe, pipeAccess); },
    });
    return {
      get isNeeded() { return server.isUsed || engine.ports.metadata.read((reader) => reader.containerCounts()).running > 0; },
      close: () => server.close(),
    };
  };
  return { engine, serve };
};

/** What this host must have, and whether it has: looked at without opening anything. */
export const probeWindowsHost = async (root: string, host: HostFacts): Promise<readonly RuntimeRequirement[]> =>
  [...(host.windows === undefined ? [] : windowsRequirements(host.windows, { elevated: host.elevated })), freeSpace(root, await freeBytesFor(root))];
