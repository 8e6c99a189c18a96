import { watch, type FSWatcher } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { hasErrno } from '../base/index.ts';
import type { ContainerRecord, Lock } from '../core/index.ts';
import { isRestartDue, lockName, namedNetworks, needsHand, planAfterBoot, removeIfAutomatic, restartByPolicy, settle, supervisedContainers, turnLogOver, turnProcessLogsOver, type Engine, type Ports } from '../engine/index.ts';
import { HealthWatch } from './health-watch.ts';
import { NameServers } from './name-servers.ts';

/** Held by the supervisor of a root for as long as it works. */
export const supervisorLockName = 'supervisor';

const pollMs = 1000;
/** Looks without anything to do after which it is a rest. */
const looksBeforeRest = 3;
const takeOverPollMs = 1000;
/** Until the next look where a log has just been turned over: it is growing fast. */
const busyPollMs = 100;
/** Looks without any work before the supervisor ends. One that works for engines is needed again soon, and takes a second to start. */
const idleLooks = 5;
const idleLooksOfService = 300;
/** Where there are networks: the next container waits until names are answered. */
const idleLooksOfNetworks = 60;

/** How engines reach a supervisor while it is at work. */
interface SupervisedService {
  /** Whether they work through it, and not only ask for its end: then it is needed again soon. */
  readonly worksForEngines: boolean;
  /** Whether ending now would take something from somebody. */
  readonly isNeeded: boolean;
  /** Whether somebody has asked for its end: it comes when no container needs it. */
  readonly isRetiring: boolean;
  close(): Promise<void>;
}

/** `wake` has the supervisor look at once. Undefined where it does its work without being reached. */
export type Serve = (wake: () => void) => Promise<SupervisedService | undefined>;

export interface SuperviseOptions {
  /** Where runtimes leave exits: one watch sees every one. */
  readonly exitsFolder: string;
  /** A service of the system goes on while there is nothing to do. */
  readonly stayIdle?: boolean;
  /** Called when there has been nothing to do for some looks; again only after something was done. */
  readonly onRest?: () => void;
  /** Called when this supervisor is at work; what it answers is closed before another one can be. */
  readonly serve?: Serve | undefined;
}

/**
 * Watches a root's containers until none needs it: records how they ended, releases what they held, starts
 * them again as their policies say, checks their health, turns their logs over, and removes those that asked
 * for it. Returns at once where another supervisor is at work; a service waits for its end, and takes its place.
 */
export const supervise = async (engine: Engine, options: SuperviseOptions, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    const lock = await engine.ports.locks.tryAcquire(supervisorLockName);
    if (lock === undefined) {
      if (options.stayIdle !== true) return;
      await delay(takeOverPollMs, undefined, { signal }).catch(() => undefined);
      continue;
    }
    await work(engine.ports, options, lock, signal);
    // A container may have been started between the last look and the release: whoever started it saw the lock taken.
    if (signal.aborted || supervisedContainers(engine.ports).length === 0) return;
  }
};

const work = async (ports: Ports, { exitsFolder, stayIdle, serve, onRest }: SuperviseOptions, lock: Lock, signal: AbortSignal): Promise<void> => {
  let service: SupervisedService | undefined;
  let wake: (() => void) | undefined;
  const watcher = watchIfPossible(exitsFolder, () => { wake?.(); });
  const onAbort = (): void => { wake?.(); };
  signal.addEventListener('abort', onAbort);
  const health = new HealthWatch(ports);
  // Windows' own network service answers there.
  const names = ports.network.assignsAddresses ? undefined : new NameServers(ports);
  try {
    service = await serve?.(() => { wake?.(); });
    await planAfterBoot(ports);
    const most = (): number => (stayIdle === true ? Number.POSITIVE_INFINITY : service?.worksForEngines === true ? idleLooksOfService : namedNetworks(ports).length > 0 ? idleLooksOfNetworks : idleLooks);
    for (let idle = 0, quiet = 0; idle < most() && !signal.aborted;) {
      const { promise, resolve } = Promise.withResolvers<void>();
      // Before the look: what happens during it must not be slept over.
      wake = resolve;
      const { records, changed, turned } = await lookAtAll(ports, signal);
      health.follow(records);
      quiet = changed ? 0 : quiet + 1;
      if (quiet === looksBeforeRest) onRest?.();
      if (service?.isRetiring === true && records.length === 0) break;
      idle = records.length > 0 || service?.isNeeded === true ? 0 : idle + 1;
      const timer = setTimeout(resolve, untilNextLook(records, turned ? busyPollMs : pollMs, ports.clock.now()));
      await promise;
      clearTimeout(timer);
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    await health.close();
    await names?.close();
    watcher?.close();
    await service?.close();
    await lock.release();
  }
};

/** A restart that is due earlier than the next look is not kept waiting. */
const untilNextLook = (records: readonly ContainerRecord[], most: number, now: Date): number =>
  records.reduce((least, { life: { restartAt } }) => (restartAt === undefined ? least : Math.max(0, Math.min(least, restartAt.getTime() - now.getTime()))), most);

/** The kernel gives a user only so many watches (ENOSPC) and watchers (EMFILE): without one the look every second must do. */
const watchIfPossible = (folder: string, changed: () => void): FSWatcher | undefined => {
  try {
    return watch(folder, changed).on('error', () => undefined);
  } catch (error) {
    if (hasErrno(error, 'ENOSPC', 'EMFILE')) return undefined;
    throw error;
  }
};

interface Look {
  /** What there is to watch now. */
  readonly records: readonly ContainerRecord[];
  /** Whether anything may have been done. */
  readonly changed: boolean;
  /** Whether any log was turned over. */
  readonly turned: boolean;
}

const lookAtAll = async (ports: Ports, signal: AbortSignal): Promise<Look> => {
  let [changed, turned] = [false, false];
  const found = supervisedContainers(ports);
  for (const record of found) {
    if (signal.aborted) break;
    try {
      if (!(await needsHand(ports, record))) continue;
      changed = true;
      if (await lookAt(ports, record.id)) turned = true;
    } catch (error) {
      ports.log.error({ err: error, container: record.id }, 'could not look after a container; trying again');
    }
  }
  try {
    if (await turnProcessLogsOver(ports)) turned = true;
  } catch (error) {
    ports.log.error({ err: error }, 'could not turn the log of a process over; trying again');
  }
  return { records: changed ? supervisedContainers(ports) : found, changed, turned };
};

/** True where its log was turned over. */
const lookAt = async (ports: Ports, id: string): Promise<boolean> => {
  const lock = await ports.locks.tryAcquire(lockName(id));
  // Whoever holds it does what is to be done.
  if (lock === undefined) return false;
  let settled: ContainerRecord;
  let turned: boolean;
  try {
    const record = ports.metadata.read((reader) => reader.container(id));
    if (record === undefined) return false;
    settled = await settle(ports, record);
    await removeIfAutomatic(ports, settled);
    turned = await turnLogOver(ports, settled);
  } finally {
    await lock.release();
  }
  if (settled.state === 'exited' && isRestartDue(settled, ports.clock.now())) await restartByPolicy(ports, id);
  return turned;
};
