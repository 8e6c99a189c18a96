import { execFileSync } from 'node:child_process';
import { appendFileSync, closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Arrival, isSiloError } from '../../../../src/base/index.ts';
import { OverlaySnapshotter } from '../../../../src/snapshot/overlay/index.ts';

const notRoot = process.geteuid?.() !== 0;

describe.skipIf(notRoot)(`a layer that is still on its way${notRoot ? ' (needs root)' : ''}`, () => {
  let folder: string;
  let stored: Buffer;
  let file: string;
  let fd: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'silo-arriving-'));
    mkdirSync(join(folder, 'tree/deep'), { recursive: true });
    for (let number = 0; number < 40; number++) writeFileSync(join(folder, 'tree/deep', `file${number}`), `content ${number}\n`.repeat(3000));
    execFileSync('tar', ['-C', join(folder, 'tree'), '-czf', join(folder, 'layer.tar.gz'), '.']);
    stored = readFileSync(join(folder, 'layer.tar.gz'));
    file = join(folder, 'growing');
    writeFileSync(file, '');
    fd = openSync(file, 'r');
  });
  afterEach(() => {
    closeSync(fd);
    rmSync(folder, { recursive: true, force: true });
  });

  it('is unpacked as it comes, and is whole when the last byte was there', async () => {
    const arrival = new Arrival();
    const snapshotter = new OverlaySnapshotter(folder);
    const applying = snapshotter.applyLayer(1, [], { path: file, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', arriving: { fd, arrival } });
    const piece = Math.ceil(stored.length / 9);
    for (let sent = 0; sent < stored.length; sent += piece) {
      appendFileSync(file, stored.subarray(sent, sent + piece));
      arrival.grownTo(Math.min(stored.length, sent + piece));
      await delay(5);
    }
    arrival.finish();
    expect((await applying).entries).toBeGreaterThan(40);
    expect(readFileSync(join(folder, 'snapshots/1/fs/deep/file39'), 'utf8')).toBe('content 39\n'.repeat(3000));
  });

  it('leaves nothing where the rest of it never comes', async () => {
    const arrival = new Arrival();
    const snapshotter = new OverlaySnapshotter(folder);
    const applying = snapshotter.applyLayer(1, [], { path: file, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', arriving: { fd, arrival } });
    appendFileSync(file, stored.subarray(0, stored.length / 2));
    arrival.grownTo(Math.floor(stored.length / 2));
    await delay(20);
    arrival.fail();
    const error: unknown = await applying.catch((reason: unknown) => reason);
    expect(isSiloError(error, 'ArchiveInvalid')).toBe(true);
    expect(await snapshotter.list()).toEqual([]);
  });
});

describe('how much of a file has arrived', () => {
  it('is seen by another thread through the same memory, and its first end counts', async () => {
    const written = new Arrival();
    const read = new Arrival(written.shared);
    const waiting = read.beyond(0);
    written.grownTo(7);
    await waiting;
    expect([read.bytes, read.state]).toEqual([7, 'growing']);
    written.finish();
    written.fail();
    expect(read.state).toBe('whole');
    await read.beyond(7);
  });
});
