import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ShareSource } from '../../../src/core/index.ts';
import { CifsShares, FolderCredentials, MappedShares, type FileSystemMount, type GlobalMappings } from '../../../src/share/index.ts';
import { mountFileSystem, unmount } from '../../../native/libc.ts';
import { expectError } from '../../fixtures/expect-error.ts';
import { skipReason } from '../../fixtures/temporary-folder.ts';

const source = (changes: Partial<ShareSource> = {}): ShareSource => ({ server: 'files.example', share: 'data', folder: '', userName: String.raw`DOMAIN\user`, encrypted: false, mode: undefined, userId: undefined, groupId: undefined, ...changes });
const secret = 'pass,word=1';
let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'silo-shares-')); });
afterEach(() => { rmSync(folder, { recursive: true }); });

type Call = Parameters<FileSystemMount>;

/** Notes what it is told to mount, and fails with these errors of the kernel, one after the other. */
const recording = (...failures: (readonly [code: string, syscall: string])[]): { readonly calls: Call[]; readonly mount: FileSystemMount } => {
  const calls: Call[] = [];
  const mount: FileSystemMount = (...call) => {
    calls.push(call);
    const [code, syscall] = failures.shift() ?? [];
    return code === undefined ? Promise.resolve() : Promise.reject(Object.assign(new Error(`${code}: ${String(syscall)}`), { code, syscall }));
  };
  return { calls, mount };
};
const reachable = { addressesOf: () => Promise.resolve(['192.0.2.7']), tryPort: () => Promise.resolve(undefined) };

