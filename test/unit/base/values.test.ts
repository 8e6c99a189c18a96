import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  digestParts, errorClasses, errorTable, familiarImageReference, formatImageReference, formatPlatform, fromFileError, hasErrno, isDigest, isSiloError,
  parseDigest, parseImageReference, parsePlatform, shortHex, SiloError, type ErrorCode,
} from '../../../src/base/index.ts';

const hex = 'a'.repeat(64);
const thrownCode = (work: () => unknown): string | undefined => {
  try {
    work();
  } catch (error) {
    return error instanceof SiloError ? error.code : `not coded: ${String(error)}`;
  }
  return undefined;
};

describe('digests', () => {
  it('are sha256 or sha512 in lower-case hex of full length', () => {
    expect(isDigest(`sha256:${hex}`)).toBe(true);
    expect(isDigest(`sha512:${hex}${hex}`)).toBe(true);
    for (const text of ['', hex, `sha256:${hex}a`, `sha256:${hex.slice(1)}`, `sha256:${hex.toUpperCase()}`, `sha512:${hex}`, `md5:${hex.slice(32)}`, `sha256:${hex}\n`, `../sha256:${hex}`]) {
      expect(thrownCode(() => parseDigest(text))).toBe('DigestInvalid');
    }
    expect(digestParts(`sha256:${hex}`)).toEqual({ algorithm: 'sha256', hex });
    expect([shortHex(`sha256:${hex}`), shortHex(hex)]).toEqual(['a'.repeat(12), 'a'.repeat(12)]);
  });
});

describe('image references', () => {
  it.each([
    ['alpine', 'docker.io/library/alpine:latest', 'alpine:latest'],
    ['alpine:3.20', 'docker.io/library/alpine:3.20', 'alpine:3.20'],
    ['user/app', 'docker.io/user/app:latest', 'user/app:latest'],
    ['index.docker.io/library/alpine', 'docker.io/library/alpine:latest', 'alpine:latest'],
    ['localhost/app', 'localhost/app:latest', 'localhost/app:latest'],
    ['localhost:5000/a/b:t', 'localhost:5000/a/b:t', 'localhost:5000/a/b:t'],
    ['mcr.microsoft.com/windows/nanoserver:ltsc2022', 'mcr.microsoft.com/windows/nanoserver:ltsc2022', 'mcr.microsoft.com/windows/nanoserver:ltsc2022'],
    [`alpine@sha256:${hex}`, `docker.io/library/alpine@sha256:${hex}`, `alpine@sha256:${hex}`],
    [`alpine:1@sha256:${hex}`, `docker.io/library/alpine:1@sha256:${hex}`, `alpine:1@sha256:${hex}`],
    ['[::1]:5000/app', '[::1]:5000/app:latest', '[::1]:5000/app:latest'],
    ['a__b/c.d-e--f', 'docker.io/a__b/c.d-e--f:latest', 'a__b/c.d-e--f:latest'],
  ])('%s means %s', (text, full, familiar) => {
    const reference = parseImageReference(text);
    expect(formatImageReference(reference)).toBe(full);
    expect(familiarImageReference(reference)).toBe(familiar);
  });

  it.each(['', 'Alpine', 'a b', 'a:', ':a', 'a//b', '/a', 'a/', '-a', 'a_', 'a:.tag', `a:${'t'.repeat(129)}`, `a@sha256:${'A'.repeat(64)}`, 'a@', 'a@b@c', `${'a/'.repeat(200)}b`, 'x'.repeat(600), 'ex_ample.org/a', '../a', 'a/../b', 'a\n', 'https://a.b/c'])('%j is none', (text) => {
    expect(thrownCode(() => parseImageReference(text))).toBe('ImageReferenceInvalid');
  });

  it('are read again as they were written, or refused, whatever is given', () => {
    const piece = fc.string({ unit: fc.constantFrom('a', 'B', '0', '.', '_', '-', '/', ':', '@', 'sha256', hex, ' ', 'é'), maxLength: 12 });
    fc.assert(fc.property(fc.oneof(piece, fc.string()), (text) => {
      let reference;
      try {
        reference = parseImageReference(text);
      } catch (error) {
        expect(isSiloError(error, 'ImageReferenceInvalid')).toBe(true);
        return;
      }
      expect(parseImageReference(formatImageReference(reference))).toEqual(reference);
      expect(parseImageReference(familiarImageReference(reference))).toEqual(reference);
    }), { numRuns: 5000 });
  });
});

describe('platforms', () => {
  it.each([['linux/amd64', 'linux/amd64'], ['Linux/x86_64', 'linux/amd64'], ['linux/aarch64', 'linux/arm64'], ['linux/arm/v7', 'linux/arm/v7'], ['windows/amd64', 'windows/amd64']])('%s means %s', (text, expected) => {
    expect(formatPlatform(parsePlatform(text))).toBe(expected);
  });
  it.each(['', 'linux', 'linux/', '/amd64', 'a/b/c/d', 'linux/am d64'])('%j is none', (text) => {
    expect(thrownCode(() => parsePlatform(text))).toBe('PlatformInvalid');
  });
});

describe('errors', () => {
  const codes = Object.keys(errorTable) as ErrorCode[];

  it.each(codes)('%s has a class, a sentence and an action, and its arguments are filled in', (code) => {
    const row = errorTable[code];
    expect(errorClasses[row.class]).toBeDefined();
    const names = [...`${row.message} ${row.action}`.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
    const error = new SiloError(code, { args: Object.fromEntries(names.map((name) => [name, `<${name}>`])) });
    expect(error.message).not.toMatch(/[{}]/);
    expect(error.action).not.toMatch(/[{}]/);
    expect(error.action.length).toBeGreaterThan(5);
    expect(error.rpcCode).toBe(errorClasses[row.class].rpcCode);
  });

  it('put their arguments in as they are', () => {
    expect(new SiloError('PathNotFound', { args: { path: '$& {path} $1' } }).message).toBe("The path '$& {path} $1' does not exist.");
  });

  it('of the file system get the codes that people can act on', () => {
    const native = (code: string): Error => Object.assign(new Error(code), { code });
    const table = { ENOSPC: 'DiskFull', EDQUOT: 'DiskFull', EACCES: 'PathAccessDenied', EPERM: 'PathAccessDenied', EROFS: 'PathAccessDenied', ENOENT: 'PathNotFound', ENOTDIR: 'PathNotFound' };
    for (const [errno, code] of Object.entries(table)) {
      const error = fromFileError(native(errno), '/x');
      expect(isSiloError(error) && [error.code, error.native?.errno]).toEqual([code, errno]);
    }
    const other = native('EIO');
    expect(fromFileError(other, '/x')).toBe(other);
    const coded = new SiloError('BlobNotFound');
    expect(fromFileError(coded, '/x')).toBe(coded);
    expect([hasErrno(native('ENOENT'), 'EPERM', 'ENOENT'), hasErrno(new Error('x'), 'ENOENT'), hasErrno(null, 'ENOENT'), hasErrno(native('ERR_X'), 'ERR_X')]).toEqual([true, false, false, false]);
  });
});
