import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { extract } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { ContainedFolder } from '../../../src/build/contained-folder.ts';
import { findSources, planCopy, planFolder, type CopyOrder, type CopyTarget } from '../../../src/build/copy-plan.ts';
import { IgnorePatterns } from '../../../src/build/ignore-patterns.ts';
import { findOwner } from '../../../src/build/image-users.ts';
import { fromText, layerTar, type LayerEntry } from '../../../src/build/layer-tar.ts';
import { readablePath } from '../../../src/layer/index.ts';
import { SourceTree } from '../../../src/build/source-tree.ts';
import { expectError } from '../../fixtures/expect-error.ts';
import { buildTar } from '../../fixtures/tar-builder.ts';
import { temporaryFolders } from '../../fixtures/temporary-folder.ts';

const folders = temporaryFolders();

const write = (folder: string, files: Readonly<Record<string, string | Uint8Array>>): string => {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    if (!name.endsWith('/')) writeFileSync(join(folder, name), content);
    else mkdirSync(join(folder, name), { recursive: true });
  }
  return folder;
};

const orderOf = (context: string, order: Partial<CopyOrder>): CopyOrder => ({
  line: 3, tree: new SourceTree(new ContainedFolder(context)), sources: [], documents: [], destination: '/', keepOwners: false, keepParents: false, excludes: IgnorePatterns.none, unpack: false, ...order,
});

const targetOf = (root: string, target: Partial<CopyTarget> = {}): CopyTarget => ({ root: new ContainedFolder(root), owner: undefined, mode: undefined, times: { now: 1000, latest: undefined }, ...target });

const entriesOf = async (order: CopyOrder, target: CopyTarget): Promise<readonly LayerEntry[]> => {
  const entries: LayerEntry[] = [];
  for await (const entry of planCopy(order, await findSources(order, new Map()), target)) {
    entries.push(entry);
    if (entry.content !== undefined) for await (const _ of entry.content()) continue;
  }
  return entries;
};

const namesOf = async (order: CopyOrder, target: CopyTarget): Promise<readonly string[]> =>
  (await entriesOf(order, target)).map(({ name, type, mode }) => `${readablePath(name)}${type === 'folder' ? '/' : type === 'symbolicLink' ? '@' : ''} ${mode.toString(8)}`);

const digestOf = async (order: CopyOrder): Promise<string> => (await findSources(order, new Map())).digest;