describe('shares on Linux', () => {
  it('are mounted with the address of the server, the account in its parts and the password as it is', async () => {
    const { calls, mount } = recording();
    const shares = new CifsShares({ folder, mount, ...reachable });
    const place = shares.placeOf(source());
    expect(await shares.attach(place, source(), secret)).toBe(join(folder, place));
    expect(calls).toEqual([['cifs', [
      ['source', '//files.example/data'], ['ip', '192.0.2.7'], ['vers', '3'], ['username', 'user'], ['domain', 'DOMAIN'], ['password', secret],
      ['uid', '0'], ['gid', '0'], ['file_mode', '0777'], ['dir_mode', '0777'], ['mfsymlinks', null],
    ], join(folder, place), 0x2 | 0x4]]);
    expect(statSync(join(folder, place)).mode & 0o777).toBe(0o700);
  });

  it('are the folder that was asked for, encrypted and with the owner that was asked for', async () => {
    const { calls, mount } = recording();
    const asked = source({ folder: 'a/b', userName: 'user@example.com', encrypted: true, mode: 0o750, userId: 999, groupId: 998 });
    await new CifsShares({ folder, mount, ...reachable }).attach('p', asked, secret);
    const options = new Map(calls[0]?.[1]);
    expect(Object.fromEntries(options)).toMatchObject({ source: '//files.example/data/a/b', username: 'user@example.com', seal: null, uid: '999', gid: '998', file_mode: '0750', dir_mode: '0750' });
    expect(options.has('domain')).toBe(false);
  });

  it('are mounted as nobody where there is no account', async () => {
    const { calls, mount } = recording();
    await new CifsShares({ folder, mount, ...reachable }).attach('p', source({ userName: undefined }), undefined);
    expect(new Map(calls[0]?.[1]).get('sec')).toBe('none');
    expect(calls[0]?.[1].some(([name]) => name === 'username' || name === 'password')).toBe(false);
  });

  it('are one place for one folder, account and way of showing files, whatever the case of the names', () => {
    const shares = new CifsShares({ folder });
    const same = shares.placeOf(source());
    expect(shares.placeOf(source({ server: 'FILES.example', share: 'DATA', userName: String.raw`domain\USER`, mode: 0o777, userId: 0 }))).toBe(same);
    const others = [{ folder: 'a' }, { userName: 'other' }, { userName: undefined }, { encrypted: true }, { mode: 0o700 }, { userId: 5 }, { groupId: 5 }].map((change) => shares.placeOf(source(change)));
    expect(new Set([same, ...others]).size).toBe(others.length + 1);
  });

  it.each([
    ['ENODEV', 'fsopen', 'ShareSupportMissing'], ['EACCES', 'fsconfig', 'ShareAccessDenied'], ['EKEYREJECTED', 'fsconfig', 'ShareAccessDenied'], ['ENOENT', 'fsconfig', 'ShareNotFound'], ['ENXIO', 'fsconfig', 'ShareNotFound'],
    ['EHOSTDOWN', 'fsconfig', 'ShareUnreachable'], ['ETIMEDOUT', 'fsconfig', 'ShareUnreachable'], ['EINVAL', 'fsconfig', 'ShareFailed'], ['ENODEV', 'fsconfig', 'ShareFailed'], ['EINVAL', 'move_mount', 'ShareNotFound'],
  ] as const)('that the kernel refuses with %s of %s are %s, and leave nothing', async (code, syscall, meaning) => {
    const shares = new CifsShares({ folder, mount: recording([code, syscall]).mount, ...reachable });
    const error = await expectError(meaning, shares.attach('p', source(), secret));
    expect(error.native).toEqual({ errno: code });
    expect(JSON.stringify(error)).not.toContain(secret);
    expect(await shares.list()).toEqual([]);
  });

  it('are tried at every address of the server, and what is not reachable is not given to the kernel', async () => {
    const tried: string[] = [];
    const { calls, mount } = recording();
    const tryPort = (address: string): Promise<string | undefined> => { tried.push(address); return Promise.resolve(address === '2001:db8::7' ? undefined : 'ECONNREFUSED'); };
    await new CifsShares({ folder, mount, addressesOf: () => Promise.resolve(['192.0.2.7', '2001:db8::7', '192.0.2.9']), tryPort }).attach('p', source(), secret);
    expect(tried).toEqual(['192.0.2.7', '2001:db8::7']);
    expect(new Map(calls[0]?.[1]).get('ip')).toBe('2001:db8::7');
    const dead = new CifsShares({ folder, mount, addressesOf: () => Promise.resolve(['192.0.2.7', '192.0.2.9']), tryPort: () => Promise.resolve('ECONNREFUSED') });
    expect((await expectError('ShareUnreachable', dead.attach('q', source(), secret))).message).toContain('445 of 192.0.2.7: ECONNREFUSED, 192.0.2.9: ECONNREFUSED');
    expect(calls).toHaveLength(1);
  });

  it('of a server that nobody knows say so', async () => {
    const error = await expectError('ShareUnreachable', new CifsShares({ folder }).attach('p', source({ server: 'nothing.invalid' }), secret));
    expect(error.message).toContain("no address of 'nothing.invalid' is known");
  });

  it('stop being waited for when the request is cancelled', async () => {
    const controller = new AbortController();
    const tryPort = (_: string, signal: AbortSignal): Promise<string | undefined> => new Promise((resolve) => {
      signal.addEventListener('abort', () => { resolve('aborted'); });
      controller.abort();
    });
    const attached = new CifsShares({ folder, addressesOf: () => Promise.resolve(['192.0.2.7']), tryPort }).attach('p', source(), secret, controller.signal);
    await expectError('OperationCancelled', attached);
    const late = new CifsShares({ folder, addressesOf: () => Promise.resolve(['192.0.2.7']), tryPort: () => Promise.resolve(undefined) });
    await expectError('OperationCancelled', late.attach('p', source(), secret, controller.signal));
  });
});

const mayMount = process.getuid?.() === 0 ? undefined : 'only root may mount';

