import { answerInvalid, type CallContext } from '../hcs-error.ts';

/*
 * What HCS answers. Answers are open: a newer Windows adds fields, and what is there may be of a form that
 * nobody documented. The readers below check what Silo builds on, and leave the rest as it is.
 */

export type SystemState = 'Created' | 'Running' | 'Paused' | 'Stopped' | 'SavedAsTemplate' | 'Unknown';
export type ExitType = 'None' | 'GracefulExit' | 'ForcedExit' | 'UnexpectedExit' | 'Unknown';

/** Times in units of 100 ns, sizes in bytes. */
export interface Statistics {
  readonly Timestamp?: string;
  readonly ContainerStartTime?: string;
  readonly Uptime100ns?: number;
  readonly Processor?: { readonly TotalRuntime100ns?: number; readonly RuntimeUser100ns?: number; readonly RuntimeKernel100ns?: number };
  readonly Memory?: { readonly MemoryUsageCommitBytes?: number; readonly MemoryUsageCommitPeakBytes?: number; readonly MemoryUsagePrivateWorkingSetBytes?: number };
  readonly Storage?: { readonly ReadCountNormalized?: number; readonly ReadSizeBytes?: number; readonly WriteCountNormalized?: number; readonly WriteSizeBytes?: number };
}

export interface ProcessDetails {
  readonly ProcessId: number;
  readonly ImageName?: string;
  readonly CreateTimestamp?: string;
  readonly UserTime100ns?: number;
  readonly KernelTime100ns?: number;
  readonly MemoryCommitBytes?: number;
  readonly MemoryWorkingSetPrivateBytes?: number;
  readonly MemoryWorkingSetSharedBytes?: number;
}

/** Properties of a system; which of the later ones are there, the query says. */
export interface SystemProperties {
  readonly Id: string;
  readonly SystemType?: 'Container' | 'VirtualMachine' | 'Host';
  readonly RuntimeOsType?: '' | 'Windows' | 'Linux';
  readonly Name?: string;
  readonly Owner?: string;
  readonly RuntimeId?: string;
  readonly RuntimeTemplateId?: string;
  readonly State?: SystemState;
  readonly Stopped?: boolean;
  readonly ExitType?: ExitType;
  readonly HostingSystemId?: string;
  readonly Memory?: object;
  readonly Statistics?: Statistics;
  readonly ProcessList?: readonly ProcessDetails[];
  readonly TerminateOnLastHandleClosed?: boolean;
  readonly SharedMemoryRegionInfo?: readonly object[];
  readonly GuestConnectionInfo?: { readonly ProtocolVersion?: number; readonly SupportedSchemaVersions?: readonly { readonly Major: number; readonly Minor: number }[]; readonly GuestDefinedCapabilities?: object };
}

export interface ProcessStatus {
  readonly ProcessId: number;
  readonly Exited: boolean;
  /** Unsigned, 32 bits; of meaning only where it has exited and LastWaitResult is 0. */
  readonly ExitCode: number;
  readonly LastWaitResult: number;
}

export interface SystemExitStatus {
  /** HRESULT. */
  readonly Status: number;
  readonly ExitType?: ExitType;
}

/** One entry for each property type that was asked for, in that order. */
export interface ServiceProperties { readonly Properties: readonly object[] }

/** Property "Basic". */
export interface BasicInformation { readonly SupportedSchemaVersions: readonly { readonly Major: number; readonly Minor: number }[] }

/** Property "ContainerCredentialGuard". */
export interface CredentialGuardSystemInfo {
  readonly Instances: readonly { readonly Id: string; readonly CredentialGuard?: object; readonly HvSocketConfig?: { readonly ServiceId: string; readonly ServiceConfig?: object } }[];
}

const parse = (document: string | undefined, context: CallContext): unknown => {
  if (document === undefined || document === '') throw answerInvalid('it is empty', context);
  try {
    return JSON.parse(document);
  } catch {
    throw answerInvalid('it is no JSON', context);
  }
};

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown, what: string, context: CallContext): Fields => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw answerInvalid(`${what} is no object`, context);
  return value as Fields;
};

const systemProperties = (value: unknown, context: CallContext): SystemProperties => {
  const fields = fieldsOf(value, 'a description of a system', context);
  if (typeof fields['Id'] !== 'string') throw answerInvalid('a system has no Id', context);
  if (fields['State'] !== undefined && typeof fields['State'] !== 'string') throw answerInvalid('a State is no text', context);
  if (fields['ProcessList'] !== undefined && !(Array.isArray(fields['ProcessList']) && fields['ProcessList'].every((each: unknown) => typeof (each as Fields | null)?.['ProcessId'] === 'number'))) {
    throw answerInvalid('the ProcessList is no list of processes', context);
  }
  return fields as unknown as SystemProperties;
};

/** @throws SiloError HcsAnswerInvalid */
export const readSystemProperties = (document: string | undefined, context: CallContext): SystemProperties => systemProperties(parse(document, context), context);

/** @throws SiloError HcsAnswerInvalid */
export const readSystemList = (document: string | undefined, context: CallContext): readonly SystemProperties[] => {
  const found = parse(document, context);
  if (!Array.isArray(found)) throw answerInvalid('it is no list', context);
  return found.map((each: unknown) => systemProperties(each, context));
};

/** @throws SiloError HcsAnswerInvalid */
export const readProcessStatus = (document: string | undefined, context: CallContext): ProcessStatus => {
  const fields = fieldsOf(parse(document, context), 'a status', context);
  const whole = (name: string): number => {
    const value = fields[name] ?? 0;
    if (typeof value !== 'number' || !Number.isInteger(value)) throw answerInvalid(`${name} is no whole number`, context);
    return value;
  };
  return { ProcessId: whole('ProcessId'), Exited: fields['Exited'] === true, ExitCode: whole('ExitCode') >>> 0, LastWaitResult: whole('LastWaitResult') };
};

/** Undefined where the event's text is not as documented: that the system has ended is known all the same. */
export const readSystemExit = (document: string | undefined): SystemExitStatus | undefined => {
  try {
    const fields = JSON.parse(document ?? '') as { readonly Status?: unknown; readonly ExitType?: unknown } | null;
    if (typeof fields?.Status !== 'number') return undefined;
    return { Status: fields.Status, ...(typeof fields.ExitType === 'string' ? { ExitType: fields.ExitType as ExitType } : {}) };
  } catch {
    return undefined;
  }
};

/** @throws SiloError HcsAnswerInvalid */
export const readServiceProperties = (document: string | undefined, context: CallContext): ServiceProperties => {
  const fields = fieldsOf(parse(document, context), 'the properties', context);
  const properties = fields['Properties'];
  if (!Array.isArray(properties)) throw answerInvalid('Properties is no list', context);
  return { Properties: properties.map((each: unknown) => fieldsOf(each, 'a property', context)) };
};

/** @throws SiloError HcsAnswerInvalid */
export const readDocument = (document: string | undefined, context: CallContext): object => fieldsOf(parse(document, context), 'it', context);
