import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EarlyLook, Logger } from '../../../src/core/index.ts';
import { EarlyLooks } from '../../../src/supervisor/early-looks.ts';

const errors: object[] = [];
const ignore = (): void => undefined;
const log: Logger = { debug: ignore, info: ignore, warn: ignore, error: (fields) => { errors.push(fields); } };

describe('looks at what was just started', () => {
  let begun: number;
  let looks: EarlyLooks;
  const times: number[] = [];
  const lookThat = (find: (look: number) => EarlyLook) => (): Promise<EarlyLook> => {
    times.push(Math.round(performance.now() - begun));
    return Promise.resolve(find(times.length));
  };
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    errors.length = 0;
    times.length = 0;
    begun = performance.now();
    looks = new EarlyLooks(log, (ms, signal) => new Promise((resolve) => {
      setTimeout(resolve, ms);
      signal.addEventListener('abort', () => { resolve(); });
    }));
  });
  afterEach(async () => {
    await looks.close();
    vi.useRealTimers();
  });

  it('are further apart from one to the next, and end when a supervisor is there', async () => {
    looks.begin(lookThat(() => 'quiet'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(times).toEqual([100, 300, 700, 1500]);
  });

  it('are close to each other while output grows', async () => {
    looks.begin(lookThat((look) => (look > 2 && look < 5 ? 'growing' : 'quiet')));
    await vi.advanceTimersByTimeAsync(2000);
    expect(times).toEqual([100, 300, 700, 800, 900, 1100, 1500]);
  });

  it('end where nobody need look again', async () => {
    looks.begin(lookThat((look) => (look === 2 ? 'gone' : 'quiet')));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(times).toEqual([100, 300]);
  });

  it('end with a word in the log where one fails', async () => {
    looks.begin(() => Promise.reject(new Error('no')));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(errors).toHaveLength(1);
  });

  it('end at once when they are closed', async () => {
    looks.begin(lookThat(() => 'quiet'));
    await looks.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([times, errors]).toEqual([[], []]);
  });
});
