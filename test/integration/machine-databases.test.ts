import { readFileSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import type { WireContainer } from '../../src/contract/index.ts';
import { debianWith } from '../fixtures/debian-packages.ts';
import { whyNoDebian } from '../fixtures/debian-root.ts';
import { whyNoMachines } from '../fixtures/machines.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';

// An emulated processor is ten times slower than the host's, and others may want that too.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 900_000 });
const poll = { timeout: 240_000, interval: 1000 } as const;

describe.skipIf(skipReason('databases in utility VMs', whyNoMachines() ?? whyNoDebian()))('a database on a volume of a utility VM', () => {
  let host: TestHost;
  let engine: EngineClient;
  beforeAll(async () => {
    host = new TestHost();
    engine = await host.engine();
  });
  afterAll(async () => {
    await host?.close();
  });

  /** Output lines of a shell's command; `told` sees each as it comes. */
  const inside = async (container: string, command: string, told?: (line: string) => void): Promise<string> => {
    const lines: string[] = [];
    const { process } = await engine.call('process/run', { container, command: ['sh', '-c', command] }, {
      onItem: (item) => {
        const { text } = item as { text: string };
        lines.push(text);
        told?.(text);
      },
    });
    return process.exitCode === 0 ? lines.join('\n') : `exit ${process.exitCode}: ${lines.join('\n')}`;
  };
  const logOf = async (container: string): Promise<readonly string[]> => {
    const lines: string[] = [];
    await engine.call('container/log', { container, stream: 'log' }, { onItem: (item) => lines.push((item as { text: string }).text) });
    return lines;
  };
  const state = async (container: string): Promise<WireContainer | undefined> => (await engine.call('container/list', { containers: [container] })).items[0];
  /** As a power cut: the machine's processor stops between two of its instructions. */
  const killMachine = (id: string): void => {
    const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && /^\S*qemu-system/.test(commandLine(name)) && commandLine(name).includes(`-name silo-${id} `));
    if (pid === undefined) throw new Error('there is no QEMU');
    process.kill(Number(pid), 'SIGKILL');
  };

  it('loses nothing that PostgreSQL has committed when the machine is killed, and starts again', async () => {
    const began = performance.now();
    const report: string[] = [];
    const say = (line: string): void => { report.push(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}`); };

    const archive = debianWith({ name: 'postgresql', files: { 'etc/postgresql-common/createcluster.conf': 'create_main_cluster = false\n' } });
    await engine.call('image/import', { path: archive, reference: 'postgresql:test' });
    say("image of Debian's package postgresql imported");
    const programs = 'PATH=$(echo /usr/lib/postgresql/*/bin):$PATH; export PGHOST=/tmp PGDATA=/var/lib/postgresql/data';
    const { container: { id } } = await engine.call('container/create', {
      image: 'postgresql:test', name: 'database', isolation: 'HyperV', network: 'None', user: 'postgres', stopSignal: 'SIGINT', stopTimeoutSeconds: 120,
      command: ['sh', '-c', `${programs}; [ -s $PGDATA/PG_VERSION ] || initdb --data-checksums --auth=trust || exit; exec postgres -k /tmp -c listen_addresses=`],
      mounts: [{ kind: 'Volume', source: 'database', target: '/var/lib/postgresql', readOnly: false }],
    });
    const query = (sql: string): Promise<string> => inside('database', `${programs}; psql -qAtX -d postgres -c "${sql}"`);
    const serving = async (): Promise<void> => {
      await engine.call('container/start', { container: id });
      await expect.poll(async () => (await inside('database', `${programs}; pg_isready -q`)) === '' || (await state('database'))?.state, poll).toBe(true);
      await expect.poll(() => query('SELECT 1'), poll).toBe('1');
    };

    await serving();
    say(`${await query('SHOW server_version')} serves; kernel ${await inside('database', 'uname -r')}, data on ${await inside('database', 'findmnt -n -o FSTYPE -T /var/lib/postgresql/data')}, fsync ${await query('SHOW fsync')}, synchronous_commit ${await query('SHOW synchronous_commit')}`);
    await query('CREATE TABLE committed (n integer PRIMARY KEY)');

    const rounds = 2;
    let acknowledged = 0;
    for (let round = 1; round <= rounds; round++) {
      const first = acknowledged + 1;
      const enough = acknowledged + 200;
      // Each statement is a transaction; its number is printed when the server has said that it is committed.
      const writing = inside('database', `${programs}; seq ${first} 1000000 | sed 's/.*/INSERT INTO committed VALUES (&) RETURNING n;/' | psql -qAtX -d postgres`, (line) => {
        if (!/^\d+$/.test(line)) return;
        acknowledged = Number(line);
        if (acknowledged === enough) killMachine(id);
      }).catch((error: unknown) => errorCode(error) ?? String(error));
      const ended = await writing;
      expect(acknowledged, ended).toBeGreaterThanOrEqual(enough);
      await expect.poll(async () => (await state('database'))?.state, poll).toBe('Exited');
      expect(await state('database')).toMatchObject({ exitCode: null, exitReason: 'MachineLost' });
      say(`kill ${round}: QEMU killed while commits went on; the last that the client was told of is ${acknowledged}`);

      await serving();
      const [count, last, missing] = (await query(`SELECT count(*), max(n), (SELECT count(*) FROM generate_series(1, ${acknowledged}) s WHERE NOT EXISTS (SELECT FROM committed WHERE n = s)) FROM committed`)).split('|').map(Number);
      say(`kill ${round}: started again: ${count} rows, the last is ${last}, ${missing} of the ${acknowledged} acknowledged are missing`);
      expect({ missing, whole: count === last, kept: (last ?? 0) >= acknowledged }).toEqual({ missing: 0, whole: true, kept: true });
      // A commit whose word did not come through any more is there, too.
      acknowledged = last ?? 0;
    }
    expect((await logOf('database')).filter((line) => line.includes('database system was not properly shut down; automatic recovery in progress'))).toHaveLength(rounds);

    await engine.call('container/stop', { container: id });
    expect(await state('database')).toMatchObject({ state: 'Exited', exitCode: 0 });
    await engine.call('container/create', { image: 'postgresql:test', name: 'checks', isolation: 'HyperV', network: 'None', user: 'postgres', mounts: [{ kind: 'Volume', source: 'database', target: '/var/lib/postgresql', readOnly: false }], command: ['sh', '-c', `${programs}; pg_checksums --check`] });
    await engine.call('container/start', { container: 'checks' });
    expect((await engine.call('container/wait', { container: 'checks' })).container.exitCode, (await logOf('checks')).join('\n')).toBe(0);
    for (const line of (await logOf('checks')).filter((each) => /^(Blocks scanned|Bad checksums)/.test(each))) say(`stopped in order, and pg_checksums: ${line}`);
    console.log(`PostgreSQL on a volume of a utility VM\n${report.join('\n')}`);
  });
});

const commandLine = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
  } catch {
    return '';
  }
};
