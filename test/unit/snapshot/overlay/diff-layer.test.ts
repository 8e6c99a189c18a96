import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tarEntryHeader } from '../../../../src/layer/index.ts';
import { diffLayer } from '../../../../src/snapshot/overlay/diff-layer.ts';
import { setLinkAttribute } from '../../../../native/libc.ts';
import { expectError } from '../../../fixtures/expect-error.ts';
import { listArchive } from '../../../fixtures/list-archive.ts';
import { skipReason, whyNoMounts } from '../../../fixtures/temporary-folder.ts';

describe.skipIf(skipReason('changes of an upper folder', whyNoMounts()))('the changes of a folder that changes meanwhile', () => {
  let folder: string;
  let upper: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'silo-diff-'));
    upper = join(folder, 'fs');
    mkdirSync(upper);
    // Its pieces come out before what follows is looked at.
    writeFileSync(join(upper, 'a'), Buffer.alloc(2_500_000, 1));
  });
  afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

  const run = (meanwhile: () => void = () => undefined): Buffer => {
    const pieces: Buffer[] = [];
    diffLayer({ kind: 'diff', folder: upper, chain: [], mountPoints: [], latestTime: undefined, taken: new SharedArrayBuffer(4) }, {
      cancelled: () => false,
      piece: (bytes) => {
        if (pieces.length === 0) meanwhile();
        pieces.push(Buffer.from(bytes));
      },
    });
    return Buffer.concat(pieces);
  };

  it('never hold a file of the host, though a folder or file becomes a link to it', async () => {
    mkdirSync(join(folder, 'host'));
    writeFileSync(join(folder, 'host/secret'), 'the secret of the host');
    mkdirSync(join(upper, 'b'));
    writeFileSync(join(upper, 'b/secret'), 'mine');
    writeFileSync(join(upper, 'c'), 'mine');
    const archive = run(() => {
      renameSync(join(upper, 'b'), join(upper, 'was'));
      symlinkSync(join(folder, 'host'), join(upper, 'b'));
      unlinkSync(join(upper, 'c'));
      symlinkSync(join(folder, 'host/secret'), join(upper, 'c'));
    });
    expect(archive.includes('the secret')).toBe(false);
    expect(await listArchive(archive)).toEqual(['a']);
  });

  it('leave out what is removed', async () => {
    writeFileSync(join(upper, 'b'), 'x');
    writeFileSync(join(upper, 'c'), 'x');
    expect(await listArchive(run(() => { unlinkSync(join(upper, 'b')); }))).toEqual(['a', 'c']);
  });

  it('are a whole archive though a file becomes shorter while it is read', () => {
    writeFileSync(join(upper, 'b'), 'follows');
    const archive = run(() => { truncateSync(join(upper, 'a'), 100); });
    expect(execFileSync('tar', ['-tvf', '-'], { input: archive, encoding: 'utf8' })).toMatch(/2500000 .* a\n.* 7 .* b\n$/);
  });

  it('do not wait for a writer where a file becomes a FIFO', async () => {
    writeFileSync(join(upper, 'b'), 'x');
    const archive = run(() => {
      unlinkSync(join(upper, 'b'));
      execFileSync('mkfifo', [join(upper, 'b')]);
    });
    expect(await listArchive(archive)).toEqual(['a']);
  });

  it('are refused where overlay keeps them as references to lower layers', async () => {
    mkdirSync(join(upper, 'b'));
    setLinkAttribute(join(upper, 'b'), 'trusted.overlay.redirect', Buffer.from('/old'));
    await expectError('LayerEntryUnsupported', run);
    rmSync(join(upper, 'b'), { recursive: true });
    setLinkAttribute(join(upper, 'a'), 'trusted.overlay.metacopy', Buffer.from(''));
    await expectError('LayerEntryUnsupported', run);
  });

  it('have no labels of the host', () => {
    setLinkAttribute(join(upper, 'a'), 'security.selinux', Buffer.from('system_u:object_r:container_file_t:s0\0'));
    expect(run().includes('selinux')).toBe(false);
  });
});

describe('the header of a change', () => {
  const entry = { name: 'f', type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 0, sizeBytes: 0 } as const;

  it('is one block where ustar has room', () => {
    expect(tarEntryHeader({ ...entry, name: 'n'.repeat(100), uid: 0o7777777, sizeBytes: 0o77777777777 })).toHaveLength(512);
  });

  it.each([
    ['a long name', { name: `${'d'.repeat(100)}/f` }, `path=${'d'.repeat(100)}/f\n`],
    ['a large owner', { uid: 0o10000000 }, 'uid=2097152\n'],
    ['a large size', { sizeBytes: 8 * 1024 ** 3 }, 'size=8589934592\n'],
    ['a time before 1970', { mtime: -1 }, 'mtime=-1\n'],
    ['an attribute', { attributes: new Map([['user.a', Buffer.from([0, 255, 10])]]) }, 'SCHILY.xattr.user.a=\0\xff\n\n'],
  ])('has a PAX header for %s', (_, change, record) => {
    const header = tarEntryHeader({ ...entry, ...change });
    const text = header.toString('latin1');
    expect(text).toContain(record);
    // The record's length counts itself.
    const start = text.lastIndexOf('\0', text.indexOf(record)) + 1;
    expect(Number.parseInt(text.slice(start), 10)).toBe(text.indexOf(record) + record.length - start);
    expect(header.length % 512).toBe(0);
  });

  it.each([98, 99, 100, 990, 991, 992, 993])('counts the digits of its own length for a name of %i bytes', (length) => {
    const text = tarEntryHeader({ ...entry, name: 'n'.repeat(length), attributes: new Map([['user.n', Buffer.alloc(length)]]) }).toString('latin1');
    for (const [, digits, start] of [...text.matchAll(/(?<=[\0\n])(\d+)( [a-zA-Z.]+=)/g)].map((match) => [match.index, match[1], match.index] as const)) {
      expect(text[start + Number(digits) - 1]).toBe('\n');
    }
  });

});
