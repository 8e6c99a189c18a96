/**
 * koffi declarations of advapi32.dll: registry (winreg.h), rights of this process and access lists (securitybaseapi.h,
 * sddl.h), services (winsvc.h). All since Windows Vista. Every handle and every piece of memory that a call gives is closed here; the answers are
 * plain values. What fails throws as kernel32.ts says.
 */
import { bindWindows, closeHandle, lastError, localFree, openHandle, windowsFailure } from './kernel32.ts';

const library = 'advapi32.dll';
const notFound = 2;
/** HKEY_LOCAL_MACHINE as the header writes it: (LONG)0x80000002. */
const localMachine = -2147483646;

/** RegGetValueW on HKEY_LOCAL_MACHINE: a text, or a number of 32 or 64 bits. Undefined where the value or its key is not there, or it is of another type. */
export const registryValue = (key: string, name: string): string | number | undefined => {
  const read = bindWindows(library, 'int32_t __stdcall RegGetValueW(intptr_t root, str16 key, str16 name, uint32_t types, _Out_ uint32_t *type, _Out_ uint8_t *data, _Inout_ uint32_t *size)');
  const data = Buffer.alloc(4096);
  const type = [0];
  const size = [data.length];
  // RRF_RT_REG_SZ (which expands REG_EXPAND_SZ) | RRF_RT_REG_DWORD | RRF_RT_REG_QWORD
  const status = read(localMachine, key, name, 0x2 | 0x10 | 0x40, type, data, size) as number;
  if (status === notFound) return undefined;
  if (status !== 0) throw windowsFailure('RegGetValueW', status, `${key}\\${name}`);
  const bytes = data.subarray(0, size[0]);
  if (type[0] === 4) return bytes.readUInt32LE();
  if (type[0] === 11) return Number(bytes.readBigUInt64LE());
  return bytes.toString('utf16le').replace(/\0+$/, '');
};

/** Whether HKEY_LOCAL_MACHINE has this key (RegOpenKeyExW with KEY_QUERY_VALUE). */
export const registryKeyExists = (key: string): boolean => {
  const handle: unknown[] = [0];
  const status = bindWindows(library, 'int32_t __stdcall RegOpenKeyExW(intptr_t root, str16 key, uint32_t options, uint32_t rights, _Out_ intptr_t *handle)')(localMachine, key, 0, 0x1, handle) as number;
  if (status !== 0) return false;
  bindWindows(library, 'int32_t __stdcall RegCloseKey(intptr_t handle)')(handle[0]);
  return true;
};

/** Whether this process has the full rights of an administrator (TokenElevation; winnt.h). */
export const isElevated = (): boolean => {
  const token: unknown[] = [0];
  const currentProcess = -1;
  if (!(bindWindows(library, 'bool __stdcall OpenProcessToken(intptr_t process, uint32_t rights, _Out_ intptr_t *token)')(currentProcess, 0x8 /* TOKEN_QUERY */, token) as boolean)) throw windowsFailure('OpenProcessToken', lastError());
  try {
    const elevation = Buffer.alloc(4);
    const size = [0];
    const known = bindWindows(library, 'bool __stdcall GetTokenInformation(intptr_t token, int kind, _Out_ uint8_t *information, uint32_t length, _Out_ uint32_t *size)')(token[0], 20 /* TokenElevation */, elevation, elevation.length, size) as boolean;
    if (!known) throw windowsFailure('GetTokenInformation', lastError());
    return elevation.readUInt32LE() !== 0;
  } finally {
    closeHandle(token[0] as bigint | number);
  }
};

const closeService = (handle: unknown): void => { bindWindows(library, 'bool __stdcall CloseServiceHandle(intptr_t handle)')(handle); };

