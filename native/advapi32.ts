/**
 * koffi declarations of advapi32.dll: registry (winreg.h), rights of this process and access lists (securitybaseapi.h,
 * sddl.h), services (winsvc.h). All since Windows Vista. Every handle and every piece of memory that a call gives is closed here; the answers are
 * plain values. What fails throws as kernel32.ts says.
 */
import { DynamicLibrary, koffi } from './dynamic-library.ts';
import { closeHandle, lastError, localFree, openHandle, windowsFailure } from './kernel32.ts';

type Handle = bigint | number;
/** A place that a call writes to. */
type Place<T> = [T];

const library = new DynamicLibrary('advapi32.dll');
const firstBuild = 6000;

const regGetValue = library.bind<(root: number, key: string, name: string, types: number, type: Place<number>, data: Uint8Array, size: Place<number>) => number>('int32_t __stdcall RegGetValueW(intptr_t root, str16 key, str16 name, uint32_t types, _Out_ uint32_t *type, _Out_ uint8_t *data, _Inout_ uint32_t *size)', firstBuild);
const regOpenKeyEx = library.bind<(root: number, key: string, options: number, rights: number, handle: Place<Handle>) => number>('int32_t __stdcall RegOpenKeyExW(intptr_t root, str16 key, uint32_t options, uint32_t rights, _Out_ intptr_t *handle)', firstBuild);
const regCloseKey = library.bind<(handle: Handle) => number>('int32_t __stdcall RegCloseKey(intptr_t handle)', firstBuild);
const openProcessToken = library.bind<(process: number, rights: number, token: Place<Handle>) => boolean>('bool __stdcall OpenProcessToken(intptr_t process, uint32_t rights, _Out_ intptr_t *token)', firstBuild);
const getTokenInformation = library.bind<(token: Handle, kind: number, information: Uint8Array, length: number, size: Place<number>) => boolean>('bool __stdcall GetTokenInformation(intptr_t token, int kind, _Out_ uint8_t *information, uint32_t length, _Out_ uint32_t *size)', firstBuild);
const openServiceManager = library.bind<(machine: null, database: null, rights: number) => Handle>('intptr_t __stdcall OpenSCManagerW(str16 machine, str16 database, uint32_t rights)', firstBuild);
const openService = library.bind<(manager: Handle, name: string, rights: number) => Handle>('intptr_t __stdcall OpenServiceW(intptr_t manager, str16 name, uint32_t rights)', firstBuild);
const queryServiceStatus = library.bind<(service: Handle, status: Uint8Array) => boolean>('bool __stdcall QueryServiceStatus(intptr_t service, _Out_ uint8_t *status)', firstBuild);
const closeServiceHandle = library.bind<(handle: Handle) => boolean>('bool __stdcall CloseServiceHandle(intptr_t handle)', firstBuild);
const descriptorOfText = library.bind<(text: string, revision: number, descriptor: Place<unknown>, size: null) => boolean>('bool __stdcall ConvertStringSecurityDescriptorToSecurityDescriptorW(str16 text, uint32_t revision, _Out_ void **descriptor, void *size)', firstBuild);
const textOfDescriptor = library.bind<(descriptor: Uint8Array, revision: number, what: number, text: Place<unknown>, length: Place<number>) => boolean>('bool __stdcall ConvertSecurityDescriptorToStringSecurityDescriptorW(const uint8_t *descriptor, uint32_t revision, uint32_t what, _Out_ void **text, _Out_ uint32_t *length)', firstBuild);
const setKernelObjectSecurity = library.bind<(handle: Handle, what: number, descriptor: unknown) => boolean>('bool __stdcall SetKernelObjectSecurity(intptr_t handle, uint32_t what, void *descriptor)', firstBuild);
const getKernelObjectSecurity = library.bind<(handle: Handle, what: number, descriptor: Uint8Array, length: number, needed: Place<number>) => boolean>('bool __stdcall GetKernelObjectSecurity(intptr_t handle, uint32_t what, _Out_ uint8_t *descriptor, uint32_t length, _Out_ uint32_t *needed)', firstBuild);

const notFound = 2;
/** HKEY_LOCAL_MACHINE as the header writes it: (LONG)0x80000002. */
const localMachine = -2147483646;

