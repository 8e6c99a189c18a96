/**
 * koffi declarations of kernel32.dll's calls that Node lacks (processthreadsapi.h, fileapi.h, sysinfoapi.h; all since
 * Windows Vista, the builds that Silo runs on are newer). Handles passed in stay the caller's; strings are UTF-16 and only read during
 * the call. A call that fails throws an Error with `code` = the errno that Node itself gives for that
 * Windows error, `win32` = the error's number, and `syscall`.
 */
import { DynamicLibrary, type BoundFunction } from './dynamic-library.ts';

type Handle = bigint | number;

const kernel = new DynamicLibrary('kernel32.dll');
const firstBuild = 6000;

const getLastError = kernel.bind<() => number>('uint32_t __stdcall GetLastError()', firstBuild);
const freeLocal = kernel.bind<(memory: unknown) => unknown>('void *__stdcall LocalFree(void *memory)', firstBuild);
const closeObject = kernel.bind<(object: Handle) => boolean>('bool __stdcall CloseHandle(intptr_t object)', firstBuild);
const lockFileEx = kernel.bind<(file: Handle, flags: number, reserved: number, low: number, high: number, overlapped: Uint8Array) => boolean>('bool __stdcall LockFileEx(intptr_t file, uint32_t flags, uint32_t reserved, uint32_t low, uint32_t high, _Inout_ uint8_t *overlapped)', firstBuild);
const createFile = kernel.bind<(name: string, rights: number, share: number, security: null, disposition: number, flags: number, template: null) => Handle>('intptr_t __stdcall CreateFileW(str16 name, uint32_t rights, uint32_t share, void *security, uint32_t disposition, uint32_t flags, void *template)', firstBuild);
const isProcessorFeaturePresent = kernel.bind<(feature: number) => boolean>('bool __stdcall IsProcessorFeaturePresent(uint32_t feature)', firstBuild);
const loadLibrary = kernel.bind<(name: string) => Handle>('intptr_t __stdcall LoadLibraryW(str16 name)', firstBuild);
/** Of node.exe, which exports it. */
let osHandle: BoundFunction<(fd: number) => Handle> | undefined;

/** Windows errors that the callers tell apart, as libuv translates them (src/win/error.c). */
const errnoOf: Readonly<Record<number, string>> = { 2: 'ENOENT', 3: 'ENOENT', 5: 'EPERM', 6: 'EBADF', 32: 'EBUSY', 33: 'EBUSY', 87: 'EINVAL', 112: 'ENOSPC', 183: 'EEXIST', 231: 'EBUSY', 997: 'EBUSY', 1314: 'EPERM' };

export const windowsFailure = (syscall: string, win32: number, detail = ''): Error => {
  const code = errnoOf[win32] ?? 'UNKNOWN';
  return Object.assign(new Error(`${code}: ${syscall} ${detail}: Windows error ${win32}`), { code, win32, syscall });
};

/** GetLastError (errhandlingapi.h). koffi keeps the value of the call before. */
export const lastError = (): number => getLastError.now();

/** LocalFree (winbase.h) of memory that a call gave to its caller. */
export const localFree = (memory: unknown): void => { freeLocal.now(memory); };

/** CloseHandle (handleapi.h). */
export const closeHandle = (handle: Handle): void => { closeObject.now(handle); };

/** The handle behind a file of Node's (uv_get_osfhandle, which node.exe exports); it stays Node's. */
const handleOf = (fd: number): Handle => (osHandle ??= new DynamicLibrary(process.execPath).bind('intptr_t uv_get_osfhandle(int fd)', firstBuild)).now(fd);

const lockViolation = 33;
const ioPending = 997;
/** Far behind every end of file: Windows' locks keep others from reading and writing the bytes they cover. */
const lockedByte = 0x7fff_ffff_ffff_fffen;

/**
 * LockFileEx (fileapi.h) without waiting. The lock belongs to the open file and goes with it, also when
 * its process is killed; children do not inherit it. False where somebody else holds it.
 */
export const lockFile = (fd: number, kind: 'shared' | 'exclusive'): boolean => {
  // OVERLAPPED: the offset is at 16; no event.
  const overlapped = Buffer.alloc(32);
  overlapped.writeBigUInt64LE(lockedByte, 16);
  const flags = 0x1 /* LOCKFILE_FAIL_IMMEDIATELY */ | (kind === 'exclusive' ? 0x2 : 0);
  const held = lockFileEx.now(handleOf(fd), flags, 0, 1, 0, overlapped);
  if (held) return true;
  const error = lastError();
  if (error === lockViolation || error === ioPending) return false;
  throw windowsFailure('LockFileEx', error, String(fd));
};

/** OPEN_EXISTING with every share mode. Rights: `READ_CONTROL`, `WRITE_DAC` and kin (winnt.h). Works on files, folders and pipes; the handle is the caller's. */
export const openHandle = (path: string, rights: number): Handle => {
  const handle = createFile.now(path, rights, 7, null, 3, 0x0200_0000 /* FILE_FLAG_BACKUP_SEMANTICS */, null);
  if (Number(handle) === -1) throw windowsFailure('CreateFileW', lastError(), path);
  return handle;
};

/** IsProcessorFeaturePresent (processthreadsapi.h). */
export const processorFeature = (feature: 'virtualizationEnabledInFirmware'): boolean =>
  isProcessorFeaturePresent.now({ virtualizationEnabledInFirmware: 21 }[feature]);

/** Whether a library of this name is found and loads (LoadLibraryW, libloaderapi.h); then it stays loaded. */
export const libraryLoads = (name: string): boolean => Number(loadLibrary.now(name)) !== 0;
