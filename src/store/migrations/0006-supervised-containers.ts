import type { Migration } from './index.ts';

/**
 * The containers that have ended and still need somebody: the supervisor asks for them every second, and there may be thousands of others.
 * `supervisedContainers` asks with the same words, by which alone the database knows that it may use this. Older engines keep it up without knowing of it.
 */
export const supervisedContainers: Migration = {
  version: 6,
  leastReader: 1,
  leastWriter: 5,
  sql: `
    CREATE INDEX containers_supervised ON containers(state)
      WHERE state = 'exited' AND (CASE WHEN json_valid(spec) THEN spec ->> '$.autoRemove' END OR CASE WHEN json_valid(life) THEN life ->> '$.restartAt' END IS NOT NULL);
  `,
};
