import { setTimeout as delay } from 'node:timers/promises';
import { SiloError } from '../base/index.ts';
import type { DependencyCondition } from '../application/index.ts';
import type { ContainerRecord } from '../core/index.ts';
import { throwIfCancelled } from './guards.ts';
import { lookAt } from './list-containers.ts';
import type { Ports } from './ports.ts';
import { waitContainer } from './wait-container.ts';

/** The supervisor writes what checks say into the store; looking there costs a fraction of a millisecond. */
const healthPauseMs = 100;

const failed = (record: ContainerRecord, reason: string): SiloError => new SiloError('ContainerStartFailed', { args: { id: record.name, reason }, target: { kind: 'container', id: record.id } });

/** Waits until a container is what others wait for. Errors: ContainerStartFailed where it never will be, OperationTimedOut, OperationCancelled. */
export const awaitCondition = async (ports: Ports, id: string, condition: DependencyCondition, timeoutSeconds: number | undefined, signal: AbortSignal | undefined): Promise<void> => {
  const record = ports.metadata.read((reader) => reader.container(id));
  if (record === undefined) throw new SiloError('ContainerNotFound', { args: { id }, target: { kind: 'container', id } });
  if (condition === 'service_completed_successfully') {
    const ended = await waitContainer(ports, id, { timeoutSeconds }, signal);
    if (ended.exitCode !== 0) throw failed(ended, ended.exitCode === null ? 'its exit code is not known' : `it ended with exit code ${ended.exitCode}`);
  } else if (condition === 'service_healthy') await awaitHealth(ports, record, timeoutSeconds, signal);
};

const awaitHealth = async (ports: Ports, { id, spec, name }: ContainerRecord, timeoutSeconds: number | undefined, signal: AbortSignal | undefined): Promise<void> => {
  if (spec.healthCheck === undefined) throw new SiloError('ParameterInvalid', { args: { parameter: 'depends_on', reason: `${name} has no health check that could be waited for` }, target: { kind: 'container', id } });
  const until = timeoutSeconds === undefined || timeoutSeconds < 0 ? Number.POSITIVE_INFINITY : performance.now() + timeoutSeconds * 1000;
  for (;;) {
    const record = ports.metadata.read((reader) => reader.container(id));
    const live = record === undefined ? undefined : (await lookAt(ports, record))?.record;
    if (live === undefined) throw new SiloError('ContainerNotFound', { args: { id: name }, target: { kind: 'container', id } });
    const status = live.life.health?.status;
    if (live.state === 'running' && status === 'healthy') return;
    if (live.state === 'running' && status === 'unhealthy') throw failed(live, `its health check fails: ${live.life.health?.results.at(-1)?.output.trim().slice(0, 200) ?? ''}`);
    if (live.state === 'exited' && live.life.restartAt === undefined) throw failed(live, `it ended with exit code ${live.exitCode ?? 'unknown'} before it was healthy`);
    if (performance.now() > until) throw new SiloError('OperationTimedOut', { args: { operation: `The wait for ${name} to be healthy`, timeoutSeconds: timeoutSeconds ?? -1 }, target: { kind: 'container', id } });
    throwIfCancelled(signal);
    await delay(healthPauseMs);
  }
};
