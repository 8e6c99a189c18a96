import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identify } from '../../../src/runtime/conmon/process-identity.ts';
import { signalTask } from '../../../src/runtime/runc/signal-task.ts';

const id = 'f'.repeat(64);

describe.skipIf(process.platform !== 'linux')('a signal for the first process of a task', () => {
  let child: ChildProcess;
  beforeEach(() => { child = spawn('/bin/sleep', ['1000'], { stdio: 'ignore' }); });
  afterEach(() => { child.kill('SIGKILL'); });

  it('reaches it', async () => {
    const task = identify(child.pid ?? 0);
    expect(task).toBeDefined();
    if (task === undefined) return;
    const ended = once(child, 'exit');
    expect(signalTask(id, task, 15)).toBe(true);
    expect(await ended).toEqual([null, 'SIGTERM']);
    expect(signalTask(id, task, 15)).toBe(false);
  });

  it('never reaches another process that has its number by now', () => {
    expect(signalTask(id, { pid: child.pid ?? 0, startTime: '1' }, 9)).toBe(false);
    expect(child.killed || child.exitCode !== null).toBe(false);
    expect(identify(child.pid ?? 0)).toBeDefined();
  });
});
