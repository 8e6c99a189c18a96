import { SiloError, type ErrorCode, type ErrorTarget, type NativeCode } from '../../base/index.ts';
import { MissingFunction } from '../../../native/dynamic-library.ts';
import { hresultTable, type HresultRow } from './hresult-table.ts';
import { readResultError } from './result-error.ts';

/** What was being done when a call failed. */
export interface CallContext {
  /** Name of the use, such as `start`. */
  readonly operation: string;
  readonly target: ErrorTarget;
  /** What could not be found, where the call is about one. */
  readonly command?: string;
  readonly user?: string;
  readonly path?: string;
}

const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

/** ERROR_DIRECTORY: of a process's working directory, whatever else the call names. */
const invalidFolder = 0x8007010b;

/** The service has its own codes in two forms, 0x8037.... (computecore.h) and 0xC037.... (an NTSTATUS, as hcsshim's errors.go has them), which mean the same. */
const rowOf = (hresult: number): HresultRow | undefined =>
  hresultTable[hresult] ?? (hresult >>> 16 === 0xc037 ? hresultTable[0x80370000 + (hresult & 0xffff)] : undefined);

/** Where a failed call names what was not found, the error names it too. */
const codeFor = (hresult: number, context: CallContext): ErrorCode => {
  const code = rowOf(hresult)?.code ?? 'HcsFailed';
  if (hresult === invalidFolder && context.path !== undefined) return 'PathNotFound';
  if (code === 'PathNotFound') return context.command !== undefined ? 'ExecutableNotFound' : context.path !== undefined ? code : 'HcsFailed';
  if (code === 'UserNotFound' && context.user === undefined) return 'ElevationRequired';
  if (code === 'ProcessNotFound' && context.target.kind !== 'process') return 'HcsFailed';
  return code;
};

/** A failed HRESULT and the ResultError that came with it, as an error of the table. `document` may be anything: what can't be read is left out. */
export const hcsError = (result: number, document: string | undefined, context: CallContext): SiloError => {
  const hresult = result >>> 0;
  const row = rowOf(hresult);
  const told = document === undefined ? undefined : readResultError(document);
  const words = [row?.meaning ?? 'an error without a description', told?.message, ...(told?.events.map(({ message }) => message) ?? [])];
  const reason = `${[...new Set(words.filter((word) => word !== undefined && word !== ''))].join('; ')} (${row?.id ?? 'HRESULT'} ${hex(hresult)})`;
  const { operation, target, command = '', user = '', path = '' } = context;
  const native: NativeCode = {
    hresult,
    ...(row === undefined ? {} : { hresultName: row.id }),
    ...(told === undefined || told.events.length === 0 ? {} : { events: told.events }),
  };
  const [container = target.id, process = target.id] = target.kind === 'process' ? target.id.split('/') : [];
  const code = codeFor(hresult, context);
  return new SiloError(code, {
    args: {
      id: code === 'ProcessNotFound' ? process : target.id, container, operation, reason, command, user, path: code === 'DiskFull' && path === '' ? target.id : path, state: 'stopped',
      option: operation, advice: row?.action ?? "Look at the Hyper-V-Compute events in the host's event log.",
    },
    target,
    operation: `hcs ${operation}`,
    native,
    retryable: code === 'ComputeServiceStopped' || code === 'ComputeResourceBusy',
  });
};

/** A library or function that is not there, as an error of the table; anything else comes back as it was. */
export const bindingError = (error: unknown, context: CallContext): unknown => {
  if (!(error instanceof MissingFunction)) return error;
  const { target, operation } = context;
  return error.functionName === undefined
    ? new SiloError('HcsNotInstalled', { args: { reason: `${error.library} cannot be loaded, which build ${error.leastBuild} and later have` }, target, operation: `hcs ${operation}`, cause: error })
    : new SiloError('HcsFunctionMissing', { args: { function: error.functionName, build: error.leastBuild }, target, operation: `hcs ${operation}`, cause: error });
};

export const answerInvalid = (reason: string, context: CallContext): SiloError =>
  new SiloError('HcsAnswerInvalid', { args: { operation: context.operation, id: context.target.id, reason }, target: context.target, operation: `hcs ${context.operation}` });
