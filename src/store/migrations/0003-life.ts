import type { Migration } from './index.ts';

/** What the supervisor knows of a container, as JSON. An engine that does not know of it starts and stops containers all the same. */
export const life: Migration = {
  version: 3,
  leastReader: 1,
  leastWriter: 1,
  sql: 'ALTER TABLE containers ADD COLUMN life TEXT;',
};
