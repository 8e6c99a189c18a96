import type { ContainerHealth, ContainerRecord, HealthCheck, HealthResult } from '../core/index.ts';
import type { Ports } from './ports.ts';
import { processSpec } from './processes.ts';
import { killSignal } from './signals.ts';
import { technologyOf } from './technology.ts';

const keptResults = 5;
const longestOutput = 4096;
const keptLines = 100;

/** Where the clock was set back it is over: else no failure would count until the clock is where it was. */
const inStartPeriod = (check: HealthCheck, startedAt: Date, now: Date): boolean => now >= startedAt && now.getTime() - startedAt.getTime() < check.startPeriodMs;

/** What the results so far say (Docker image specification, `Healthcheck`). Pure. */
export const healthAfter = (before: ContainerHealth, result: HealthResult, check: HealthCheck, startedAt: Date): ContainerHealth => {
  const results = [...before.results, result].slice(-keptResults);
  if (result.exitCode === 0) return { status: 'healthy', failingStreak: 0, results };
  // A container that was healthy once has begun its work: its start period is over.
  if (before.status === 'starting' && inStartPeriod(check, startedAt, result.endedAt)) return { ...before, results };
  const failingStreak = before.failingStreak + 1;
  return { status: failingStreak >= check.retries ? 'unhealthy' : before.status, failingStreak, results };
};

/** Milliseconds from the end of a check, or the start of the container, to the next check. */
export const healthPauseMs = (check: HealthCheck, health: ContainerHealth, startedAt: Date, now: Date): number =>
  (health.status === 'starting' && inStartPeriod(check, startedAt, now) ? check.startIntervalMs : check.intervalMs);

/**
 * Runs the container's check once and records what came of it. Undefined where the container does not run,
 * is frozen, or was started again meanwhile. Two supervisors at once do no harm but a check too many.
 */
export const checkHealth = async (ports: Ports, id: string, signal: AbortSignal): Promise<ContainerRecord | undefined> => {
  const record = ports.metadata.read((reader) => reader.container(id));
  const check = record?.spec.healthCheck;
  if (record === undefined || check === undefined || record.state !== 'running' || record.startedAt === undefined) return undefined;
  const { startedAt } = record;
  const result = await runCheck(ports, record, check, signal);
  if (signal.aborted) return undefined;
  return ports.metadata.write((writer) => {
    const now = writer.container(id);
    if (now?.life.health === undefined || now.startedAt?.getTime() !== startedAt.getTime() || now.state !== 'running') return undefined;
    const health = healthAfter(now.life.health, result, check, startedAt);
    const life = { ...now.life, health };
    writer.updateContainer(id, { life });
    if (health.status !== now.life.health.status) {
      writer.appendEvent({ time: result.endedAt, kind: 'container/health', subject: id, attributes: [{ name: 'name', value: now.name }, { name: 'status', value: health.status }] });
    }
    return { ...now, life };
  });
};

const runCheck = async (ports: Ports, record: ContainerRecord, check: HealthCheck, signal: AbortSignal): Promise<HealthResult> => {
  const { runtime } = technologyOf(ports.isolations, record);
  const processId = ports.newId();
  const startedAt = ports.clock.now();
  const { folder, logPath } = await ports.files.process(record.id, processId);
  const timeout = AbortSignal.timeout(check.timeoutMs);
  const stop = AbortSignal.any([timeout, signal]);
  try {
    const process = await runtime.exec({ taskId: record.id, processId, process: processSpec(record, { command: check.command }), rootPath: ports.files.paths(record.id).rootPath, folder, logPath });
    const kill = (): void => { runtime.killExec(record.id, folder, killSignal).catch((error: unknown) => { ports.log.warn({ container: record.id, err: error }, 'a health check could not be ended'); }); };
    stop.addEventListener('abort', kill, { once: true });
    if (stop.aborted) kill();
    try {
      const { exitCode } = await process.exited;
      const output = await outputOf(ports, logPath);
      return { startedAt, endedAt: ports.clock.now(), exitCode: timeout.aborted ? null : exitCode, output: timeout.aborted ? `The check did not end within ${check.timeoutMs / 1000} seconds. ${output}`.trimEnd() : output };
    } finally {
      stop.removeEventListener('abort', kill);
    }
  } catch (error) {
    return { startedAt, endedAt: ports.clock.now(), exitCode: null, output: error instanceof Error ? error.message : String(error) };
  } finally {
    await ports.files.removeProcess(record.id, processId);
  }
};

const outputOf = async (ports: Ports, logPath: string): Promise<string> => {
  let text = '';
  for await (const lines of ports.logs.read(logPath, { tail: keptLines })) text += lines.map((line) => `${line.text}\n`).join('');
  return text.slice(-longestOutput).trimEnd();
};
