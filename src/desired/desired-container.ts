import { setTimeout as delay } from 'node:timers/promises';
import { SiloError } from '../base/index.ts';
import type { ContainerRecord } from '../core/index.ts';
import {
  connectContainer, createContainer, disconnectContainer, expectedContainer, formatPublishedPort, listContainers, lookAt, relabelContainer, removeContainer, renameContainer, resumeContainer, setContainerIsolation, startContainer,
  stopContainer, updateContainer, type LiveContainer,
} from '../engine/index.ts';
import { comparableRequest, containerDifferences, networkKey, networksOf, requestOf, scopeOf, withScope, type ContainerWish } from './container-differences.ts';
import type { DesiredKind, Difference, Found, Work } from './desired.ts';
import { ownSettings, type OwnSettings } from './own-settings.ts';
import { replacedBy, replacedName } from './replaced-container.ts';
import { bringImage } from './wanted-image.ts';

export type { ContainerWish };

export interface FoundContainer {
  readonly container: LiveContainer;
  readonly networks: readonly string[];
  readonly own: OwnSettings;
}

const describe = async (work: Work, container: LiveContainer): Promise<FoundContainer> => ({ container, networks: networksOf(work, container.record), own: await ownSettings(work, container.record) });

const defaultSettleSeconds = 2;
const settleLookMs = 100;

const runs = ({ state }: ContainerRecord): boolean => state === 'running' || state === 'paused' || state === 'starting';

/** Starts a container; one that ends soon has not started. Errors: ContainerNotRunning with its exit code, and those of a start. */
const startAndSettle = async ({ engine, signal }: Work, id: string, wish: ContainerWish): Promise<void> => {
  const { ports } = engine;
  const paused = ports.metadata.read((reader) => reader.container(id))?.state === 'paused';
  await (paused ? resumeContainer(engine.forChange(), id, signal) : startContainer(engine.forChange(), id, signal));
  const until = performance.now() + (wish.settleSeconds ?? defaultSettleSeconds) * 1000;
  for (;;) {
    const record = ports.metadata.read((reader) => reader.container(id));
    const live = record === undefined ? undefined : (await lookAt(ports, record))?.record;
    if (live === undefined || live.state === 'exited') {
      throw new SiloError('ContainerNotRunning', { args: { id: wish.name, state: `exited (exit code ${live?.exitCode ?? 'unknown'}) soon after its start` }, target: { kind: 'container', id: wish.name } });
    }
    if (performance.now() >= until) return;
    await delay(settleLookMs, undefined, signal === undefined ? {} : { signal }).catch((cause: unknown) => { throw new SiloError('OperationCancelled', { cause }); });
  }
};

const make = async (work: Work, wish: ContainerWish): Promise<ContainerRecord> => {
  const { engine, signal } = work;
  if (wish.image === undefined) throw new SiloError('ParameterInvalid', { args: { parameter: 'image', reason: 'a container that is not there is made from one' }, target: { kind: 'container', id: wish.name } });
  const networks = wish.networks ?? [];
  const { record } = await createContainer(engine.forChange(), engine.configs, {
    ...requestOf(wish, wish.image), name: wish.name, labels: withScope(wish.labels ?? [], wish.scope), ports: wish.ports, isolation: wish.isolation,
    ...(networks.length > 1 ? { networks: networks.map((network) => ({ network })) } : { network: networks[0] }),
  }, signal);
  return record;
};

/** What the wish does not name is as it was, but for what the image gives. */
const withUnnamed = (wish: ContainerWish, { container: { record }, networks, own }: FoundContainer): ContainerWish => {
  const { spec, isolation } = record;
  const named = Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined)) as unknown as ContainerWish;
  const process = wish.command === undefined && wish.entrypoint === undefined ? { command: own.command, entrypoint: own.entrypoint } : {};
  const rest = {
    image: spec.imageReference, environment: own.environment, labels: own.labels, user: own.user, workingDirectory: own.workingDirectory, hostName: own.hostName, mounts: own.mounts, isolation, networks,
    ports: (spec.networking?.ports ?? []).map(formatPublishedPort), readOnlyRoot: spec.readOnlyRoot, privileged: spec.privileged, stopTimeoutSeconds: spec.stopTimeoutSeconds, restartPolicy: spec.restartPolicy, scope: scopeOf(record),
  };
  return { ...rest, ...process, ...named, resources: { ...spec.resources, ...wish.resources } };
};

/** Makes a container anew. Where that fails the old one is as it was. */
const replace = async (work: Work, wish: ContainerWish, found: FoundContainer): Promise<void> => {
  const { engine, signal } = work;
  const ports = engine.forChange();
  const old = found.container.record;
  const ran = runs(old);
  let made: ContainerRecord | undefined;
  await renameContainer(ports, old.id, replacedName(old), signal);
  try {
    await stopContainer(ports, old.id, {}, signal);
    made = await make(work, withUnnamed(wish, found));
    if (wish.state === undefined ? ran : wish.state === 'running') await startAndSettle(work, made.id, wish);
  } catch (error) {
    // Also where the caller has gone away: nobody else knows what was here.
    if (made !== undefined) await removeContainer(ports, made.id, { force: true });
    await renameContainer(ports, old.id, old.name);
    if (ran) await startContainer(ports, old.id);
    throw error;
  }
  await removeContainer(ports, old.id, { force: true }, signal);
};

