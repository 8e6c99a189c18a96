/**
 * koffi declarations of the C library's calls that Node lacks (Linux, glibc 2.36 or later for the fs*
 * calls; where an older one lacks a symbol, the call fails with ENOSYS). Memory: every pointer passed is
 * only read during the call. Descriptors returned belong to the caller. Each call throws an Error with
 * `code` = errno name and `syscall`, as Node's own do.
 */
import { readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import type { LibraryHandle } from 'koffi';

type Koffi = typeof import('koffi');
type KoffiFunction = ReturnType<LibraryHandle['func']>;

const require = createRequire(import.meta.url);
let koffi: Koffi | undefined;
let library: LibraryHandle | undefined;
const functions = new Map<string, KoffiFunction>();

/** Loaded on the first call, so that importing this file costs nothing and works on every system. */
const bind = (prototype: string): KoffiFunction => {
  let found = functions.get(prototype);
  if (found === undefined) {
    koffi ??= require('koffi') as Koffi;
    library ??= koffi.load('libc.so.6');
    try {
      found = library.func(prototype);
    } catch (error) {
      throw Object.assign(new Error(`ENOSYS: ${prototype} is not in this C library`, { cause: error }), { code: 'ENOSYS' });
    }
    functions.set(prototype, found);
  }
  return found;
};

const errnoNames = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

const failure = (syscall: string, errno: number, detail: string): Error => {
  const code = errnoNames.get(errno) ?? `E${errno}`;
  return Object.assign(new Error(`${code}: ${syscall} ${detail}`.trim()), { code, errno: -errno, syscall });
};

const call = (prototype: string, syscall: string, detail: string, ...args: unknown[]): number => {
  const result = Number(bind(prototype)(...args));
  if (result < 0) throw failure(syscall, koffi?.errno() ?? 0, detail);
  return result;
};

/** flock(2). False where somebody else holds the lock and `wait` is not asked for. */
export const flock = (fd: number, kind: 'shared' | 'exclusive' | 'unlock'): boolean => {
  const operation = kind === 'unlock' ? 8 : (kind === 'shared' ? 1 : 2) | 4;
  if (Number(bind('int flock(int fd, int operation)')(fd, operation)) === 0) return true;
  const errno = koffi?.errno() ?? 0;
  if (errno === constants.errno.EAGAIN || errno === constants.errno.EWOULDBLOCK) return false;
  throw failure('flock', errno, String(fd));
};

export const mountFlags = { readOnly: 0x1, noSuid: 0x2, noDev: 0x4, noExec: 0x8, remount: 0x20, bind: 0x1000, recursive: 0x4000, private: 0x40000, slave: 0x80000 } as const;

/** mount(2). Options longer than a page fail: use `mountOverlay` for many layers. */
export const mount = (source: string, target: string, type: string | null, flags: number, options: string | null): void => {
  call('int mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data)', 'mount', target, source, target, type, flags, options);
};

/** umount2(2). `detach` hides the mount at once and ends it when its last user is gone. False where nothing was mounted at `target`, or it is not there. */
export const unmount = (target: string, detach = false): boolean => {
  try {
    call('int umount2(const char *target, int flags)', 'umount2', target, target, (detach ? 2 : 0) | 8 /* UMOUNT_NOFOLLOW */);
    return true;
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === 'EINVAL' || code === 'ENOENT') return false;
    throw error;
  }
};

const fsconfig = (fd: number, command: number, key: string | null, value: string | null): number =>
  call('int fsconfig(int fd, unsigned int cmd, const char *key, const char *value, int aux)', 'fsconfig', `${key ?? ''}=${value ?? ''}`, fd, command, key, value, 0);

/** Has the file system of a context that is made (fsconfig) at `target`. */
const mountContext = (context: number, target: string, attributes: number): void => {
  const mounted = call('int fsmount(int fd, unsigned int flags, unsigned int attributes)', 'fsmount', target, context, 1, attributes);
  try {
    call('int move_mount(int from, const char *fromPath, int to, const char *toPath, unsigned int flags)', 'move_mount', target, mounted, '', -100, target, 4);
  } finally {
    bind('int close(int fd)')(mounted);
  }
};

/**
 * Mounts an overlay through the mount API of Linux 5.2, one option at a time: no page limits the number
 * of layers. `lower` is top first. Errors: EINVAL where the kernel has no `lowerdir+` (before 6.7), ENOSYS.
 */
