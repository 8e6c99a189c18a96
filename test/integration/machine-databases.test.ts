import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import type { WireContainer } from '../../src/contract/index.ts';
import { debianWith, whyNoDebianWith, type DebianPackage } from '../fixtures/debian-packages.ts';
import { whyNoMachines } from '../fixtures/machines.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';
import { killPrograms } from './machine-programs.ts';

// An emulated processor is ten times slower than the host's, and others may want that too.
vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 900_000 });
const poll = { timeout: 600_000, interval: 3000 } as const;

interface Database {
  readonly name: string;
  readonly package: DebianPackage;
  readonly user: string;
  /** Ends it in order at once, clients or not. */
  readonly stopSignal: string;
  /** Where the volume is, in the container. */
  readonly folder: string;
  /** Shell: the container's own command, which makes the data folder where there is none. */
  readonly serve: string;
  /** Shell: takes SQL from its standard input, and prints each row at once and nothing else. */
  readonly client: string;
  readonly table: string;
  /** Text for sed, `&` is the number: a transaction of its own, whose number is printed when the server has said that it is committed. */
  readonly commit: string;
  readonly durability: (query: (sql: string) => Promise<string>) => Promise<string>;
  /** What the log has of a start after a kill. */
  readonly recovered: RegExp;
  /** Shell: checks the checksums of what was committed while no server runs. */
  readonly check: string;
}

const postgres = 'PATH=$(echo /usr/lib/postgresql/*/bin):$PATH; export PGDATA=/var/lib/postgresql/data';
const databases: readonly Database[] = [
  {
    name: 'PostgreSQL',
    package: { name: 'postgresql', files: { 'etc/postgresql-common/createcluster.conf': 'create_main_cluster = false\n' } },
    user: 'postgres',
    stopSignal: 'SIGINT',
    folder: '/var/lib/postgresql',
    serve: `${postgres}; [ -s $PGDATA/PG_VERSION ] || initdb --data-checksums --auth=trust || exit; exec postgres -k /tmp -c listen_addresses=`,
    client: '/usr/lib/postgresql/*/bin/psql -qAtX -h /tmp -d postgres',
    table: 'CREATE TABLE committed (n integer PRIMARY KEY)',
    commit: 'INSERT INTO committed VALUES (&) RETURNING n;',
    durability: async (query) => `fsync ${await query('SHOW fsync')}, synchronous_commit ${await query('SHOW synchronous_commit')}`,
    recovered: /database system was not properly shut down; automatic recovery in progress/,
    check: `${postgres}; pg_checksums --check`,
  },
  {
    name: 'MariaDB',
    package: { name: 'mariadb-server', files: {} },
    user: 'mysql',
    stopSignal: 'SIGTERM',
    // The package makes the data folder; the volume begins with what the image has there.
    folder: '/var/lib/mysql',
    serve: 'exec mariadbd --no-defaults --datadir=/var/lib/mysql --socket=/tmp/socket --skip-networking --skip-grant-tables',
    client: 'mariadb --no-defaults --socket=/tmp/socket --batch --skip-column-names --unbuffered mysql',
    table: 'CREATE TABLE committed (n integer PRIMARY KEY) ENGINE=InnoDB',
    commit: 'INSERT INTO committed VALUES (&); SELECT &;',
    durability: async (query) => `innodb_flush_log_at_trx_commit ${await query('SELECT @@innodb_flush_log_at_trx_commit')}, innodb_flush_method ${await query('SELECT @@innodb_flush_method')}`,
    recovered: /InnoDB: Starting crash recovery from checkpoint/,
    // Not ibdata1: after a kill innochecksum refuses its doublewrite buffer (page 64), also where no machine is.
    check: 'innochecksum /var/lib/mysql/mysql/committed.ibd && echo mysql/committed.ibd',
  },
];

