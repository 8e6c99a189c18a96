import { setTimeout as delay } from 'node:timers/promises';
import { SiloError, isSiloError } from '../base/index.ts';
import type { ContainerRecord, TaskExit } from '../core/index.ts';
import { findContainer } from './container-lookup.ts';
import { withContainer } from './container-lock.ts';
import { throwIfCancelled } from './guards.ts';
import { lookAt } from './list-containers.ts';
import { plainAddresses } from './network-links.ts';
import type { Ports } from './ports.ts';
import { withExit } from './settle.ts';
import { technologyOf } from './technology.ts';

export interface WaitRequest {
  /** What is waited for; undefined is the end. */
  readonly for?: 'exit' | 'running' | 'healthy' | 'port' | undefined;
  /** TCP port in the container, where a port is waited for. */
  readonly port?: number | undefined;
  /** -1 or undefined waits for ever. */
  readonly timeoutSeconds?: number | undefined;
}

/**
 * Waits until a container has ended, where it did not before, or is as far as the request says. One that
 * ends while something else is waited for, and is not started again by itself, is the error ContainerNotRunning with its exit code.
 */
export const waitContainer = async (ports: Ports, reference: string, request: WaitRequest, signal?: AbortSignal): Promise<ContainerRecord> => {
  const record = ports.metadata.read((reader) => findContainer(reader, reference));
  const { timeoutSeconds } = request;
  const limited = timeoutSeconds === undefined || timeoutSeconds < 0 ? undefined : AbortSignal.timeout(timeoutSeconds * 1000);
  const signals = [signal, limited].filter((candidate) => candidate !== undefined);
  const stop = signals.length === 0 ? undefined : AbortSignal.any(signals);
  try {
    if ((request.for ?? 'exit') !== 'exit') return await waitUntil(ports, record, request, stop);
    if (record.state === 'created' || record.state === 'exited') return record;
    await technologyOf(ports.isolations, record).runtime.wait(record.id, stop);
  } catch (error) {
    if (isSiloError(error, 'OperationCancelled') && limited?.aborted === true && signal?.aborted !== true) {
      throw timedOut(record, request);
    }
    throw error;
  }
  return settledExit(ports, record, signal);
};

/** Says what did not happen. */
const timedOut = ({ id, name }: ContainerRecord, { for: wanted, port = 0, timeoutSeconds = -1 }: WaitRequest): SiloError => {
  const target = { kind: 'container', id } as const;
  switch (wanted) {
    case 'running': return new SiloError('RunningTimedOut', { args: { id: name, timeoutSeconds }, target });
    case 'healthy': return new SiloError('HealthyTimedOut', { args: { id: name, timeoutSeconds }, target });
    case 'port': return new SiloError('PortTimedOut', { args: { id: name, port, timeoutSeconds }, target });
    default: return new SiloError('OperationTimedOut', { args: { operation: `Container '${name}'`, timeoutSeconds }, target });
  }
};

const settledExit = async (ports: Ports, record: ContainerRecord, signal: AbortSignal | undefined): Promise<ContainerRecord> => {
  try {
    return await withContainer(ports, record.id, signal, (settled) => Promise.resolve(settled));
  } catch (error) {
    // Removed as it ended: its exit is still told by the events.
    const exit = isSiloError(error, 'ContainerNotFound') ? lastExit(ports, record.id) : undefined;
    if (exit === undefined) throw error;
    return withExit(record, exit);
  }
};

const lookIntervalMs = 100;
/** A port that is not there yet answers at once; one that drops what comes is asked again. */
const probeMs = 2000;

const waitUntil = async (ports: Ports, { id, name, spec }: ContainerRecord, request: WaitRequest, stop: AbortSignal | undefined): Promise<ContainerRecord> => {
  const target = { kind: 'container', id } as const;
  const { port, for: wanted } = request;
  if ((wanted === 'port') !== (port !== undefined)) throw new SiloError('ParameterInvalid', { args: { parameter: 'port', reason: 'it is given where a port is waited for, and only there' }, target });
  if (wanted === 'healthy' && spec.healthCheck === undefined) throw new SiloError('ParameterInvalid', { args: { parameter: 'for', reason: `container '${name}' has no health check` }, target });
  if (wanted === 'port' && spec.network === 'none') throw new SiloError('ParameterInvalid', { args: { parameter: 'port', reason: `container '${name}' has no network` }, target });
  for (;;) {
    throwIfCancelled(stop);
    const now = ports.metadata.read((reader) => reader.container(id));
    const live = now === undefined ? undefined : (await lookAt(ports, now))?.record;
    if (live === undefined) throw new SiloError('ContainerNotFound', { args: { id: name }, target });
    if (live.state === 'exited' && live.life.restartAt === undefined) {
      throw new SiloError('ContainerNotRunning', { args: { id: name, state: `exited (exit code ${live.exitCode ?? 'unknown'})` }, target, ...(live.exitCode === null ? {} : { native: { exitCode: live.exitCode } }) });
    }
    if (live.state === 'running') {
      if (wanted === 'running') return live;
      if (wanted === 'healthy' && live.life.health?.status === 'healthy') return live;
      if (port !== undefined && (await anyAnswers(ports, live, port, stop))) return live;
    }
    await pause(stop);
  }
};

const pause = async (stop: AbortSignal | undefined): Promise<void> => {
  try {
    await delay(lookIntervalMs, undefined, stop === undefined ? {} : { signal: stop });
  } catch (cause) {
    throw new SiloError('OperationCancelled', { cause });
  }
};

const anyAnswers = async (ports: Ports, record: ContainerRecord, port: number, stop: AbortSignal | undefined): Promise<boolean> => {
  const patience = AbortSignal.timeout(probeMs);
  const signal = stop === undefined ? patience : AbortSignal.any([stop, patience]);
  for (const address of addressesOf(ports, record)) if (await ports.portProbe.answers(address, port, signal)) return true;
  return false;
};

/** Where this host reaches what listens in a container. */
const addressesOf = (ports: Ports, { id, spec }: ContainerRecord): readonly string[] => {
  if (spec.network === 'host') return ['127.0.0.1', '::1'];
  const owner = spec.network === 'container' ? spec.networking?.containerId ?? '' : id;
  return ports.metadata.read((reader) => reader.endpointsOfContainer(owner)).filter(({ attached }) => attached !== undefined).flatMap(plainAddresses);
};

const lastExit = (ports: Ports, id: string): TaskExit | undefined => {
  const event = ports.metadata.read((reader) => reader.lastEvent('container/exit', id));
  if (event === undefined) return undefined;
  const attribute = (name: string): string | undefined => event.attributes.find((candidate) => candidate.name === name)?.value;
  const code = attribute('exitCode');
  return {
    exitCode: code === undefined || code === '' ? null : Number(code),
    exitedAt: event.time,
    oomKilled: attribute('oomKilled') === 'true',
    reason: (attribute('reason') ?? 'Exited') as TaskExit['reason'],
  };
};
