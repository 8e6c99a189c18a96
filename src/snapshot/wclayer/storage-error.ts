import { MissingFunction } from '../../../native/dynamic-library.ts';
import { FileFailure } from '../../../native/kernel32-files.ts';
import { DiskFailure } from '../../../native/virtdisk.ts';
import { fromFileError, SiloError, type ErrorTarget } from '../../base/index.ts';

/** The HRESULT of a storage function that is no success. */
export class StorageFailure extends Error {
  override readonly name = 'StorageFailure';
  readonly call: string;
  /** As an unsigned number. */
  readonly hresult: number;
  constructor(call: string, hresult: number) {
    super(`${call} failed with 0x${hresult.toString(16).padStart(8, '0')}`);
    this.call = call;
    this.hresult = hresult;
  }
}

/** HRESULT_FROM_WIN32; what is one already stays so. */
const fromWin32 = (code: number): number => (code >= 0x80000000 ? code : code === 0 ? 0 : 0x80070000 + code);

export const hresultOf = (error: unknown): number | undefined =>
  error instanceof StorageFailure ? error.hresult : error instanceof DiskFailure || error instanceof FileFailure ? fromWin32(error.code) : undefined;

/** Win32 errors and HCS's, by what they mean for a layer. */
const codes = {
  notFound: [0x80070002, 0x80070003, 0x80070490],
  denied: [0x80070005, 0x8037011b, 0x80070522],
  /** ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION, ERROR_BUSY */
  inUse: [0x80070020, 0x80070021, 0x800700aa],
  full: [0x80070070, 0x80070027],
  /** HCS_E_INVALID_LAYER, ERROR_FILE_CORRUPT, ERROR_INVALID_DATA, ERROR_UNRECOGNIZED_VOLUME; of VHDs: the parent is missing, the header is damaged */
  damaged: [0x80370112, 0x80070570, 0x8007000d, 0x800703ed, 0xc03a000d, 0xc03a0002],
  /** HCS_E_SERVICE_NOT_AVAILABLE, HCS_E_SERVICE_DISCONNECT, ERROR_SERVICE_DISABLED, ERROR_SERVICE_NOT_ACTIVE */
  stopped: [0x80370114, 0x8037011e, 0x80070422, 0x80070426],
} as const satisfies Record<string, readonly number[]>;

export const means = (error: unknown, meaning: keyof typeof codes): boolean => {
  const hresult = hresultOf(error);
  return hresult !== undefined && (codes[meaning] as readonly number[]).includes(hresult);
};

/** What went wrong with a snapshot's storage, as a SiloError; what is no such failure comes back as `fromFileError` has it. */
export const storageError = (error: unknown, key: number, path: string): unknown => {
  if (error instanceof SiloError) return error;
  if (error instanceof MissingFunction) {
    const target: ErrorTarget = { kind: 'host', id: error.library };
    if (error.functionName === undefined) return new SiloError('HcsNotInstalled', { args: { reason: error.message }, target, cause: error });
    return new SiloError('HcsFunctionMissing', { args: { function: error.functionName, build: error.leastBuild }, target, cause: error });
  }
  const hresult = hresultOf(error);
  if (hresult === undefined) return fromFileError(error, path);
  const target: ErrorTarget = { kind: 'snapshot', id: String(key) };
  const native = { hresult };
  const { message: reason } = error as Error;
  if (means(error, 'inUse')) return new SiloError('SnapshotInUse', { args: { key, reason }, target, native, retryable: true, cause: error });
  if (means(error, 'damaged')) return new SiloError('LayerDamaged', { args: { path, reason }, target, native, cause: error });
  if (means(error, 'notFound')) return new SiloError('LayerDamaged', { args: { path, reason: `a part of it is missing (${reason})` }, target, native, cause: error });
  if (means(error, 'denied')) return new SiloError('ElevationRequired', { args: { reason }, target, native, cause: error });
  if (means(error, 'full')) return new SiloError('DiskFull', { args: { path }, target, native, retryable: true, cause: error });
  if (means(error, 'stopped')) return new SiloError('ComputeServiceStopped', { args: { reason }, target, native, retryable: true, cause: error });
  return new SiloError('LayerStorageFailed', { args: { path, reason }, target, native, cause: error });
};

/** What the storage filter answers where another filter stands in its way: ERROR_INVALID_FUNCTION, 0xc03a001c (both from reports of users), and what the filter manager itself gives (FACILITY_USERMODE_FILTER_MANAGER, 0x1f). */
const isOfFilters = (hresult: number): boolean => hresult === 0x80070001 || hresult === 0xc03a001c || (hresult & 0x1fff0000) === 0x001f0000;

/**
 * The failure of a storage call with the filters that may have caused it: other programs' filters break layers in
 * ways that no code tells. Codes that only they bring become an error of their own.
 */
export const withFilters = (error: unknown, path: string, read: () => readonly string[]): unknown => {
  if (!(error instanceof SiloError) || error.code !== 'LayerStorageFailed') return error;
  const filters = read();
  if (filters.length === 0) return error;
  const { args, target, native, cause } = error;
  const about = { native: { ...native, filters }, cause, ...(target === undefined ? {} : { target }) };
  return isOfFilters(native?.hresult ?? 0)
    ? new SiloError('LayerFiltered', { ...about, args: { path, reason: String(args['reason'] ?? ''), filters: filters.join(', ') } })
    : new SiloError('LayerStorageFailed', { ...about, args });
};
