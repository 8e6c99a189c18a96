import type { Migration } from './index.ts';

/** An engine that does not know the column would take such a volume for an empty folder, and let containers write there: it may read, not write. */
export const shareVolumes: Migration = {
  version: 7,
  leastReader: 1,
  leastWriter: 7,
  sql: 'ALTER TABLE volumes ADD COLUMN share TEXT;',
};
