import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileContentStore } from '../../src/store/index.ts';
import { contentStoreSuite } from './content-store.suite.ts';
import { fileLocking } from '../fixtures/file-locking.ts';

contentStoreSuite('FileContentStore', async () => {
  const root = await mkdtemp(join(tmpdir(), 'silo-blobs-'));
  return { store: new FileContentStore(root, fileLocking), another: new FileContentStore(root, fileLocking), dispose: () => rm(root, { recursive: true, force: true }) };
});
