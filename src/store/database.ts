import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { SiloError } from '../base/index.ts';
import { migrations as released, type Migration } from './migrations/index.ts';

/** SQLite result codes (https://sqlite.org/rescode.html). */
const busyCodes: ReadonlySet<number> = new Set([5, 6]);
const full = 13;
/** SQLITE_IOERR_SHMSIZE: the file that connections share cannot be made larger. A full disk is all that keeps it from that. */
const noRoomForSharedFile = 10 | (19 << 8);
const corruptCodes: ReadonlySet<number> = new Set([11, 26]);

const busyWaitMs = 20;
const patienceMs = 30_000;

const extendedCode = (error: unknown): number | undefined =>
  typeof error === 'object' && error !== null && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined;
const resultCode = (error: unknown): number => (extendedCode(error) ?? -1) & 0xff;

export type Row = Readonly<Record<string, SQLOutputValue>>;

/** A transaction that goes to the disk with the next turn of the event loop. */
interface Waiting {
  /** Whether `done` waits for the disk. */
  readonly durable: boolean;
  /** Its changes, as a part of a larger transaction. */
  readonly run: () => void;
  /** Called when that is on the disk. */
  readonly done: () => void;
  /** Does all of it as a transaction of its own. */
  readonly alone: () => void;
}

/**
 * One connection to meta.db: write-ahead log, full durability, prepared statements kept. A busy store
 * blocks the event loop for 20 ms at most; then the transaction is tried again from a timer.
 */
export class Database {
  readonly path: string;
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  /** Schema versions of a store that a newer engine made and this one may only read. */
  readonly #readOnly: { readonly found: number; readonly known: number } | undefined;
  readonly #waiting: Waiting[] = [];
  #syncs = true;

  private constructor(path: string, connection: DatabaseSync, readOnly?: { readonly found: number; readonly known: number }) {
    this.path = path;
    this.#connection = connection;
    this.#readOnly = readOnly;
  }

  /**
   * Opens or makes the database and brings it to this engine's schema.
   * Errors: StoreNewer, StoreCorrupt, DiskFull, StoreBusy.
   */
  static async open(path: string, migrations: readonly Migration[] = released): Promise<Database> {
    const known = migrations.at(-1)?.version ?? 0;
    let connection: DatabaseSync;
    try {
      connection = new DatabaseSync(path);
      connection.exec(`PRAGMA busy_timeout=${busyWaitMs}`);
    } catch (error) {
      throw translate(error, path);
    }
    try {
      const found = await retryBusy(path, undefined, () => {
        const version = userVersion(connection);
        if (version !== 0) {
          connection.exec('PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON');
        } else {
          connection.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON');
        }
        return version;
      });
      if (found > known) {
        const limits = connection.prepare('SELECT least_reader, least_writer FROM schema_limits').get() as { least_reader: number; least_writer: number };
        if (limits.least_reader > known) throw new SiloError('StoreNewer', { args: { path, found, known }, target: { kind: 'store', id: path } });
        return new Database(path, connection, limits.least_writer > known ? { found, known } : undefined);
      }
      if (found < known) await retryBusy(path, undefined, () => migrate(connection, migrations));
      return new Database(path, connection);
    } catch (error) {
      connection.close();
      throw translate(error, path);
    }
  }

