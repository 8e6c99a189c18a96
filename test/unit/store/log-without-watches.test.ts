import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { CriLogReader } from '../../../src/store/index.ts';

const watched = vi.hoisted(() => ({ code: '' }));
vi.mock('node:fs', async (original) => ({
  ...await original<typeof import('node:fs')>(),
  // What Node does where the kernel's limits of inotify are reached.
  watch: () => { throw Object.assign(new Error('System limit for number of file watchers reached'), { code: watched.code }); },
}));

it.each(['ENOSPC', 'EMFILE'])('a log is followed also where the kernel gives no watch (%s): it is no full disk', async (code) => {
  watched.code = code;
  const folder = mkdtempSync(join(tmpdir(), 'silo-log-'));
  try {
    const path = join(folder, 'log');
    writeFileSync(path, '2026-11-22T04:00:00Z stdout F first\n');
    const seen: string[] = [];
    for await (const batch of new CriLogReader().read(path, { follow: { ended: () => Promise.resolve(seen.length === 2) } })) {
      seen.push(...batch.map(({ text }) => text));
      if (seen.length === 1) appendFileSync(path, '2026-11-22T04:00:01Z stdout F second\n');
    }
    expect(seen).toEqual(['first', 'second']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
