/**
 * koffi declarations of advapi32.dll's calls for privileges and security descriptors (securitybaseapi.h,
 * sddl.h; every build; 64-bit). Memory passed is only used during a call; the token is closed before a call
 * here returns, and a descriptor made from text is copied and freed. A failure throws an Error whose `code` is
 * the number of the Win32 code. A privilege belongs to the process, all its threads included.
 */
import { DynamicLibrary, koffi, type BoundFunction, type Out, type Pointer } from './dynamic-library.ts';
import { FileFailure, type WindowsFiles } from './kernel32-files.ts';

const firstBuild = 9200;

interface SecurityCalls {
  readonly OpenProcessToken: BoundFunction<(process: Pointer, access: number, token: Out<Pointer>) => number>;
  readonly LookupPrivilegeValueW: BoundFunction<(system: null, name: string, value: Uint8Array) => number>;
  readonly AdjustTokenPrivileges: BoundFunction<(token: Pointer, disableAll: number, privileges: Uint8Array, bytes: number, before: null, beforeBytes: null) => number>;
  readonly ConvertStringSecurityDescriptorToSecurityDescriptorW: BoundFunction<(text: string, revision: number, descriptor: Out<Pointer>, bytes: Out<number>) => number>;
  readonly GetLastError: BoundFunction<() => number>;
}

const prototypes = {
  OpenProcessToken: 'int32_t OpenProcessToken(void *process, uint32_t access, _Out_ void **token)',
  LookupPrivilegeValueW: 'int32_t LookupPrivilegeValueW(const char16_t *system, const char16_t *name, _Out_ uint8_t *value)',
  AdjustTokenPrivileges: 'int32_t AdjustTokenPrivileges(void *token, int32_t disableAll, uint8_t *privileges, uint32_t bytes, void *before, void *beforeBytes)',
  ConvertStringSecurityDescriptorToSecurityDescriptorW: 'int32_t ConvertStringSecurityDescriptorToSecurityDescriptorW(const char16_t *text, uint32_t revision, _Out_ void **descriptor, _Out_ uint32_t *bytes)',
} as const;

export const securityFunctions: readonly string[] = Object.keys(prototypes);

/** GetCurrentProcess() is this constant. */
const currentProcess = 0xffffffffffffffffn;
/** TOKEN_ADJUST_PRIVILEGES and TOKEN_QUERY. */
const adjustAndQuery = 0x28;
const enabled = 2;
const sddlRevision = 1;

export class WindowsSecurity {
  readonly #calls: SecurityCalls;
  readonly #files: WindowsFiles;

  /** `path`: advapi32.dll, or what stands in its place. `kernel`: kernel32.dll, which keeps the last error. */
  constructor(path: string, kernel: string, files: WindowsFiles) {
    const library = new DynamicLibrary(path);
    this.#calls = {
      ...(Object.fromEntries(Object.entries(prototypes).map(([name, prototype]) => [name, library.bind(prototype, firstBuild)])) as unknown as Omit<SecurityCalls, 'GetLastError'>),
      GetLastError: new DynamicLibrary(kernel).bind('uint32_t GetLastError()', firstBuild),
    };
    this.#files = files;
  }

  /** Turns privileges of this process on. False where the account does not have all of them. */
  enablePrivileges(names: readonly string[]): boolean {
    const token: Out<Pointer> = [null];
    if (this.#calls.OpenProcessToken.now(currentProcess, adjustAndQuery, token) === 0 || token[0] === null) throw this.#failure('OpenProcessToken');
    try {
      // TOKEN_PRIVILEGES: a count, then LUID and attributes of each.
      const privileges = Buffer.alloc(4 + 12 * names.length);
      privileges.writeUInt32LE(names.length, 0);
      for (const [index, name] of names.entries()) {
        const value = Buffer.alloc(8);
        if (this.#calls.LookupPrivilegeValueW.now(null, name, value) === 0) throw this.#failure('LookupPrivilegeValueW');
        value.copy(privileges, 4 + 12 * index);
        privileges.writeUInt32LE(enabled, 12 + 12 * index);
      }
      if (this.#calls.AdjustTokenPrivileges.now(token[0], 0, privileges, 0, null, null) === 0) throw this.#failure('AdjustTokenPrivileges');
      // It succeeds with ERROR_NOT_ALL_ASSIGNED where the account lacks one.
      return this.#calls.GetLastError.now() === 0;
    } finally {
      this.#files.close(token[0]);
    }
  }

  /** The binary, self-relative form of a security descriptor in SDDL. */
  descriptorOf(sddl: string): Buffer {
    const descriptor: Out<Pointer> = [null];
    const bytes: Out<number> = [0];
    if (this.#calls.ConvertStringSecurityDescriptorToSecurityDescriptorW.now(sddl, sddlRevision, descriptor, bytes) === 0 || descriptor[0] === null) {
      throw this.#failure('ConvertStringSecurityDescriptorToSecurityDescriptorW');
    }
    try {
      return Buffer.from(new Uint8Array(koffi().view(descriptor[0], bytes[0] ?? 0)).slice());
    } finally {
      this.#files.freeLocal(descriptor[0]);
    }
  }

  #failure(call: string): FileFailure { return new FileFailure(call, this.#calls.GetLastError.now()); }
}