/** Connects and disconnects what differs; the first network is the same. */
const joinNetworks = async (work: Work, wish: ContainerWish, record: ContainerRecord): Promise<void> => {
  const { engine, signal } = work;
  const [wanted, actual] = [wish.networks ?? [], networksOf(work, record)];
  const has = (names: readonly string[], name: string): boolean => names.some((other) => networkKey(other) === networkKey(name));
  for (const name of wanted) if (!has(actual, name)) await connectContainer(engine.forChange(), record.id, name, {}, signal);
  for (const name of actual) if (!has(wanted, name)) await disconnectContainer(engine.forChange(), record.id, name, true, signal);
};

const changeInPlace = async (work: Work, wish: ContainerWish, record: ContainerRecord, differences: readonly Difference[]): Promise<void> => {
  const { engine, signal } = work;
  const ports = engine.forChange();
  const differs = (...properties: readonly string[]): boolean => differences.some(({ property }) => properties.includes(property));
  if (differs('labels', 'scope')) {
    const { spec } = await expectedContainer(ports, engine.configs, comparableRequest(wish, record), record);
    await relabelContainer(ports, record.id, withScope(wish.labels === undefined ? record.spec.labels : spec.labels, wish.scope ?? scopeOf(record)), signal);
  }
  if (differs(...Object.keys(wish.resources), 'restartPolicy', 'maximumRetries')) await updateContainer(ports, record.id, { resources: wish.resources, restartPolicy: wish.restartPolicy }, signal);
  if (differs('networks')) await joinNetworks(work, wish, record);
  let running = runs(record);
  if (differs('isolation') && wish.isolation !== undefined) {
    if (running) await stopContainer(ports, record.id, {}, signal);
    await setContainerIsolation(ports, record.id, wish.isolation, signal);
    if (running && wish.state === undefined) await startAndSettle(work, record.id, wish);
    running = running && wish.state === undefined;
  }
  if (wish.state === 'running' && (differs('state') || !running)) await startAndSettle(work, record.id, wish);
  if (wish.state === 'stopped' && running) await stopContainer(ports, record.id, {}, signal);
};

/** Containers, by their names. */
export const desiredContainer: DesiredKind<ContainerWish, FoundContainer> = {
  async find(work, wish): Promise<Found<FoundContainer>> {
    const { ports } = work.engine;
    const { named, replaced } = ports.metadata.read((reader) => ({ named: reader.containerByName(wish.name), replaced: replacedBy(reader, wish.name) }));
    const stored = named ?? replaced[0];
    const live = stored === undefined ? undefined : await lookAt(ports, stored);
    if (live === undefined) return { state: undefined, differences: [] };
    const state = await describe(work, live);
    if (wish.exist === false) return { state, differences: [] };
    const differences = [...await containerDifferences(work, wish, live.record)];
    if (named === undefined) differences.push({ property: 'name', change: 'InPlace', reason: `its replacement was interrupted: it is called ${live.record.name}` });
    else if (replaced.length > 0) differences.push({ property: 'name', change: 'InPlace', reason: `its replacement was interrupted: ${replaced.map(({ name }) => name).join(', ')} is still there` });
    return { state, differences };
  },

  async change(work, wish, { state, differences }) {
    const { engine, signal } = work;
    const policy = wish.pull ?? 'Missing';
    const anew = state === undefined || differences.some(({ change }) => change === 'Recreate');
    if (anew && wish.image !== undefined && (state === undefined || differences.some(({ property }) => property === 'image'))) await bringImage(work, wish.image, policy, wish.credential);
    if (state === undefined) {
      const { id } = await make(work, wish);
      if (wish.state === 'running') await startAndSettle(work, id, wish);
      return;
    }
    let { record } = state.container;
    if (record.name !== wish.name) record = { ...record, ...await renameContainer(engine.forChange(), record.id, wish.name, signal), state: record.state };
    if (anew) await replace(work, wish, { ...state, container: { ...state.container, record } });
    else await changeInPlace(work, wish, record, differences);
    for (const { id } of engine.ports.metadata.read((reader) => replacedBy(reader, wish.name))) await removeContainer(engine.forChange(), id, { force: true }, signal);
  },

  async remove({ engine, signal }, wish) {
    const ports = engine.forChange();
    const all = ports.metadata.read((reader) => [reader.containerByName(wish.name), ...replacedBy(reader, wish.name)]).filter((record) => record !== undefined);
    for (const record of all) {
      await stopContainer(ports, record.id, {}, signal);
      await removeContainer(ports, record.id, { force: true }, signal);
    }
  },

  async list(work) {
    const found: FoundContainer[] = [];
    let cursor: string | undefined;
    do {
      const page = await listContainers(work.engine.ports, { cursor });
      for (const container of page.items) found.push(await describe(work, container));
      cursor = page.next;
    } while (cursor !== undefined);
    return found;
  },
};
