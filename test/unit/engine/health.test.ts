import { describe, expect, it } from 'vitest';
import type { ContainerHealth, HealthCheck } from '../../../src/core/index.ts';
import { healthAfter, healthPauseMs } from '../../../src/engine/health-check.ts';
import { resolveHealthCheck } from '../../../src/engine/health-policy.ts';

const startedAt = new Date('2026-11-22T04:00:00Z');
const after = (seconds: number): Date => new Date(startedAt.getTime() + seconds * 1000);
const check: HealthCheck = { command: ['true'], intervalMs: 30_000, timeoutMs: 1000, startPeriodMs: 10_000, startIntervalMs: 2000, retries: 3 };
const starting: ContainerHealth = { status: 'starting', failingStreak: 0, results: [] };
/** What checks at these seconds say, written as exit codes. */
const told = (...results: readonly (readonly [number, number | null])[]): ContainerHealth =>
  results.reduce<ContainerHealth>((health, [seconds, exitCode]) => healthAfter(health, { startedAt: after(seconds), endedAt: after(seconds), exitCode, output: '' }, check, startedAt), starting);

describe('the health of a container', () => {
  it('is known with the first check that succeeds', () => { expect(told([2, 0])).toMatchObject({ status: 'healthy', failingStreak: 0 }); });
  it('is bad after as many failures in a row as the check allows; one that took too long is one', () => {
    expect(told([11, 1], [41, null])).toMatchObject({ status: 'starting', failingStreak: 2 });
    expect(told([11, 1], [41, null], [71, 1])).toMatchObject({ status: 'unhealthy', failingStreak: 3 });
  });
  it('does not count failures in the start period', () => { expect(told([1, 1], [3, 1], [5, 1], [7, 1])).toMatchObject({ status: 'starting', failingStreak: 0 }); });
  it('counts them where the clock was set back: the start period would not end before the clock is where it was', () => {
    expect(told([-3600, 1], [-3590, 1], [-3580, 1])).toMatchObject({ status: 'unhealthy' });
    expect(healthPauseMs(check, starting, startedAt, after(-3600))).toBe(30_000);
  });
  it('counts them once a check has succeeded, also in the start period', () => { expect(told([1, 0], [3, 1], [5, 1], [7, 1])).toMatchObject({ status: 'unhealthy' }); });
  it('becomes good again with one success', () => { expect(told([11, 1], [12, 1], [13, 1], [14, 0])).toMatchObject({ status: 'healthy', failingStreak: 0 }); });
  it('keeps the last five results', () => { expect(told([1, 0], [2, 0], [3, 0], [4, 0], [5, 0], [6, 0]).results.map(({ endedAt }) => endedAt)).toEqual([2, 3, 4, 5, 6].map(after)); });
  it('is looked at more often in the start period, until it is known', () => {
    expect(healthPauseMs(check, starting, startedAt, after(1))).toBe(2000);
    expect(healthPauseMs(check, starting, startedAt, after(10))).toBe(30_000);
    expect(healthPauseMs(check, told([2, 0]), startedAt, after(3))).toBe(30_000);
  });
});

describe('the health check of a container', () => {
  const image = { form: 'shell', test: ['curl -f localhost'], intervalMs: 5000, timeoutMs: undefined, startPeriodMs: undefined, startIntervalMs: undefined, retries: 7 } as const;
  const shell = ['/bin/sh', '-c'];
  it("is the image's, read by the shell of its system", () => {
    expect(resolveHealthCheck(undefined, image, shell)).toEqual({ command: ['/bin/sh', '-c', 'curl -f localhost'], intervalMs: 5000, timeoutMs: 30_000, startPeriodMs: 0, startIntervalMs: 5000, retries: 7 });
    expect(resolveHealthCheck(undefined, image, ['cmd', '/S', '/C'])?.command).toEqual(['cmd', '/S', '/C', 'curl -f localhost']);
    expect(resolveHealthCheck(undefined, { ...image, form: 'exec', test: ['a', 'b'] }, shell)?.command).toEqual(['a', 'b']);
  });
  it("is the request's where it says something, each part for itself", () => {
    expect(resolveHealthCheck({ intervalSeconds: 0.5, retries: 1 }, image, shell)).toMatchObject({ command: ['/bin/sh', '-c', 'curl -f localhost'], intervalMs: 500, retries: 1 });
    expect(resolveHealthCheck({ command: ['ready'] }, undefined, shell)).toMatchObject({ command: ['ready'], intervalMs: 30_000, retries: 3 });
  });
  it('is none where the request says so, or nobody says anything', () => {
    expect(resolveHealthCheck({ command: [] }, image, shell)).toBeUndefined();
    expect(resolveHealthCheck(undefined, undefined, shell)).toBeUndefined();
  });
  it('needs a command', () => {
    expect(() => resolveHealthCheck({ retries: 2 }, undefined, shell)).toThrow(expect.objectContaining({ code: 'ParameterInvalid' }));
  });
});