describe('a copy', () => {
  it('brings the folders on its way, as they are in the image, or new', async () => {
    const root = write(folders.make(), { 'srv/app/': '' });
    chmodSync(join(root, 'srv'), 0o710);
    const context = write(folders.make(), { 'a': 'a' });
    expect(await namesOf(orderOf(context, { sources: ['a'], destination: '/srv/app/new/deep/' }), targetOf(root))).toEqual(['srv/ 710', 'srv/app/ 755', 'srv/app/new/ 755', 'srv/app/new/deep/ 755', 'srv/app/new/deep/a 644']);
  });

  it.each([
    ['a', '/x', ['x 644']], ['a', '/dir', ['dir/ 755', 'dir/a 644']], ['a', '/x/', ['x/ 755', 'x/a 644']], ['tree', '/x', ['x/ 700', 'x/one 644', 'x/sub/ 755', 'x/sub/two 644']], ['tree', '/dir', ['dir/ 755', 'dir/one 644', 'dir/sub/ 755', 'dir/sub/two 644']],
    ['tree/', '/', ['one 644', 'sub/ 755', 'sub/two 644']], ['tr*', '/x/', ['x/ 700', 'x/one 644', 'x/sub/ 755', 'x/sub/two 644']], ['./tree/../a', '/x', ['x 644']], ['/a', '/x', ['x 644']], ['link', '/x', ['x 644']], ['tree/sub/../../../../a', '/x', ['x 644']],
  ])('of %s to %s', async (source, destination, expected) => {
    const root = write(folders.make(), { 'dir/': '' });
    const context = write(folders.make(), { 'a': 'a', 'tree/one': '1', 'tree/sub/two': '2' });
    chmodSync(join(context, 'tree'), 0o700);
    symlinkSync('a', join(context, 'link'));
    expect(await namesOf(orderOf(context, { sources: [source], destination }), targetOf(root))).toEqual(expected);
  });

  it('never leaves the context or the image through a link', async () => {
    const outside = write(folders.make(), { 'secret': 's' });
    const context = write(folders.make(), { 'a': 'a', 'inside/secret': 'fine' });
    const root = write(folders.make(), { 'etc/': '' });
    symlinkSync(outside, join(context, 'out'));
    symlinkSync('../../../inside', join(context, 'in'));
    symlinkSync('loop', join(context, 'loop'));
    symlinkSync(outside, join(root, 'out'));
    symlinkSync('/etc', join(root, 'way'));
    await expectError('DockerfileInvalid', digestOf(orderOf(context, { sources: ['out/secret'] })));
    await expectError('ArchivePathUnsafe', digestOf(orderOf(context, { sources: ['loop'] })));
    expect(await namesOf(orderOf(context, { sources: ['in/secret'], destination: '/way/' }), targetOf(root))).toEqual(['etc/ 755', 'etc/secret 644']);
    const through = await namesOf(orderOf(context, { sources: ['a'], destination: '/out/a' }), targetOf(root));
    expect(through.at(-1)).toBe(`${outside.slice(1)}/a 644`);
    // Links themselves are copied as they are.
    mkdirSync(join(context, 'links'));
    symlinkSync('/etc/shadow', join(context, 'links/shadow'));
    expect(await namesOf(orderOf(context, { sources: ['links'], destination: '/l' }), targetOf(root))).toEqual(['l/ 755', 'l/shadow@ 777']);
  });

  it('does not put a folder in the place of a file or link, nor a file in that of a folder', async () => {
    const root = write(folders.make(), { 'usr/lib/': '', 'file': '', 'dir/x/': '' });
    symlinkSync('usr/lib', join(root, 'lib'));
    const context = write(folders.make(), { 'tree/lib/a': 'a', 'tree2/file/a': 'a', 'x': 'x' });
    for (const [source, destination] of [['tree', '/'], ['tree2', '/'], ['x', '/dir/'], ['x', '/file/'], ['x', '/file/below']] as const) {
      expect((await expectError('DockerfileInvalid', namesOf(orderOf(context, { sources: [source], destination }), targetOf(root)))).args['line']).toBe(3);
    }
  });

  it('refuses names that a layer would take for deletions', async () => {
    const context = write(folders.make(), { 'tree/.wh.etc': '' });
    await expectError('LayerEntryUnsupported', namesOf(orderOf(context, { sources: ['tree'], destination: '/' }), targetOf(folders.make())));
  });

  it('sees contents, names and modes, and no times', async () => {
    const context = write(folders.make(), { 'tree/a': 'a', 'tree/b': 'b' });
    const order = orderOf(context, { sources: ['tree'] });
    const first = await digestOf(order);
    utimesSync(join(context, 'tree/a'), 1, 1);
    expect(await digestOf(order)).toBe(first);
    const digests = new Set([first]);
    for (const change of [() => { chmodSync(join(context, 'tree/a'), 0o600); }, () => { writeFileSync(join(context, 'tree/a'), 'c'); }, () => { writeFileSync(join(context, 'tree/c'), ''); }, () => { symlinkSync('a', join(context, 'tree/l')); }]) {
      change();
      digests.add(await digestOf(order));
    }
    digests.add(await digestOf({ ...order, excludes: IgnorePatterns.parse('c', () => { throw new Error('no pattern'); }) }));
    expect(digests.size).toBe(6);
  });

  it('is an error where a file changes while it is read', async () => {
    const context = write(folders.make(), { a: 'long enough' });
    const order = orderOf(context, { sources: ['a'], destination: '/a' });
    const found = await findSources(order, new Map());
    writeFileSync(join(context, 'a'), 'short');
    await expectError('ParameterInvalid', async () => { for await (const _ of layerTar(planCopy(order, found, targetOf(folders.make())))) continue; });
  });

  it('keeps hard links and owners of images, and of contexts neither', async () => {
    const context = write(folders.make(), { 'tree/a': 'a' });
    linkSync(join(context, 'tree/a'), join(context, 'tree/b'));
    const types = async (keepOwners: boolean): Promise<readonly string[]> => (await entriesOf(orderOf(context, { sources: ['tree'], destination: '/x', keepOwners }), targetOf(folders.make()))).map(({ type }) => type);
    expect(await types(true)).toEqual(['folder', 'file', 'hardLink']);
    expect(await types(false)).toEqual(['folder', 'file', 'file']);
  });

  it('never gives a later time than it was told', async () => {
    const context = write(folders.make(), { a: 'a', b: 'b' });
    utimesSync(join(context, 'a'), 500, 500);
    const entries = await entriesOf(orderOf(context, { sources: ['a', 'b'], destination: '/x/' }), targetOf(folders.make(), { times: { now: 900, latest: 900 } }));
    expect(entries.map(({ mtime }) => mtime)).toEqual([900, 500, 900]);
  });

  it('unpacks archives that ADD takes, and nothing that only looks so', async () => {
    const root = write(folders.make(), { 'usr/bin/': '' });
    symlinkSync('usr/bin', join(root, 'bin'));
    const archive = buildTar({ name: './bin/tool', content: 't', mode: 0o755 }, { name: 'new/', flag: '5' }, { name: 'new/hard', flag: '1', link: './bin/tool' }, { name: 'way', flag: '2', link: 'new' }, { name: 'way/through', content: 'x' });
    const context = write(folders.make(), { 'a.tar': archive, 'cut.tgz': execFileSync('gzip', { input: archive }).subarray(0, 40), 'text.tar': 'no archive', 'up.tar': buildTar({ name: '../x' }) });
    const add = (source: string) => orderOf(context, { sources: [source], destination: '/', unpack: true });
    expect(await namesOf(add('a.tar'), targetOf(root))).toEqual(['usr/ 755', 'usr/bin/ 755', 'usr/bin/tool 755', 'new/ 755', 'new/hard 644', 'way@ 644', 'way/through 644']);
    expect(await namesOf(add('text.tar'), targetOf(root))).toEqual(['text.tar 644']);
    expect(await namesOf(add('cut.tgz'), targetOf(root))).toEqual(['cut.tgz 644']);
    await expectError('ArchivePathUnsafe', namesOf(add('up.tar'), targetOf(root)));
  });
});

