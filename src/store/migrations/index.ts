import { initial } from './0001-initial.ts';
import { buildCache } from './0002-build-cache.ts';
import { life } from './0003-life.ts';
import { networks } from './0004-networks.ts';
import { volumes } from './0005-volumes.ts';
import { supervisedContainers } from './0006-supervised-containers.ts';
import { shareVolumes } from './0007-share-volumes.ts';

export interface Migration {
  readonly version: number;
  /** Oldest schema version whose engines may still read, and write, the store after this migration. */
  readonly leastReader: number;
  readonly leastWriter: number;
  readonly sql: string;
}

/** In order. A migration that was released is never edited: the next one mends it. */
export const migrations: readonly Migration[] = [initial, buildCache, life, networks, volumes, supervisedContainers, shareVolumes];
