import { SiloError, isSiloError } from '../base/index.ts';
import { dependencyWaves } from '../application/index.ts';
import type { ApplicationItem } from './apply-application.ts';
import { applicationNotFound, membersOf, networksOf, withApplication, type Member } from './application-members.ts';
import { startMember, stopMember } from './application-hooks.ts';
import { awaitCondition } from './application-waits.ts';
import { statusOf, type ApplicationStatus } from './list-applications.ts';
import type { Ports } from './ports.ts';
import { removeContainer } from './remove-container.ts';
import { removeNetwork } from './remove-network.ts';
import { removeVolume } from './volumes.ts';

interface Changed { readonly changed: boolean; readonly status: ApplicationStatus }

/** Members in waves: each waits for those of the waves before. What labels say may come from anybody, so a ring is no error here: it goes in one wave. */
const wavesOf = (members: readonly Member[]): readonly (readonly Member[])[] => {
  const services = new Map(members.map(({ membership }) => [membership.service, Object.keys(membership.dependsOn)]));
  const order = dependencyWaves(services);
  const waves = 'ring' in order ? [[...services.keys()]] : order.waves;
  return waves.map((names) => members.filter(({ membership }) => names.includes(membership.service)));
};

const required = (ports: Ports, name: string): readonly Member[] => {
  const { members, networks } = ports.metadata.read((reader) => ({ members: membersOf(reader, name), networks: networksOf(reader, name) }));
  if (members.length === 0 && networks.length === 0) throw applicationNotFound(name);
  return members;
};

const named = async <T>(application: string, service: string, body: () => Promise<T>): Promise<T> => {
  try {
    return await body();
  } catch (error) {
    if (!(error instanceof SiloError) || error.code === 'OperationCancelled') throw error;
    throw new SiloError('ServiceFailed', { args: { application, service, reason: error.message.replace(/\.$/, '') }, target: { kind: 'application', id: application }, cause: error });
  }
};

/** All of them to their ends, then the first failure. */
const together = async (members: readonly Member[], body: (member: Member) => Promise<void>): Promise<void> => {
  const results = await Promise.allSettled(members.map(body));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
};

/** Starts the containers of an application that do not run, each when those that it waits for are as it needs them. */
export const startApplication = (ports: Ports, name: string, timeoutSeconds: number | undefined, signal?: AbortSignal): Promise<Changed> =>
  withApplication(ports, name, signal, async () => {
    let changed = false;
    const members = required(ports, name);
    const awaited = members.flatMap(({ membership }) => Object.entries(membership.dependsOn));
    const hasSucceeded = ({ record, membership }: Member): boolean =>
      record.state === 'exited' && record.exitCode === 0 && awaited.some(([service, { condition }]) => service === membership.service && condition === 'service_completed_successfully');
    for (const wave of wavesOf(members)) {
      await together(wave, async (member) => {
        const { record, membership } = member;
        for (const [service, { condition, required: isRequired }] of Object.entries(membership.dependsOn)) {
          for (const other of members.filter((candidate) => candidate.membership.service === service)) {
            const wait = named(name, service, () => awaitCondition(ports, other.record.id, condition, timeoutSeconds, signal));
            await (isRequired ? wait : wait.catch((error: unknown) => { ports.log.warn({ err: error, service }, 'a service goes on without another'); }));
          }
        }
        if (hasSucceeded(member)) return;
        changed = (await named(name, membership.service, () => startMember(ports, record.id, signal))) || changed;
      });
    }
    return { changed, status: await statusOf(ports, name) };
  });

/** Stops the containers of an application, those first that wait for others. */
export const stopApplication = (ports: Ports, name: string, timeoutSeconds: number | undefined, signal?: AbortSignal): Promise<Changed> =>
  withApplication(ports, name, signal, async () => {
    let changed = false;
    for (const wave of [...wavesOf(required(ports, name))].reverse()) {
      await together(wave, async ({ record, membership }) => {
        changed = (await named(name, membership.service, () => stopMember(ports, record.id, { timeoutSeconds }, signal))).changed || changed;
      });
    }
    return { changed, status: await statusOf(ports, name) };
  });

/** Takes containers and networks of an application away, and its volumes where that is asked for. */
export const removeApplication = (ports: Ports, name: string, options: { readonly removeVolumes?: boolean | undefined; readonly dryRun?: boolean | undefined; readonly force?: boolean | undefined }, signal?: AbortSignal): Promise<readonly ApplicationItem[]> =>
  withApplication(ports, name, signal, async () => {
    const { members, networks } = ports.metadata.read((reader) => ({ members: membersOf(reader, name), networks: networksOf(reader, name) }));
    if (members.length === 0 && networks.length === 0 && options.force !== true) throw applicationNotFound(name);
    const items: ApplicationItem[] = [];
    const action = options.dryRun === true ? 'WouldRemove' : 'Removed';
    const reason = 'it belongs to the application';
    for (const wave of [...wavesOf(members)].reverse()) {
      await together(wave, async ({ record, membership }) => {
        if (options.dryRun !== true) await named(name, membership.service, () => end(ports, record.id, signal));
        items.push({ kind: 'Container', name: record.name, service: membership.service, action, reason });
      });
    }
    for (const network of networks) {
      if (options.dryRun !== true) await removeNetwork(ports, network.id, false, signal);
      items.push({ kind: 'Network', name: network.name, service: null, action, reason });
    }
    const volumes = [...new Set(members.flatMap(({ membership }) => [...membership.imageVolumes, ...(options.removeVolumes === true ? membership.volumes : [])]))];
    for (const volume of volumes) if (await releaseVolume(ports, volume, members, options.dryRun === true, signal)) items.push({ kind: 'Volume', name: volume, service: null, action, reason });
    return items;
  });

/** False where other containers mount it, or where it is not there. */
const releaseVolume = async (ports: Ports, volume: string, members: readonly Member[], dryRun: boolean, signal: AbortSignal | undefined): Promise<boolean> => {
  if (dryRun) {
    const leaving = new Set(members.map(({ record }) => record.id));
    return ports.metadata.read((reader) => reader.volume(volume) !== undefined && !reader.containers().some(({ id, spec }) => !leaving.has(id) && spec.mounts.some(({ kind, source }) => kind === 'volume' && source === volume)));
  }
  try {
    return (await removeVolume(ports, volume, true, signal)).removed;
  } catch (error) {
    if (isSiloError(error, 'VolumeInUse')) return false;
    throw error;
  }
};

const end = async (ports: Ports, id: string, signal: AbortSignal | undefined): Promise<void> => {
  try {
    await stopMember(ports, id, {}, signal);
    await removeContainer(ports, id, { force: true }, signal);
  } catch (error) {
    if (!isSiloError(error, 'ContainerNotFound')) throw error;
  }
};
