import type { Migration } from './index.ts';

/** An engine that does not know the columns cannot make a volume: it may read, not write. */
export const volumes: Migration = {
  version: 5,
  leastReader: 1,
  leastWriter: 5,
  sql: `
    ALTER TABLE volumes ADD COLUMN labels TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE volumes ADD COLUMN created_at TEXT NOT NULL DEFAULT '1970-01-01T00:00:00.000Z';
  `,
};
