/**
 * koffi declarations of kernel32.dll's calls for files with all that Windows keeps of them (winbase.h,
 * fileapi.h; every build; 64-bit): backup streams, attributes and times, and volumes mounted in folders.
 * Memory is only used during a call. Handles belong to the caller, who closes each once; the context of a
 * backup belongs to its file and is given back by `end`. A failure throws an Error whose `code` is the number
 * of the Win32 code. All of it may wait for a disk: meant for worker threads.
 */
import { DynamicLibrary, koffi, type BoundFunction, type Out, type Pointer } from './dynamic-library.ts';

const firstBuild = 9200;

/** FILE_BASIC_INFO without the attributes: FILETIMEs (100 ns since 1601); 0 leaves a time as it is. */
export interface FileTimes {
  readonly created: bigint;
  readonly accessed: bigint;
  readonly written: bigint;
  readonly changed: bigint;
}

export interface BasicInformation extends FileTimes {
  /** FILE_ATTRIBUTE_*; 0 leaves them as they are. */
  readonly attributes: number;
}

interface FileCalls {
  readonly CreateFileW: BoundFunction<(path: string, access: number, share: number, security: null, disposition: number, flags: number, template: null) => Pointer | null>;
  readonly CloseHandle: BoundFunction<(handle: Pointer) => number>;
  readonly BackupRead: BoundFunction<(file: Pointer, buffer: Uint8Array | null, bytes: number, read: Out<number>, abort: number, security: number, context: Out<Pointer>) => number>;
  readonly BackupWrite: BoundFunction<(file: Pointer, buffer: Uint8Array | null, bytes: number, written: Out<number>, abort: number, security: number, context: Out<Pointer>) => number>;
  readonly SetFileInformationByHandle: BoundFunction<(file: Pointer, kind: number, information: Uint8Array, bytes: number) => number>;
  readonly GetFileInformationByHandleEx: BoundFunction<(file: Pointer, kind: number, information: Uint8Array, bytes: number) => number>;
  readonly FlushFileBuffers: BoundFunction<(file: Pointer) => number>;
  readonly GetVolumePathNameW: BoundFunction<(path: string, volume: Uint8Array, letters: number) => number>;
  readonly GetVolumeNameForVolumeMountPointW: BoundFunction<(mountPoint: string, volume: Uint8Array, letters: number) => number>;
  readonly SetVolumeMountPointW: BoundFunction<(mountPoint: string, volume: string) => number>;
  readonly DeleteVolumeMountPointW: BoundFunction<(mountPoint: string) => number>;
  readonly LocalFree: BoundFunction<(memory: Pointer) => Pointer | null>;
  readonly GetLastError: BoundFunction<() => number>;
}

const prototypes: Readonly<Record<keyof FileCalls, string>> = {
  CreateFileW: 'void *CreateFileW(const char16_t *path, uint32_t access, uint32_t share, void *security, uint32_t disposition, uint32_t flags, void *template)',
  CloseHandle: 'int32_t CloseHandle(void *handle)',
  BackupRead: 'int32_t BackupRead(void *file, _Out_ uint8_t *buffer, uint32_t bytes, _Out_ uint32_t *read, int32_t abort, int32_t security, _Inout_ void **context)',
  BackupWrite: 'int32_t BackupWrite(void *file, uint8_t *buffer, uint32_t bytes, _Out_ uint32_t *written, int32_t abort, int32_t security, _Inout_ void **context)',
  SetFileInformationByHandle: 'int32_t SetFileInformationByHandle(void *file, int32_t kind, uint8_t *information, uint32_t bytes)',
  GetFileInformationByHandleEx: 'int32_t GetFileInformationByHandleEx(void *file, int32_t kind, _Out_ uint8_t *information, uint32_t bytes)',
  FlushFileBuffers: 'int32_t FlushFileBuffers(void *file)',
  GetVolumePathNameW: 'int32_t GetVolumePathNameW(const char16_t *path, _Out_ uint8_t *volume, uint32_t letters)',
  GetVolumeNameForVolumeMountPointW: 'int32_t GetVolumeNameForVolumeMountPointW(const char16_t *mountPoint, _Out_ uint8_t *volume, uint32_t letters)',
  SetVolumeMountPointW: 'int32_t SetVolumeMountPointW(const char16_t *mountPoint, const char16_t *volume)',
  DeleteVolumeMountPointW: 'int32_t DeleteVolumeMountPointW(const char16_t *mountPoint)',
  LocalFree: 'void *LocalFree(void *memory)',
  GetLastError: 'uint32_t GetLastError()',
};

