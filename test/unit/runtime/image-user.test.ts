import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveUser } from '../../../src/runtime/conmon/image-user.ts';

const passwd = ['# a comment', 'root:x:0:0:root:/root:/bin/sh', 'web:x:100:101:web:/www:/bin/sh', 'twice:x:200:201::/first:', 'twice:x:300:301::/second:', '1000:x:7:8::/number-as-name:', 'broken:x:many:1::/b:', 'short', 'nohome:x:102:103', ''].join('\n');
const group = ['root:x:0:', 'web:x:101:', 'tty:x:5:web,root', 'audio:x:29:web', 'huge:x:99999999999:web', '12:x:34:', ''].join('\n');

let folder: string;
let root: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'silo-user-'));
  root = join(folder, 'root');
  mkdirSync(join(root, 'etc'), { recursive: true });
});
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

const plant = (): void => {
  writeFileSync(join(root, 'etc/passwd'), passwd);
  writeFileSync(join(root, 'etc/group'), group);
};
const resolved = (user: string, additional: readonly string[] = []): readonly unknown[] => {
  const { uid, gid, additionalGids, home } = resolveUser(root, user, additional);
  return [uid, gid, additionalGids, home];
};

describe('the user of an image', () => {
  it.each<[string, number, number, readonly number[], string]>([
    ['', 0, 0, [5], '/root'],
    ['root', 0, 0, [5], '/root'],
    ['0', 0, 0, [5], '/root'],
    ['web', 100, 101, [5, 29], '/www'],
    ['100', 100, 101, [5, 29], '/www'],
    ['web:tty', 100, 5, [], '/www'],
    ['web:0', 100, 0, [], '/www'],
    ['web:', 100, 101, [], '/www'],
    [':tty', 0, 5, [], '/root'],
    ['4711', 4711, 0, [], '/'],
    ['4711:4712', 4711, 4712, [], '/'],
    ['4711:web', 4711, 101, [], '/'],
    ['twice', 200, 201, [], '/first'],
    ['1000', 7, 8, [], '/number-as-name'],
    ['1:12', 1, 34, [], '/'],
    ['4294967294', 4_294_967_294, 0, [], '/'],
    ['nohome', 102, 103, [], '/'],
  ])('%j is %i:%i with the groups %j, at home in %s', (user, uid, gid, groups, home) => {
    plant();
    expect(resolved(user)).toEqual([uid, gid, groups, home]);
  });

  it.each(['nobody', 'web:nogroup', '-1', '4294967295', '99999999999', 'broken', 'WEB', ' web', 'short'])('%j is not in the image', (user) => {
    plant();
    expect(() => resolved(user)).toThrow(expect.objectContaining({ code: 'UserNotFound', args: { user } }));
  });

  it('has the groups that the request adds, each once and without its own', () => {
    plant();
    expect(resolved('web', ['audio', '29', 'web', '77'])).toEqual([100, 101, [5, 29, 77], '/www']);
    expect(() => resolved('web', ['nogroup'])).toThrow(expect.objectContaining({ code: 'UserNotFound' }));
  });

  it('needs no files where it is a number', () => {
    expect(resolved('')).toEqual([0, 0, [], '/']);
    expect(resolved('5:6')).toEqual([5, 6, [], '/']);
    expect(() => resolved('web')).toThrow(expect.objectContaining({ code: 'UserNotFound' }));
  });
});

describe('files of an image that lead elsewhere', () => {
  const outside = 'stranger:x:666:666::/outside:\n';
  const steps = '../'.repeat(20);

  it.each([
    ['an absolute link', (path: string): void => { symlinkSync(path, join(root, 'etc/passwd')); }],
    ['a relative link', (path: string): void => { symlinkSync(`${steps}${path.slice(1)}`, join(root, 'etc/passwd')); }],
    ['a linked folder', (path: string): void => { rmSync(join(root, 'etc'), { recursive: true }); symlinkSync(join(path, '..'), join(root, 'etc')); }],
    ['a link through the process itself', (): void => { symlinkSync('/proc/self/cwd/package.json', join(root, 'etc/passwd')); }],
  ])('are not followed out of it: %s', (_, link) => {
    const path = join(folder, 'passwd');
    writeFileSync(path, outside);
    link(path);
    expect(() => resolved('stranger')).toThrow(expect.objectContaining({ code: 'UserNotFound' }));
  });

  it('are followed within it, from its own root', () => {
    mkdirSync(join(root, 'usr/lib'), { recursive: true });
    writeFileSync(join(root, 'usr/lib/passwd'), passwd);
    symlinkSync('/usr/lib/passwd', join(root, 'etc/passwd'));
    symlinkSync(`${steps}usr/lib/passwd`, join(root, 'etc/group'));
    expect(resolved('web')).toEqual([100, 101, [], '/www']);
  });

  it.each([
    ['a loop', (path: string): void => { symlinkSync('passwd', path); }],
    ['a folder', (path: string): void => { mkdirSync(path); }],
    ['a pipe, which would never be read to its end', (path: string): void => { execFileSync('mkfifo', [path]); }],
    ['a file beyond all measure', (path: string): void => { writeFileSync(path, Buffer.alloc(2 * 1024 * 1024, 'web:x:1:1::/:\n')); }],
  ])('are as good as missing: %s', (_, make) => {
    make(join(root, 'etc/passwd'));
    expect(resolved('9')).toEqual([9, 0, [], '/']);
    expect(() => resolved('web')).toThrow(expect.objectContaining({ code: 'UserNotFound' }));
  });
});
