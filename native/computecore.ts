/**
 * koffi declarations of computecore.dll (computecore.h, computedefs.h; 64-bit): the Host Compute Service as
 * documented under virtualization/api/hcs. Texts are UTF-16; a text that a function gives out is freed by the
 * caller with LocalFree (kernel32). Handles belong to the caller, who closes each once. Where nothing else is
 * said, a function is in Windows 10 1809 and Server 2019 (build 17763) and later. A result is an HRESULT; of a
 * function that takes an operation it tells only whether the work was begun: the outcome is the operation's.
 */
import { DynamicLibrary, koffi, type BoundFunction, type Out, type Pointer } from './dynamic-library.ts';

type Text = string | null;
type Hresult = number;
/** A function that begins work on a system, which `operation` tracks. `options` is a document or null. */
type SystemOperation = (system: Pointer, operation: Pointer, options: Text) => Hresult;
type ProcessOperation = (process: Pointer, operation: Pointer, options: Text) => Hresult;

export const firstBuild = 17763;
/** Windows 10 2004. */
const build2004 = 19041;
/** The documentation says "Windows 10 2104" and Server 2022; no Windows 10 got that number, and Server 2022 is this build. */
const build2022 = 20348;

export interface ComputeCore {
  /** Gives an operation, which the caller closes; null for want of memory. `callback` is called once on a thread of the DLL when the work is done; `context` is handed to it untouched. */
  readonly HcsCreateOperation: BoundFunction<(context: Pointer | null, callback: Pointer | null) => Pointer | null>;
  /** Closes the operation; the work goes on. */
  readonly HcsCloseOperation: BoundFunction<(operation: Pointer) => void>;
  /** Documented to answer E_NOTIMPL always. */
  readonly HcsCancelOperation: BoundFunction<(operation: Pointer) => Hresult>;
  readonly HcsGetOperationContext: BoundFunction<(operation: Pointer) => Pointer | null>;
  readonly HcsSetOperationContext: BoundFunction<(operation: Pointer, context: Pointer | null) => Hresult>;
  /** Sets what is called when the work is done, before it is begun. */
  readonly HcsSetOperationCallback: BoundFunction<(operation: Pointer, context: Pointer | null, callback: Pointer) => Hresult>;
  /** HCS_OPERATION_TYPE; -1 where nothing was begun. */
  readonly HcsGetOperationType: BoundFunction<(operation: Pointer) => number>;
  readonly HcsGetOperationId: BoundFunction<(operation: Pointer) => number | bigint>;
  /** The system's handle still belongs to whoever had it. */
  readonly HcsGetComputeSystemFromOperation: BoundFunction<(operation: Pointer) => Pointer | null>;
  readonly HcsGetProcessFromOperation: BoundFunction<(operation: Pointer) => Pointer | null>;
  /** Outcome of work that is done. `document`: LocalFree. */
  readonly HcsGetOperationResult: BoundFunction<(operation: Pointer, document: Out<Pointer>) => Hresult>;
  /** As before, with HCS_PROCESS_INFORMATION, whose three handles belong to the caller. */
  readonly HcsGetOperationResultAndProcessInfo: BoundFunction<(operation: Pointer, information: Uint8Array, document: Out<Pointer>) => Hresult>;
  /** Waits up to `milliseconds`; for worker threads alone. */
  readonly HcsWaitForOperationResult: BoundFunction<(operation: Pointer, milliseconds: number, document: Out<Pointer>) => Hresult>;
  readonly HcsWaitForOperationResultAndProcessInfo: BoundFunction<(operation: Pointer, milliseconds: number, information: Uint8Array, document: Out<Pointer>) => Hresult>;

