import { defaultFolder, giveMetadata, giveTime, metadataOf, type FolderMetadata } from './folder-metadata.ts';
import type { InheritJob } from './layer-job.ts';
import { LowerLayers } from './lower-layers.ts';

/**
 * Gives the folders that a layer had to guess what the layers below, whole by now, say of them. False,
 * and nothing done, where a guess was wrong: then one of them is a link below, and what the layer put
 * there belongs to where that leads.
 */
export const inheritFolders = ({ folder, chain, guesses }: InheritJob): boolean => {
  const below = new LowerLayers(chain);
  const inherited: (readonly [string, FolderMetadata])[] = [];
  for (const { path, inherits } of guesses) {
    const found = path === '' ? undefined : below.find(path);
    if (found?.stat.isSymbolicLink() === true) return false;
    if (!inherits) continue;
    const absolute = `${folder}/fs${path === '' ? '' : `/${path}`}`;
    if (path === '') inherited.push([absolute, below.top === undefined ? defaultFolder : metadataOf(below.top)]);
    else if (found?.stat.isDirectory() === true) inherited.push([absolute, metadataOf(found.absolute, found.stat)]);
  }
  for (const [absolute, metadata] of inherited) {
    giveMetadata(absolute, metadata);
    giveTime(absolute, metadata);
  }
  return true;
};
