import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileLocks } from '../../../src/store/index.ts';
import { ScheduledService } from '../../../src/supervisor/index.ts';
import { expectError } from '../../fixtures/expect-error.ts';
import { fileLocking } from '../../fixtures/file-locking.ts';

const root = String.raw`C:\ProgramData\Silo`;

describe('the scheduled task as a service', () => {
  let folder: string;
  let locks: FileLocks;
  let calls: string[];
  let definition: string;
  let registered: boolean;
  let refusal: string | undefined;

  const scheduler = (args: readonly string[]): Promise<void> => {
    calls.push(args[0] ?? '');
    if (args[0] === '/Query') return registered ? Promise.resolve() : Promise.reject(new Error('The system cannot find the file specified.'));
    if (refusal !== undefined) return Promise.reject(new Error(refusal));
    if (args[0] === '/Create') {
      registered = true;
      definition = readFileSync(args[args.indexOf('/XML') + 1] ?? '', 'utf16le');
    }
    if (args[0] === '/Delete') registered = false;
    return Promise.resolve();
  };
  const service = (): ScheduledService => new ScheduledService({ locks, runFolder: folder, command: [String.raw`C:\node.exe`, String.raw`C:\silo.mjs`], scheduler });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'silo-task-'));
    locks = new FileLocks(join(folder, 'locks'), fileLocking);
    [calls, definition, registered, refusal] = [[], '', false, undefined];
  });
  afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

  it('is registered to go on with nothing to do, and run', async () => {
    expect(await service().install(root)).toBe(true);
    expect(calls).toEqual(['/Query', '/Create', '/Run']);
    expect(definition).toContain(String.raw`<Arguments>"C:\silo.mjs" supervise --state-root "C:\ProgramData\Silo" --service</Arguments>`);
    expect(readdirSync(folder).filter((name) => name.endsWith('.xml'))).toEqual([]);
    expect(await service().status(root)).toMatchObject({ kind: 'scheduledTask', installed: true, running: false, unitPath: undefined });
  });

  it('that is at work is not run twice, and its command is rewritten', async () => {
    registered = true;
    const lock = await locks.acquire('supervisor');
    expect(await service().install(root)).toBe(false);
    expect(calls).toEqual(['/Query', '/Create']);
    expect(await service().status(root)).toMatchObject({ running: true });
    await lock.release();
  });

  it('is taken away; what it runs is ended only where that is asked', async () => {
    registered = true;
    const lock = await locks.acquire('supervisor');
    expect(await service().uninstall(root)).toBe(true);
    expect(calls).toEqual(['/Query', '/Delete']);
    [registered, calls] = [true, []];
    expect(await service().uninstall(root, { end: true })).toBe(true);
    expect(calls).toEqual(['/Query', '/End', '/Delete']);
    calls = [];
    expect(await service().uninstall(root)).toBe(false);
    expect(calls).toEqual(['/Query']);
    await lock.release();
  });

  it('that the scheduler refuses is a coded error with its words', async () => {
    refusal = 'Access is denied.';
    expect((await expectError('HostServiceFailed', service().install(root))).args['reason']).toContain('Access is denied.');
  });
});
