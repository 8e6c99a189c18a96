import type { Metadata, MetadataReader, MetadataWriter } from '../core/index.ts';
import { Database } from './database.ts';
import { SqliteReader } from './metadata-reader.ts';
import { SqliteWriter } from './metadata-writer.ts';

/** Metadata in `meta.db` of the state root (decision 6). */
export class SqliteMetadata implements Metadata {
  readonly #database: Database;
  readonly #reader: SqliteReader;
  readonly #writer: SqliteWriter;

  private constructor(database: Database) {
    this.#database = database;
    this.#reader = new SqliteReader(database);
    this.#writer = new SqliteWriter(database);
  }

  /** Errors: StoreNewer, StoreCorrupt, DiskFull, StoreBusy. */
  static async open(path: string): Promise<SqliteMetadata> { return new SqliteMetadata(await Database.open(path)); }

  read<T>(body: (reader: MetadataReader) => T): T { return this.#database.read(() => body(this.#reader)); }

  write<T>(body: (writer: MetadataWriter) => T, signal?: AbortSignal): Promise<T> { return this.#database.write(() => body(this.#writer), signal); }

  writeLightly<T>(body: (writer: MetadataWriter) => T, signal?: AbortSignal): Promise<T> { return this.#database.write(() => body(this.#writer), signal, false); }

  close(): void { this.#database.close(); }
}
