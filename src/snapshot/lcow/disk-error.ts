import { MissingFunction } from '../../../native/dynamic-library.ts';
import { FileFailure } from '../../../native/kernel32-files.ts';
import { DiskFailure } from '../../../native/virtdisk.ts';
import { fromFileError, hasErrno, SiloError, type ErrorTarget } from '../../base/index.ts';
import { Ext4Damaged } from './ext4/ext4-reader.ts';

/** HRESULT_FROM_WIN32; what is one already stays so. */
const hresultOf = ({ code }: DiskFailure | FileFailure): number => (code >= 0x80000000 ? code : 0x80070000 + code);

/** ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION, ERROR_BUSY */
const inUse: ReadonlySet<number> = new Set([0x80070020, 0x80070021, 0x800700aa]);
/** ERROR_ACCESS_DENIED, ERROR_PRIVILEGE_NOT_HELD */
const denied: ReadonlySet<number> = new Set([0x80070005, 0x80070522]);
/** ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL */
const full: ReadonlySet<number> = new Set([0x80070070, 0x80070027]);
/** ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_FILE_CORRUPT; of VHDs: the parent is missing, the header is damaged */
const damaged: ReadonlySet<number> = new Set([0x80070002, 0x80070003, 0x80070570, 0xc03a000d, 0xc03a0002]);

/** What went wrong with a snapshot's disks, as a SiloError; what is no such failure comes back as `fromFileError` has it. */
export const diskError = (error: unknown, key: number, path: string): unknown => {
  if (error instanceof SiloError) return error;
  const target: ErrorTarget = { kind: 'snapshot', id: String(key) };
  if (error instanceof MissingFunction) {
    const library: ErrorTarget = { kind: 'host', id: error.library };
    if (error.functionName === undefined) return new SiloError('HcsNotInstalled', { args: { reason: error.message }, target: library, cause: error });
    return new SiloError('HcsFunctionMissing', { args: { function: error.functionName, build: error.leastBuild }, target: library, cause: error });
  }
  if (error instanceof Ext4Damaged) return new SiloError('LayerDamaged', { args: { path, reason: error.message }, target, cause: error });
  if (hasErrno(error, 'EBUSY', 'EPERM') && error instanceof Error) return new SiloError('SnapshotInUse', { args: { key, reason: error.message }, target, retryable: true, cause: error });
  if (!(error instanceof DiskFailure || error instanceof FileFailure)) return fromFileError(error, path);
  const hresult = hresultOf(error);
  const native = { hresult };
  const { message: reason } = error;
  if (inUse.has(hresult)) return new SiloError('SnapshotInUse', { args: { key, reason }, target, native, retryable: true, cause: error });
  if (denied.has(hresult)) return new SiloError('ElevationRequired', { args: { reason }, target, native, cause: error });
  if (full.has(hresult)) return new SiloError('DiskFull', { args: { path }, target, native, retryable: true, cause: error });
  if (damaged.has(hresult)) return new SiloError('LayerDamaged', { args: { path, reason }, target, native, cause: error });
  return new SiloError('LayerStorageFailed', { args: { path, reason }, target, native, cause: error });
};