  /** `query` is a SystemQuery or null; the outcome's document an array of Properties. */
  readonly HcsEnumerateComputeSystems: BoundFunction<(query: Text, operation: Pointer) => Hresult>;
  /** `configuration` is a ComputeSystem; `security` is reserved. The handle is the caller's as soon as this returns success, whatever becomes of the operation. */
  readonly HcsCreateComputeSystem: BoundFunction<(id: string, configuration: string, operation: Pointer, security: null, system: Out<Pointer>) => Hresult>;
  /** `access` is reserved: GENERIC_ALL. */
  readonly HcsOpenComputeSystem: BoundFunction<(id: string, access: number, system: Out<Pointer>) => Hresult>;
  readonly HcsCloseComputeSystem: BoundFunction<(system: Pointer) => void>;
  readonly HcsStartComputeSystem: BoundFunction<SystemOperation>;
  readonly HcsShutDownComputeSystem: BoundFunction<SystemOperation>;
  readonly HcsTerminateComputeSystem: BoundFunction<SystemOperation>;
  /** `options`: CrashOptions. */
  readonly HcsCrashComputeSystem: BoundFunction<SystemOperation>;
  /** `options`: PauseOptions. */
  readonly HcsPauseComputeSystem: BoundFunction<SystemOperation>;
  readonly HcsResumeComputeSystem: BoundFunction<SystemOperation>;
  /** `options`: SaveOptions. */
  readonly HcsSaveComputeSystem: BoundFunction<SystemOperation>;
  /** `options`: System_PropertyQuery; the outcome's document is Properties. */
  readonly HcsGetComputeSystemProperties: BoundFunction<SystemOperation>;
  /** `configuration` is a ModifySettingRequest; `identity` a token's handle or null. */
  readonly HcsModifyComputeSystem: BoundFunction<(system: Pointer, operation: Pointer, configuration: string, identity: Pointer | null) => Hresult>;
  /** One callback a handle; it ends with the handle. `options`: HCS_EVENT_OPTIONS. */
  readonly HcsSetComputeSystemCallback: BoundFunction<(system: Pointer, options: number, context: Pointer | null, callback: Pointer) => Hresult>;
  /** Waits; for worker threads alone. `document`: SystemExitStatus, LocalFree. Build 20348. */
  readonly HcsWaitForComputeSystemExit: BoundFunction<(system: Pointer, milliseconds: number, document: Out<Pointer>) => Hresult>;

  /** `parameters` is a ProcessParameters; `security` is reserved. The handle is the caller's as soon as this returns success. */
  readonly HcsCreateProcess: BoundFunction<(system: Pointer, parameters: string, operation: Pointer, security: null, process: Out<Pointer>) => Hresult>;
  readonly HcsOpenProcess: BoundFunction<(system: Pointer, processId: number, access: number, process: Out<Pointer>) => Hresult>;
  readonly HcsCloseProcess: BoundFunction<(process: Pointer) => void>;
  readonly HcsTerminateProcess: BoundFunction<ProcessOperation>;
  /** `options`: SignalProcessOptions. */
  readonly HcsSignalProcess: BoundFunction<ProcessOperation>;
  /** The outcome carries HCS_PROCESS_INFORMATION. */
  readonly HcsGetProcessInfo: BoundFunction<(process: Pointer, operation: Pointer) => Hresult>;
  /** The outcome's document is a ProcessStatus. */
  readonly HcsGetProcessProperties: BoundFunction<ProcessOperation>;
  /** `options`: ProcessModifyRequest. */
  readonly HcsModifyProcess: BoundFunction<ProcessOperation>;
  readonly HcsSetProcessCallback: BoundFunction<(process: Pointer, options: number, context: Pointer | null, callback: Pointer) => Hresult>;
  /** Waits; for worker threads alone. `document`: ProcessStatus, LocalFree. Build 20348. */
  readonly HcsWaitForProcessExit: BoundFunction<(process: Pointer, milliseconds: number, document: Out<Pointer>) => Hresult>;

