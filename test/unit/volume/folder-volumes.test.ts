import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { setLinkAttribute, getLinkAttribute } from '../../../native/libc.ts';
import { FolderVolumes, copyOnLinux, copyOnWindows } from '../../../src/volume/index.ts';
import { expectError } from '../../fixtures/expect-error.ts';
import { mountSmallDisk } from '../../fixtures/small-disk.ts';
import { skipReason, temporaryFolders, whyNoMounts } from '../../fixtures/temporary-folder.ts';

const folders = temporaryFolders();
const id = 'v1';
const windows = process.platform === 'win32';
const copy = windows ? copyOnWindows : copyOnLinux;
/** Only under Wine is koffi's binary somewhere else. */
const whyNoCopy = windows && process.env['SILO_TEST_KOFFI'] !== undefined ? "Wine's robocopy has not the options that Windows' has" : undefined;

describe('volumes in folders', () => {
  let folder: string;
  let root: string;
  let volumes: FolderVolumes;
  beforeEach(() => {
    folder = folders.make();
    root = join(folder, 'root');
    mkdirSync(join(root, 'data/sub'), { recursive: true });
    writeFileSync(join(root, 'data/file'), 'from the image');
    volumes = new FolderVolumes(join(folder, 'volumes'), copy);
  });

  it('are made once, listed and removed', async () => {
    expect(await volumes.list()).toEqual([]);
    const path = await volumes.create(id);
    writeFileSync(join(path, 'kept'), 'x');
    expect(await volumes.create(id)).toBe(path);
    expect(readdirSync(path)).toEqual(['kept']);
    expect(await volumes.list()).toEqual([id]);
    await volumes.remove(id);
    await volumes.remove(id);
    expect(await volumes.list()).toEqual([]);
  });

  it('refuse ids that would lead elsewhere', async () => {
    for (const bad of ['', '.', '..', 'a/b', '../x', '-rf']) {
      await expectError('ParameterInvalid', volumes.create(bad));
      await expectError('ParameterInvalid', volumes.remove(bad));
    }
  });

  it.skipIf(skipReason('copies with owners', whyNoMounts()))('are filled with the image\'s content, with owners, modes, attributes, links and devices', async () => {
    execFileSync('sh', ['-c', 'chown 5:6 file .; chmod 4750 file; chmod 1777 .; ln file hard; ln -s /etc/passwd link; mknod null c 1 3; mkfifo fifo; touch -d @1000 file sub', 'sh'], { cwd: join(root, 'data') });
    setLinkAttribute(join(root, 'data/file'), 'user.note', Buffer.from('n'));
    const path = await volumes.create(id);
    await volumes.copyUp(id, root, '/data');
    const list = (at: string): string => execFileSync('sh', ['-c', "find . -printf '%P %M %U %G %n %l %T@\\n' | sort", 'sh'], { cwd: at, encoding: 'utf8' });
    expect(list(path)).toBe(list(join(root, 'data')));
    expect(getLinkAttribute(join(path, 'file'), 'user.note')).toEqual(Buffer.from('n'));
    expect(statSync(path).mode & 0o7777).toBe(0o1777);
  });

  it.skipIf(skipReason('a copy', whyNoCopy))('are filled once: what was deleted in them stays so', async () => {
    const path = await volumes.create(id);
    await volumes.copyUp(id, root, '/data');
    rmSync(join(path, 'file'));
    rmSync(join(path, 'sub'), { recursive: true });
    await volumes.copyUp(id, root, '/data');
    expect(readdirSync(path)).toEqual([]);
  });

  it('keep what they have', async () => {
    const path = await volumes.create(id);
    writeFileSync(join(path, 'mine'), 'x');
    await volumes.copyUp(id, root, '/data');
    expect(readdirSync(path)).toEqual(['mine']);
  });

  it('stay empty where the image has no such folder', async () => {
    const path = await volumes.create(id);
    await volumes.copyUp(id, root, '/missing');
    expect(readdirSync(path)).toEqual([]);
    await volumes.create('v2');
    await volumes.copyUp('v2', root, '/data/file');
    expect(readdirSync(await volumes.create('v2'))).toEqual([]);
  });

  it.skipIf(skipReason('a copy', whyNoCopy))('begin again where a copy was killed in the middle', async () => {
    const path = await volumes.create(id);
    mkdirSync(join(folder, 'volumes', id, 'filling/half'), { recursive: true });
    await volumes.copyUp(id, root, '/data');
    expect(readdirSync(path).toSorted()).toEqual(['file', 'sub']);
    expect(existsSync(join(folder, 'volumes', id, 'filling'))).toBe(false);
  });

  it.skipIf(skipReason('a copy', whyNoCopy))('take nothing from the host through links of the image', async () => {
    const secrets = join(folder, 'secrets');
    mkdirSync(secrets);
    writeFileSync(join(secrets, 'key'), 'secret');
    symlinkSync(secrets, join(root, 'absolute'));
    symlinkSync('../../../../../../../../'.concat(secrets), join(root, 'relative'));
    symlinkSync('/data', join(root, 'inside'));
    for (const name of ['absolute', 'relative', 'absolute/..', '../secrets']) {
      const path = await volumes.create('v3');
      await volumes.copyUp('v3', root, `/${name}`);
      expect(existsSync(join(path, 'key'))).toBe(false);
      await volumes.remove('v3');
    }
    const path = await volumes.create(id);
    await volumes.copyUp(id, root, '/inside');
    // On Windows an absolute link has no root but the host's: it is not followed.
    if (windows) expect(readdirSync(path)).toEqual([]);
    else expect(readFileSync(join(path, 'file'), 'utf8')).toBe('from the image');
  });

  it.skipIf(skipReason('a copy', whyNoCopy))('copy links as links', async () => {
    symlinkSync('/etc/passwd', join(root, 'data/link'));
    const path = await volumes.create(id);
    await volumes.copyUp(id, root, '/data');
    expect(lstatSync(join(path, 'link')).isSymbolicLink()).toBe(true);
  });

  it.skipIf(skipReason('a full disk', whyNoMounts()))('say that the disk is full, and keep nothing of the copy', async () => {
    const disk = mountSmallDisk(join(folder, 'disk'), 1_000_000);
    folders.mounts.push(disk);
    writeFileSync(join(root, 'data/big'), randomBytes(2_000_000));
    const small = new FolderVolumes(disk);
    const path = await small.create(id);
    await expectError('DiskFull', small.copyUp(id, root, '/data'));
    expect(readdirSync(path)).toEqual([]);
    expect(readdirSync(join(disk, id))).toEqual(['data']);
    rmSync(join(root, 'data/big'));
    await small.copyUp(id, root, '/data');
    expect(readdirSync(path)).toHaveLength(2);
  });
});
