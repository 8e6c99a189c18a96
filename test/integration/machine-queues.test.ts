import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import type { WireContainer } from '../../src/contract/index.ts';
import { debianWith, whyNoDebianWith } from '../fixtures/debian-packages.ts';
import { whyNoMachines } from '../fixtures/machines.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';
import { killPrograms } from './machine-programs.ts';

// A start takes an emulated processor 40 s and the host's own 3, and others may want that too.
vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 900_000 });
const poll = { timeout: 600_000, interval: 3000 } as const;

const packageName = 'rabbitmq-server';
const data = '/var/lib/rabbitmq';
/** Messages that are confirmed before the machine is killed. */
const enough = 500;
const client = readFileSync(join(import.meta.dirname, '../fixtures/amqp-client.py'), 'utf8');
const environment = Object.entries({
  HOME: data,
  RABBITMQ_NODENAME: 'rabbit@localhost',
  RABBITMQ_LOGS: '-',
  // Emulated, Erlang's compiler is what takes the time: without its name on the command line the node starts a second Erlang
  // only to have epmd started, and each feature makes tables that a classic queue has no use for.
  RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-sname rabbit@localhost',
  RABBITMQ_FEATURE_FLAGS: '',
}).map(([name, value]) => ({ name, value }));

describe.skipIf(skipReason('queues in utility VMs', whyNoMachines() ?? whyNoDebianWith(packageName)))('a queue on a volume of a utility VM', () => {
  let host: TestHost;
  let engine: EngineClient;
  beforeAll(async () => {
    host = new TestHost();
    engine = await host.engine();
  });
  afterAll(async () => {
    await host?.close();
  });

  /** Numbers that the client prints; `told` sees each as it comes. */
  const inside = async (work: 'publish' | 'drain', told?: (number: number) => void): Promise<readonly number[]> => {
    const lines: string[] = [];
    const { process } = await engine.call('process/run', { container: 'broker', command: ['python3', '-c', client, work] }, {
      onItem: (item) => {
        const { text } = item as { text: string };
        lines.push(text);
        if (/^\d+$/.test(text)) told?.(Number(text));
      },
    });
    if (process.exitCode !== 0) throw new Error(`exit ${process.exitCode}: ${lines.join('\n')}`);
    return lines.map(Number);
  };
  const logOf = async (): Promise<readonly string[]> => {
    const lines: string[] = [];
    await engine.call('container/log', { container: 'broker', stream: 'log' }, { onItem: (item) => lines.push((item as { text: string }).text) });
    return lines;
  };
  const state = async (): Promise<WireContainer | undefined> => (await engine.call('container/list', { containers: ['broker'] })).items[0];

  it('loses no persistent message that RabbitMQ has confirmed when the machine is killed, and starts again', async () => {
    const began = performance.now();
    const report: string[] = [];
    const say = (line: string): void => { report.push(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}`); };
    await engine.call('image/import', { path: debianWith({ name: packageName, files: {} }), reference: 'rabbitmq:test' });
    say(`image of Debian's package ${packageName} imported`);
    // Its programs are a thousand files, which a disk of the layer gives cheaper than the share; what it keeps is on the volume.
    const memory = ['/tmp', '/var/log/rabbitmq'].map((target) => ({ kind: 'Tmpfs' as const, source: '', target, readOnly: false }));
    const { id } = (await engine.call('container/create', {
      image: 'rabbitmq:test', name: 'broker', isolation: 'HyperV', network: 'None', user: 'rabbitmq', stopTimeoutSeconds: 240, readOnlyRoot: true, environment,
      command: ['/usr/lib/rabbitmq/bin/rabbitmq-server'], mounts: [{ kind: 'Volume', source: 'kept', target: data, readOnly: false }, ...memory],
    })).container;
    let starts = 0;
    const serving = async (): Promise<void> => {
      await engine.call('container/start', { container: id });
      starts += 1;
      await expect.poll(async () => {
        const lines = await logOf();
        return (await state())?.state === 'Running' ? lines.filter((line) => line.includes('Server startup complete')).length : lines.slice(-40).join('\n');
      }, poll).toBe(starts);
    };

    await serving();
    say(`${/RabbitMQ \d\S* on Erlang .*/.exec((await logOf()).join('\n'))?.[0]} serves; root as ${(await state())?.machineRoot}`);
    const confirmed = new Set<number>();
    const ended = await inside('publish', (number) => {
      confirmed.add(number);
      if (confirmed.size === enough) killPrograms(id, /qemu-system/);
    }).catch((error: unknown) => errorCode(error) ?? String(error));
    expect(confirmed.size, String(ended)).toBeGreaterThanOrEqual(enough);
    await expect.poll(async () => (await state())?.state, poll).toBe('Exited');
    expect(await state()).toMatchObject({ exitCode: null, exitReason: 'MachineLost' });
    say(`QEMU killed while messages went on; the client was told of ${confirmed.size} that they are kept`);

    await serving();
    say('started again');
    const found = await inside('drain');
    const missing = [...confirmed].filter((number) => !found.includes(number));
    say(`${found.length} messages, the last is ${found.at(-1)}; ${missing.length} of the ${confirmed.size} confirmed are missing`);
    expect(missing).toEqual([]);
    // Those whose word did not come through any more may be there, too; each is there once, in its order.
    expect(found).toEqual(found.toSorted((a, b) => a - b));
    expect(new Set(found).size).toBe(found.length);

    await engine.call('container/stop', { container: id });
    expect(await state()).toMatchObject({ state: 'Exited', exitCode: 0 });
    say('stopped in order');
    console.log(`RabbitMQ on a volume of a utility VM\n${report.join('\n')}`);
  });
});
