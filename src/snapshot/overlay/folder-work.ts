import { rmSync } from 'node:fs';
import { fromFileError } from '../../base/index.ts';
import { mountsBelow } from './overlay-mount.ts';

/**
 * Removes a key's folder with all that is in it; links are removed, not followed. Where something is
 * mounted in it nothing is: what lies behind a mount is not the snapshot's.
 */
export const removeFolder = (folder: string): void => {
  try {
    const mounted = mountsBelow(folder)[0];
    if (mounted !== undefined) throw Object.assign(new Error(`EBUSY: ${mounted} is mounted within the snapshot`), { code: 'EBUSY' });
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    throw fromFileError(error, folder);
  }
};