  /** `query`: Service_PropertyQuery or null. `document`: ServiceProperties, on failure a ResultError; LocalFree. */
  readonly HcsGetServiceProperties: BoundFunction<(query: Text, document: Out<Pointer>) => Hresult>;
  /** `settings`: ModificationRequest. `document`: on failure a ResultError; LocalFree. */
  readonly HcsModifyServiceSettings: BoundFunction<(settings: string, document: Out<Pointer>) => Hresult>;
  /** `settings`: CrashReport. */
  readonly HcsSubmitWerReport: BoundFunction<(settings: string) => Hresult>;
  readonly HcsGrantVmAccess: BoundFunction<(vmId: string, path: string) => Hresult>;
  readonly HcsRevokeVmAccess: BoundFunction<(vmId: string, path: string) => Hresult>;
  /** Build 19041. */
  readonly HcsGrantVmGroupAccess: BoundFunction<(path: string) => Hresult>;
  /** Build 19041. */
  readonly HcsRevokeVmGroupAccess: BoundFunction<(path: string) => Hresult>;
  readonly HcsCreateEmptyGuestStateFile: BoundFunction<(path: string) => Hresult>;
  readonly HcsCreateEmptyRuntimeStateFile: BoundFunction<(path: string) => Hresult>;
  /** `document`: VmProcessorRequirements; LocalFree. Build 20348. */
  readonly HcsGetProcessorCompatibilityFromSavedState: BoundFunction<(path: string, document: Out<Pointer>) => Hresult>;
}

const system = 'void *system, void *operation, const char16_t *options';
const process = 'void *process, void *operation, const char16_t *options';

/** Parameters of each function, and its result where that is no HRESULT. */
const prototypes: Readonly<Record<keyof ComputeCore, readonly [parameters: string, result?: string, leastBuild?: number]>> = {
  HcsCreateOperation: ['void *context, void *callback', 'void *'],
  HcsCloseOperation: ['void *operation', 'void'],
  HcsCancelOperation: ['void *operation'],
  HcsGetOperationContext: ['void *operation', 'void *'],
  HcsSetOperationContext: ['void *operation, void *context'],
  HcsSetOperationCallback: ['void *operation, void *context, void *callback'],
  HcsGetOperationType: ['void *operation', 'int32_t'],
  HcsGetOperationId: ['void *operation', 'uint64_t'],
  HcsGetComputeSystemFromOperation: ['void *operation', 'void *'],
  HcsGetProcessFromOperation: ['void *operation', 'void *'],
  HcsGetOperationResult: ['void *operation, _Out_ void **document'],
  HcsGetOperationResultAndProcessInfo: ['void *operation, _Out_ uint8_t *information, _Out_ void **document'],
  HcsWaitForOperationResult: ['void *operation, uint32_t milliseconds, _Out_ void **document'],
  HcsWaitForOperationResultAndProcessInfo: ['void *operation, uint32_t milliseconds, _Out_ uint8_t *information, _Out_ void **document'],
  HcsEnumerateComputeSystems: ['const char16_t *query, void *operation'],
  HcsCreateComputeSystem: ['const char16_t *id, const char16_t *configuration, void *operation, void *security, _Out_ void **system'],
  HcsOpenComputeSystem: ['const char16_t *id, uint32_t access, _Out_ void **system'],
  HcsCloseComputeSystem: ['void *system', 'void'],
  HcsStartComputeSystem: [system],
  HcsShutDownComputeSystem: [system],
  HcsTerminateComputeSystem: [system],
  HcsCrashComputeSystem: [system],
  HcsPauseComputeSystem: [system],
  HcsResumeComputeSystem: [system],
  HcsSaveComputeSystem: [system],
  HcsGetComputeSystemProperties: [system],
  HcsModifyComputeSystem: [`${system}, void *identity`],
  HcsSetComputeSystemCallback: ['void *system, int32_t options, void *context, void *callback'],
  HcsWaitForComputeSystemExit: ['void *system, uint32_t milliseconds, _Out_ void **document', 'int32_t', build2022],
  HcsCreateProcess: ['void *system, const char16_t *parameters, void *operation, void *security, _Out_ void **process'],
  HcsOpenProcess: ['void *system, uint32_t processId, uint32_t access, _Out_ void **process'],
  HcsCloseProcess: ['void *process', 'void'],
  HcsTerminateProcess: [process],
  HcsSignalProcess: [process],
  HcsGetProcessInfo: ['void *process, void *operation'],
  HcsGetProcessProperties: [process],
  HcsModifyProcess: [process],
  HcsSetProcessCallback: ['void *process, int32_t options, void *context, void *callback'],
  HcsWaitForProcessExit: ['void *process, uint32_t milliseconds, _Out_ void **document', 'int32_t', build2022],
  HcsGetServiceProperties: ['const char16_t *query, _Out_ void **document'],
  HcsModifyServiceSettings: ['const char16_t *settings, _Out_ void **document'],
  HcsSubmitWerReport: ['const char16_t *settings'],
  HcsGrantVmAccess: ['const char16_t *vmId, const char16_t *path'],
  HcsRevokeVmAccess: ['const char16_t *vmId, const char16_t *path'],
  HcsGrantVmGroupAccess: ['const char16_t *path', 'int32_t', build2004],
  HcsRevokeVmGroupAccess: ['const char16_t *path', 'int32_t', build2004],
  HcsCreateEmptyGuestStateFile: ['const char16_t *path'],
  HcsCreateEmptyRuntimeStateFile: ['const char16_t *path'],
  HcsGetProcessorCompatibilityFromSavedState: ['const char16_t *path, _Out_ void **document', 'int32_t', build2022],
};



