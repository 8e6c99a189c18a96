import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { SiloError, isSiloError } from '../base/index.ts';
import { IgnorePatterns, cacheKey, dockerfileInvalid, findSources, layerTar, planCopy, readSecret, type CopyOrder, type RunInstruction, type RunMount } from '../build/index.ts';
import type { DiffSummary, Lock, SnapshotKey, TaskExit, TaskMount } from '../core/index.ts';
import type { ArchiveLayer } from '../image/index.ts';
import { cacheVolumeOwner } from './build-cache.ts';
import { linkStep, type StepNetwork } from './build-network.ts';
import { buildHostName, emptyChain, type BuildChain, type BuildSession, type StepRoot } from './build-session.ts';
import { linuxContainers } from './linux-containers.ts';

/** A RUN with everything replaced and resolved. */
export interface RunOrder {
  readonly step: RunInstruction;
  readonly title: string;
  readonly args: readonly string[];
  readonly script: string | undefined;
  readonly environment: readonly (readonly [string, string])[];
  /** Seen by the process, and told to nobody else. */
  readonly proxies: readonly (readonly [string, string])[];
  readonly workingDirectory: string;
  readonly user: string;
  readonly network: StepNetwork;
  readonly mounts: readonly ResolvedMount[];
}

/** A mount with what the cache must know of it. */
export interface ResolvedMount {
  readonly mount: RunMount;
  /** Absolute path in the container. */
  readonly target: string;
  readonly source: string;
  /** Bind mounts: the layers that hold the source; undefined for the context. */
  readonly chain: BuildChain | undefined;
  readonly order: CopyOrder | undefined;
  /** Bind mounts from the context: digest of what they show. */
  readonly digest: string;
}

/** The name of a RUN's result. Of secrets and caches it knows what they are called, and nothing of what is in them. */
export const runKey = (chain: BuildChain, platform: string, order: RunOrder): string =>
  cacheKey('run', chain.chainId ?? '', platform, order.args, order.script ?? null, [...order.environment].sort(([a], [b]) => (a < b ? -1 : 1)), order.workingDirectory, order.user, order.network,
    order.mounts.map(({ mount, target, source, chain: from, digest }) => [mount.type, target, source, from?.chainId ?? '', digest, mount.readOnly, mount.id ?? '', mount.mode ?? -1, mount.uid, mount.gid]));

export const secretId = (mount: RunMount): string => mount.id ?? posix.basename(mount.target ?? '');

const killPatienceMs = 30_000;

/** Runs the step in a container of its own, and packs what it changed; undefined where it changed nothing. */
export const runStep = (session: BuildSession, chain: BuildChain, order: RunOrder): Promise<ArchiveLayer | undefined> =>
  session.withRoot(chain.keys, order.network, async (root) => {
    const release: (() => Promise<void>)[] = [];
    try {
      const mounts = await taskMounts(session, order, root, release);
      await runTask(session, order, root, mounts);
    } finally {
      for (const undo of release.reverse()) await undo();
    }
    let told: DiffSummary | undefined;
    const pieces = session.technology.snapshotter.diff(root.key, chain.keys, {
      signal: session.signal,
      mountPoints: [...linuxContainers.alwaysMounted, ...order.mounts.map(({ target }) => target)],
      onSummary: (summary) => { told = summary; },
      ...(session.epoch === undefined ? {} : { latestTime: session.epoch }),
    });
    return session.pack(pieces, () => told !== undefined && told.entries > 0);
  });

const runTask = async (session: BuildSession, order: RunOrder, root: StepRoot, mounts: readonly TaskMount[]): Promise<void> => {
  const { ports, signal } = session;
  const { runtime } = session.technology;
  const { id, paths } = root;
  let unlink: (() => Promise<void>) | undefined;
  try {
    const networkNamespacePath = await ports.network.prepare(id, order.network);
    if (order.network === 'networks') unlink = await linkStep(ports, id, signal);
    await runtime.create({
      id,
      rootPath: paths.rootPath,
      storage: root.storage,
      bundlePath: paths.bundlePath,
      logPath: paths.logPath,
      process: {
        args: order.args,
        env: [...order.proxies, ...order.environment].map(([name, value]) => `${name}=${value}`),
        workingDirectory: order.workingDirectory,
        user: order.user,
        terminal: false,
        noNewPrivileges: true,
      },
      openStdin: false,
      hostName: buildHostName,
      readOnlyRoot: false,
      resources: {},
      mounts: [
        ...linuxContainers.ownFiles(paths),
        ...mounts,
      ],
      networkNamespacePath,
      privileged: false,
    }, signal);
    await runtime.start(id);
    const exit = await followToEnd(session, id, paths.logPath);
    if (exit.exitCode !== 0) {
      throw new SiloError('BuildStepFailed', {
        args: { line: order.step.line, instruction: order.step.source.slice(0, 200), exitCode: exit.exitCode ?? `unknown (${exit.reason})` },
        ...(exit.exitCode === null ? {} : { native: { exitCode: exit.exitCode } }),
      });
    }
  } finally {
    // Kills what still runs: background processes of the step, or the step itself when it is cancelled.
    await runtime.delete(id);
    await unlink?.();
    await ports.network.release(id);
  }
};

const followToEnd = async (session: BuildSession, id: string, logPath: string): Promise<TaskExit> => {
  const { ports, signal } = session;
  const { runtime } = session.technology;
  const ended = new AbortController();
  const following = (async () => {
    for await (const lines of ports.logs.read(logPath, { follow: { ended: () => Promise.resolve(ended.signal.aborted), wake: ended.signal }, signal })) await session.write(lines);
  })();
  following.catch(() => undefined);
  try {
    const exit = await runtime.wait(id, signal);
    ended.abort();
    await following;
    return exit;
  } catch (error) {
    ended.abort();
    if (isSiloError(error, 'OperationCancelled')) {
      await runtime.kill(id, 9, { all: true });
      await runtime.wait(id, AbortSignal.timeout(killPatienceMs)).catch(() => undefined);
    }
    throw error;
  }
};