describe.skipIf(skipReason('shares in the kernel', mayMount))('shares in the kernel of this host', () => {
  /** The kernel's own client would want a server: a file system in memory stands in for the share. */
  const mount: FileSystemMount = (_type, _options, target, attributes) => mountFileSystem('tmpfs', [['size', '65536']], target, attributes);
  const mountsAt = (path: string): number => readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter((line) => line.split(' ')[4] === path).length;

  it('are mounted once, however often they are attached, and gone when they are detached, however often', async () => {
    const shares = new CifsShares({ folder, mount, ...reachable });
    const path = await shares.attach('p', source(), secret);
    expect(await shares.attach('p', source(), secret)).toBe(path);
    expect(mountsAt(path)).toBe(1);
    expect(await shares.list()).toEqual(['p']);
    await shares.detach('p');
    await shares.detach('p');
    expect(mountsAt(path)).toBe(0);
    expect(existsSync(path)).toBe(false);
    await shares.detach('q');
    expect(await shares.list()).toEqual([]);
  });

  it('are detached while somebody still uses them, who keeps what is open', async () => {
    const shares = new CifsShares({ folder, mount, ...reachable });
    const path = await shares.attach('p', source(), secret);
    const back = process.cwd();
    process.chdir(path);
    try {
      await shares.detach('p');
      expect(mountsAt(path)).toBe(0);
    } finally {
      process.chdir(back);
    }
  });

  it('need its cifs, and without it say what to do', async () => {
    const probe = join(folder, 'probe');
    const known = await mountFileSystem('cifs', [['source', '//127.0.0.1/none']], probe, 0).then(() => undefined, (error: unknown) => error as { readonly code: string; readonly syscall: string });
    const attached = new CifsShares({ folder: join(folder, 'mounts'), addressesOf: () => Promise.resolve(['127.0.0.1']), tryPort: () => Promise.resolve(undefined) }).attach('p', source({ server: '127.0.0.1' }), secret);
    if (known?.syscall === 'fsopen') {
      const error = await expectError('ShareSupportMissing', attached);
      expect(error.native).toEqual({ errno: 'ENODEV' });
      expect(error.action).toContain('modprobe cifs');
    } else {
      await expect(attached).rejects.toMatchObject({ code: expect.stringMatching(/^Share/) as string });
    }
    expect(readdirSync(join(folder, 'mounts'))).toEqual([]);
  });

  it('that it refuses are told with its own words, and no value', async () => {
    const error = await mountFileSystem('tmpfs', [['size', secret]], folder, 0).then(() => undefined, (caught: unknown) => caught as Error & { readonly code: string });
    expect(error?.code).toBe('EINVAL');
    expect(error?.message).toMatch(/^EINVAL: fsconfig size/);
    const unknown = await mountFileSystem('tmpfs', [['nothing', 'x']], folder, 0).then(() => undefined, (caught: unknown) => caught as Error);
    expect(unknown?.message).toContain("Unknown parameter 'nothing'");
    expect(unmount(folder)).toBe(false);
  });
});

/** Notes what it is told; knows one password. */
class NotedMappings implements GlobalMappings {
  readonly states = new Map<string, 'connected' | 'disconnected'>();
  readonly calls: string[] = [];

  find(remotePath: string): Promise<'connected' | 'disconnected' | undefined> { return Promise.resolve(this.states.get(remotePath)); }
  create(remotePath: string, { userName, password }: { readonly userName: string; readonly password: string }, encrypted: boolean): Promise<void> {
    this.calls.push(`create ${remotePath} ${userName} ${encrypted}`);
    if (password !== secret) return Promise.reject(new Error('wrong'));
    this.states.set(remotePath, 'connected');
    return Promise.resolve();
  }
  remove(remotePath: string): Promise<void> { this.calls.push(`remove ${remotePath}`); this.states.delete(remotePath); return Promise.resolve(); }
}

