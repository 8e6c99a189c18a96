import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileLocks } from '../../../src/store/index.ts';
import { DetachedSupervisor } from '../../../src/supervisor/index.ts';

const ignore = (): void => undefined;
const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

describe.skipIf(process.platform !== 'linux')('a supervisor that is asked for', () => {
  let folder: string;
  let supervisor: DetachedSupervisor;
  /** One line for each process that was started; the first argument is how long one stays, in seconds. */
  const withProgram = (seconds: number): void => {
    supervisor = new DetachedSupervisor({ locks: new FileLocks(join(folder, 'locks')), command: ['/bin/sh', '-c', `echo started >> "$SILO_ROOT/starts"; exec sleep ${seconds}`], root: folder, log, needed: () => true });
  };
  const starts = (): number => {
    try {
      return readFileSync(join(folder, 'starts'), 'utf8').trim().split('\n').length;
    } catch {
      return 0;
    }
  };
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'silo-supervisor-')); });
  afterEach(async () => {
    await supervisor.close();
    // A program that was just started still writes its line.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  });

  it('is started once, however often it is asked for while it loads', async () => {
    withProgram(2);
    for (let time = 0; time < 10; time += 1) await supervisor.ensure();
    await expect.poll(starts).toBe(1);
  });

  it('is started again where the one before has ended', async () => {
    withProgram(0);
    await supervisor.ensure();
    await expect.poll(async () => {
      await supervisor.ensure();
      return starts();
    }, { timeout: 10_000 }).toBeGreaterThan(1);
  });
});
