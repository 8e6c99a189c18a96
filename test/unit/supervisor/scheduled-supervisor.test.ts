import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileLocks } from '../../../src/store/index.ts';
import { ScheduledSupervisor } from '../../../src/supervisor/index.ts';
import { SupervisorTask } from '../../../src/supervisor/supervisor-task.ts';
import { expectError } from '../../fixtures/expect-error.ts';
import { fileLocking } from '../../fixtures/file-locking.ts';

let folder: string;
let locks: FileLocks;
/** Each call, with the definition where one was handed over. */
let calls: { readonly args: readonly string[]; readonly definition: string | undefined }[];
let registered: boolean;
let refusal: string | undefined;

const scheduler = (args: readonly string[]): Promise<void> => {
  const file = args[args.indexOf('/XML') + 1];
  calls.push({ args, definition: args.includes('/XML') && file !== undefined ? readFileSync(file, 'utf16le') : undefined });
  if (refusal !== undefined) return Promise.reject(new Error(refusal));
  if (args[0] === '/Create') registered = true;
  return registered ? Promise.resolve() : Promise.reject(new Error('The system cannot find the file specified.'));
};
const supervisor = (root = String.raw`C:\ProgramData\Silo`): ScheduledSupervisor =>
  new ScheduledSupervisor({ locks, root, runFolder: folder, command: [String.raw`C:\Program Files\node.exe`, String.raw`C:\Silo & Co\main.mjs`], scheduler });
const nameOf = (root = String.raw`C:\ProgramData\Silo`): string => new SupervisorTask({ root, runFolder: folder, command: ['', ''] }).name;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'silo-scheduled-'));
  locks = new FileLocks(join(folder, 'locks'), fileLocking);
  [calls, registered, refusal] = [[], true, undefined];
});
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

describe('the scheduled task of a supervisor', () => {
  it('is run where no supervisor is at work, and left alone where one is', async () => {
    await supervisor().ensure();
    expect(calls.map(({ args }) => args[0])).toEqual(['/Run']);
    const lock = await locks.acquire('supervisor');
    await supervisor().ensure();
    expect(calls).toHaveLength(1);
    await lock.release();
  });

  it('is registered for SYSTEM when it is first needed: from the start of the machine, without an end, and again after a failure', async () => {
    registered = false;
    const task = supervisor();
    await task.ensure();
    expect(calls.map(({ args }) => args[0])).toEqual(['/Run', '/Create', '/Run']);
    expect(new Set(calls.map(({ args }) => args[2]))).toEqual(new Set([nameOf()]));
    const definition = calls[1]?.definition ?? '';
    expect(definition.startsWith('\uFEFF<?xml version="1.0" encoding="UTF-16"?>')).toBe(true);
    for (const part of ['<UserId>S-1-5-18</UserId>', '<BootTrigger>', '<ExecutionTimeLimit>PT0S</ExecutionTimeLimit>', '<RestartOnFailure>', '<DisallowStartIfOnBatteries>false<']) expect(definition).toContain(part);
    expect(definition).toContain(String.raw`<Command>C:\Program Files\node.exe</Command><Arguments>"C:\Silo &#38; Co\main.mjs" supervise --state-root "C:\ProgramData\Silo"</Arguments>`);
    expect(readdirSync(folder).filter((name) => name.endsWith('.xml'))).toEqual([]);
  });

  it('quotes a root that ends with a backslash so that it stays one argument', async () => {
    registered = false;
    await supervisor('D:\\').ensure();
    expect(calls[1]?.definition).toContain(String.raw`--state-root "D:\\"`);
  });

  it('has a name for each root, however the root is spelt', () => {
    expect(nameOf(String.raw`c:\programdata\silo`)).toBe(nameOf());
    expect(nameOf(String.raw`D:\Silo`)).not.toBe(nameOf());
  });

  it('that cannot be registered is a coded error with the reason', async () => {
    refusal = 'Access is denied.';
    const error = await expectError('SupervisorUnavailable', supervisor().ensure());
    expect(error.args['reason']).toContain('Access is denied.');
    expect(readdirSync(folder).filter((name) => name.endsWith('.xml'))).toEqual([]);
  });
});