export const fileFunctions: readonly string[] = Object.keys(prototypes);

const access = {
  read: 0x80000000,
  /** GENERIC_READ, GENERIC_WRITE, WRITE_DAC, WRITE_OWNER, ACCESS_SYSTEM_SECURITY */
  restore: 0x80000000 + 0x40000000 + 0x40000 + 0x80000 + 0x1000000,
  /** FILE_WRITE_ATTRIBUTES */
  times: 0x100,
  write: 0x40000000,
} as const;
const shareAll = 7;
const dispositions = { make: 1, open: 3 } as const;
/** FILE_FLAG_BACKUP_SEMANTICS, with which folders can be opened and the backup privileges count; FILE_FLAG_OPEN_REPARSE_POINT: never through a link. */
const backupFlags = 0x02000000 + 0x00200000;
const basicKind = 0;
const basicBytes = 40;
const pathLetters = 4096;
const invalidHandles: ReadonlySet<bigint | null> = new Set([null, -1n, 0xffffffffffffffffn]);
/** ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_NOT_A_REPARSE_POINT, ERROR_INVALID_PARAMETER: the folder is no mount point, or not there. */
const noMountPoint: ReadonlySet<number> = new Set([2, 3, 4390, 87]);

/** A Win32 code that is no success. */
export class FileFailure extends Error {
  override readonly name = 'FileFailure';
  readonly call: string;
  readonly code: number;
  readonly path: string | undefined;
  constructor(call: string, code: number, path?: string) {
    super(`${call} failed with ${code}${path === undefined ? '' : `: ${path}`}`);
    this.call = call;
    this.code = code;
    this.path = path;
  }
}

export class WindowsFiles {
  readonly #calls: FileCalls;

  /** `path`: kernel32.dll, or what stands in its place. */
  constructor(path: string) {
    const library = new DynamicLibrary(path);
    this.#calls = Object.fromEntries(Object.entries(prototypes).map(([name, prototype]) => [name, library.bind(prototype, firstBuild)])) as unknown as FileCalls;
  }

  /** Opens a file or folder itself, never what a link names. `make`: it must not exist (ERROR_FILE_EXISTS, 80). */
  open(path: string, purpose: keyof typeof access, disposition: keyof typeof dispositions = 'open'): Pointer {
    const handle = this.#calls.CreateFileW.now(path, access[purpose], purpose === 'read' || purpose === 'restore' ? 1 : shareAll, null, dispositions[disposition], backupFlags, null);
    if (handle === null || invalidHandles.has(handle)) throw this.#failure('CreateFileW', path);
    return handle;
  }

