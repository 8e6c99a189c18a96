import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileLocks } from '../../src/store/index.ts';
import { locksSuite } from './locks.suite.ts';
import { fileLocking } from '../fixtures/file-locking.ts';

locksSuite('FileLocks', async () => {
  const root = await mkdtemp(join(tmpdir(), 'silo-locks-'));
  const folder = join(root, 'locks');
  return { locks: new FileLocks(folder, fileLocking), another: new FileLocks(folder, fileLocking), dispose: () => rm(root, { recursive: true, force: true }) };
});