export const computeCoreFunctions = Object.keys(prototypes) as readonly (keyof ComputeCore)[];

/** The functions of the library at `path`, looked for when each is first called. */
export const bindComputeCore = (path: string): ComputeCore => {
  const library = new DynamicLibrary(path);
  return Object.fromEntries(Object.entries(prototypes).map(([name, [parameters, result = 'int32_t', leastBuild = firstBuild]]) =>
    [name, library.bind(`${result} ${name}(${parameters})`, leastBuild)])) as unknown as ComputeCore;
};

/** HCS_PROCESS_INFORMATION; a handle is undefined where that stream was not asked for. */
export interface ProcessInformation {
  readonly processId: number;
  readonly stdin: Pointer | undefined;
  readonly stdout: Pointer | undefined;
  readonly stderr: Pointer | undefined;
}

export const processInformationBytes = 32;

export const readProcessInformation = (bytes: Buffer): ProcessInformation => {
  const handle = (offset: number): Pointer | undefined => bytes.readBigUInt64LE(offset) || undefined;
  return { processId: bytes.readUInt32LE(0), stdin: handle(8), stdout: handle(16), stderr: handle(24) };
};

/** HCS_EVENT; the text was copied. */
export interface ComputeEvent {
  readonly type: number;
  readonly data: string | undefined;
}

/** HCS_OPERATION_COMPLETION. The listener runs on the main thread while the DLL's waits: it must be short and never throw. */
export const registerCompletion = (listener: (context: Pointer) => void): Pointer =>
  koffi().register((_operation: Pointer, context: Pointer | null) => { listener(context ?? 0n); }, koffi().pointer(koffi().proto('void', ['void *', 'void *'])));

/** HCS_EVENT_CALLBACK; as before. */
export const registerEvents = (listener: (event: ComputeEvent, context: Pointer) => void): Pointer =>
  koffi().register((event: Pointer, context: Pointer | null) => {
    const text = BigInt(koffi().decode.uint64(event + 8n));
    listener({ type: koffi().decode.uint32(event), data: text === 0n ? undefined : koffi().decode.string16(text) }, context ?? 0n);
  }, koffi().pointer(koffi().proto('void', ['void *', 'void *'])));