export const mountOverlay = (lower: readonly string[], upper: string | undefined, work: string | undefined, target: string, options: readonly (readonly [string, string | null])[], attributes: number): void => {
  const close = bind('int close(int fd)');
  const context = call('int fsopen(const char *type, unsigned int flags)', 'fsopen', 'overlay', 'overlay', 1);
  try {
    for (const folder of lower) fsconfig(context, 1, 'lowerdir+', folder);
    if (upper !== undefined) fsconfig(context, 1, 'upperdir', upper);
    if (work !== undefined) fsconfig(context, 1, 'workdir', work);
    for (const [key, value] of options) fsconfig(context, value === null ? 0 : 1, key, value);
    fsconfig(context, 6, null, null);
    mountContext(context, target, attributes);
  } finally {
    close(context);
  }
};

/** A line that the kernel wrote for whoever configures the file system (fsopen(2): the context is read for it); undefined where there is none left. */
const contextMessage = (context: number): string | undefined => {
  const line = Buffer.alloc(1024);
  try {
    return line.toString('utf8', 0, readSync(context, line)).trim();
  } catch {
    return undefined;
  }
};

/**
 * Mounts a file system through the mount API, one option at a time: no separator is needed, and nothing is on a
 * command line. A value of null is an option that is only named. The step that may speak with a server is done on
 * a worker thread, and cannot be ended. Errors have what the kernel says of it, and never a value: it may be
 * secret. ENODEV of the syscall fsopen: the kernel has no such file system.
 */
export const mountFileSystem = async (type: string, options: readonly (readonly [string, string | null])[], target: string, attributes: number): Promise<void> => {
  const close = bind('int close(int fd)');
  const context = call('int fsopen(const char *type, unsigned int flags)', 'fsopen', type, type, 1);
  const configure = bind('int fsconfig(int fd, unsigned int cmd, const char *key, const char *value, int aux)');
  const told = (syscall: string, errno: number, detail: string): Error => {
    const messages: string[] = [];
    for (let message = contextMessage(context); message !== undefined; message = contextMessage(context)) messages.push(message.replace(/^[ewi] /, ''));
    return failure(syscall, errno, [detail, ...messages].join('; '));
  };
  try {
    for (const [key, value] of options) {
      if (Number(configure(context, value === null ? 0 : 1, key, value, 0)) < 0) throw told('fsconfig', koffi?.errno() ?? 0, key);
    }
    await new Promise<void>((resolve, reject) => {
      configure.async(context, 6, null, null, 0, (error: unknown, result: number) => {
        if (error !== null && error !== undefined) reject(new Error('fsconfig could not be called', { cause: error }));
        else if (result < 0) reject(told('fsconfig', koffi?.errno() ?? 0, target));
        else resolve();
      });
    });
    mountContext(context, target, attributes);
  } finally {
    close(context);
  }
};

/** Attributes of fsmount(2). */
export const mountAttributes = { readOnly: 0x1, noSuid: 0x2, noDev: 0x4, noExec: 0x8 } as const;

/** unshare(2) of this thread. The caller goes back with `setNamespace` before it returns to the event loop. */
export const unshareNetwork = (): void => { call('int unshare(int flags)', 'unshare', 'CLONE_NEWNET', 0x40000000); };

export const setNetworkNamespace = (fd: number): void => { call('int setns(int fd, int kind)', 'setns', String(fd), fd, 0x40000000); };

/**
 * Asks a table of the kernel over netlink(7), in this thread's network namespace: the messages of the answer, until
 * NLMSG_DONE. An error that the kernel answers with is thrown.
 */