  all(sql: string, ...values: SQLInputValue[]): readonly Row[] { return this.#prepare(sql).all(...values); }
  get(sql: string, ...values: SQLInputValue[]): Row | undefined { return this.#prepare(sql).get(...values); }
  run(sql: string, ...values: SQLInputValue[]): { readonly changes: number; readonly lastId: number } {
    const result = this.#prepare(sql).run(...values);
    return { changes: Number(result.changes), lastId: Number(result.lastInsertRowid) };
  }

  /** One consistent state for all reads of `body`. */
  read<T>(body: () => T): T {
    try {
      this.#connection.exec('BEGIN');
      try {
        return body();
      } finally {
        this.#connection.exec('COMMIT');
      }
    } catch (error) {
      throw translate(error, this.path);
    }
  }

  /**
   * Runs `body` as one transaction. Those that come in one turn of the event loop go to the disk together, with
   * one wait for it in place of one each; where that fails each is tried by itself, so that an error is its own's.
   * Without `durable` nobody waits for the disk: a power failure may take the transaction back, and nothing else may;
   * the next durable one, whoever's, brings it to the disk with itself.
   */
  async write<T>(body: () => T, signal?: AbortSignal, durable = true): Promise<T> {
    if (this.#readOnly !== undefined) throw new SiloError('StoreNewer', { args: { path: this.path, ...this.#readOnly }, target: { kind: 'store', id: this.path } });
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let result: T;
    this.#waiting.push({
      durable,
      run: () => { result = body(); },
      done: () => { resolve(result); },
      alone: () => { retryBusy(this.path, signal, () => this.#transaction(body, durable)).then(resolve, reject); },
    });
    if (this.#waiting.length === 1) setImmediate(() => { this.#writeWaiting(); });
    return promise;
  }

  close(): void {
    this.#writeWaiting();
    this.#statements.clear();
    if (this.#connection.isOpen) this.#connection.close();
  }

  #writeWaiting(): void {
    const writes = this.#waiting.splice(0);
    const together = writes.length > 1 && this.#tryTogether(writes);
    for (const { done, alone } of writes) (together ? done : alone)();
  }

  #tryTogether(writes: readonly Waiting[]): boolean {
    try {
      this.#transaction(() => { for (const { run } of writes) run(); }, writes.some(({ durable }) => durable));
      return true;
    } catch {
      // Whose error it is shows where each is tried alone.
      return false;
    }
  }

  #transaction<T>(body: () => T, durable: boolean): T {
    if (durable !== this.#syncs) {
      this.#connection.exec(`PRAGMA synchronous=${durable ? 'FULL' : 'NORMAL'}`);
      this.#syncs = durable;
    }
    return transaction(this.#connection, body);
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

const userVersion = (connection: DatabaseSync): number => (connection.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;

const transaction = <T>(connection: DatabaseSync, body: () => T): T => {
  connection.exec('BEGIN IMMEDIATE');
  try {
    const result = body();
    connection.exec('COMMIT');
    return result;
  } catch (error) {
    rollBack(connection);
    throw error;
  }
};

/** SQLite has ended the transaction by itself after some errors (a full disk, for one): then there is nothing to roll back. */
const rollBack = (connection: DatabaseSync): void => {
  try {
    connection.exec('ROLLBACK');
  } catch (error) {
    if (!/no transaction is active/.test((error as Error).message)) throw error;
  }
};

const migrate = (connection: DatabaseSync, migrations: readonly Migration[]): void => {
  transaction(connection, () => {
    // Another engine may have been faster while this one waited for the lock.
    const version = userVersion(connection);
    for (const migration of migrations.filter((candidate) => candidate.version > version)) {
      connection.exec('CREATE TABLE IF NOT EXISTS schema_limits (least_reader INTEGER NOT NULL, least_writer INTEGER NOT NULL) STRICT; DELETE FROM schema_limits');
      connection.exec(migration.sql);
      connection.prepare('INSERT INTO schema_limits VALUES (?, ?)').run(migration.leastReader, migration.leastWriter);
      connection.exec(`PRAGMA user_version=${migration.version}`);
    }
  });
};

const retryBusy = async <T>(path: string, signal: AbortSignal | undefined, attempt: () => T): Promise<T> => {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!busyCodes.has(resultCode(error))) throw translate(error, path);
      if (performance.now() > deadline) throw new SiloError('StoreBusy', { target: { kind: 'store', id: path }, cause: error });
    }
    if (signal?.aborted) throw new SiloError('OperationCancelled');
    await delay(2 + Math.random() * 10);
  }
};

const translate = (error: unknown, path: string): unknown => {
  const code = extendedCode(error);
  if (error instanceof SiloError || code === undefined) return error;
  const target = { kind: 'store', id: path } as const;
  if (resultCode(error) === full || code === noRoomForSharedFile) return new SiloError('DiskFull', { args: { path }, target, cause: error, retryable: true });
  if (busyCodes.has(resultCode(error))) return new SiloError('StoreBusy', { target, cause: error });
  if (corruptCodes.has(resultCode(error))) return new SiloError('StoreCorrupt', { args: { path, reason: (error as Error).message }, target, cause: error });
  return error;
};
