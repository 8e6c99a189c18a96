import { execFile, execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, statfsSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SiloError } from '../../../src/base/index.ts';
import { Database } from '../../../src/store/database.ts';
import { migrations, type Migration } from '../../../src/store/migrations/index.ts';
import { SqliteMetadata } from '../../../src/store/index.ts';

const run = promisify(execFile);
const writer = join(import.meta.dirname, 'database-writer.ts');

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'silo-database-'));
  path = join(folder, 'meta.db');
});
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

const migration = (version: number, sql: string, limits: { readonly leastReader?: number; readonly leastWriter?: number } = {}): Migration => ({ version, sql, leastReader: 1, leastWriter: 1, ...limits });
const first = migration(1, 'CREATE TABLE a (text TEXT) STRICT');
const second = migration(2, "CREATE TABLE b (text TEXT) STRICT; INSERT INTO b SELECT text || ' moved' FROM a");
const version = (): number => {
  const raw = new DatabaseSync(path, { readOnly: true });
  const row = raw.prepare('PRAGMA user_version').get() as { user_version: number };
  raw.close();
  return row.user_version;
};
const outcome = async (attempt: Promise<Database>): Promise<string> => attempt.then((database) => { database.close(); return 'opened'; }, (error: Error & { code?: string }) => error.code ?? error.message);