export const netlinkDump = (family: number, type: number, payload: Uint8Array): readonly Buffer[] => {
  const socket = call('int socket(int domain, int type, int protocol)', 'socket', 'AF_NETLINK', 16, 3 | 0x80000, family);
  try {
    const request = Buffer.alloc(16 + payload.length);
    request.writeUInt32LE(request.length, 0);
    request.writeUInt16LE(type, 4);
    request.writeUInt16LE(0x1 | 0x300, 6); // NLM_F_REQUEST | NLM_F_DUMP
    request.set(payload, 16);
    call('long send(int fd, const uint8_t *bytes, size_t size, int flags)', 'send', 'netlink', socket, request, request.length, 0);
    const messages: Buffer[] = [];
    for (;;) {
      const room = Buffer.alloc(32 * 1024);
      const length = call('long recv(int fd, _Out_ uint8_t *bytes, size_t size, int flags)', 'recv', 'netlink', socket, room, room.length, 0);
      for (let at = 0; at + 16 <= length;) {
        const size = room.readUInt32LE(at);
        const kind = room.readUInt16LE(at + 4);
        if (kind === 3 /* NLMSG_DONE */) return messages;
        const errno = kind === 2 /* NLMSG_ERROR */ ? -room.readInt32LE(at + 16) : 0;
        if (errno !== 0) throw failure('netlink', errno, `family ${family}`);
        messages.push(room.subarray(at + 16, at + size));
        at += (size + 3) & ~3;
      }
    }
  } finally {
    bind('int close(int fd)')(socket);
  }
};

/** Brings the loopback link of this thread's network namespace up (netdevice(7), SIOCSIFFLAGS). */
export const bringLoopbackUp = (): void => {
  const socket = call('int socket(int domain, int type, int protocol)', 'socket', 'AF_INET', 2, 2 | 0x80000, 0);
  try {
    const request = Buffer.alloc(40);
    request.write('lo', 0, 'ascii');
    request.writeInt16LE(0x1 | 0x40, 16); // IFF_UP | IFF_RUNNING
    call('int ioctl(int fd, unsigned long request, _Inout_ uint8_t *argument)', 'ioctl', 'SIOCSIFFLAGS', socket, 0x8914, request);
  } finally {
    bind('int close(int fd)')(socket);
  }
};

/** How openat2(2) treats links: inRoot keeps every link within the folder, as chroot would; beneath refuses those that lead out. */
export type Resolve = 'inRoot' | 'beneath' | 'noLinks';
const resolveFlags: Readonly<Record<Resolve, bigint>> = { inRoot: 0x10n | 0x2n, beneath: 0x8n | 0x2n, noLinks: 0x4n | 0x8n | 0x2n };

/**
 * openat2(2) (Linux 5.6): opens `path` seen from the open folder `folder`, without ever leaving it.
 * The descriptor is close-on-exec and the caller's.
 */
export const openWithin = (folder: number, path: string, flags: number, resolve: Resolve, mode = 0): number => {
  const how = Buffer.alloc(24);
  how.writeBigUInt64LE(BigInt(flags | 0o2000000), 0);
  how.writeBigUInt64LE(BigInt(mode), 8);
  how.writeBigUInt64LE(resolveFlags[resolve], 16);
  return call('long syscall(long number, int folder, const char *path, const uint8_t *how, size_t size)', 'openat2', path, 437, folder, path, how, how.length);
};

export const oPath = 0o10000000;

/** syncfs(2), on a worker thread: writes the file system of `fd` through to the disk. */
export const syncFileSystem = (fd: number): Promise<void> =>
  new Promise((resolve, reject) => {
    bind('int syncfs(int fd)').async(fd, (error: unknown, result: number) => {
      if (error !== null && error !== undefined) reject(new Error('syncfs could not be called', { cause: error }));
      else if (result < 0) reject(failure('syncfs', koffi?.errno() ?? 0, String(fd)));
      else resolve();
    });
  });

/**
 * sync_file_range(2) with SYNC_FILE_RANGE_WRITE alone: the disk begins with what is written of a part of a file, in
 * bytes, and nobody waits for its end. A hint, which promises nothing: what must be durable is synced besides.
 */
export const beginWriting = (fd: number, offset: number, length: number): Promise<void> =>
  new Promise((resolve, reject) => {
    bind('int sync_file_range(int fd, int64_t offset, int64_t nbytes, unsigned int flags)').async(fd, offset, length, 2, (error: unknown, result: number) => {
      if (error !== null && error !== undefined) reject(new Error('sync_file_range could not be called', { cause: error }));
      else if (result < 0) reject(failure('sync_file_range', koffi?.errno() ?? 0, String(fd)));
      else resolve();
    });
  });

/** mknod(2); `device` as makedev(3) packs it. */
export const makeNode = (path: string, mode: number, device: bigint): void => {
  call('int mknod(const char *path, unsigned int mode, uint64_t device)', 'mknod', path, path, mode, device);
};

