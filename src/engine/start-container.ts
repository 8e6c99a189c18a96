import { SiloError, isSiloError } from '../base/index.ts';
import type { ContainerMount, ContainerRecord, EndpointRecord, MachineRoot, NamedShare, SnapshotKey, Snapshotter, SnapshotStorage, TaskMount } from '../core/index.ts';
import { withContainer } from './container-lock.ts';
import { throwIfCancelled } from './guards.ts';
import { machineRootOf } from './machine-root.ts';
import { awaitNameService, hostLines, linksOf, nameServiceOf } from './name-service.ts';
import { attachLinks, plainAddresses, planLinks, recordLinks, refuseListeners, type PlannedLink } from './network-links.ts';
import { platformOf } from './platform-of.ts';
import type { IsolationTechnology, Ports } from './ports.ts';
import { lifeAfterFailedRestart } from './restart-policy.ts';
import { releaseTask } from './settle.ts';
import { attachShare, shareOf } from './shares.ts';
import { refuseApart } from './shared-sandbox.ts';
import { needsSupervisor, turnLogOverEarly } from './supervision.ts';
import { processSettings, taskSettings } from './task-settings.ts';
import { technologyOf } from './technology.ts';
import { withVolume } from './volume-lock.ts';
import { isPipe } from './windows-containers.ts';

interface Started { readonly record: ContainerRecord; readonly changed: boolean }

/** Starts a container. Whatever fails, or is cancelled before the task runs, leaves it as it was, with the reason as its start error. */
export const startContainer = (ports: Ports, reference: string, signal?: AbortSignal): Promise<Started> =>
  withContainer(ports, reference, signal, (record) => start(ports, record, 0, signal));

/** Starts a container whose restart policy asks for it, unless somebody was faster or has stopped it since. What fails is tried again later. */
export const restartByPolicy = (ports: Ports, id: string): Promise<Started> =>
  withContainer(ports, id, undefined, async (record) => {
    if (record.state !== 'exited' || record.life.restartAt === undefined) return { record, changed: false };
    try {
      return await start(ports, record, record.life.restartCount + 1, undefined);
    } catch (error) {
      await ports.metadata.write((writer) => { writer.updateContainer(id, { life: lifeAfterFailedRestart(record, ports.clock.now()) }); });
      throw error;
    }
  });

const start = async (ports: Ports, record: ContainerRecord, restartCount: number, signal: AbortSignal | undefined): Promise<Started> => {
  const target = { kind: 'container', id: record.id } as const;
  if (record.state === 'running') return { record, changed: false };
  if (record.state === 'paused') throw new SiloError('ContainerPaused', { args: { id: record.name }, target });
  if (record.state === 'removing') throw new SiloError('ContainerNotFound', { args: { id: record.name }, target });
  const stopped = record.state;
  const links = await ports.metadata.write((writer) => {
    writer.updateContainer(record.id, { state: 'starting', bootId: ports.host.bootId });
    return planLinks(writer, record, ports.network.assignsAddresses);
  }, signal);
  try {
    const { pid, startedAt, attached, machineRoot } = await beginTask(ports, record, links, signal);
    const health = record.spec.healthCheck === undefined ? undefined : { status: 'starting', failingStreak: 0, results: [] } as const;
    const life = { wanted: 'running', restartCount, restartAt: undefined, health, machineRoot } as const;
    const running = { state: 'running', startedAt, finishedAt: undefined, exitCode: null, exitReason: undefined, oomKilled: false, startError: undefined, pid, bootId: ports.host.bootId, life } as const;
    await ports.metadata.write((writer) => {
      writer.updateContainer(record.id, running);
      recordLinks(writer, record, attached);
      writer.appendEvent({ time: running.startedAt, kind: 'container/start', subject: record.id, attributes: [{ name: 'name', value: record.name }, ...(restartCount === 0 ? [] : [{ name: 'restartCount', value: String(restartCount) }])] });
    });
    const ipAddress = attached.flatMap(plainAddresses)[0];
    const started = { ...record, ...running, ...(ipAddress === undefined ? {} : { ipAddress }) };
    if (needsSupervisor(record.spec)) await ports.supervisor.ensure();
    ports.supervisor.ensureSoon(() => turnLogOverEarly(ports, started));
    return { record: started, changed: true };
  } catch (error) {
    await releaseTask(ports, record);
    const startError = isSiloError(error, 'OperationCancelled') ? undefined : error instanceof Error ? error.message : String(error);
    await ports.metadata.write((writer) => { writer.updateContainer(record.id, { state: stopped, startError, pid: undefined }); });
    throw error;
  }
};

