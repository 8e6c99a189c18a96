import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EngineClient } from '../../build/engine-client.ts';
import { whyNoMachines } from '../fixtures/machines.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';

// An emulated machine takes two seconds of a processor to boot, ten times that where ten others want it too.
vi.setConfig({ testTimeout: 900_000, hookTimeout: 240_000 });

describe.skipIf(skipReason('volumes of utility VMs', whyNoMachines()))('a volume that is mapped into a utility VM', () => {
  let host: TestHost;
  let engine: EngineClient;
  let folder: string;

  beforeAll(async () => {
    host = new TestHost();
    engine = await host.withImage();
    folder = mkdtempSync(join(tmpdir(), 'silo-machine-volumes-'));
    for (const name of ['bound', 'programs']) mkdirSync(join(folder, name));
    execFileSync('gcc', ['-std=gnu11', '-Os', '-static', '-Wall', '-Wextra', '-Werror', '-o', join(folder, 'programs/volume-facts'), join(import.meta.dirname, '../fixtures/volume-facts.c')]);
    chmodSync(join(folder, 'programs/volume-facts'), 0o755);
    await start('facts', ['sleep', '10000']);
  });
  afterAll(async () => {
    await host?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const start = async (name: string, command: readonly string[]): Promise<void> => {
    await engine.call('container/create', {
      image: 'busybox:test', name, isolation: 'HyperV', network: 'None', stopTimeoutSeconds: 1, command: [...command],
      mounts: [
        { kind: 'Bind', source: join(folder, 'programs'), target: '/programs', readOnly: true },
        { kind: 'Bind', source: join(folder, 'bound'), target: '/bound', readOnly: false },
        { kind: 'Volume', source: 'named', target: '/named', readOnly: false },
      ],
    });
    await engine.call('container/start', { container: name });
  };

  /** What the program says of the fact: on a folder of the host, then on a named volume. */
  const find = async (fact: string): Promise<readonly string[]> => {
    const lines: string[] = [];
    const command = ['sh', '-c', `for at in /bound /named; do /programs/volume-facts ${fact} $at/${fact} || echo "exit code $?"; done`];
    await engine.call('process/run', { container: 'facts', command }, { onItem: (item) => lines.push((item as { text: string }).text) });
    return lines;
  };

  it.each([
    ['holds pipes and devices that mknod makes, and they work', 'nodes'],
    ['keeps extended attributes', 'attributes'],
    ['has locks of whole files (flock) that hold others off', 'whole-locks'],
    ['has locks of ranges (fcntl) that hold others off and tell who has them', 'range-locks'],
    ['lets files be mapped, and written through the map', 'mapped'],
    ['counts links, and keeps a file without a name as long as it is open', 'links'],
    ['tells inotify in the guest what happens', 'notified'],
  ])('%s', async (_, fact) => {
    expect(await find(fact)).toEqual(['ok', 'ok']);
  });

  it('has on the host what was synced (fsync, fdatasync, O_DSYNC), and the machine may go without a word', async () => {
    expect(await find('synced')).toEqual(['ok', 'ok']);
    expect(readFileSync(join(folder, 'bound/synced/synced'), 'utf8')).toBe('one two three');
  });

  it('has on the host all that a container wrote or mapped when that has ended, though nobody synced it', async () => {
    await start('ended', ['/programs/volume-facts', 'unsynced', '/bound/unsynced']);
    const lines: string[] = [];
    await expect.poll(async () => {
      await engine.call('container/log', { container: 'ended', stream: 'log' }, { onItem: (item) => lines.push((item as { text: string }).text) });
      return lines;
    }, { timeout: 60_000 }).toContain('ok');
    await engine.call('container/stop', { container: 'ended', timeoutSeconds: 0 });
    const content = readFileSync(join(folder, 'bound/unsynced/unsynced'), 'latin1');
    expect([content.slice(0, 7), content.slice(60_000, 60_006)]).toEqual(['written', 'mapped']);
  });
});
