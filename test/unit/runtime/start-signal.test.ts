import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { releaseFirstProcess } from '../../../src/runtime/runc/start-signal.ts';

let folder: string;
let fifo: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'silo-start-'));
  fifo = join(folder, 'exec.fifo');
  execFileSync('mkfifo', [fifo]);
});
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

/** A process that waits as runc's first process does: it opens the pipe, writes a byte, and goes on; here it ends at once. */
const waiting = (): { readonly ended: Promise<unknown>; readonly alive: () => boolean } => {
  const child = spawn('/bin/sh', ['-c', 'printf 0 > "$0"', fifo], { stdio: 'ignore' });
  return { ended: once(child, 'exit'), alive: () => child.exitCode === null && child.signalCode === null };
};

describe.skipIf(process.platform !== 'linux')('the first process of a task', () => {
  it('is let go once, and the pipe at which it waited is gone', async () => {
    const { ended, alive } = waiting();
    expect(await releaseFirstProcess(fifo, alive)).toBe(true);
    await ended;
    expect(existsSync(fifo)).toBe(false);
  });

  it('has been let go also where it had ended by the time that it was looked at', async () => {
    const { ended, alive } = waiting();
    expect(await releaseFirstProcess(fifo, () => {
      // Blocks the reader for longer than the process needs to write, run and end.
      execFileSync('sleep', ['0.3']);
      return false;
    })).toBe(true);
    await ended;
    expect(alive()).toBe(false);
  });

  it('is not waited for where it is gone, nor where nothing waits', async () => {
    expect(await releaseFirstProcess(fifo, () => false)).toBe(false);
    rmSync(fifo);
    expect(await releaseFirstProcess(fifo, () => true)).toBe(false);
  });
});
