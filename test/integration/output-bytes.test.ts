import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineClient } from '../../build/engine-client.ts';
import type { WireLogLine } from '../../src/contract/index.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';

/** Small limits: what is read as slowly as below would be gone if the log were turned over. */
const logLimits = { maximumSizeBytes: 65_536, keptFiles: 1 };
const script = 'dd if=/dev/urandom of=/dev/shm/random bs=64k count=128 2>/dev/null; printf end >> /dev/shm/random; sha256sum /dev/shm/random >&2; for part in 0 1 2 3 4 5 6 7; do dd if=/dev/shm/random bs=1M skip=$part count=1 2>/dev/null; sleep 0.3; done; printf end';
/** Longer than all is written. */
const restMs = 3500;

describe.skipIf(skipReason('containers', whyNoContainers()))('standard output as bytes', () => {
  let host: TestHost;
  let engine: EngineClient;
  beforeAll(async () => {
    host = new TestHost();
    engine = await host.withImage();
  });
  afterAll(() => host?.close());

  /** Takes 8 MiB and three bytes; what came, and what it should be. */
  const taker = (): { readonly onItem: (item: unknown) => void; readonly check: () => void } => {
    const hash = createHash('sha256');
    let size = 0;
    let wanted = '';
    let rested = false;
    return {
      onItem: (item) => {
        const { stream, text } = item as WireLogLine;
        if (stream === 'stderr') { wanted += text; return; }
        if (!rested) {
          // Nothing is taken, and so no credit given.
          rested = true;
          engine.process.stdout.pause();
          setTimeout(() => { engine.process.stdout.resume(); }, restMs);
        }
        const bytes = Buffer.from(text, 'base64');
        size += bytes.length;
        hash.update(bytes);
      },
      check: () => {
        expect(size).toBe(8 * 1024 * 1024 + 3);
        expect(wanted.split(' ')[0]).toBe(hash.digest('hex'));
        expect(readdirSync(join(host.root, 'locks')).filter((name) => name.startsWith('reading-'))).toEqual([]);
      },
    };
  };

  it('comes whole from a container, however small its log may be', async () => {
    const { onItem, check } = taker();
    await engine.call('container/run', { image: 'busybox:test', network: 'None', sharedMemoryBytes: 16 * 1024 * 1024, logLimits, outputBytes: true, autoRemove: true, command: ['sh', '-c', script] }, { onItem });
    check();
  });

  it('comes whole from a further process, while a supervisor looks after logs', async () => {
    const { container } = await engine.call('container/create', { image: 'busybox:test', name: 'further', network: 'None', sharedMemoryBytes: 16 * 1024 * 1024, logLimits, restartPolicy: { name: 'UnlessStopped' }, command: ['sh', '-c', 'sleep 600'] });
    await engine.call('container/start', { container: container.id });
    const { onItem, check } = taker();
    await engine.call('process/run', { container: container.id, outputBytes: true, command: ['sh', '-c', script] }, { onItem });
    check();
    await engine.call('container/remove', { container: container.id, force: true });
  });
});
