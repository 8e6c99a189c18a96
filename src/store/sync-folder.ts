import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** Windows flushes only what was opened to be written, folders too; where folders can be opened as such, they are only read. */
const folderFlags = (constants.O_DIRECTORY as number | undefined) === undefined ? constants.O_RDWR : constants.O_RDONLY | constants.O_DIRECTORY;

/** Makes renames and removals in `folder` durable. */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, folderFlags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
