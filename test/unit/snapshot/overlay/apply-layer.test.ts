import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { getLinkAttribute, setLinkAttribute } from '../../../../native/libc.ts';
import { expectError } from '../../../fixtures/expect-error.ts';
import { OverlayLayers } from '../../../fixtures/overlay-layers.ts';
import { buildEntry, buildTar, endOfArchive, padded, paxRecord, tarHeader } from '../../../fixtures/tar-builder.ts';
import { skipReason, temporaryFolders, whyNoMounts } from '../../../fixtures/temporary-folder.ts';

const folders = temporaryFolders();

describe.skipIf(skipReason('unpacking of layers', whyNoMounts()))('a layer is unpacked', () => {
  let layers: OverlayLayers;
  let outside: string;
  beforeEach(() => {
    const folder = folders.make();
    outside = join(folder, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'file'), 'untouched');
    layers = new OverlayLayers(folder);
  });

  /** What a layer tried to reach is as it was. */
  const expectUntouched = (): void => {
    expect(readdirSync(outside)).toEqual(['file']);
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('untouched');
    expect(statSync(join(outside, 'file')).nlink).toBe(1);
  };
  const text = (number: number, ...names: string[]): string => readFileSync(layers.file(number, ...names), 'utf8');
  const isWhiteout = (path: string): boolean => lstatSync(path).isCharacterDevice() && lstatSync(path).rdev === 0;
  const opaque = (path: string): string | undefined => {
    const value = getLinkAttribute(path, 'trusted.overlay.opaque');
    return value === undefined ? undefined : Buffer.from(value).toString();
  };

  describe('with everything that tar(1) writes', () => {
    it.each(['gnu', 'pax', 'ustar', 'v7'])('in the format %s', async (format) => {
      const tree = folders.make();
      mkdirSync(join(tree, 'd/e'), { recursive: true });
      writeFileSync(join(tree, 'd/file'), 'content\n');
      writeFileSync(join(tree, 'd/setuid'), 'x', { mode: 0o755 });
      chmodSync(join(tree, 'd/setuid'), 0o4755);
      chmodSync(join(tree, 'd/e'), 0o1777);
      execFileSync('sh', ['-c', 'ln d/file d/hard; ln -s /bin/busybox d/absolute; ln -s ../gone d/relative; chown 1234:5678 d/file; chown -h 7:8 d/relative; touch -d @1234567890 d/file d/e; mkdir d/empty', 'sh'], { cwd: tree });
      if (format !== 'v7') execFileSync('sh', ['-c', 'mkfifo d/fifo; mknod d/null c 1 3; mknod d/loop b 7 0', 'sh'], { cwd: tree });
      const archive = join(layers.key(0), '..', '..', `${format}.tar`);
      execFileSync('tar', ['--format', format, '--numeric-owner', '-C', tree, '-cf', archive, '.']);
      await layers.applyFile(1, [], archive);
      const list = (folder: string): string => execFileSync('sh', ['-c', "find . -printf '%p %M %U %G %T@ %n %l %s\\n' | sed -E 's/([0-9]{9,})[.][0-9]* /\\1 /' | sort", 'sh'], { cwd: folder, encoding: 'utf8' });
      const folderSize = /^(\S+ d\S+ .*) \d+$/gm;
      expect(list(layers.file(1)).replace(folderSize, '$1')).toBe(list(tree).replace(folderSize, '$1'));
      expect(text(1, 'd/file')).toBe('content\n');
      if (format !== 'v7') expect(lstatSync(layers.file(1, 'd/null')).rdev).toBe(lstatSync('/dev/null').rdev);
    });

    it('with long names, and names that are no UTF-8', async () => {
      const tree = folders.make();
      const long = `${'d'.repeat(90)}/${'e'.repeat(200)}/${'f'.repeat(255)}`;
      mkdirSync(join(tree, long, '..'), { recursive: true });
      writeFileSync(join(tree, long), 'long');
      writeFileSync(Buffer.concat([Buffer.from(`${tree}/`), Buffer.from([0xe9, 0xff, 0x62])]), 'bytes');
      writeFileSync(join(tree, '한글'), 'hangul');
      for (const format of ['gnu', 'pax']) {
        const archive = layers.store(Buffer.alloc(0));
        execFileSync('tar', ['--format', format, '-C', tree, '-cf', archive, '.'], { env: { ...process.env, LC_ALL: 'C' } });
        await layers.applyFile(1, [], archive);
        expect(text(1, long)).toBe('long');
        expect(text(1, '한글')).toBe('hangul');
        expect(readdirSync(layers.file(1), { encoding: 'buffer' }).some((name) => name.equals(Buffer.from([0xe9, 0xff, 0x62])))).toBe(true);
      }
    });

    it('with attributes, binary ones too', async () => {
      const tree = folders.make();
      writeFileSync(join(tree, 'ping'), 'x', { mode: 0o755 });
      execFileSync('setcap', ['cap_net_raw+ep', join(tree, 'ping')]);
      setLinkAttribute(join(tree, 'ping'), 'user.note', Buffer.from('00ff0a3d', 'hex'));
      const archive = layers.store(Buffer.alloc(0));
      execFileSync('tar', ['--xattrs', '--xattrs-include=*', '-C', tree, '-cf', archive, '.']);
      await layers.applyFile(1, [], archive);
      for (const name of ['security.capability', 'user.note']) expect(getLinkAttribute(layers.file(1, 'ping'), name)).toEqual(getLinkAttribute(join(tree, 'ping'), name));
    });

    it.each([['gnu', 'of its own'], ['pax', '0.0'], ['pax', '0.1'], ['pax', '1.0']])('with sparse files in the format %s %s', async (format, version) => {
      const tree = folders.make();
      execFileSync('sh', ['-c', 'truncate -s 50M holes; for at in 0 3 9 17 30 31 40 44; do echo "at $at" | dd of=holes bs=1M seek=$at conv=notrunc status=none; done; truncate -s 5M empty; echo end >> empty; truncate -s 3M nothing; echo plain > plain', 'sh'], { cwd: tree });
      const archive = layers.store(Buffer.alloc(0));
      execFileSync('tar', ['--sparse', '--format', format, ...(format === 'pax' ? [`--sparse-version=${version}`] : []), '-C', tree, '-cf', archive, '.']);
      expect(statSync(archive).size).toBeLessThan(1_000_000);
      await layers.applyFile(1, [], archive);
      expect(readdirSync(layers.file(1)).toSorted()).toEqual(['empty', 'holes', 'nothing', 'plain']);
      for (const name of ['holes', 'empty', 'nothing', 'plain']) {
        expect(readFileSync(layers.file(1, name)).equals(readFileSync(join(tree, name)))).toBe(true);
        expect(statSync(layers.file(1, name)).blocks).toBeLessThan(2000);
      }
    });
  });

  it.each(['none', 'gzip', 'zstd', 'gzip in two members', 'zstd in two frames'])('with the compression %s', async (kind) => {
    const tar = buildTar({ name: 'a', content: 'x'.repeat(5000) });
    const halves = [tar.subarray(0, 3000), tar.subarray(3000)] as const;
    const bytes = kind === 'none' ? tar
      : kind === 'gzip' ? gzipSync(tar)
      : kind === 'zstd' ? zstdCompressSync(tar)
      : kind.startsWith('gzip') ? Buffer.concat(halves.map((half) => gzipSync(half)))
      : Buffer.concat(halves.map((half) => zstdCompressSync(half)));
    const plain = await layers.applyFile(1, [], layers.store(tar));
    expect((await layers.applyFile(2, [], layers.store(bytes))).diffId).toBe(plain.diffId);
    expect(text(2, 'a')).toHaveLength(5000);
  });

  it('gives folders the time that the archive says, whatever was written into them later', async () => {
    await layers.apply(1, [], { name: 'd/', flag: '5', mtime: 1000 }, { name: 'd/a', content: 'a', mtime: 2000 }, { name: './', flag: '5', mtime: 3000, mode: 0o711, uid: 5 });
    expect(statSync(layers.file(1, 'd')).mtimeMs).toBe(1_000_000);
    expect(statSync(layers.file(1, 'd/a')).mtimeMs).toBe(2_000_000);
    expect(statSync(layers.file(1)).mtimeMs).toBe(3_000_000);
    expect(statSync(layers.file(1)).mode & 0o7777).toBe(0o711);
    expect(statSync(layers.file(1)).uid).toBe(5);
  });

  it('in which the last entry of a name counts', async () => {
    await layers.apply(1, [],
      { name: 'a', content: 'first' }, { name: 'a', content: 'second' },
      { name: 'b', flag: '5' }, { name: 'b/c', content: 'c' }, { name: 'b', content: 'file' },
      { name: 'l', flag: '2', link: `${outside}/file` }, { name: 'l', content: 'file too' },
      { name: 'h1', content: 'one' }, { name: 'h2', flag: '1', link: 'h1' }, { name: 'h2', content: 'two' },
      { name: 'f', content: 'f' }, { name: 'f', flag: '5' }, { name: 'f/g', content: 'g' });
    expect([text(1, 'a'), text(1, 'b'), text(1, 'l'), text(1, 'h1'), text(1, 'h2'), text(1, 'f/g')]).toEqual(['second', 'file', 'file too', 'one', 'two', 'g']);
    expect(lstatSync(layers.file(1, 'l')).isFile()).toBe(true);
    expectUntouched();
  });

  it('with links to themselves left alone', async () => {
    await layers.apply(1, [], { name: 'a', content: 'a' }, { name: './a', flag: '1', link: 'a' });
    expect(text(1, 'a')).toBe('a');
  });

  describe('with deletions', () => {
    it('of files and folders below', async () => {
      await layers.apply(1, [], { name: 'gone', content: 'x' }, { name: 'd/', flag: '5' });
      await layers.apply(2, [1], { name: '.wh.gone' }, { name: '.wh.d' });
      expect(isWhiteout(layers.file(2, 'gone'))).toBe(true);
      expect(isWhiteout(layers.file(2, 'd'))).toBe(true);
    });

    it('that concern the layers below alone, wherever they stand', async () => {
      await layers.apply(1, [], { name: 'd/', flag: '5' }, { name: 'd/old', content: 'x' }, { name: 'e/', flag: '5' }, { name: 'e/old', content: 'x' });
      await layers.apply(2, [1],
        { name: '.wh.d' }, { name: 'd/', flag: '5' }, { name: 'd/new', content: 'new' },
        { name: 'e/', flag: '5' }, { name: 'e/new', content: 'new' }, { name: '.wh.e' },
        { name: 'f', content: 'f' }, { name: '.wh.f' });
      for (const name of ['d', 'e']) {
        expect(opaque(layers.file(2, name))).toBe('y');
        expect(readdirSync(layers.file(2, name))).toEqual(['new']);
      }
      expect(text(2, 'f')).toBe('f');
    });

    it('of the whole content of a folder', async () => {
      await layers.apply(1, [], { name: 'd/', flag: '5', mode: 0o700, uid: 9 });
      await layers.apply(2, [1], { name: 'd/.wh..wh..opq' });
      expect(opaque(layers.file(2, 'd'))).toBe('y');
      expect(statSync(layers.file(2, 'd')).uid).toBe(9);
    });

    it('but without the files that AUFS keeps for itself', async () => {
      await layers.apply(1, [], { name: '.wh..wh.aufs', content: '' }, { name: '.wh..wh.plnk/', flag: '5' }, { name: '.wh..wh.plnk/1', content: 'x' }, { name: 'a', content: 'a' });
      expect(readdirSync(layers.file(1))).toEqual(['a']);
    });

    it.each(['.wh.', '.wh..', 'd/.wh.'])('but %s is none', async (name) => {
      await expectError('ArchiveInvalid', layers.apply(1, [], { name }));
    });
  });

  describe('with folders that only lower layers have', () => {
    it('keeping their owner, mode and attributes', async () => {
      await layers.apply(1, [], { name: 'd/', flag: '5', mode: 0o1733, uid: 11, gid: 12, pax: { 'SCHILY.xattr.user.note': 'n' } }, { name: 'd/e/', flag: '5', mode: 0o700, uid: 13 });
      await layers.apply(2, [1], { name: 'other', content: 'x' });
      await layers.apply(3, [2, 1], { name: 'd/e/file', content: 'x' });
      expect([statSync(layers.file(3, 'd')).mode & 0o7777, statSync(layers.file(3, 'd')).uid, statSync(layers.file(3, 'd')).gid]).toEqual([0o1733, 11, 12]);
      expect(getLinkAttribute(layers.file(3, 'd'), 'user.note')).toEqual(Buffer.from('n'));
      expect(statSync(layers.file(3, 'd/e')).uid).toBe(13);
    });

    it('unless a layer between deleted them', async () => {
      await layers.apply(1, [], { name: 'd/', flag: '5', uid: 11 });
      await layers.apply(2, [1], { name: '.wh.d' });
      await layers.apply(3, [2, 1], { name: 'd/file', content: 'x' });
      expect(statSync(layers.file(3, 'd')).uid).toBe(0);
    });

    it('through links of lower layers, as the container would see them', async () => {
      await layers.apply(1, [], { name: 'usr/lib/', flag: '5', uid: 4 }, { name: 'lib', flag: '2', link: 'usr/lib' });
      await layers.apply(2, [1], { name: 'lib/new', content: 'x' });
      expect(text(2, 'usr/lib/new')).toBe('x');
      expect(existsSync(layers.file(2, 'lib'))).toBe(false);
      expect(statSync(layers.file(2, 'usr/lib')).uid).toBe(4);
    });

    it('never looking at the host through a link of a lower layer', async () => {
      execFileSync('chown', ['77', outside]);
      await layers.apply(1, [], { name: 'a', flag: '2', link: outside });
      await layers.apply(2, [1], { name: 'a/', flag: '5' });
      await layers.apply(3, [2, 1], { name: 'a/file/b', content: 'x' });
      expect(statSync(layers.file(3, 'a')).uid).toBe(0);
      expect(lstatSync(layers.file(3, 'a/file')).isDirectory()).toBe(true);
      expectUntouched();
    });

    it('and the root of the layer takes after the one below', async () => {
      await layers.apply(1, [], { name: './', flag: '5', mode: 0o700, uid: 3 }, { name: 'a' });
      await layers.apply(2, [1], { name: 'b' });
      expect([statSync(layers.file(2)).mode & 0o777, statSync(layers.file(2)).uid]).toEqual([0o700, 3]);
    });
  });

  describe('inside its folder', () => {
    it.each(['../evil', 'a/../../evil', '/../evil', 'x/y/../../../evil', '.wh...', 'd/../.wh...'])('so that %s is refused', async (name) => {
      const error = await expectError('ArchivePathUnsafe', layers.apply(1, [], { name: 'd/', flag: '5' }, { name, content: 'x' }));
      expect(error.args['entry']).toBe(name);
      expect(existsSync(layers.key(1))).toBe(false);
    });

    it('where absolute names begin at its root', async () => {
      await layers.apply(1, [], { name: `${outside}/new`, content: 'x' }, { name: '/etc/passwd', content: 'y' });
      expect(text(1, outside, 'new')).toBe('x');
      expect(text(1, 'etc/passwd')).toBe('y');
      expectUntouched();
    });

    it('where absolute links are kept, and lead to its root for what is written behind them', async () => {
      await layers.apply(1, [], { name: 'evil', flag: '2', link: outside }, { name: 'evil/file', content: 'x' });
      expect(readlinkSync(layers.file(1, 'evil'))).toBe(outside);
      expect(text(1, outside, 'file')).toBe('x');
      expectUntouched();
    });

    it('where links may not climb out for what is written behind them', async () => {
      const up = '../'.repeat(30);
      await expectError('ArchivePathUnsafe', layers.apply(1, [], { name: 'evil', flag: '2', link: `${up}${outside}` }, { name: 'evil/file', content: 'x' }));
      await expectError('ArchivePathUnsafe', layers.apply(2, [], { name: 'a/b', flag: '2', link: '../..' }, { name: 'a/b/c/file', content: 'x' }));
      expectUntouched();
    });

    it('where such links are kept as long as nothing is written behind them', async () => {
      await layers.apply(1, [], { name: 'up', flag: '2', link: '../../../../etc/passwd' });
      expect(readlinkSync(layers.file(1, 'up'))).toBe('../../../../etc/passwd');
    });

    it('where links of links are followed too, and loops are refused', async () => {
      await layers.apply(1, [], { name: 'one', flag: '2', link: 'two' }, { name: 'two', flag: '2', link: '/three/./four/..' }, { name: 'one/file', content: 'x' });
      expect(text(1, 'three/file')).toBe('x');
      await expectError('ArchivePathUnsafe', layers.apply(2, [], { name: 'a', flag: '2', link: 'b' }, { name: 'b', flag: '2', link: 'a' }, { name: 'a/file', content: 'x' }));
    });

    it('where a file that replaces a link is not written through it', async () => {
      await layers.apply(1, [], { name: 'x', flag: '2', link: `${outside}/file` }, { name: 'x', content: 'new' }, { name: 'y', flag: '2', link: `${outside}/made` }, { name: 'y', flag: '1', link: 'x' });
      expect(text(1, 'x')).toBe('new');
      expectUntouched();
    });

    it('where a folder that replaces a link is not made through it, and its mode is its own', async () => {
      const before = statSync(outside).mode;
      await layers.apply(1, [], { name: 'd', flag: '2', link: outside }, { name: 'd/', flag: '5', mode: 0o777, uid: 1 }, { name: 'd/file', content: 'x' });
      expect(text(1, 'd/file')).toBe('x');
      expect(statSync(outside).mode).toBe(before);
      expectUntouched();
    });

    it('where a folder that was replaced by a link is not written to any more', async () => {
      await layers.apply(1, [], { name: 'd/', flag: '5' }, { name: 'd/one', content: '1' }, { name: 'd', flag: '2', link: outside }, { name: 'd/file', content: 'x' });
      expect(text(1, outside, 'file')).toBe('x');
      expectUntouched();
    });

    it.each([['../../../../outside/file'], ['/../outside/file']])('where no hard link leads to %s', async (link) => {
      await expectError('ArchivePathUnsafe', layers.apply(1, [], { name: 'h', flag: '1', link }));
      expectUntouched();
    });

    it('where no hard link leads through a link to the host', async () => {
      await expectError('LayerEntryUnsupported', layers.apply(1, [], { name: 'l', flag: '2', link: outside }, { name: 'h', flag: '1', link: 'l/file' }));
      await expectError('LayerEntryUnsupported', layers.apply(2, [], { name: 'h', flag: '1', link: `${outside}/file` }));
      expectUntouched();
    });

    it('where a hard link to a link is that link', async () => {
      await layers.apply(1, [], { name: 'l', flag: '2', link: `${outside}/file` }, { name: 'h', flag: '1', link: 'l' });
      expect(lstatSync(layers.file(1, 'h')).isSymbolicLink()).toBe(true);
      expectUntouched();
    });

    it('where nothing lies below a file', async () => {
      await expectError('ArchiveInvalid', layers.apply(1, [], { name: 'f', content: 'x' }, { name: 'f/g', content: 'y' }));
    });
  });

  describe('without what it may not hold', () => {
    it.each([
      ['LayerEntryUnsupported', { name: 'dev', flag: '3' }],
      ['LayerEntryUnsupported', { name: 'h', flag: '1', link: 'missing' }],
      ['LayerEntryUnsupported', { name: 'x', flag: 'Z' }],
      ['LayerEntryUnsupported', { name: '.wh.d/x' }],
      ['LayerEntryUnsupported', { name: 'n'.repeat(256), content: 'x' }],
      ['LayerEntryUnsupported', { name: 'a', pax: { 'SCHILY.xattr.trusted.overlay.redirect': '/etc' } }],
      ['LayerEntryUnsupported', { name: './', flag: '5', pax: { 'SCHILY.xattr.trusted.overlay.opaque': 'y' } }],
      ['ArchiveInvalid', { name: '.', content: 'x' }],
      ['ArchiveInvalid', { name: 'l', flag: '2' }],
      ['ArchiveInvalid', { name: 'x', pax: { path: `d/${'x/'.repeat(2100)}` } }],
      ['ArchiveInvalid', { name: 'x', pax: { size: '-5' } }],
      ['ArchiveInvalid', { name: 'x', pax: { mtime: 'soon' } }],
      ['ArchiveInvalid', { name: 'x', pax: { uid: '99999999999' } }],
      ['ArchiveInvalid', { name: 'x', pax: { path: 'a\0b' } }],
    ] as const)('%s: %j', async (code, entry) => {
      await expectError(code, layers.apply(1, [], { name: 'before', content: 'x' }, entry));
      expect(existsSync(layers.key(1))).toBe(false);
    });

    it('a hard link to a deleted file or a folder', async () => {
      await expectError('LayerEntryUnsupported', layers.apply(1, [], { name: '.wh.x' }, { name: 'h', flag: '1', link: 'x' }));
      await expectError('ArchiveInvalid', layers.apply(2, [], { name: 'd/', flag: '5' }, { name: 'h', flag: '1', link: 'd' }));
    });

    it('a header of more than a megabyte', async () => {
      await expectError('ArchiveTooLarge', layers.apply(1, [], tarHeader({ name: 'p', flag: 'x' }, 1024 * 1024 + 1)));
      await expectError('ArchiveTooLarge', layers.apply(2, [], tarHeader({ name: 'p', flag: 'L' }, 8 ** 11 - 1)));
    });

    it('malformed PAX headers', async () => {
      for (const records of ['x', '4 a=\n', '99 a=b\n', '6 a=bc', '6 abc\n', '-6 a=b\n', '0 a=b\n']) {
        const content = Buffer.from(records);
        await expectError('ArchiveInvalid', layers.apply(1, [], tarHeader({ name: 'p', flag: 'x' }, content.length), padded(content), { name: 'a' }));
      }
    });

    it('malformed sparse maps', async () => {
      const sparse = { 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.name': 's', 'GNU.sparse.realsize': '100' };
      for (const map of ['', 'x\n', '1\n', '1\n0\n200\n', '2\n10\n10\n5\n10\n', '99999999\n', '1\n0\n10\n']) {
        const content = Buffer.concat([padded(Buffer.from(map)), Buffer.from(map.startsWith('2') ? 'x' : '')]);
        await expectError('ArchiveInvalid', layers.apply(1, [], { name: 'x', content, pax: sparse }));
      }
    });

    it('malformed sparse maps in PAX headers', async () => {
      const sound = { 'GNU.sparse.size': '100', 'GNU.sparse.numblocks': '1', 'GNU.sparse.name': 's', 'GNU.sparse.map': '10,5' };
      await layers.apply(1, [], { name: 'x', content: '12345', pax: sound });
      expect(readFileSync(layers.file(1, 's')).toString('latin1')).toBe(`${'\0'.repeat(10)}12345${'\0'.repeat(85)}`);
      for (const change of [{ 'GNU.sparse.map': '10' }, { 'GNU.sparse.map': '10,x' }, { 'GNU.sparse.map': '10,5,' }, { 'GNU.sparse.map': '' }, { 'GNU.sparse.map': '97,5' }, { 'GNU.sparse.map': '10,4' }, { 'GNU.sparse.map': '10,6' }, { 'GNU.sparse.numblocks': '2' }, { 'GNU.sparse.size': '' }]) {
        await expectError('ArchiveInvalid', layers.apply(2, [], { name: 'x', content: '12345', pax: { ...sound, ...change } }));
      }
      await expectError('ArchiveInvalid', layers.apply(2, [], { name: 'x', pax: { 'GNU.sparse.size': '100', 'GNU.sparse.offset': '1' } }));
      await expectError('ArchiveInvalid', layers.apply(2, [], { name: 'x', pax: { 'GNU.sparse.size': '100', 'GNU.sparse.numbytes': '1' } }));
      await expectError('LayerEntryUnsupported', layers.apply(2, [], { name: 'x', pax: { 'GNU.sparse.major': '2', 'GNU.sparse.size': '100' } }));
    });

    it('damaged bytes', async () => {
      const tar = buildTar({ name: 'a', content: 'x'.repeat(4000) }, { name: 'b', content: 'y'.repeat(4000) });
      const packed = gzipSync(tar);
      const broken = Buffer.from(packed);
      broken[broken.length - 6] = (broken[broken.length - 6] ?? 0) ^ 0xff;
      const zstd = zstdCompressSync(tar, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
      for (const bytes of [tar.subarray(0, 700), tar.subarray(0, 4700), tar.subarray(0, 300), packed.subarray(0, packed.length - 9), broken, zstd.subarray(0, zstd.length - 6), Buffer.concat([tar.subarray(0, 512), Buffer.alloc(5120, 'z')])]) {
        await expectError('ArchiveInvalid', layers.applyFile(1, [], layers.store(bytes)));
        expect(existsSync(layers.key(1))).toBe(false);
      }
      const error = await expectError('ArchiveInvalid', layers.applyFile(1, [], layers.store(Buffer.from('fd377a585a000004', 'hex'))));
      expect(error.message).toContain('xz');
    });

    it('a bomb', async () => {
      const header = tarHeader({ name: '.wh..wh.plnk/zeros' }, 3 * 1024 ** 3);
      // Only 1.1 GiB of it are there: the guard must speak before the end. Data of this name is not written.
      const folder = folders.make();
      writeFileSync(join(folder, 'header'), header);
      execFileSync('sh', ['-c', '{ cat header; head -c 1181116006 /dev/zero; } | gzip -1 > bomb.gz', 'sh'], { cwd: folder });
      const error = await expectError('ArchiveTooLarge', layers.applyFile(1, [], join(folder, 'bomb.gz')));
      expect(error.message).toContain('times its compressed size');
      expect(existsSync(layers.key(1))).toBe(false);
    }, 60_000);

    it('more than the limit, also where a sparse file only claims it', async () => {
      await expectError('ArchiveTooLarge', layers.applyFile(1, [], layers.store(buildTar({ name: 'a', content: 'x'.repeat(600) }, { name: 'b', content: 'x'.repeat(600) })), 1000));
      await expectError('ArchiveTooLarge', layers.applyFile(1, [], layers.store(buildTar({ name: 'a', content: padded(Buffer.from('0\n')), pax: { 'GNU.sparse.major': '1', 'GNU.sparse.realsize': '9000000000' } })), 1000));
    });
  });

  it('without an end mark too, and without anything', async () => {
    await layers.applyFile(1, [], layers.store(buildEntry({ name: 'a', content: 'a' })));
    expect(text(1, 'a')).toBe('a');
    expect((await layers.applyFile(2, [], layers.store(endOfArchive))).entries).toBe(0);
  });

  it('taking PAX values over those of the header', async () => {
    const records = Buffer.concat([paxRecord('path', 'real'), paxRecord('uid', '3000000'), paxRecord('mtime', '1234.5'), paxRecord('comment', 'x=y\nz')]);
    await layers.apply(1, [], tarHeader({ name: 'p', flag: 'x' }, records.length), padded(records), { name: 'short', content: 'x' });
    const stat = statSync(layers.file(1, 'real'));
    expect([stat.uid, stat.mtimeMs]).toEqual([3_000_000, 1_234_500]);
  });

  it('anew where a key has the rest of an earlier try', async () => {
    mkdirSync(layers.file(1, 'left'), { recursive: true });
    await layers.apply(1, [], { name: 'a' });
    expect(readdirSync(layers.file(1))).toEqual(['a']);
  });
});