describe('WORKDIR', () => {
  const planned = async (root: string, path: string): Promise<readonly string[]> => {
    const names: string[] = [];
    for await (const { name, uid } of planFolder(path, 5, targetOf(root, { owner: { uid: 7, gid: 8 } }))) names.push(`${readablePath(name)} ${uid}`);
    return names;
  };
  it('makes what is missing, for the user of the image, and nothing that is there', async () => {
    const root = write(folders.make(), { 'a/b/': '', 'file': '' });
    symlinkSync('a', join(root, 'link'));
    expect(await planned(root, '/a/b')).toEqual([]);
    expect(await planned(root, '/link/b/c')).toEqual(['a 0', 'a/b 0', 'a/b/c 7']);
    await expectError('DockerfileInvalid', planned(root, '/file'));
    await expectError('DockerfileInvalid', planned(root, '/file/x'));
  });
});

describe('owners', () => {
  it('are looked up in the image', async () => {
    const root = new ContainedFolder(write(folders.make(), { 'etc/passwd': 'root:x:0:0::/:/bin/sh\nweb:x:100:101:web:/:/bin/sh\n', 'etc/group': 'web:x:101:\nstaff:x:50:\n' }));
    const found = [];
    for (const text of ['web', 'web:staff', '5', '5:6', 'web:7', ':staff', '0']) found.push(Object.values(await findOwner(root, text)).join(':'));
    expect(found).toEqual(['100:101', '100:50', '5:5', '5:6', '100:7', '0:50', '0:0']);
    for (const bad of ['nobody', 'web:nobody', 'a:b:c', '', '99999999999']) await expectError('UserNotFound', findOwner(root, bad));
    await expectError('UserNotFound', findOwner(new ContainedFolder(folders.make()), 'web'));
  });
});

describe('the tar of a layer', () => {
  it('says the same as its entries, whatever their names', async () => {
    const name = fc.array(fc.oneof(fc.constantFrom('a', 'dir', '한글', 'x'.repeat(120), '\u0001', 'ü'), fc.string({ minLength: 1, maxLength: 8 }).map((text) => text.toWellFormed().replaceAll(/[/\0]|^\.+$/g, '_'))), { minLength: 1, maxLength: 4 }).map((parts) => fromText(parts.join('/')));
    const entry = fc.record({ name, mode: fc.integer({ min: 0, max: 0o7777 }), uid: fc.integer({ min: 0, max: 0xfffffffe }), gid: fc.integer({ min: 0, max: 0xfffffffe }), mtime: fc.integer({ min: 0, max: 2 ** 33 }), content: fc.uint8Array({ maxLength: 2000 }) });
    await fc.assert(fc.asyncProperty(fc.array(entry, { maxLength: 8 }), async (entries) => {
      const pieces: Uint8Array[] = [];
      for await (const piece of layerTar(entries.map(({ content, ...rest }): LayerEntry => ({ ...rest, type: 'file', sizeBytes: content.length, content: () => [content] })))) pieces.push(piece);
      const reader = extract();
      reader.end(Buffer.concat(pieces));
      let index = 0;
      for await (const read of reader) {
        const expected = entries[index];
        index += 1;
        expect(read.header).toMatchObject({ name: readablePath(expected?.name ?? ''), mode: expected?.mode, size: expected?.content.length });
        // tar-stream leaves what PAX says of owners and times to its callers.
        const { uid, gid, mtime } = read.header;
        const pax = read.header.pax as Readonly<Record<string, string>> | null | undefined;
        expect([Number(pax?.['uid'] ?? uid), Number(pax?.['gid'] ?? gid), Number(pax?.['mtime'] ?? (mtime?.getTime() ?? 0) / 1000)]).toEqual([expected?.uid, expected?.gid, expected?.mtime]);
        const content: Buffer[] = [];
        for await (const piece of read) content.push(piece as Buffer);
        expect(Buffer.concat(content).equals(Buffer.from(expected?.content ?? []))).toBe(true);
      }
      expect(index).toBe(entries.length);
    }), { numRuns: 200 });
  });
});
