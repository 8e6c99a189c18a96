import type { FileChange } from '../../core/index.ts';
import { readablePath, type ByteString } from '../../layer/index.ts';
import { opaqueName, tellEntries, whiteoutPrefix } from './diff-layer.ts';
import type { ChangesJob } from './layer-job.ts';
import { LowerLayers } from './lower-layers.ts';

/** The changes of a writable snapshot by name, in a worker thread: what was there below was modified, the rest is new. */
export const listChanges = (job: ChangesJob, cancelled: () => boolean): readonly FileChange[] => {
  const lower = new LowerLayers(job.chain);
  const found = new Map<ByteString, FileChange['kind']>();
  const opaque: ByteString[] = [];
  tellEntries(job, cancelled, ({ name }) => {
    const path = name.replace(/\/$/, '');
    const slash = path.lastIndexOf('/');
    const [folder, last] = [path.slice(0, slash + 1), path.slice(slash + 1)];
    if (last === opaqueName) opaque.push(folder.replace(/\/$/, ''));
    else if (last.startsWith(whiteoutPrefix)) found.set(`${folder}${last.slice(whiteoutPrefix.length)}`, 'deleted');
    else found.set(path, path === '.' || lower.find(path) !== undefined ? 'modified' : 'added');
  });
  // A folder that was removed and made again hides what was in it without a word of each.
  for (const folder of opaque) {
    for (const name of lower.names(folder)) if (!found.has(`${folder}/${name}`)) found.set(`${folder}/${name}`, 'deleted');
  }
  return [...found].map(([path, kind]) => ({ path: path === '.' ? '/' : `/${readablePath(path)}`, kind })).sort((a, b) => (a.path < b.path ? -1 : 1));
};