describe.skipIf(skipReason('databases in utility VMs', whyNoMachines() ?? whyNoDebianWith(...databases.map((database) => database.package.name))))('a database on a volume of a utility VM', () => {
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

  it.each(databases)('loses nothing that $name has committed when the machine is killed, and starts again', async (database) => {
    const began = performance.now();
    const report: string[] = [];
    const say = (line: string): void => { report.push(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}`); };
    const { name, user } = database;
    const [image, checks] = [`${name.toLowerCase()}:test`, `${name}-checks`];
    const mounts = [{ kind: 'Volume' as const, source: name, target: database.folder, readOnly: false }];
    const create = async (container: string, script: string): Promise<string> =>
      (await engine.call('container/create', { image, name: container, isolation: 'HyperV', network: 'None', user, stopSignal: database.stopSignal, stopTimeoutSeconds: 240, command: ['sh', '-c', script], mounts })).container.id;

    await engine.call('image/import', { path: debianWith(database.package), reference: image });
    say(`image of Debian's package ${database.package.name} imported`);
    const id = await create(name, database.serve);
    const query = (sql: string): Promise<string> => inside(name, `${database.client} <<'END'\n${sql};\nEND`);
    const serving = async (): Promise<void> => {
      await engine.call('container/start', { container: id });
      await expect.poll(async () => ((await state(name))?.state === 'Running' ? query('SELECT 1') : (await logOf(name)).join('\n')), poll).toBe('1');
    };

    await serving();
    say(`${await query('SELECT version()')} serves; kernel ${await inside(name, 'uname -r')}, data on ${await inside(name, `findmnt -n -o FSTYPE -T ${database.folder}`)}; ${await database.durability(query)}`);
    await query(database.table);

    const rounds = 2;
    let acknowledged = 0;
    for (let round = 1; round <= rounds; round++) {
      const first = acknowledged + 1;
      const enough = acknowledged + 200;
      const ended = await inside(name, `seq ${first} 1000000 | sed 's/.*/${database.commit}/' | ${database.client}`, (line) => {
        if (!/^\d+$/.test(line)) return;
        acknowledged = Number(line);
        // As a power cut: the machine's processor stops between two of its instructions.
        if (acknowledged === enough) killPrograms(id, /qemu-system/);
      }).catch((error: unknown) => errorCode(error) ?? String(error));
      expect(acknowledged, ended).toBeGreaterThanOrEqual(enough);
      await expect.poll(async () => (await state(name))?.state, poll).toBe('Exited');
      expect(await state(name)).toMatchObject({ exitCode: null, exitReason: 'MachineLost' });
      say(`kill ${round}: QEMU killed while commits went on; the last that the client was told of is ${acknowledged}`);

      await serving();
      const rows = (await query('SELECT n FROM committed ORDER BY n')).split('\n').map(Number);
      const missing = Array.from({ length: acknowledged }, (_, index) => index + 1).filter((n) => !rows.includes(n));
      say(`kill ${round}: started again: ${rows.length} rows, the last is ${rows.at(-1)}; ${missing.length} of the ${acknowledged} acknowledged are missing`);
      expect(missing).toEqual([]);
      // One whose word did not come through any more may be there, too, and none behind it.
      expect(rows).toEqual(Array.from({ length: rows.length }, (_, index) => index + 1));
      acknowledged = rows.length;
    }
    expect((await logOf(name)).filter((line) => database.recovered.test(line))).toHaveLength(rounds);

    await engine.call('container/stop', { container: id });
    expect(await state(name)).toMatchObject({ state: 'Exited', exitCode: 0 });
    await engine.call('container/start', { container: await create(checks, database.check) });
    expect((await engine.call('container/wait', { container: checks })).container.exitCode, (await logOf(checks)).join('\n')).toBe(0);
    say(`stopped in order; its checksums are right: ${(await logOf(checks)).join('; ')}`);
    console.log(`${name} on a volume of a utility VM\n${report.join('\n')}`);
  });
});
