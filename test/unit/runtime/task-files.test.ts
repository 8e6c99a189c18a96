import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProcesses, identify, isAlive } from '../../../src/runtime/conmon/process-identity.ts';
import { TaskFiles, readNumber } from '../../../src/runtime/conmon/task-files.ts';

let folder: string;
let files: TaskFiles;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'silo-task-'));
  files = new TaskFiles(join(folder, 'tasks'), join(folder, 'exits'), 'id');
  for (const path of [files.folder, join(folder, 'exits')]) mkdirSync(path, { recursive: true });
});
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

describe('what is remembered of a task', () => {
  it.each([['0', 0], ['137\n', 137], ['', undefined], ['\n', undefined], ['x', undefined]])('is no exit until one is written: %j is %s', (text, exitCode) => {
    writeFileSync(files.exitFile, text);
    expect(files.readExit()?.exitCode).toBe(exitCode);
  });

  it('is that the kernel ended it for want of memory', () => {
    expect(files.readExit()).toBeUndefined();
    writeFileSync(files.exitFile, '137');
    expect(files.readExit()?.oomKilled).toBe(false);
    writeFileSync(files.outOfMemory, '');
    expect(files.readExit()).toMatchObject({ exitCode: 137, oomKilled: true, reason: 'Exited' });
  });

  it('comes back as it was written; half of a note is none', async () => {
    const note = { task: { pid: 5, startTime: '7' }, monitor: undefined, bundlePath: '/b', started: false };
    expect(files.readNote()).toBeUndefined();
    await files.writeNote(note);
    expect(files.readNote()).toEqual(note);
    writeFileSync(files.note, '{"task":{"pi');
    expect(files.readNote()).toBeUndefined();
  });

  it('is a number, or nothing yet', async () => {
    const path = join(folder, 'pid');
    expect(await readNumber(path)).toBeUndefined();
    writeFileSync(path, '');
    expect(await readNumber(path)).toBeUndefined();
    writeFileSync(path, '42\n');
    expect(await readNumber(path)).toBe(42);
  });
});

describe('the identity of a process', () => {
  it('holds while it lives and no longer, even where its number is used again', async () => {
    const marker = `marker-${process.pid}-${Date.now()}`;
    // A name with a parenthesis and a space is how programs try to be mistaken.
    const child = spawn('/bin/sh', ['-c', `exec sleep 60 # ${marker}`], { argv0: 'x) R 1' });
    await once(child, 'spawn');
    const identity = identify(child.pid ?? 0);
    expect(identity).toEqual({ pid: child.pid, startTime: expect.stringMatching(/^\d+$/) });
    if (identity === undefined) return;
    expect(isAlive(identity)).toBe(true);
    expect(isAlive({ ...identity, startTime: '1' })).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isAlive(identity)).toBe(false);
    expect(identify(identity.pid)).toBeUndefined();
  });

  it('is found by the words of a command line, all of them', () => {
    expect(findProcesses(process.execPath, 'vitest')).toContain(process.pid);
    expect(findProcesses(process.execPath, 'no such word on any command line')).not.toContain(process.pid);
  });
});
