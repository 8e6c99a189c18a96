import { SiloError, type ErrorTarget } from './silo-error.ts';

const errnoOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code)
    ? error.code
    : undefined;

export const hasErrno = (error: unknown, ...names: string[]): boolean => {
  const errno = errnoOf(error);
  return errno !== undefined && names.includes(errno);
};

/**
 * A file system's error as a SiloError: ENOSPC and EDQUOT become DiskFull, EACCES and EPERM PathAccessDenied,
 * ENOENT PathNotFound. Anything else comes back as it was, for the caller to name.
 */
export const fromFileError = (error: unknown, path: string, kind: ErrorTarget['kind'] = 'path'): unknown => {
  if (error instanceof SiloError) return error;
  const errno = errnoOf(error);
  const target = { kind, id: path } as const;
  switch (errno) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new SiloError('DiskFull', { args: { path }, target, native: { errno }, cause: error, retryable: true });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new SiloError('PathAccessDenied', { args: { path }, target, native: { errno }, cause: error });
    case 'ENOENT':
    case 'ENOTDIR':
      return new SiloError('PathNotFound', { args: { path }, target, native: { errno }, cause: error });
    default:
      return error;
  }
};