/** RegGetValueW on HKEY_LOCAL_MACHINE: a text, or a number of 32 or 64 bits. Undefined where the value or its key is not there, or it is of another type. */
export const registryValue = (key: string, name: string): string | number | undefined => {
  const data = Buffer.alloc(4096);
  const type: Place<number> = [0];
  const size: Place<number> = [data.length];
  // RRF_RT_REG_SZ (which expands REG_EXPAND_SZ) | RRF_RT_REG_DWORD | RRF_RT_REG_QWORD
  const status = regGetValue.now(localMachine, key, name, 0x2 | 0x10 | 0x40, type, data, size);
  if (status === notFound) return undefined;
  if (status !== 0) throw windowsFailure('RegGetValueW', status, `${key}\\${name}`);
  const bytes = data.subarray(0, size[0]);
  if (type[0] === 4) return bytes.readUInt32LE();
  if (type[0] === 11) return Number(bytes.readBigUInt64LE());
  return bytes.toString('utf16le').replace(/\0+$/, '');
};

/** Whether HKEY_LOCAL_MACHINE has this key (RegOpenKeyExW with KEY_QUERY_VALUE). */
export const registryKeyExists = (key: string): boolean => {
  const handle: Place<Handle> = [0];
  const status = regOpenKeyEx.now(localMachine, key, 0, 0x1, handle);
  if (status !== 0) return false;
  regCloseKey.now(handle[0]);
  return true;
};

/** Whether this process has the full rights of an administrator (TokenElevation; winnt.h). */
export const isElevated = (): boolean => {
  const token: Place<Handle> = [0];
  const currentProcess = -1;
  if (!openProcessToken.now(currentProcess, 0x8 /* TOKEN_QUERY */, token)) throw windowsFailure('OpenProcessToken', lastError());
  try {
    const elevation = Buffer.alloc(4);
    const size: Place<number> = [0];
    const known = getTokenInformation.now(token[0], 20 /* TokenElevation */, elevation, elevation.length, size);
    if (!known) throw windowsFailure('GetTokenInformation', lastError());
    return elevation.readUInt32LE() !== 0;
  } finally {
    closeHandle(token[0]);
  }
};

const closeService = (handle: Handle): void => { closeServiceHandle.now(handle); };

/** State of a service (QueryServiceStatus): `stopped` is everything but running. */
export const serviceState = (name: string): 'running' | 'stopped' | 'absent' => {
  const manager = openServiceManager.now(null, null, 0x1 /* SC_MANAGER_CONNECT */);
  if (Number(manager) === 0) throw windowsFailure('OpenSCManagerW', lastError());
  try {
    const service = openService.now(manager, name, 0x4 /* SERVICE_QUERY_STATUS */);
    if (Number(service) === 0) return 'absent';
    try {
      // SERVICE_STATUS: seven numbers, the second the state.
      const status = Buffer.alloc(28);
      if (!queryServiceStatus.now(service, status)) throw windowsFailure('QueryServiceStatus', lastError(), name);
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
  const descriptor: Place<unknown> = [null];
  if (!descriptorOfText.now(sddl, 1, descriptor, null)) throw windowsFailure('ConvertStringSecurityDescriptorToSecurityDescriptorW', lastError(), sddl);
  try {
    const handle = openHandle(path, readControl | writeAccessList);
    try {
      const done = setKernelObjectSecurity.now(handle, accessList | notInherited, descriptor[0]);
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
    const descriptor = Buffer.alloc(65_536);
    const needed: Place<number> = [0];
    if (!getKernelObjectSecurity.now(handle, what, descriptor, descriptor.length, needed)) throw windowsFailure('GetKernelObjectSecurity', lastError(), path);
    const text: Place<unknown> = [null];
    const length: Place<number> = [0];
    if (!textOfDescriptor.now(descriptor, 1, what, text, length)) throw windowsFailure('ConvertSecurityDescriptorToStringSecurityDescriptorW', lastError(), path);
    try {
      return koffi().decode.string16(text[0]);
    } finally {
      localFree(text[0]);
    }
  } finally {
    closeHandle(handle);
  }
};
