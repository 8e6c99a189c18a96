import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno, SiloError } from '../base/index.ts';

/** File in a root that was moved: the path of the new one. */
export const movedFile = 'moved-to';
const mostMoves = 16;

/**
 * The root that a root was moved to; itself where it was not. `onMove` is told of each step, so that
 * whoever still has the old path in a setting hears of it. Errors: StoreCorrupt where the trail leads in circles.
 */
export const followMoves = (root: string, onMove: (from: string, to: string) => void = () => undefined): string => {
  let current = root;
  for (let moves = 0; moves < mostMoves; moves += 1) {
    const next = readMoved(current);
    if (next === undefined) return current;
    onMove(current, next);
    current = next;
  }
  throw new SiloError('StoreCorrupt', { args: { path: root, reason: `its '${movedFile}' leads in circles` }, target: { kind: 'store', id: root } });
};

const readMoved = (root: string): string | undefined => {
  try {
    return readFileSync(join(root, movedFile), 'utf8').trim() || undefined;
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return undefined;
    throw error;
  }
};
