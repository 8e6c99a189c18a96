import type { Migration } from './index.ts';

/** An engine that does not know the table may sweep what it keeps: whoever finds an entry looks whether its layer is there. */
export const buildCache: Migration = {
  version: 2,
  leastReader: 1,
  leastWriter: 1,
  sql: `
    CREATE TABLE build_cache (
      key TEXT PRIMARY KEY,
      layer_digest TEXT,
      diff_id TEXT,
      chain_id TEXT,
      media_type TEXT,
      stored_bytes INTEGER,
      created_at TEXT NOT NULL,
      used_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};