/** makedev(3) of glibc. */
export const packDevice = (major: number, minor: number): bigint => {
  const [high, low] = [BigInt(major), BigInt(minor)];
  return ((high & 0xfffff000n) << 32n) | ((high & 0xfffn) << 8n) | ((low & 0xffffff00n) << 12n) | (low & 0xffn);
};

/** lsetxattr(2): does not follow a link at the end of `path`. */
export const setLinkAttribute = (path: string, name: string, value: Uint8Array): void => {
  call('int lsetxattr(const char *path, const char *name, const uint8_t *value, size_t size, int flags)', 'lsetxattr', `${path} ${name}`, path, name, value, value.length, 0);
};

/** lgetxattr(2). Undefined where the attribute is not there. */
export const getLinkAttribute = (path: string, name: string): Uint8Array | undefined => {
  const buffer = Buffer.alloc(65536);
  try {
    const size = call('long lgetxattr(const char *path, const char *name, _Out_ uint8_t *value, size_t size)', 'lgetxattr', `${path} ${name}`, path, name, buffer, buffer.length);
    return buffer.subarray(0, size);
  } catch (error) {
    if (['ENODATA', 'ENOTSUP', 'EOPNOTSUPP'].includes((error as { code?: string }).code ?? '')) return undefined;
    throw error;
  }
};

/** llistxattr(2). */
export const listLinkAttributes = (path: string): readonly string[] => {
  const buffer = Buffer.alloc(65536);
  const size = call('long llistxattr(const char *path, _Out_ uint8_t *list, size_t size)', 'llistxattr', path, path, buffer, buffer.length);
  return buffer.toString('utf8', 0, size).split('\0').filter((name) => name !== '');
};

/** setxattr(2): follows a link at the end of `path`, as that of an open descriptor is one. */
export const setAttribute = (path: string, name: string, value: Uint8Array): void => {
  call('int setxattr(const char *path, const char *name, const uint8_t *value, size_t size, int flags)', 'setxattr', `${path} ${name}`, path, name, value, value.length, 0);
};

/** listxattr(2) and getxattr(2): follow a link at the end of `path`. One that is gone meanwhile is left out. */
export const readAttributes = (path: string, wanted: (name: string) => boolean): ReadonlyMap<string, Uint8Array> => {
  const buffer = Buffer.alloc(65536);
  const size = call('long listxattr(const char *path, _Out_ uint8_t *list, size_t size)', 'listxattr', path, path, buffer, buffer.length);
  const found = new Map<string, Uint8Array>();
  for (const name of buffer.toString('utf8', 0, size).split('\0').filter((each) => each !== '' && wanted(each))) {
    try {
      const value = Buffer.alloc(65536);
      found.set(name, value.subarray(0, call('long getxattr(const char *path, const char *name, _Out_ uint8_t *value, size_t size)', 'getxattr', `${path} ${name}`, path, name, value, value.length)));
    } catch (error) {
      if ((error as { code?: string }).code !== 'ENODATA') throw error;
    }
  }
  return found;
};

/** A connected AF_UNIX SOCK_SEQPACKET socket, which Node's net can't open; blocking, the caller closes it. */
export const connectSequencedPackets = (path: string): number => {
  const bytes = Buffer.from(path);
  if (bytes.length > 107) throw failure('connect', constants.errno.ENAMETOOLONG, path);
  const address = Buffer.alloc(110);
  address.writeUInt16LE(1, 0);
  bytes.copy(address, 2);
  const socket = call('int socket(int domain, int type, int protocol)', 'socket', 'AF_UNIX', 1, 5 | 0x80000, 0);
  try {
    call('int connect(int fd, const uint8_t *address, unsigned int length)', 'connect', path, socket, address, 3 + bytes.length);
    return socket;
  } catch (error) {
    bind('int close(int fd)')(socket);
    throw error;
  }
};

/** shutdown(2). `send`: the other end reads end-of-input. `both`: reads of this end that wait in another thread come back too. */
export const shutDown = (socket: number, side: 'send' | 'both'): void => { call('int shutdown(int fd, int how)', 'shutdown', String(socket), socket, side === 'send' ? 1 : 2); };

/** malloc_trim(3): gives freed memory back to the system. */
export const trimHeap = (): void => { bind('int malloc_trim(size_t keep)')(0); };
