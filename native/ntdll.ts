/**
 * koffi declarations of ntdll.dll: what of the system's state no documented call above it tells. One call,
 * NtQuerySystemInformation (winternl.h), in every build; it writes into memory of the caller and gives no handle.
 * Its callers live without an answer where Windows gives none.
 */
import { DynamicLibrary } from './dynamic-library.ts';

const querySystemInformation = new DynamicLibrary('ntdll.dll').bind<(kind: number, information: Uint8Array, length: number, needed: number[]) => number>('int32_t __stdcall NtQuerySystemInformation(int kind, _Out_ uint8_t *information, uint32_t length, _Out_ uint32_t *needed)', 6000);

/**
 * When this system was started, in 100 ns since 1601, as its clock stood then (SystemTimeOfDayInformation:
 * BootTime less BootTimeBias, so that setting the clock does not move it). Undefined where it is not told.
 */
export const bootTime = (): bigint | undefined => {
  // LARGE_INTEGER BootTime, CurrentTime, TimeZoneBias; ULONG TimeZoneId, Reserved; ULONGLONG BootTimeBias, SleepTimeBias
  const information = Buffer.alloc(48);
  const length = [0];
  const status = querySystemInformation.now(3, information, information.length, length);
  return status === 0 ? information.readBigInt64LE(0) - information.readBigUInt64LE(32) : undefined;
};
