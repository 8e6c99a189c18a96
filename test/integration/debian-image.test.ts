import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineClient } from '../../build/engine-client.ts';
import { getLinkAttribute, listLinkAttributes } from '../../native/libc.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { debianRoot, whyNoDebian, type DebianRoot } from '../fixtures/debian-root.ts';
import { LiveRegistry, whyNoRegistry } from '../fixtures/live-registry.ts';
import { whyNoPeer } from '../fixtures/peers.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';

const reason = whyNoContainers() ?? whyNoRegistry() ?? whyNoDebian();

/** A tree as lines: path, type and mode, owner, size or device, time of files, links, attributes; names of one file are told together. */
const linesOf = (root: string): readonly string[] => {
  const lines: string[] = [];
  const names = new Map<string, string[]>();
  const visit = (relative: string): void => {
    const path = join(root, relative);
    const stat = lstatSync(path);
    const attributes = listLinkAttributes(path).filter((name) => !name.startsWith('trusted.overlay.')).toSorted()
      .map((name) => `${name}=${Buffer.from(getLinkAttribute(path, name) ?? '').toString('hex')}`);
    const what = stat.isSymbolicLink() ? `-> ${readlinkSync(path)}` : stat.isFile() ? `${stat.size} at ${Math.floor(stat.mtimeMs / 1000)}` : stat.isDirectory() ? '' : String(stat.rdev);
    lines.push([`/${relative}`, stat.mode.toString(8), `${stat.uid}:${stat.gid}`, what, ...attributes].join(' '));
    if (stat.isFile() && stat.nlink > 1) names.set(`${stat.dev} ${stat.ino}`, [...names.get(`${stat.dev} ${stat.ino}`) ?? [], relative]);
    if (stat.isDirectory()) for (const name of readdirSync(path).toSorted()) visit(join(relative, name));
  };
  visit('');
  return [...lines, ...[...names.values()].map((same) => `one file: ${same.join(' ')}`).toSorted()];
};

describe.skipIf(skipReason('the image of Debian', reason))('an image of Debian', () => {
  let host: TestHost;
  let other: TestHost;
  let engine: EngineClient;
  let puller: EngineClient;
  let registry: LiveRegistry;
  let debian: DebianRoot;
  let folder: string;
  let digest: string | undefined;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'silo-debian-image-'));
    debian = debianRoot();
    registry = await LiveRegistry.start();
    host = new TestHost();
    other = new TestHost();
    engine = await host.engine();
    puller = await other.engine();
    const { images } = await engine.call('image/import', { path: debian.archive, reference: 'debian:test', config: { command: ['/bin/true'] } });
    digest = images[0]?.digest;
    await engine.call('image/push', { image: 'debian:test', destination: `${registry.host}/team/debian:test` });
    await puller.call('image/pull', { reference: `${registry.host}/team/debian:test` });
  }, 900_000);
  afterAll(async () => {
    const ends = await Promise.allSettled([host?.close(), other?.close(), registry?.close()]);
    rmSync(folder, { recursive: true, force: true });
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }, 180_000);

  it('goes through a registry with every file as it was', () => {
    const [key = ''] = readdirSync(join(other.root, 'snapshots'));
    const source = linesOf(debian.root);
    expect(source.length).toBeGreaterThan(5000);
    expect(source.filter((line) => line.includes('security.capability='))).toHaveLength(1);
    expect(source.filter((line) => line.startsWith('one file: ')).length).toBeGreaterThan(1);
    expect(linesOf(join(other.root, 'snapshots', key, 'fs'))).toEqual(source);
  }, 60_000);

  it('runs, and its packages are all there', async () => {
    const { container } = await puller.call('container/run', { image: `${registry.host}/team/debian:test` });
    expect(container.exitCode).toBe(0);
    const lines: string[] = [];
    const count = await puller.call('container/run', { image: `${registry.host}/team/debian:test`, command: ['sh', '-c', 'dpkg -l | wc -l'] }, { onItem: (item) => lines.push((item as { readonly text: string }).text) });
    expect(lines).toEqual([execFileSync('sh', ['-c', `dpkg --root=${debian.root} -l | wc -l`], { encoding: 'utf8' }).trim()]);
    for (const { id } of [container, count.container]) await puller.call('container/remove', { container: id });
  }, 60_000);

  it.skipIf(skipReason('skopeo and umoci', whyNoPeer('skopeo') ?? whyNoPeer('umoci')))('is unpacked by others into the same files', () => {
    const layout = join(folder, 'layout');
    execFileSync('skopeo', ['--insecure-policy', 'copy', '--src-tls-verify=false', '--preserve-digests', `docker://${registry.host}/team/debian:test`, `oci:${layout}:test`], { stdio: 'pipe' });
    expect(execFileSync('skopeo', ['inspect', '--format', '{{.Digest}}', `oci:${layout}:test`], { encoding: 'utf8' }).trim()).toBe(digest);
    execFileSync('umoci', ['unpack', '--image', `${layout}:test`, join(folder, 'bundle')], { stdio: 'pipe' });
    expect(linesOf(join(folder, 'bundle/rootfs'))).toEqual(linesOf(debian.root));
  }, 120_000);
});
