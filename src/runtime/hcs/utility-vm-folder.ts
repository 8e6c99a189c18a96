import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fromFileError, hasErrno } from '../../base/index.ts';

/**
 * What a utility VM starts from: of the nearest layer that has it, which is whole there, and as new as the image (hcsshim,
 * internal/uvmfolder). `layers`: folders, nearest first. Undefined where none has one. @throws SiloError of a folder that cannot be read
 */
export const utilityVmFolder = async (layers: readonly string[]): Promise<string | undefined> => {
  for (const layer of layers) {
    const folder = join(layer, 'UtilityVM');
    try {
      await stat(folder);
      return folder;
    } catch (error) {
      if (!hasErrno(error, 'ENOENT')) throw fromFileError(error, folder);
    }
  }
  return undefined;
};