const beginTask = async (ports: Ports, record: ContainerRecord, links: readonly PlannedLink[], signal: AbortSignal | undefined): Promise<{ readonly pid: number; readonly startedAt: Date; readonly attached: readonly EndpointRecord[]; readonly machineRoot: MachineRoot | undefined }> => {
  const technology = technologyOf(ports.isolations, record);
  const { runtime, snapshotter } = technology;
  const { spec } = record;
  const key = record.snapshotKey;
  if (key === undefined) throw new SiloError('SnapshotNotFound', { args: { key: record.id }, target: { kind: 'container', id: record.id } });
  // A pipe of Windows cannot be opened to look at it.
  for (const { kind, source } of spec.mounts) if (kind === 'bind' && !isPipe(source)) await ports.volumes.checkSource(source);
  const owner = sandboxOwner(ports, record, technology);
  const settings = await taskSettings(ports, record);
  if (links.length > 0) await ports.supervisor.ensure();
  const shown = owner.id === record.id ? links : ports.metadata.read((reader) => linksOf(reader, owner.id));
  const paths = await ports.files.prepare(record.id, { hostName: spec.hostName, domainName: spec.networking?.domainName, nameService: nameServiceOf(owner, shown), hostLines: hostLines(owner, shown) });
  await snapshotter.prepare(key, spec.storageBytes);
  const chain = ports.metadata.read((reader) => reader.chainBelow(key));
  const { machineRoot, layerImages } = await machineRootOf(technology, record, key, chain, signal);
  const { storage, mounts } = await mountFiles(ports, record, { key, chain, readOnly: layerImages !== undefined }, snapshotter, paths.rootPath, signal);
  throwIfCancelled(signal);
  const networkNamespacePath = await ports.network.prepare(record.sandboxId, owner.spec.network);
  await refuseListeners(ports, links);
  throwIfCancelled(signal);
  const linking = attachLinks(ports, record, links);
  // A namespace gets its links while the task is made in it; a virtual machine takes what is there when it is made.
  const plugged = links.some(({ network }) => network.driver === 'foreign');
  if (ports.network.assignsAddresses || runtime.ownKernel === true || plugged) await linking;
  // Its plugins choose the address.
  if (plugged) await ports.files.prepare(record.id, { hostName: spec.hostName, domainName: spec.networking?.domainName, nameService: nameServiceOf(owner, links), hostLines: hostLines(owner, await plannedFrom(links, linking)) });
  const creating = runtime.create({
    id: record.id,
    rootPath: paths.rootPath,
    storage,
    layerImages,
    bundlePath: paths.bundlePath,
    logPath: paths.logPath,
    process: {
      args: spec.args,
      env: spec.environment.map(({ name, value }) => `${name}=${value}`),
      workingDirectory: spec.workingDirectory,
      user: spec.user,
      terminal: spec.terminal,
      noNewPrivileges: !spec.privileged,
      ...processSettings(spec),
    },
    openStdin: spec.openStdin,
    hostName: spec.hostName,
    readOnlyRoot: spec.readOnlyRoot,
    resources: spec.resources,
    mounts: [
      // In a machine of another system its agent makes these.
      ...((spec.os ?? 'linux') === ports.host.os ? platformOf(spec.os).ownFiles(paths) : []),
      ...mounts,
    ],
    networkNamespacePath,
    linksChange: spec.network === 'networks',
    machineOf: runtime.joinsMachines === true && owner.id !== record.id ? owner.id : undefined,
    privileged: spec.privileged,
    settings,
    credentialSpec: spec.credentialSpec,
  }, signal);
  // Both have ended before anything is undone.
  await Promise.allSettled([linking, creating]);
  const [attached, { pid }] = await Promise.all([linking, creating]);
  await awaitNameService(ports, links);
  // Before the start: a short task has ended by the time that runc comes back.
  const startedAt = ports.clock.now();
  await runtime.start(record.id);
  return { pid, startedAt, attached, machineRoot };
};

/** Links with the addresses that they really have. */
const plannedFrom = async (links: readonly PlannedLink[], linking: Promise<readonly EndpointRecord[]>): Promise<readonly PlannedLink[]> => {
  const attached = await linking;
  return links.map((link, position) => ({ ...link, endpoint: { ...link.endpoint, addresses: plainAddresses(attached[position] ?? link.endpoint) } }));
};

interface Root { readonly key: SnapshotKey; readonly chain: readonly SnapshotKey[]; readonly readOnly: boolean }