describe('opening a store', () => {
  it('makes a fresh one with the newest schema, durable and with a write-ahead log', async () => {
    const database = await Database.open(path);
    expect(version()).toBe(migrations.at(-1)?.version);
    expect(database.get('PRAGMA journal_mode')).toEqual({ journal_mode: 'wal' });
    // 2 is FULL: every transaction is on the disk when it is done.
    expect(database.get('PRAGMA synchronous')).toEqual({ synchronous: 2 });
    expect(database.get('PRAGMA foreign_keys')).toEqual({ foreign_keys: 1 });
    database.close();
    const again = await Database.open(path);
    expect(again.get('PRAGMA synchronous')).toEqual({ synchronous: 2 });
    expect(again.get('PRAGMA foreign_keys')).toEqual({ foreign_keys: 1 });
    again.close();
  });

  it('numbers the released migrations one after the other', () => {
    expect(migrations.map((released) => released.version)).toEqual(migrations.map((_, index) => index + 1));
    expect(migrations.filter(({ version: own, leastReader, leastWriter }) => leastReader > own || leastWriter > own || leastReader > leastWriter)).toEqual([]);
  });

  it('brings an older one up to date with all that is in it', async () => {
    const old = await Database.open(path, [first]);
    await old.write(() => old.run('INSERT INTO a VALUES (?)', 'kept'));
    old.close();
    const database = await Database.open(path, [first, second]);
    expect([database.all('SELECT * FROM a'), database.all('SELECT * FROM b'), version()]).toEqual([[{ text: 'kept' }], [{ text: 'kept moved' }], 2]);
    database.close();
  });

  it('brings one of each earlier release up to date, also where a text in it is damaged', async () => {
    for (const last of migrations.slice(0, -1).map(({ version: number }) => number)) {
      path = join(folder, `${last}.db`);
      const old = await Database.open(path, migrations.slice(0, last));
      const columns = old.all('PRAGMA table_info(containers)').filter((column) => column['notnull'] === 1);
      await old.write(() => {
        for (const [id, spec] of [['a', '{"autoRemove":true}'], ['b', '{'], ['c', '{}']] as const)
          old.run(`INSERT INTO containers (${columns.map(({ name }) => name).join()}) VALUES (${columns.map(({ name, type }) => (name === 'spec' ? `'${spec}'` : name === 'state' ? "'exited'" : type === 'INTEGER' ? '0' : `'${id}'`)).join()})`);
      });
      old.close();
      const store = await SqliteMetadata.open(path);
      expect(version()).toBe(migrations.at(-1)?.version);
      store.close();
      const raw = new DatabaseSync(path);
      expect(raw.prepare('SELECT id FROM containers ORDER BY position').all().map(({ id }) => id)).toEqual(['a', 'b', 'c']);
      raw.close();
    }
  });

  it('leaves a store as it was where a migration fails', async () => {
    (await Database.open(path, [first])).close();
    await expect(Database.open(path, [first, migration(2, 'CREATE TABLE b (text TEXT) STRICT; CREATE TABLE a (text TEXT)')])).rejects.toThrow('already exists');
    expect(version()).toBe(1);
    const database = await Database.open(path, [first]);
    expect(database.all("SELECT name FROM sqlite_schema WHERE name = 'b'")).toEqual([]);
    database.close();
  });

  it('refuses one that needs a newer engine even to read it', async () => {
    (await Database.open(path, [first, migration(2, 'DROP TABLE a', { leastReader: 2, leastWriter: 2 })])).close();
    await expect(Database.open(path, [first])).rejects.toMatchObject({ code: 'StoreNewer', args: { path, found: 2, known: 1 } });
    expect(version()).toBe(2);
  });

  it('reads, and does not write, a newer one that older engines may only read', async () => {
    const newer = await Database.open(path, [first, migration(2, 'CREATE TABLE b (text TEXT)', { leastReader: 1, leastWriter: 2 })]);
    await newer.write(() => newer.run('INSERT INTO a VALUES (?)', 'theirs'));
    newer.close();
    const database = await Database.open(path, [first]);
    expect(database.read(() => database.all('SELECT * FROM a'))).toEqual([{ text: 'theirs' }]);
    let ran = false;
    await expect(database.write(() => { ran = true; })).rejects.toMatchObject({ code: 'StoreNewer', args: { path, found: 2, known: 1 } });
    expect(ran).toBe(false);
    database.close();
  });

  it('writes a newer one that older engines may write', async () => {
    (await Database.open(path, [first, migration(2, 'CREATE TABLE b (text TEXT)')])).close();
    const database = await Database.open(path, [first]);
    await database.write(() => database.run('INSERT INTO a VALUES (?)', 'mine'));
    expect(database.all('SELECT * FROM a')).toEqual([{ text: 'mine' }]);
    database.close();
  });

  it.each([
    ['is no database', () => { writeFileSync(path, 'This is a text file.\n'.repeat(500)); }],
    ['has lost its middle', () => {
      const database = new DatabaseSync(path);
      database.exec(`PRAGMA user_version=${migrations.length}; CREATE TABLE t (x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO t SELECT hex(randomblob(50)) FROM n`);
      database.close();
      truncateSync(path, 4096);
    }],
    ['has a broken header', () => {
      const database = new DatabaseSync(path);
      database.exec('CREATE TABLE t (x)');
      database.close();
      const file = openSync(path, 'r+');
      writeSync(file, Buffer.alloc(100, 0xff), 0, 100, 0);
      closeSync(file);
    }],
  ])('tells a store that %s from a good one', async (_, damage) => {
    damage();
    const opened = await Database.open(path).then((database) => {
      try {
        return database.read(() => database.all('SELECT * FROM t').length);
      } finally {
        database.close();
      }
    }).catch((error: unknown) => error);
    expect(opened).toMatchObject({ code: 'StoreCorrupt', args: { path } });
  });

  it('works for many processes at once on a fresh store: all get the whole schema, once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => run(process.execPath, [writer, path, 'open'])));
    expect(answers.map(({ stdout }) => stdout.trim())).toEqual(Array.from({ length: 8 }, () => 'opened'));
    expect(version()).toBe(migrations.at(-1)?.version);
  });

  it('works while others open, write and close all the time', async () => {
    (await Database.open(path)).close();
    const others = Array.from({ length: 3 }, (_, index) => run(process.execPath, [writer, path, 'churn', String(index), '60']));
    const over = new AbortController();
    const all = Promise.all(others).finally(() => { over.abort(); });
    const outcomes = new Set<string>();
    do {
      outcomes.add(await outcome((async () => {
        const database = await Database.open(path);
        database.read(() => database.all('SELECT * FROM settings'));
        return database;
      })()));
      await delay(1);
    } while (!over.signal.aborted);
    await all;
    expect([...outcomes]).toEqual(['opened']);
    const database = await Database.open(path);
    expect(database.get('SELECT count(*) AS written FROM settings')).toEqual({ written: 3 * 60 });
    database.close();
  });
});

describe('a store that another program holds for itself', () => {
  it('is waited for', async () => {
    (await Database.open(path)).close();
    const raw = new DatabaseSync(path);
    // In this mode a repair tool keeps every other connection out.
    raw.exec("PRAGMA locking_mode=EXCLUSIVE; INSERT INTO settings VALUES ('a', 'b')");
    const opening = Database.open(path);
    const early = await Promise.race([opening.then(() => 'opened'), delay(300, 'waits')]);
    expect(early).toBe('waits');
    raw.close();
    const reader = await opening;
    expect(reader.read(() => reader.all('SELECT * FROM settings'))).toEqual([{ name: 'a', value: 'b' }]);
    reader.close();
  });
});

