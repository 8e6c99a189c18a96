import { chmodSync, lchownSync, lstatSync, lutimesSync, type Stats } from 'node:fs';
import { getLinkAttribute, listLinkAttributes, setLinkAttribute } from '../../../native/libc.ts';
import { bytePath, cPath } from '../../layer/index.ts';

export interface FolderMetadata {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970; undefined leaves the time at which it was made. */
  readonly mtime: number | undefined;
  readonly attributes: ReadonlyMap<string, Uint8Array>;
}

/** What a folder gets of which nobody says anything. */
export const defaultFolder: FolderMetadata = { mode: 0o755, uid: 0, gid: 0, mtime: undefined, attributes: new Map() };

export const metadataOf = (absolute: string, stat: Stats = lstatSync(bytePath(absolute))): FolderMetadata => {
  const attributes = new Map<string, Uint8Array>();
  for (const name of listLinkAttributes(cPath(absolute))) {
    const value = name.startsWith('trusted.overlay.') ? undefined : getLinkAttribute(cPath(absolute), name);
    if (value !== undefined) attributes.set(name, value);
  }
  return { mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid, mtime: stat.mtimeMs / 1000, attributes };
};

/** All but the time, which what is made in the folder later would change. */
export const giveMetadata = (absolute: string, { uid, gid, mode, attributes }: FolderMetadata): void => {
  const name = bytePath(absolute);
  lchownSync(name, uid, gid);
  chmodSync(name, mode);
  for (const [key, value] of attributes) setAttribute(absolute, key, value);
};

export const giveTime = (absolute: string, { mtime }: FolderMetadata): void => {
  if (mtime !== undefined) lutimesSync(bytePath(absolute), mtime, mtime);
};

/** File systems without a kind of attribute (tmpfs: `user.`) lose it, as with tar(1) and docker. */
export const setAttribute = (absolute: string, name: string, value: Uint8Array): void => {
  try {
    setLinkAttribute(cPath(absolute), cPath(name), value);
  } catch (error) {
    if (!['ENOTSUP', 'EOPNOTSUPP'].includes((error as { code?: string }).code ?? '')) throw error;
  }
};