/** The root, and the volumes with what the image has for them: copied before a virtual machine takes the root away. */
const mountFiles = async (ports: Ports, record: ContainerRecord, { key, chain, readOnly }: Root, snapshotter: Snapshotter, rootPath: string, signal: AbortSignal | undefined): Promise<{ readonly storage: SnapshotStorage | undefined; readonly mounts: readonly TaskMount[] }> => {
  // What the image has is not copied to a server.
  const fills = ports.metadata.read((reader) => record.spec.mounts.filter((mount) => mount.kind === 'volume' && mount.subPath === undefined && shareOf(reader, mount) === undefined));
  await refuseUnseenFiles(record, fills, chain, snapshotter);
  const volumes = (): Promise<readonly TaskMount[]> => volumeMounts(ports, record, rootPath, signal);
  const filled = fills.some(({ target }) => platformOf(record.spec.os).pathInRoot(target) !== undefined) ? await snapshotter.withRoot?.(key, chain, rootPath, volumes) : undefined;
  const storage = await snapshotter.mount(key, chain, rootPath, { readOnly });
  return { storage, mounts: filled ?? await volumes() };
};

/** A volume gets what the image has at its place: where that can't be seen, a volume that would lack it is refused. */
const refuseUnseenFiles = async ({ spec }: ContainerRecord, volumes: readonly ContainerMount[], chain: readonly SnapshotKey[], snapshotter: Snapshotter): Promise<void> => {
  for (const { target, noCopy } of volumes) {
    const folder = noCopy === true ? undefined : platformOf(spec.os).pathInRoot(target);
    if (folder === undefined || (await snapshotter.holds?.(chain, folder)) !== true) continue;
    throw new SiloError('OptionUnsupported', { args: { option: `A volume at '${target}' that begins with the image's files`, reason: 'this host does not see them; mount it without copying' }, target: { kind: 'path', id: target } });
  }
};

/** What a container's volumes and binds are on this host; a volume that is used for the first time gets what the image has there. */
export const volumeMounts = async (
  ports: Ports, record: ContainerRecord, rootPath: string, signal?: AbortSignal, shareFolder = (_: ContainerMount, share: NamedShare): Promise<string> => attachShare(ports, share, signal),
): Promise<readonly TaskMount[]> => {
  const mounts: TaskMount[] = [];
  for (const mount of record.spec.mounts) {
    const { target, readOnly } = mount;
    if (mount.kind === 'bind') { mounts.push({ source: mount.source, target, readOnly, propagation: mount.propagation }); continue; }
    if (mount.kind === 'tmpfs') { mounts.push({ source: 'tmpfs', target, readOnly, memory: { sizeBytes: mount.sizeBytes, mode: mount.mode } }); continue; }
    if (mount.kind === 'file') {
      const held = await ports.files.held(record.id, { name: mount.source, inMemory: mount.inMemory === true });
      if (held === undefined) throw new SiloError('ContainerFileLost', { args: { id: record.name, path: target }, target: { kind: 'container', id: record.id } });
      mounts.push({ source: held.path, target, readOnly, fixed: true });
      continue;
    }
    const share = ports.metadata.read((reader) => shareOf(reader, mount));
    if (share !== undefined) { mounts.push({ source: await shareFolder(mount, share), target, readOnly }); continue; }
    const source = await withVolume(ports, mount.source, signal, () => ports.volumes.create(mount.source));
    if (mount.subPath !== undefined) { mounts.push({ source: await partFolder(ports, record.id, source, mount.subPath), target, readOnly }); continue; }
    const folder = mount.noCopy === true ? undefined : platformOf(record.spec.os).pathInRoot(target);
    if (folder !== undefined) await ports.volumes.copyUp(mount.source, rootPath, folder);
    mounts.push({ source, target, readOnly });
  }
  return mounts;
};

const partFolder = (ports: Ports, owner: string, source: string, subPath: string): Promise<string> => {
  const { parts } = ports.volumes;
  if (parts === undefined) throw new SiloError('OptionUnsupported', { args: { option: 'A folder of a volume', reason: 'this host mounts volumes as a whole' } });
  return parts.attach(owner, source, subPath);
};

/** The container whose sandbox this one shares; itself where it has its own. */
const sandboxOwner = (ports: Ports, record: ContainerRecord, technology: IsolationTechnology): ContainerRecord => {
  if (record.spec.network !== 'container') return record;
  const id = record.spec.networking?.containerId ?? '';
  const owner = ports.metadata.read((reader) => reader.container(id));
  if (owner === undefined) throw new SiloError('ContainerNotFound', { args: { id: id.slice(0, 12) }, target: { kind: 'container', id } });
  if (owner.state !== 'running' && owner.state !== 'paused') throw new SiloError('ContainerNotRunning', { args: { id: owner.name, state: owner.state }, target: { kind: 'container', id } });
  // Either may have got another isolation since.
  refuseApart(ports, 'network', owner, technology);
  return owner;
};