describe('transactions that come at once', () => {
  const texts = Array.from({ length: 50 }, (_, index) => `text ${index}`);
  /** What a run of transactions adds to the write-ahead log. */
  const logged = async (database: Database, body: () => Promise<unknown>): Promise<number> => {
    const before = statSync(`${path}-wal`).size;
    await body();
    expect(database.all('SELECT text FROM a ORDER BY rowid')).toEqual(texts.map((text) => ({ text })));
    await database.write(() => database.run('DELETE FROM a'));
    return statSync(`${path}-wal`).size - before;
  };

  it('go to the disk together, in their order', async () => {
    const database = await Database.open(path, [first]);
    const add = (text: string): Promise<unknown> => database.write(() => database.run('INSERT INTO a VALUES (?)', text));
    const oneByOne = await logged(database, async () => { for (const text of texts) await add(text); });
    const atOnce = await logged(database, () => Promise.all(texts.map(add)));
    expect(atOnce).toBeLessThan(oneByOne / 10);
    database.close();
  });

  it('fail each for itself', async () => {
    const database = await Database.open(path, [first]);
    const settled = await Promise.allSettled(['one', undefined, 'two'].map((text) => database.write(() => {
      database.run('INSERT INTO a VALUES (?)', text ?? 'never');
      if (text === undefined) throw new SiloError('OperationCancelled');
      return text;
    })));
    expect(settled).toMatchObject([{ value: 'one' }, { reason: { code: 'OperationCancelled' } }, { value: 'two' }]);
    expect(database.all('SELECT text FROM a ORDER BY rowid')).toEqual([{ text: 'one' }, { text: 'two' }]);
    database.close();
  });

  it('are written also where the store is closed right behind them', async () => {
    const database = await Database.open(path, [first]);
    const writes = texts.map((text) => database.write(() => database.run('INSERT INTO a VALUES (?)', text)));
    database.close();
    await Promise.all(writes);
    const again = await Database.open(path, [first]);
    expect(again.all('SELECT text FROM a')).toHaveLength(texts.length);
    again.close();
  });
});

describe('a transaction that does not wait for the disk', () => {
  const level = (database: Database): unknown => database.get('PRAGMA synchronous')?.['synchronous'];

  it('is seen by others as soon as it is done', async () => {
    const [database, other] = [await Database.open(path, [first]), await Database.open(path, [first])];
    await database.write(() => database.run("INSERT INTO a VALUES ('light')"), undefined, false);
    expect(other.all('SELECT text FROM a')).toEqual([{ text: 'light' }]);
    database.close();
    other.close();
  });

  it('leaves those that do as durable as they are', async () => {
    const database = await Database.open(path, [first]);
    const seen = (durable: boolean): Promise<unknown> => database.write(() => level(database), undefined, durable);
    // 1 is NORMAL: nothing is torn by a power failure, and the last transactions may be missing after it.
    expect([await seen(false), await seen(true), await seen(false), await seen(false)]).toEqual([1, 2, 1, 1]);
    expect(await Promise.all([seen(false), seen(true), seen(false)])).toEqual([2, 2, 2]);
    database.close();
  });
});

describe('a writer that is killed', () => {
  it('loses nothing that was committed, and leaves nothing of what was not', async () => {
    (await Database.open(path)).close();
    const acknowledged: string[] = [];
    for (let round = 0; round < 12; round++) {
      const children = [0, 1].map((index) => {
        const child = spawn(process.execPath, [writer, path, 'write', `${round}-${index}`], { stdio: ['ignore', 'pipe', 'inherit'] });
        let rest = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          const lines = (rest + text).split('\n');
          rest = lines.pop() ?? '';
          acknowledged.push(...lines);
        });
        return { child, closed: new Promise((resolve) => { child.once('close', resolve); }) };
      });
      const before = acknowledged.length;
      // Until both are surely in the middle of their work.
      while (acknowledged.length < before + 20) await delay(2);
      await delay(round * 3);
      for (const { child } of children) child.kill('SIGKILL');
      await Promise.all(children.map(({ closed }) => closed));
      const store = await SqliteMetadata.open(path);
      store.read((reader) => {
        expect(acknowledged.filter((name) => reader.setting(name) !== 'second half')).toEqual([]);
      });
      store.close();
    }
    const raw = new DatabaseSync(path);
    expect(raw.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    // A transaction writes twice: never is only its first half there.
    expect(raw.prepare("SELECT count(*) AS halves FROM settings WHERE value <> 'second half'").get()).toEqual({ halves: 0 });
    raw.close();
    expect(acknowledged.length).toBeGreaterThan(200);
  });
});

