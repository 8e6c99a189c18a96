import type { Migration } from './index.ts';

/**
 * An engine that does not know the tables leaves what a container holds of a network to the next one that
 * does, and would start a container without its networks: it may read, not write.
 */
export const networks: Migration = {
  version: 4,
  leastReader: 1,
  leastWriter: 4,
  sql: `
    CREATE TABLE networks (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL UNIQUE COLLATE NOCASE,
      definition TEXT NOT NULL,
      created_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE endpoints (
      id TEXT PRIMARY KEY,
      container_id TEXT NOT NULL,
      network_id TEXT NOT NULL,
      position INTEGER NOT NULL,
      request TEXT NOT NULL,
      addresses TEXT NOT NULL,
      ports TEXT NOT NULL,
      attached TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX endpoints_container ON endpoints(container_id, network_id);
    CREATE INDEX endpoints_network ON endpoints(network_id);
    ALTER TABLE containers ADD COLUMN ip_address TEXT;
  `,
};
