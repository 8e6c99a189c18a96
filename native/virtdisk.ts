/**
 * koffi declarations of virtdisk.dll (virtdisk.h; Windows 8 and Server 2012 or later; 64-bit): virtual disks as
 * files. Each function answers a Win32 code. Handles of disks belong to the caller, who closes them with
 * CloseHandle; a disk that was attached without permanent lifetime is detached when its last handle is closed,
 * or its process ends. The parameter blocks are laid out here, in version 2 where there is a choice.
 */
import { DynamicLibrary, koffi, type BoundFunction, type Out, type Pointer } from './dynamic-library.ts';

const firstBuild = 9200;

interface VirtDisk {
  readonly CreateVirtualDisk: BoundFunction<(type: Uint8Array, path: string, access: number, security: null, flags: number, providerFlags: number, parameters: Uint8Array, overlapped: null, disk: Out<Pointer>) => number>;
  readonly OpenVirtualDisk: BoundFunction<(type: Uint8Array, path: string, access: number, flags: number, parameters: Uint8Array, disk: Out<Pointer>) => number>;
  readonly AttachVirtualDisk: BoundFunction<(disk: Pointer, security: null, flags: number, providerFlags: number, parameters: Uint8Array, overlapped: null) => number>;
  readonly DetachVirtualDisk: BoundFunction<(disk: Pointer, flags: number, providerFlags: number) => number>;
  readonly GetVirtualDiskPhysicalPath: BoundFunction<(disk: Pointer, sizeBytes: [number], path: Uint8Array) => number>;
}

const prototypes: Readonly<Record<keyof VirtDisk, string>> = {
  CreateVirtualDisk: 'uint8_t *type, const char16_t *path, uint32_t access, void *security, uint32_t flags, uint32_t providerFlags, uint8_t *parameters, void *overlapped, _Out_ void **disk',
  OpenVirtualDisk: 'uint8_t *type, const char16_t *path, uint32_t access, uint32_t flags, uint8_t *parameters, _Out_ void **disk',
  AttachVirtualDisk: 'void *disk, void *security, uint32_t flags, uint32_t providerFlags, uint8_t *parameters, void *overlapped',
  DetachVirtualDisk: 'void *disk, uint32_t flags, uint32_t providerFlags',
  GetVirtualDiskPhysicalPath: 'void *disk, _Inout_ uint32_t *sizeBytes, _Out_ uint8_t *path',
};

export const virtDiskFunctions: readonly string[] = Object.keys(prototypes);

/** ATTACH_VIRTUAL_DISK_FLAG */
export const attachFlags = { readOnly: 0x1, noDriveLetter: 0x2, permanentLifetime: 0x4 } as const;
/** What GetVirtualDiskPhysicalPath answers for a disk that is not attached: ERROR_DEV_NOT_EXIST, or ERROR_NOT_READY. */
const notAttached: ReadonlySet<number> = new Set([55, 21]);
const blockBytes = 1024 * 1024;
const pathBytes = 2 * 1024;

/** VIRTUAL_STORAGE_TYPE of VHDX: its device number and Microsoft's vendor id (EC984AEC-A0F9-47E9-901F-71415A66345B). */
const vhdx = Buffer.from('03000000ec4a98ecf9a0e947901f71415a66345b', 'hex');

/** A function's Win32 code that is no success. */
export class DiskFailure extends Error {
  override readonly name = 'DiskFailure';
  readonly call: string;
  readonly code: number;
  constructor(call: string, code: number) {
    super(`${call} failed with ${code}`);
    this.call = call;
    this.code = code;
  }
}

export class VirtualDisks {
  readonly #functions: VirtDisk;

  /** `path`: virtdisk.dll, or what stands in its place. */
  constructor(path: string) {
    const library = new DynamicLibrary(path);
    this.#functions = Object.fromEntries(Object.entries(prototypes).map(([name, parameters]) => [name, library.bind(`uint32_t ${name}(${parameters})`, firstBuild)])) as unknown as VirtDisk;
  }

  /** A new dynamic disk, or with `parent` a differencing one of its size. Open, not attached. @throws DiskFailure */
  create(path: string, size: { readonly sizeBytes: number } | { readonly parent: string }): Pointer {
    // CREATE_VIRTUAL_DISK_PARAMETERS, version 2.
    const parameters = Buffer.alloc(192);
    parameters.writeUInt32LE(2, 0);
    parameters.writeUInt32LE(blockBytes, 32);
    let parent: Pointer | undefined;
    if ('sizeBytes' in size) {
      parameters.writeBigUInt64LE(BigInt(size.sizeBytes), 24);
    } else {
      const { parent: text } = size;
      parent = koffi().alloc('uint16_t', text.length + 1) as Pointer;
      koffi().encode(parent, 'uint16_t', Array.from({ length: text.length + 1 }, (_, index) => (index < text.length ? text.charCodeAt(index) : 0)), text.length + 1);
      parameters.writeBigUInt64LE(parent, 48);
    }
    try {
      const disk: Out<Pointer> = [null];
      return given('CreateVirtualDisk', this.#functions.CreateVirtualDisk.now(vhdx, path, 0, null, 0, 0, parameters, null, disk), disk);
    } finally {
      if (parent !== undefined) koffi().free(parent);
    }
  }

  /** @throws DiskFailure */
  open(path: string): Pointer {
    // OPEN_VIRTUAL_DISK_PARAMETERS, version 2: neither for information only nor read-only.
    const parameters = Buffer.alloc(32);
    parameters.writeUInt32LE(2, 0);
    const disk: Out<Pointer> = [null];
    return given('OpenVirtualDisk', this.#functions.OpenVirtualDisk.now(vhdx, path, 0, 0, parameters, disk), disk);
  }

  /** @throws DiskFailure */
  attach(disk: Pointer, flags: number): void {
    const parameters = Buffer.alloc(24);
    parameters.writeUInt32LE(1, 0);
    check('AttachVirtualDisk', this.#functions.AttachVirtualDisk.now(disk, null, flags, 0, parameters, null));
  }

  /** @throws DiskFailure */
  detach(disk: Pointer): void {
    check('DetachVirtualDisk', this.#functions.DetachVirtualDisk.now(disk, 0, 0));
  }

  /** For example `\\.\PhysicalDrive4`, which can be opened as a file; undefined where the disk is not attached. @throws DiskFailure */
  physicalPath(disk: Pointer): string | undefined {
    const path = Buffer.alloc(pathBytes);
    const code = this.#functions.GetVirtualDiskPhysicalPath.now(disk, [pathBytes], path);
    if (notAttached.has(code)) return undefined;
    check('GetVirtualDiskPhysicalPath', code);
    return path.toString('utf16le').replace(/\0.*$/s, '');
  }
}

const check = (call: string, code: number): void => {
  if (code !== 0) throw new DiskFailure(call, code);
};

const given = (call: string, code: number, [disk]: Out<Pointer>): Pointer => {
  check(call, code);
  if (disk === null) throw new DiskFailure(call, 6);
  return disk;
};