  close(handle: Pointer): void {
    if (this.#calls.CloseHandle.now(handle) === 0) throw this.#failure('CloseHandle');
  }

  /** Restores a part of a backup stream. `context` is kept from part to part. */
  restore(file: Pointer, bytes: Uint8Array, security: boolean, context: Out<Pointer>): void {
    for (let at = 0; at < bytes.length;) {
      const written: Out<number> = [0];
      if (this.#calls.BackupWrite.now(file, bytes.subarray(at), bytes.length - at, written, 0, Number(security), context) === 0) throw this.#failure('BackupWrite');
      if (!written[0]) throw new FileFailure('BackupWrite', 0);
      at += written[0];
    }
  }

  /** The next part of a backup stream, written into `buffer`; 0 at its end. */
  backUp(file: Pointer, buffer: Uint8Array, security: boolean, context: Out<Pointer>): number {
    const read: Out<number> = [0];
    if (this.#calls.BackupRead.now(file, buffer, buffer.length, read, 0, Number(security), context) === 0) throw this.#failure('BackupRead');
    return read[0] ?? 0;
  }

  /** Gives the context of `restore` or `backUp` back. */
  end(file: Pointer, kind: 'restore' | 'backUp', context: Out<Pointer>): void {
    if (context[0] === null) return;
    const call = kind === 'restore' ? this.#calls.BackupWrite : this.#calls.BackupRead;
    call.now(file, null, 0, [0], 1, 0, context);
    context[0] = null;
  }

  setBasicInformation(file: Pointer, { created, accessed, written, changed, attributes }: BasicInformation): void {
    const information = Buffer.alloc(basicBytes);
    for (const [index, time] of [created, accessed, written, changed].entries()) information.writeBigInt64LE(time, index * 8);
    information.writeUInt32LE(attributes, 32);
    if (this.#calls.SetFileInformationByHandle.now(file, basicKind, information, basicBytes) === 0) throw this.#failure('SetFileInformationByHandle');
  }

  basicInformation(file: Pointer): BasicInformation {
    const information = Buffer.alloc(basicBytes);
    if (this.#calls.GetFileInformationByHandleEx.now(file, basicKind, information, basicBytes) === 0) throw this.#failure('GetFileInformationByHandleEx');
    const time = (index: number): bigint => information.readBigInt64LE(index * 8);
    return { created: time(0), accessed: time(1), written: time(2), changed: time(3), attributes: information.readUInt32LE(32) };
  }

  /** Writes everything on the volume that holds `path` through to its disk. */
  flushVolume(path: string): void {
    const root = Buffer.alloc(pathLetters * 2);
    if (this.#calls.GetVolumePathNameW.now(path, root, pathLetters) === 0) throw this.#failure('GetVolumePathNameW', path);
    const volume = this.volumeAt(textOf(root));
    if (volume === undefined) throw new FileFailure('GetVolumeNameForVolumeMountPointW', 3, textOf(root));
    // Without the closing backslash the name is the volume, not its root folder.
    const handle = this.open(volume.replace(/\\$/, ''), 'write');
    try {
      if (this.#calls.FlushFileBuffers.now(handle) === 0) throw this.#failure('FlushFileBuffers', volume);
    } finally {
      this.close(handle);
    }
  }

  /** The volume mounted at a folder (\\?\Volume{…}\); undefined where none is. */
  volumeAt(mountPoint: string): string | undefined {
    const volume = Buffer.alloc(pathLetters * 2);
    if (this.#calls.GetVolumeNameForVolumeMountPointW.now(closed(mountPoint), volume, pathLetters) !== 0) return textOf(volume);
    const error = this.#failure('GetVolumeNameForVolumeMountPointW', mountPoint);
    if (noMountPoint.has(error.code)) return undefined;
    throw error;
  }

  /** `mountPoint`: an empty folder. */
  mountVolume(mountPoint: string, volume: string): void {
    if (this.#calls.SetVolumeMountPointW.now(closed(mountPoint), closed(volume)) === 0) throw this.#failure('SetVolumeMountPointW', mountPoint);
  }

  /** False where nothing is mounted there. */
  unmountVolume(mountPoint: string): boolean {
    if (this.#calls.DeleteVolumeMountPointW.now(closed(mountPoint)) !== 0) return true;
    const error = this.#failure('DeleteVolumeMountPointW', mountPoint);
    if (noMountPoint.has(error.code)) return false;
    throw error;
  }

  /** The text at an address that another function gave out, which is freed with LocalFree. */
  takeText(address: Pointer): string {
    try {
      return koffi().decode.string16(address);
    } finally {
      this.freeLocal(address);
    }
  }

  freeLocal(address: Pointer): void { this.#calls.LocalFree.now(address); }

  #failure(call: string, path?: string): FileFailure { return new FileFailure(call, this.#calls.GetLastError.now(), path); }
}

/** The volume calls want a closing separator. */
const closed = (path: string): string => (/[\\/]$/.test(path) ? path : `${path}${path.includes('/') ? '/' : '\\'}`);

const textOf = (buffer: Buffer): string => buffer.toString('utf16le').replace(/\0.*$/s, '');
