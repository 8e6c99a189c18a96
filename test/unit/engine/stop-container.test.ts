import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SiloError } from '../../../src/base/index.ts';
import type { Runtime } from '../../../src/core/index.ts';
import { stopContainer } from '../../../src/engine/stop-container.ts';
import type { Ports } from '../../../src/engine/ports.ts';
import { FileLocks, SqliteMetadata } from '../../../src/store/index.ts';
import { containerRecord, idOf } from '../store/records.ts';

const id = idOf('stuck');

describe('stopping a container whose processes wait in the kernel', () => {
  let folder: string;
  let metadata: SqliteMetadata;
  let ports: Ports;
  let signals: number[];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'silo-stop-'));
    metadata = await SqliteMetadata.open(join(folder, 'meta.db'));
    signals = [];
    const nothing = (): Promise<void> => Promise.resolve();
    const runtime: Partial<Runtime> = {
      name: 'runc', resume: nothing, exit: () => Promise.resolve(undefined), status: () => Promise.resolve({ state: 'running', pid: 1, monitored: true }),
      kill: (_, signal) => { signals.push(signal); return Promise.resolve(); },
      wait: (_, signal) => new Promise((_resolve, reject) => { signal?.addEventListener('abort', () => { reject(new SiloError('OperationCancelled')); }); }),
    };
    const partial = {
      metadata, locks: new FileLocks(join(folder, 'locks')), host: { bootId: 'boot' }, clock: { now: () => new Date() },
      isolations: { Process: { technology: { runtime }, reason: '' }, HyperV: { technology: undefined, reason: '' } },
    };
    ports = partial as unknown as Ports;
    await metadata.write((writer) => { writer.insertContainer(containerRecord('stuck', { state: 'running', bootId: 'boot', pid: 1 })); });
  });
  afterEach(() => {
    metadata.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['after its time', { timeoutSeconds: 0 }, [15, 9]],
    ['by force', { force: true }, [9]],
  ] as const)('says that it has not ended, %s, and leaves it as running', async (_, options, sent) => {
    await expect(stopContainer(ports, 'stuck', { ...options, killPatienceMs: 50 })).rejects.toMatchObject({ code: 'ContainerNotEnding', args: { id: 'stuck', seconds: 0.05 } });
    expect(signals).toEqual(sent);
    expect(metadata.read((reader) => reader.container(id))).toMatchObject({ state: 'running', life: { wanted: 'stopped' } });
  });
});
