import { suiteUnderWine } from '../../fixtures/wine/suites.ts';

/** Everything that a state root is made of, with Windows' own locks, files and folders. */
for (const file of [
  'test/conformance/locks.test.ts', 'test/conformance/content-store.test.ts',
  'test/unit/store/metadata.test.ts', 'test/unit/store/build-cache.test.ts', 'test/unit/store/database.test.ts',
  'test/unit/store/file-locks.test.ts', 'test/unit/store/file-content-store.test.ts',
  'test/unit/store/log-reader.test.ts', 'test/unit/store/log-lines.test.ts', 'test/unit/store/container-folders.test.ts', 'test/unit/volume/folder-volumes.test.ts',
]) await suiteUnderWine(file);
