import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { openWithin } from '../../../native/libc.ts';
import { SiloError, hasErrno } from '../../base/index.ts';

export interface ResolvedUser {
  readonly uid: number;
  readonly gid: number;
  readonly additionalGids: readonly number[];
  /** Home folder of the passwd entry, or `/`. */
  readonly home: string;
}

const largestFile = 1024 * 1024;

/** A small file of the image. Links are followed within the root only, and only a regular file is read. */
const readInRoot = (rootPath: string, path: string): string => {
  const root = openSync(rootPath, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const fd = openWithin(root, path, constants.O_RDONLY | constants.O_NONBLOCK, 'inRoot');
    try {
      const stat = fstatSync(fd);
      return stat.isFile() && stat.size <= largestFile ? readFileSync(fd, 'utf8') : '';
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'EACCES')) return '';
    throw error;
  } finally {
    closeSync(root);
  }
};

const rows = (text: string): readonly (readonly string[])[] => text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(':'));

const numeric = (text: string): number | undefined => (/^\d{1,10}$/.test(text) && Number(text) <= 4_294_967_294 ? Number(text) : undefined);

/**
 * Resolves `user[:group]` as Docker does (OCI image specification, config `User`): a name or number; the
 * groups of the passwd and group files are added unless a group is given.
 * @throws SiloError UserNotFound
 */
export const resolveUser = (rootPath: string, text: string, additionalGroups: readonly string[] = []): ResolvedUser => {
  const notFound = (): never => { throw new SiloError('UserNotFound', { args: { user: text } }); };
  const [userPart = '', groupPart] = text.split(':', 2);
  const user = userPart === '' ? '0' : userPart;
  const passwd = rows(readInRoot(rootPath, 'etc/passwd'));
  const groups = rows(readInRoot(rootPath, 'etc/group'));
  const uidNumber = numeric(user);
  const entry = passwd.find((row) => row[0] === user) ?? (uidNumber === undefined ? undefined : passwd.find((row) => row[2] === String(uidNumber)));
  const uid = numeric(entry?.[2] ?? '') ?? uidNumber ?? notFound();
  const groupId = (name: string): number => numeric(groups.find((row) => row[0] === name)?.[2] ?? '') ?? numeric(name) ?? notFound();
  const gid = groupPart === undefined || groupPart === '' ? (numeric(entry?.[3] ?? '') ?? 0) : groupId(groupPart);
  const memberships = groupPart === undefined && entry !== undefined
    ? groups.filter((row) => (row[3] ?? '').split(',').includes(entry[0] ?? '')).map((row) => numeric(row[2] ?? '')).filter((id) => id !== undefined)
    : [];
  return { uid, gid, additionalGids: [...new Set([...memberships, ...additionalGroups.map(groupId)])].filter((id) => id !== gid), home: entry?.[5] || '/' };
};