const taskMounts = async (session: BuildSession, order: RunOrder, root: StepRoot, release: (() => Promise<void>)[]): Promise<readonly TaskMount[]> => {
  const { ports } = session;
  const mounts: TaskMount[] = [];
  if (order.script !== undefined) {
    const path = await ports.files.place(root.id, 'script', Buffer.from(order.script), { mode: 0o755, uid: 0, gid: 0 });
    mounts.push({ source: path, target: scriptPath, readOnly: true });
  }
  for (const [index, resolved] of order.mounts.entries()) {
    const { mount, target } = resolved;
    switch (mount.type) {
      case 'tmpfs':
        mounts.push({ source: 'tmpfs', target, readOnly: false, memory: { sizeBytes: mount.sizeBytes } });
        break;
      case 'secret': {
        const source = session.secrets.get(secretId(mount));
        if (source === undefined) {
          if (mount.required) throw dockerfileInvalid(order.step.line, `the secret '${secretId(mount)}' was not given`);
          break;
        }
        const path = await ports.files.place(root.id, `secret-${index}`, await readSecret(source), { mode: mount.mode ?? 0o400, uid: mount.uid, gid: mount.gid });
        mounts.push({ source: path, target, readOnly: true });
        break;
      }
      case 'cache':
        mounts.push({ source: await cacheFolder(session, mount, target, release), target, readOnly: mount.readOnly });
        break;
      case 'bind':
        mounts.push({ source: await bindSource(session, order.step.line, resolved, release), target, readOnly: mount.readOnly });
        break;
    }
  }
  return mounts;
};

/** Where a script that is run as a file lies in the container: in memory, so that it is in no layer. */
export const scriptPath = '/dev/silo/script';

const cacheFolder = async (session: BuildSession, mount: RunMount, target: string, release: (() => Promise<void>)[]): Promise<string> => {
  const { ports, signal } = session;
  const base = `build-cache-${createHash('sha256').update(mount.id ?? target).digest('hex').slice(0, 32)}`;
  const hold = (lock: Lock): void => { release.push(() => lock.release()); };
  let id = base;
  if (mount.sharing === 'locked') hold(await ports.locks.acquire(base, { signal }));
  else if (mount.sharing === 'private') {
    for (let number = 0; ; number += 1) {
      id = `${base}-${number}`;
      const lock = await ports.locks.tryAcquire(id);
      if (lock === undefined) continue;
      hold(lock);
      break;
    }
  }
  // The row comes first: a folder without one is taken for a leftover.
  await ports.metadata.write((writer) => { if (!writer.volumesOf(cacheVolumeOwner).includes(id)) writer.putVolume({ id, containerId: cacheVolumeOwner, labels: [], createdAt: ports.clock.now() }); }, signal);
  return ports.volumes.create(id, { mode: mount.mode ?? 0o755, uid: mount.uid, gid: mount.gid });
};

const bindSource = async (session: BuildSession, line: number, { order, chain, source }: ResolvedMount, release: (() => Promise<void>)[]): Promise<string> => {
  const keys = chain?.keys ?? [await contextLayer(session, order)];
  const opened = Promise.withResolvers<StepRoot>();
  const closed = Promise.withResolvers<void>();
  // Kept mounted until the step has ended.
  const root = session.withRoot(keys, 'none', async (mounted) => {
    opened.resolve(mounted);
    await closed.promise;
  });
  root.catch(opened.reject);
  release.push(async () => {
    closed.resolve();
    await root;
  });
  const { folder } = await opened.promise;
  const located = await folder.locate(Buffer.from(chain === undefined ? '' : source).toString('latin1'));
  if (located.stat === undefined) throw dockerfileInvalid(line, `--mount: '${source}' is not there`);
  if (chain !== undefined || order === undefined) return posix.join(folder.root, Buffer.from(located.path, 'latin1').toString());
  // A single file of the context stands alone in its root.
  const names = await folder.names('');
  const [file] = order.sources;
  const found = typeof file !== 'string' ? [] : await session.context.find(Buffer.from(file).toString('latin1'));
  return found[0]?.stat.isFile() === true && names[0] !== undefined ? posix.join(folder.root, Buffer.from(names[0], 'latin1').toString()) : folder.root;
};

/** The part of the context that a step sees, as a layer that goes with the lease. */
const contextLayer = async (session: BuildSession, order: CopyOrder | undefined): Promise<SnapshotKey> => {
  if (order === undefined) throw new Error('A bind mount of the context has no order.');
  const found = await findSources(order, session.digests, session.signal);
  const packed = await session.withRoot(emptyChain.keys, 'none', (root) =>
    session.pack(layerTar(planCopy(order, found, { root: root.folder, owner: undefined, mode: undefined, times: session.times, signal: session.signal })), () => true));
  if (packed === undefined) throw new Error('A layer was not stored.');
  const key = await session.allocate();
  await session.technology.snapshotter.applyLayer(key, [], { path: await session.ports.content.path(packed.digest), mediaType: packed.mediaType, diffId: packed.diffId, signal: session.signal });
  return key;
};

/** What a bind mount of the context shows. */
export const contextOrder = (session: BuildSession, line: number, source: string): CopyOrder => ({
  line, tree: session.context, sources: [source], documents: [], destination: '/', keepOwners: false, keepParents: false, excludes: IgnorePatterns.none, unpack: false,
});
