import type { ContainerLife, ContainerRecord, TaskExit } from '../core/index.ts';

const firstDelayMs = 100;
const longestDelayMs = 60_000;
/** A container that ran for so long was well: its next failure is the first one again. */
const steadyMs = 10_000;

export const newLife: ContainerLife = { wanted: 'stopped', restartCount: 0, restartAt: undefined, health: undefined };

/** Starts in a row, had it been started again at this end. */
const restartsBefore = (record: ContainerRecord, exitedAt: Date): number =>
  (record.startedAt !== undefined && exitedAt.getTime() - record.startedAt.getTime() >= steadyMs ? 0 : record.life.restartCount);

const asksForRestart = ({ spec, life }: ContainerRecord, exitCode: number | null, restarts: number): boolean => {
  if (life.wanted === 'stopped') return false;
  switch (spec.restartPolicy?.name ?? 'no') {
    case 'no': return false;
    // A code that was lost (the host restarted, the monitor was killed) tells of no success.
    case 'on-failure': return exitCode !== 0 && restarts < (spec.restartPolicy?.maximumRetries ?? Number.POSITIVE_INFINITY);
    default: return true;
  }
};

/**
 * What follows from the end of a task: when its policy starts it again, later each time that it ends soon
 * (docker's 100 ms, doubled up to a minute). Counted from when the end was seen: an exit may be old by then.
 */
export const lifeAfterExit = (record: ContainerRecord, exit: TaskExit, seenAt: Date): ContainerLife => {
  const restarts = restartsBefore(record, exit.exitedAt);
  const delayMs = Math.min(firstDelayMs * 2 ** Math.min(restarts, 30), longestDelayMs);
  const restartAt = asksForRestart(record, exit.exitCode, restarts) ? new Date(seenAt.getTime() + delayMs) : undefined;
  return { ...record.life, restartCount: restarts, restartAt };
};

/** A restart that failed is tried again, as if the container had ended at once. */
export const lifeAfterFailedRestart = (record: ContainerRecord, failedAt: Date): ContainerLife => {
  const restartCount = record.life.restartCount + 1;
  const giveUp = restartCount >= (record.spec.restartPolicy?.maximumRetries ?? Number.POSITIVE_INFINITY);
  return { ...record.life, restartCount, restartAt: giveUp ? undefined : new Date(failedAt.getTime() + Math.min(firstDelayMs * 2 ** Math.min(restartCount, 30), longestDelayMs)) };
};

/** Whether the time to start it again has come. Nothing waits for longer than a minute: what is due later is so because the clock was set back. */
export const isRestartDue = ({ life: { restartAt } }: ContainerRecord, now: Date): boolean =>
  restartAt !== undefined && (restartAt <= now || restartAt.getTime() - now.getTime() > longestDelayMs);

/** `always` means after a reboot too, also for what somebody had stopped before (docker run --restart always). */
export const isStartedByBoot = (record: ContainerRecord, bootId: string): boolean =>
  record.state === 'exited' && record.spec.restartPolicy?.name === 'always' && record.life.restartAt === undefined && record.bootId !== undefined && record.bootId !== bootId;
