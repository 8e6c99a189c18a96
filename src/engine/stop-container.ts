import { SiloError, isSiloError } from '../base/index.ts';
import type { ContainerRecord, Runtime, TaskExit } from '../core/index.ts';
import { withContainer } from './container-lock.ts';
import { platformOf } from './platform-of.ts';
import type { Ports } from './ports.ts';
import { settle } from './settle.ts';
import { killSignal } from './signals.ts';
import { technologyOf } from './technology.ts';

export type StopReason = 'Graceful' | 'TimedOut' | 'Terminated';

export interface StopOutcome {
  readonly record: ContainerRecord;
  readonly changed: boolean;
  readonly stopReason: StopReason | null;
  readonly durationMs: number;
}

/** Time that the kernel may take to end a killed task; longer means a process in uninterruptible sleep. */
const longestEndMs = 30_000;

const requireEnd = (record: ContainerRecord, patienceMs: number): ContainerRecord => {
  if (record.state !== 'running' && record.state !== 'paused') return record;
  throw new SiloError('ContainerNotEnding', { args: { id: record.name, seconds: patienceMs / 1000 }, target: { kind: 'container', id: record.id } });
};

/** Undefined where the task has not ended in time; -1 waits for ever. */
const waitFor = async (runtime: Runtime, id: string, patienceMs: number, signal: AbortSignal | undefined): Promise<TaskExit | undefined> => {
  const signals = [...(signal === undefined ? [] : [signal]), ...(patienceMs < 0 ? [] : [AbortSignal.timeout(patienceMs)])];
  try {
    return await runtime.wait(id, signals.length === 0 ? undefined : AbortSignal.any(signals));
  } catch (error) {
    if (isSiloError(error, 'OperationCancelled') && signal?.aborted !== true) return undefined;
    throw error;
  }
};

/**
 * Sends the stop signal, waits, and kills what does not end. The lock is not held while waiting, so that
 * others can look at the container or end it at once. Errors: ContainerNotEnding where even that does not end it.
 */
export const stopContainer = async (
  ports: Ports, reference: string,
  options: { readonly timeoutSeconds?: number | undefined; readonly force?: boolean | undefined; readonly killPatienceMs?: number } = {},
  signal?: AbortSignal,
): Promise<StopOutcome> => {
  const { killPatienceMs = longestEndMs } = options;
  const begin = performance.now();
  const elapsed = (): number => Math.round(performance.now() - begin);
  const asked = await withContainer(ports, reference, signal, async (record) => {
    // First: whoever sees the end must not start it again.
    const stopped: ContainerRecord = { ...record, life: { ...record.life, wanted: 'stopped', restartAt: undefined } };
    if (record.life.wanted !== 'stopped' || record.life.restartAt !== undefined) await ports.metadata.write((writer) => { writer.updateContainer(record.id, { life: stopped.life }); });
    if (record.state !== 'running' && record.state !== 'paused') return { record, changed: record.life.restartAt !== undefined, stopReason: null };
    const { runtime } = technologyOf(ports.isolations, record);
    if (options.force === true) {
      await killTask(ports, record, killPatienceMs);
      return { record: requireEnd(await settle(ports, stopped), killPatienceMs), changed: true, stopReason: 'Terminated' as const };
    }
    await runtime.kill(record.id, platformOf(record.spec.os).signalNumber(record.spec.stopSignal));
    // A frozen task gets its signal only when it thaws.
    if (record.state === 'paused') await runtime.resume(record.id);
    return { record, changed: true, stopReason: undefined };
  });
  if (asked.stopReason !== undefined) return { record: asked.record, changed: asked.changed, stopReason: asked.stopReason, durationMs: elapsed() };
  const { runtime } = technologyOf(ports.isolations, asked.record);
  const seconds = options.timeoutSeconds ?? asked.record.spec.stopTimeoutSeconds;
  const graceful = await waitFor(runtime, asked.record.id, seconds < 0 ? -1 : seconds * 1000, signal);
  try {
    return await withContainer(ports, asked.record.id, signal, async (record) => {
      const runs = graceful === undefined && (record.state === 'running' || record.state === 'paused');
      if (runs) await killTask(ports, record, killPatienceMs);
      const settled = await settle(ports, record);
      // One that had ended by itself may have been started again since.
      return { record: runs ? requireEnd(settled, killPatienceMs) : settled, changed: true, stopReason: graceful === undefined ? 'TimedOut' as const : 'Graceful' as const, durationMs: elapsed() };
    });
  } catch (error) {
    // It removed itself as it ended.
    if (isSiloError(error, 'ContainerNotFound') && asked.record.spec.autoRemove) return { record: { ...asked.record, state: 'exited', pid: undefined }, changed: true, stopReason: 'Graceful', durationMs: elapsed() };
    throw error;
  }
};

/** Ends a task with SIGKILL and waits for its end; the caller holds the lock. */
export const killTask = async (ports: Ports, record: ContainerRecord, patienceMs = longestEndMs): Promise<void> => {
  const { runtime } = technologyOf(ports.isolations, record);
  await runtime.kill(record.id, killSignal);
  if (record.state === 'paused') await runtime.resume(record.id).catch((error: unknown) => { ports.log.debug({ container: record.id, err: error }, 'nothing left to resume'); });
  await waitFor(runtime, record.id, patienceMs, undefined);
};