const whyNoSmallDisk = process.platform !== 'linux' ? 'a tmpfs needs Linux' : process.geteuid?.() === 0 ? undefined : 'a tmpfs needs root';

describe.skipIf(whyNoSmallDisk !== undefined)('a full disk', () => {
  let disk: string;
  const filler = (): string => join(disk, 'filler');
  beforeEach(() => {
    disk = join(folder, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
    path = join(disk, 'meta.db');
  });
  afterEach(() => { execFileSync('umount', ['-l', disk]); });

  const fill = (leaveBytes = 0): void => {
    const file = openSync(filler(), 'a');
    try {
      for (;;) {
        const { bavail, bsize } = statfsSync(disk);
        const left = bavail * bsize - leaveBytes;
        if (left <= 0) return;
        writeSync(file, Buffer.alloc(Math.min(left, 64 * 1024)));
      }
    } finally {
      closeSync(file);
    }
  };

  it('is told as such, loses nothing, and is over when there is room again', async () => {
    const store = await SqliteMetadata.open(path);
    await store.write((one) => { one.setSetting('before', 'x'); });
    fill();
    const failure = await (async () => {
      for (let count = 0; ; count++) await store.write((one) => { one.setSetting(`fill ${count}`, 'x'.repeat(20_000)); });
    })().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'DiskFull', args: { path }, retryable: true });
    expect(store.read((reader) => reader.setting('before'))).toBe('x');
    rmSync(filler());
    await store.write((one) => { one.setSetting('after', 'y'); });
    store.close();
    const again = await SqliteMetadata.open(path);
    expect(again.read((reader) => [reader.setting('before'), reader.setting('after')])).toEqual(['x', 'y']);
    again.close();
  });

  it('does not keep a store from being opened again, nor its engine from being killed meanwhile', async () => {
    (await SqliteMetadata.open(path)).close();
    writeFileSync(filler(), Buffer.alloc(300 * 1024));
    // A log that nobody could put back into the database, as a killed engine leaves it.
    await expect(run(process.execPath, [writer, path, 'fill'])).rejects.toMatchObject({ signal: 'SIGKILL' });
    expect(readdirSync(disk)).toContain('meta.db-wal');
    fill();
    const store = await SqliteMetadata.open(path);
    expect(store.read((reader) => reader.setting('0'))).toMatch(/^x+$/);
    await expect(store.write((one) => { for (let count = 0; count < 100; count++) one.setSetting(`more ${count}`, 'x'.repeat(20_000)); })).rejects.toMatchObject({ code: 'DiskFull' });
    rmSync(filler());
    await store.write((one) => { one.setSetting('after', 'y'); });
    store.close();
  });

  it.each([0, 4, 16, 40])('with %i KiB left opens a store that was closed well, or says that it is full', async (leaveKiB) => {
    const good = await SqliteMetadata.open(path);
    await good.write((one) => { one.setSetting('before', 'x'); });
    good.close();
    fill(leaveKiB * 1024);
    const read = async (): Promise<unknown> => {
      const store = await SqliteMetadata.open(path);
      try {
        return store.read((reader) => reader.setting('before'));
      } finally {
        store.close();
      }
    };
    const found = await read().catch((error: unknown) => error);
    expect([found instanceof SiloError ? found.code : found]).toContainEqual(expect.stringMatching(/^(x|DiskFull)$/));
    rmSync(filler());
    expect(await read()).toBe('x');
  });

  it.each([0, 4, 8, 12, 16, 24, 32, 40, 48, 64, 96])('with %i KiB left makes a fresh store or says that it is full, and a later engine makes it', async (leaveKiB) => {
    fill(leaveKiB * 1024);
    const opened = await SqliteMetadata.open(path).then((store) => { store.close(); return 'opened'; }, (error: unknown) => (error instanceof SiloError ? error.code : error));
    expect([opened]).toContainEqual(expect.stringMatching(/^(opened|DiskFull)$/));
    rmSync(filler());
    const store = await SqliteMetadata.open(path);
    await store.write((one) => { one.setSetting('a', 'b'); });
    expect(store.read((reader) => reader.setting('a'))).toBe('b');
    store.close();
  });
});
