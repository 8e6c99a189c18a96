import { describe, expect, it } from 'vitest';
import { formatSharePath, parseSharePath } from '../../../src/engine/share-path.ts';
import { expectError } from '../../fixtures/expect-error.ts';

describe('the path of a share', () => {
  it('is written with slashes or backslashes, and both are the same', () => {
    for (const path of [String.raw`\\files.example\data`, '//files.example/data', String.raw`\\files.example/data\ `.trim(), '//files.example/data/']) expect(parseSharePath(path)).toEqual({ server: 'files.example', share: 'data', folder: '' });
    expect(parseSharePath(String.raw`\\account.file.core.windows.net\web$\www\2026 log`)).toEqual({ server: 'account.file.core.windows.net', share: 'web$', folder: 'www/2026 log' });
    expect(parseSharePath('//192.0.2.7/data//a///b')).toEqual({ server: '192.0.2.7', share: 'data', folder: 'a/b' });
  });

  it('is shown as the host writes it', () => {
    const path = { server: 'files', share: 'data', folder: 'a/b' };
    expect(formatSharePath(path, 'linux')).toBe('//files/data/a/b');
    expect(formatSharePath(path, 'windows')).toBe(String.raw`\\files\data\a\b`);
    expect(formatSharePath({ ...path, folder: '' }, 'windows')).toBe(String.raw`\\files\data`);
  });

  it.each([
    ['/srv/data', 'two slashes'], ['C:\\data', 'two slashes'], ['', 'two slashes'], ['data', 'two slashes'],
    ['//files', 'no share'], ['//files/', 'no share'], ['//fi les/data', 'name of a server'], ['//-files/data', 'name of a server'], ['//fe80::1/data', 'name of a server'], ['//a,b/data', 'name of a server'],
    [String.raw`\\?\UNC\files\data`, 'path of this host'], [String.raw`\\.\pipe\x`, 'path of this host'],
    ['//files/da:ta', 'name of a share'], ['//files/..', 'name of a share'], ['//files/a,b', 'name of a share'], [`//files/${'s'.repeat(81)}`, 'name of a share'],
    ['//files/data/..', 'name of a folder'], ['//files/data/a/../../b', 'name of a folder'], ['//files/data/./b', 'name of a folder'], ['//files/data/a\0b', 'name of a folder'], ['//files/data/a?b', 'name of a folder'],
  ])('%j is refused, with what is wrong with it', async (path, reason) => {
    const error = await expectError('SharePathInvalid', () => parseSharePath(path));
    expect(error.args['reason']).toContain(reason);
    expect(error.action).toContain(String.raw`\\server\share\folder`);
  });
});
