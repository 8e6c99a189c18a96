/**
 * koffi declarations of crypt32.dll's protection of data (dpapi.h; since Windows XP): bytes that this machine can read again,
 * and no other one. It keeps nothing: memory that held them is overwritten before it is given back. What fails throws as
 * kernel32.ts says.
 */
import { DynamicLibrary, koffi, type Pointer } from './dynamic-library.ts';
import { lastError, localFree, windowsFailure } from './kernel32.ts';

const library = new DynamicLibrary('crypt32.dll');
const firstBuild = 6000;

type Protection = (data: Uint8Array, description: null, entropy: null, reserved: null, prompt: null, flags: number, result: Uint8Array) => boolean;
const protect = library.bind<Protection>('bool __stdcall CryptProtectData(const uint8_t *data, void *description, void *entropy, void *reserved, void *prompt, uint32_t flags, _Out_ uint8_t *result)', firstBuild);
const unprotect = library.bind<Protection>('bool __stdcall CryptUnprotectData(const uint8_t *data, void *description, void *entropy, void *reserved, void *prompt, uint32_t flags, _Out_ uint8_t *result)', firstBuild);

const noInterface = 0x1; // CRYPTPROTECT_UI_FORBIDDEN
const localMachine = 0x4; // CRYPTPROTECT_LOCAL_MACHINE
/** DATA_BLOB: a length, four bytes of nothing, an address. */
const blobBytes = 16;

const convert = (call: typeof protect, name: string, bytes: Uint8Array, flags: number): Uint8Array => {
  // Memory that stays where it is: the structure has its address.
  const address = koffi().alloc('uint8_t', Math.max(1, bytes.length)) as Pointer;
  const given = new Uint8Array(koffi().view(address, Math.max(1, bytes.length)));
  try {
    given.set(bytes);
    const [data, result] = [Buffer.alloc(blobBytes), Buffer.alloc(blobBytes)];
    data.writeUInt32LE(bytes.length, 0);
    data.writeBigUInt64LE(address, 8);
    if (!call.now(data, null, null, null, null, flags, result)) throw windowsFailure(name, lastError());
    const made = result.readBigUInt64LE(8);
    try {
      const view = new Uint8Array(koffi().view(made, result.readUInt32LE(0)));
      const copy = view.slice();
      view.fill(0);
      return copy;
    } finally {
      localFree(made);
    }
  } finally {
    given.fill(0);
    koffi().free(address);
  }
};

/** CryptProtectData for every account of this machine: who may read the result is up to whoever keeps it. */
export const protectForMachine = (bytes: Uint8Array): Uint8Array => convert(protect, 'CryptProtectData', bytes, noInterface | localMachine);

/** CryptUnprotectData. */
export const unprotectForMachine = (bytes: Uint8Array): Uint8Array => convert(unprotect, 'CryptUnprotectData', bytes, noInterface);
