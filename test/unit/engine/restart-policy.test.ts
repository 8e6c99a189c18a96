import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ContainerLife, ContainerRecord, RestartPolicy } from '../../../src/core/index.ts';
import { isRestartDue, isStartedByBoot, lifeAfterExit, lifeAfterFailedRestart } from '../../../src/engine/restart-policy.ts';
import { containerRecord } from '../store/records.ts';

const startedAt = new Date('2026-11-22T04:00:00Z');
const after = (seconds: number): Date => new Date(startedAt.getTime() + seconds * 1000);
const running = (policy: RestartPolicy | undefined, life: Partial<ContainerLife> = {}): ContainerRecord => {
  const record = containerRecord('web', { state: 'running', startedAt, bootId: 'this' });
  return { ...record, spec: { ...record.spec, restartPolicy: policy }, life: { ...record.life, wanted: 'running', ...life } };
};
const exit = (exitCode: number | null, seconds = 1): Parameters<typeof lifeAfterExit>[1] => ({ exitCode, exitedAt: after(seconds), oomKilled: false, reason: 'Exited' });
const restarts = (record: ContainerRecord, exitCode: number | null): boolean => lifeAfterExit(record, exit(exitCode), after(1)).restartAt !== undefined;

describe('the end of a container', () => {
  it.each([
    [undefined, false, false, false],
    [{ name: 'no' }, false, false, false],
    [{ name: 'on-failure' }, false, true, true],
    [{ name: 'always' }, true, true, true],
    [{ name: 'unless-stopped' }, true, true, true],
  ] as const)('with the policy %j starts it again after 0: %s, after 1: %s, after a code that was lost: %s', (policy, success, failure, lost) => {
    const record = running(policy);
    expect([0, 1, null].map((code) => restarts(record, code))).toEqual([success, failure, lost]);
  });

  it('starts nothing again that somebody stopped', () => {
    for (const name of ['always', 'unless-stopped', 'on-failure'] as const) expect(restarts(running({ name }, { wanted: 'stopped' }), 1)).toBe(false);
  });

  it('is given up after as many starts in a row as OnFailure allows', () => {
    const policy = { name: 'on-failure', maximumRetries: 2 } as const;
    expect([0, 1, 2].map((restartCount) => restarts(running(policy, { restartCount }), 1))).toEqual([true, true, false]);
  });

  it('is waited after for longer each time, up to a minute, counted from when it was seen', () => {
    const delays = Array.from({ length: 13 }, (_, restartCount) => (lifeAfterExit(running({ name: 'always' }, { restartCount }), exit(0), after(500)).restartAt?.getTime() ?? 0) - after(500).getTime());
    expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 60_000, 60_000, 60_000]);
  });

  it('counts as the first one again when the container ran for ten seconds', () => {
    const policy = { name: 'on-failure', maximumRetries: 2 } as const;
    expect(lifeAfterExit(running(policy, { restartCount: 2 }), exit(1, 10), after(10))).toMatchObject({ restartCount: 0, restartAt: after(10.1) });
    expect(lifeAfterExit(running(policy, { restartCount: 2 }), exit(1, 9.9), after(10))).toMatchObject({ restartCount: 2, restartAt: undefined });
  });

  it('never waits for longer than a minute, whatever the count', () => {
    fc.assert(fc.property(fc.nat(), (restartCount) => {
      const delayMs = (lifeAfterExit(running({ name: 'always' }, { restartCount }), exit(0), startedAt).restartAt?.getTime() ?? Number.NaN) - startedAt.getTime();
      return delayMs >= 100 && delayMs <= 60_000;
    }));
  });
});

describe('a restart that is planned', () => {
  const due = (seconds: number | undefined, now: number): boolean => isRestartDue(running({ name: 'always' }, { restartAt: seconds === undefined ? undefined : after(seconds) }), after(now));
  it('is due when its time has come, and not before', () => {
    expect([due(10, 9.9), due(10, 10), due(10, 11), due(60, 0), due(undefined, 10)]).toEqual([false, true, true, false, false]);
  });

  it('does not wait for a clock that was set back to be where it was', () => {
    for (const restartCount of [0, 5, 50]) {
      const { restartAt } = lifeAfterExit(running({ name: 'always' }, { restartCount }), exit(1), after(0));
      const record = running({ name: 'always' }, { restartAt });
      expect(isRestartDue(record, after(0))).toBe(false);
      expect(isRestartDue(record, after(-3600))).toBe(true);
    }
  });
});

describe('a restart that fails', () => {
  it('is tried again, later each time, until OnFailure gives it up', () => {
    expect(lifeAfterFailedRestart(running({ name: 'always' }, { restartCount: 3 }), after(0))).toMatchObject({ restartCount: 4, restartAt: after(1.6) });
    expect(lifeAfterFailedRestart(running({ name: 'on-failure', maximumRetries: 4 }, { restartCount: 3 }), after(0))).toMatchObject({ restartCount: 4, restartAt: undefined });
  });
});

describe('a reboot', () => {
  const stopped = (name: RestartPolicy['name'], bootId: string | undefined): ContainerRecord => ({ ...running({ name }, { wanted: 'stopped' }), state: 'exited', bootId });
  it('starts what is always to run, even if it was stopped before, and nothing else', () => {
    expect(isStartedByBoot(stopped('always', 'last'), 'this')).toBe(true);
    expect(isStartedByBoot(stopped('always', 'this'), 'this')).toBe(false);
    expect(isStartedByBoot(stopped('unless-stopped', 'last'), 'this')).toBe(false);
    expect(isStartedByBoot(stopped('always', undefined), 'this')).toBe(false);
  });
});
