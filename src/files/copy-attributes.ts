import { readAttributes, setAttribute } from '../../native/libc.ts';
import { hasErrno } from '../base/index.ts';

/** What gives rights that belong to owners: file capabilities, and access lists, which name users by their numbers. */
const ofOwners = /^(security\.capability|system\.posix_acl_(access|default))$/;

/**
 * Copies extended attributes between two descriptors, as paths below /proc/self/fd: those of users, and those of owners
 * where owners are kept. The kernel's own (`trusted.`, other `security.`) say something of their file system alone. What
 * the target's file system does not have is left out.
 */
export const copyAttributes = (from: string, to: string, keepOwners: boolean): void => {
  for (const [name, value] of read(from, (each) => each.startsWith('user.') || (keepOwners && ofOwners.test(each)))) {
    try {
      setAttribute(to, name, value);
    } catch (error) {
      if (!hasErrno(error, 'ENOTSUP', 'EOPNOTSUPP')) throw error;
    }
  }
};

const read = (path: string, wanted: (name: string) => boolean): ReadonlyMap<string, Uint8Array> => {
  try {
    return readAttributes(path, wanted);
  } catch (error) {
    if (hasErrno(error, 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) return new Map();
    throw error;
  }
};
