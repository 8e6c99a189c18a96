import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ContainerFolders } from '../../../src/store/index.ts';

const [id, other] = ['a'.repeat(64), 'b'.repeat(64)];
let folder: string;
let folders: ContainerFolders;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'silo-folders-'));
  folders = new ContainerFolders(join(folder, 'state'), join(folder, 'run'));
});
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

describe('the folders of a container', () => {
  it('are made with the files that are mounted into it, readable there and closed to other users here', async () => {
    const paths = await folders.prepare(id, { hostName: 'web', nameService: { servers: [], search: [], fromHost: false }, hostLines: [] });
    expect(paths).toEqual(folders.paths(id));
    expect(readFileSync(paths.hostsPath, 'utf8')).toMatch(/^127\.0\.0\.1\t.*\bweb\b.*\n::1\t/);
    expect(readFileSync(paths.hostNamePath, 'utf8')).toBe('web\n');
    expect(readFileSync(paths.resolvConfPath, 'utf8')).toBe('');
    // Windows keeps other users out by the access list of the state root.
    if (process.platform === 'win32') return;
    for (const path of [paths.bundlePath, paths.rootPath]) expect(statSync(path).mode & 0o777).toBe(0o700);
    for (const path of [paths.hostsPath, paths.hostNamePath, paths.resolvConfPath]) expect(statSync(path).mode & 0o444).toBe(0o444);
    expect(statSync(join(folder, 'state/containers', id)).mode & 0o077).toBe(0);
  });

  it("have the host's resolver where they have its network", async () => {
    const { resolvConfPath } = await folders.prepare(id, { hostName: 'web', nameService: { servers: [], search: [], fromHost: true }, hostLines: [] });
    expect(readFileSync(resolvConfPath, 'utf8')).toBe(existsSync('/etc/resolv.conf') ? readFileSync('/etc/resolv.conf', 'utf8') : '');
  });

  it('are made again without harm: what the container wrote stays', async () => {
    const { logPath } = await folders.prepare(id, { hostName: 'old', nameService: { servers: [], search: [], fromHost: false }, hostLines: [] });
    writeFileSync(logPath, 'a line\n');
    const paths = await folders.prepare(id, { hostName: 'new', nameService: { servers: [], search: [], fromHost: false }, hostLines: [] });
    expect([readFileSync(logPath, 'utf8'), readFileSync(paths.hostNamePath, 'utf8')]).toEqual(['a line\n', 'new\n']);
  });

  it('hold one for each process', async () => {
    const made = await folders.process(id, 'p1');
    expect(made).toEqual(folders.processPaths(id, 'p1'));
    expect(statSync(made.folder).isDirectory()).toBe(true);
    expect(made.folder).not.toBe(folders.processPaths(id, 'p2').folder);
  });

  it('are all listed, half made or not, and gone when they are removed', async () => {
    expect(await folders.list()).toEqual([]);
    await folders.prepare(id, { hostName: 'web', nameService: { servers: [], search: [], fromHost: false }, hostLines: [] });
    await folders.process(id, 'p1');
    mkdirSync(folders.paths(other).rootPath);
    expect(new Set(await folders.list())).toEqual(new Set([id, other]));
    await folders.remove(id);
    await folders.remove(id);
    expect(await folders.list()).toEqual([other]);
    expect(existsSync(join(folder, 'state/containers', id))).toBe(false);
  });

  it('never lose what is under a root that is still mounted: it is not emptied', async () => {
    const { rootPath } = await folders.prepare(id, { hostName: 'web', nameService: { servers: [], search: [], fromHost: false }, hostLines: [] });
    writeFileSync(join(rootPath, 'data'), 'of the container');
    await expect(folders.releaseRoot(id)).rejects.toMatchObject({ code: 'ENOTEMPTY' });
    await expect(folders.remove(id)).rejects.toMatchObject({ code: 'ENOTEMPTY' });
    expect(readFileSync(join(rootPath, 'data'), 'utf8')).toBe('of the container');
    expect(await folders.list()).toEqual([id]);
    rmSync(join(rootPath, 'data'));
    await folders.releaseRoot(id);
    await folders.releaseRoot(id);
    expect(existsSync(rootPath)).toBe(false);
  });
});