/** State of a service (QueryServiceStatus): `stopped` is everything but running. */
export const serviceState = (name: string): 'running' | 'stopped' | 'absent' => {
  const manager = bindWindows(library, 'intptr_t __stdcall OpenSCManagerW(str16 machine, str16 database, uint32_t rights)')(null, null, 0x1 /* SC_MANAGER_CONNECT */) as bigint | number;
  if (Number(manager) === 0) throw windowsFailure('OpenSCManagerW', lastError());
  try {
    const service = bindWindows(library, 'intptr_t __stdcall OpenServiceW(intptr_t manager, str16 name, uint32_t rights)')(manager, name, 0x4 /* SERVICE_QUERY_STATUS */) as bigint | number;
    if (Number(service) === 0) return 'absent';
    try {
      // SERVICE_STATUS: seven numbers, the second the state.
      const status = Buffer.alloc(28);
      if (!(bindWindows(library, 'bool __stdcall QueryServiceStatus(intptr_t service, _Out_ uint8_t *status)')(service, status) as boolean)) throw windowsFailure('QueryServiceStatus', lastError(), name);
      return status.readUInt32LE(4) === 4 /* SERVICE_RUNNING */ ? 'running' : 'stopped';
    } finally {
      closeService(service);
    }
  } finally {
    closeService(manager);
  }
};

const accessList = 0x4; // DACL_SECURITY_INFORMATION
const notInherited = 0x8000_0000; // PROTECTED_DACL_SECURITY_INFORMATION
const readControl = 0x2_0000;
const writeAccessList = 0x4_0000;

/** Puts an access list, in SDDL, in the place of the one that a file, a folder or a pipe has; nothing is inherited any more. Who created a pipe sets it for all of its instances. */
export const setAccess = (path: string, sddl: string): void => {
  const descriptor: unknown[] = [null];
  if (!(bindWindows(library, 'bool __stdcall ConvertStringSecurityDescriptorToSecurityDescriptorW(str16 text, uint32_t revision, _Out_ void **descriptor, void *size)')(sddl, 1, descriptor, null) as boolean)) throw windowsFailure('ConvertStringSecurityDescriptorToSecurityDescriptorW', lastError(), sddl);
  try {
    const handle = openHandle(path, readControl | writeAccessList);
    try {
      const done = bindWindows(library, 'bool __stdcall SetKernelObjectSecurity(intptr_t handle, uint32_t what, void *descriptor)')(handle, accessList | notInherited, descriptor[0]) as boolean;
      if (!done) throw windowsFailure('SetKernelObjectSecurity', lastError(), path);
    } finally {
      closeHandle(handle);
    }
  } finally {
    localFree(descriptor[0]);
  }
};

/** Owner and access list of a file, a folder or a pipe, in SDDL. */
export const readAccess = (path: string): string => {
  const handle = openHandle(path, readControl);
  try {
    const what = 0x1 | accessList; // OWNER_SECURITY_INFORMATION
    const read = bindWindows(library, 'bool __stdcall GetKernelObjectSecurity(intptr_t handle, uint32_t what, _Out_ uint8_t *descriptor, uint32_t length, _Out_ uint32_t *needed)');
    const descriptor = Buffer.alloc(65_536);
    const needed = [0];
    if (!(read(handle, what, descriptor, descriptor.length, needed) as boolean)) throw windowsFailure('GetKernelObjectSecurity', lastError(), path);
    const text: unknown[] = [null];
    const length = [0];
    const convert = bindWindows(library, 'bool __stdcall ConvertSecurityDescriptorToStringSecurityDescriptorW(const uint8_t *descriptor, uint32_t revision, uint32_t what, _Out_ void **text, _Out_ uint32_t *length)');
    if (!(convert(descriptor, 1, what, text, length) as boolean)) throw windowsFailure('ConvertSecurityDescriptorToStringSecurityDescriptorW', lastError(), path);
    try {
      return textAt(text[0]);
    } finally {
      localFree(text[0]);
    }
  } finally {
    closeHandle(handle);
  }
};

const textAt = (address: unknown): string => {
  const copy = bindWindows('kernel32.dll', 'int __stdcall lstrlenW(void *text)');
  const length = copy(address) as number;
  const buffer = Buffer.alloc(length * 2);
  bindWindows('kernel32.dll', 'void __stdcall RtlMoveMemory(_Out_ uint8_t *target, void *source, size_t length)')(buffer, address, buffer.length);
  return buffer.toString('utf16le');
};
