import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { throttled, type Progress } from '../../../src/serve/rpc/progress.ts';

describe('progress', () => {
  beforeEach(() => { vi.useFakeTimers({ toFake: ['performance'] }); });
  afterEach(() => { vi.useRealTimers(); });

  it('is told at most four times a second for each activity', () => {
    const told: Progress[] = [];
    const tell = throttled((progress) => { told.push(progress); });
    for (let step = 0; step < 100; step++) {
      tell({ activity: 'a', status: 's', currentBytes: step });
      tell({ activity: 'b', status: 's', currentBytes: step });
      vi.advanceTimersByTime(10);
    }
    expect(told.filter(({ activity }) => activity === 'a').map(({ currentBytes }) => currentBytes)).toEqual([0, 25, 50, 75]);
    expect(told.filter(({ activity }) => activity === 'b').length).toBe(4);
  });

  it('always tells the end', () => {
    const told: Progress[] = [];
    const tell = throttled((progress) => { told.push(progress); });
    tell({ activity: 'a', status: 's', currentBytes: 1 });
    tell({ activity: 'a', status: 'done', currentBytes: 2, completed: true });
    expect(told.map(({ currentBytes }) => currentBytes)).toEqual([1, 2]);
  });
});