describe('shares on Windows', () => {
  const root = String.raw`\\files.example\data`;
  const readable = (): Promise<void> => Promise.resolve();
  let mappings: NotedMappings;
  let shares: MappedShares;
  beforeEach(() => {
    mappings = new NotedMappings();
    shares = new MappedShares({ folder, mappings, readable });
  });

  it('are mapped once for all folders of them, and the container sees the folder by its path', async () => {
    const place = shares.placeOf(source());
    expect(shares.placeOf(source({ folder: 'a/b', userName: 'other' }))).toBe(place);
    expect(await shares.attach(place, source(), secret)).toBe(root);
    expect(await shares.attach(place, source({ folder: 'a/b', encrypted: true }), secret)).toBe(String.raw`\\files.example\data\a\b`);
    expect(mappings.calls).toEqual([String.raw`create \\files.example\data DOMAIN\user false`]);
    expect(await shares.list()).toEqual([place]);
    await shares.detach(place);
    await shares.detach(place);
    expect(mappings.states.size).toBe(0);
    expect(await shares.list()).toEqual([]);
  });

  it('that others mapped are used, and stay', async () => {
    mappings.states.set(root, 'connected');
    expect(await shares.attach('p', source(), secret)).toBe(root);
    await shares.detach('p');
    expect(mappings.calls).toEqual([]);
    expect(mappings.states.get(root)).toBe('connected');
  });

  it('that lost their server are mapped anew', async () => {
    await shares.attach('p', source(), secret);
    mappings.states.set(root, 'disconnected');
    await shares.attach('p', source(), secret);
    expect(mappings.calls.map((call) => call.split(' ')[0])).toEqual(['create', 'remove', 'create']);
  });

  it('have one account, as Windows has it', async () => {
    await shares.attach('p', source(), secret);
    expect((await expectError('ShareAccountConflict', shares.attach('p', source({ userName: 'other' }), secret))).args['user']).toBe(String.raw`DOMAIN\user`);
  });

  it('that could not be mapped leave no mark', async () => {
    await expect(shares.attach('p', source(), 'wrong')).rejects.toThrow('wrong');
    expect(await shares.list()).toEqual([]);
  });

  it("without an account are reached with the host's own, and nothing is mapped", async () => {
    expect(await shares.attach('p', source({ userName: undefined }), undefined)).toBe(root);
    expect(mappings.calls).toEqual([]);
  });

  it.each([['ENOENT', 'ShareNotFound'], ['EACCES', 'ShareAccessDenied'], ['EPERM', 'ShareAccessDenied'], ['UNKNOWN', 'ShareFailed']] as const)('whose folder cannot be read (%s) are %s', async (code, meaning) => {
    const closed = new MappedShares({ folder, mappings, readable: () => Promise.reject(Object.assign(new Error(code), { code })) });
    await expectError(meaning, closed.attach('p', source({ folder: 'a' }), secret));
  });

  it('show files as the server says, and refuse another way', async () => {
    for (const change of [{ mode: 0o700 }, { userId: 1 }, { groupId: 1 }]) await expectError('OptionUnsupported', () => { shares.check(source(change)); });
    shares.check(source({ encrypted: true }));
  });
});

describe('passwords of shares', () => {
  const options = (): ConstructorParameters<typeof FolderCredentials>[0] => ({ folder: join(folder, 'kept'), whyGone: 'it is gone', outliveHost: false });

  it('are kept until they are forgotten, for the account of the engine alone', async () => {
    const credentials = new FolderCredentials(options());
    expect(await credentials.list()).toEqual([]);
    expect(await credentials.find('a')).toBeUndefined();
    await credentials.keep('a', 'first');
    await credentials.keep('a', '암호✓');
    await credentials.keep('b', 'other');
    expect(await new FolderCredentials(options()).find('a')).toBe('암호✓');
    expect(statSync(join(folder, 'kept')).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'kept/a')).mode & 0o777).toBe(0o600);
    expect([...await credentials.list()].sort()).toEqual(['a', 'b']);
    await credentials.forget('a');
    await credentials.forget('a');
    expect(await credentials.list()).toEqual(['b']);
  });

  it('are sealed where there is a seal', async () => {
    const credentials = new FolderCredentials({ ...options(), seal: (bytes) => bytes.map((byte) => byte ^ 0x5a), unseal: (bytes) => bytes.map((byte) => byte ^ 0x5a) });
    await credentials.keep('a', secret);
    expect(readFileSync(join(folder, 'kept/a'), 'utf8')).not.toContain(secret);
    expect(await credentials.find('a')).toBe(secret);
  });
});
