import { Ajv, type ValidateFunction } from 'ajv';
import type { TSchema } from 'typebox';
import { SiloError } from '../../base/index.ts';
import { computeSystem } from './documents/compute-system.ts';
import { processModifyRequest, processParameters, signalProcessOptions } from './documents/process.ts';
import { crashOptions, crashReport, credentialGuardRequest, guestRequest, modificationRequest, modifySettingRequest, pauseOptions, saveOptions, servicePropertyQuery, systemPropertyQuery, systemQuery } from './documents/requests.ts';

/** The schema of every document that HCS is sent, by its name in the reference. */
export const documentSchemas = {
  ComputeSystem: computeSystem, ProcessParameters: processParameters, ProcessModifyRequest: processModifyRequest, SignalProcessOptions: signalProcessOptions,
  SystemQuery: systemQuery, System_PropertyQuery: systemPropertyQuery, Service_PropertyQuery: servicePropertyQuery, ModifySettingRequest: modifySettingRequest,
  GuestModifySettingRequest: guestRequest, ModificationRequest: modificationRequest, ContainerCredentialGuardOperationRequest: credentialGuardRequest,
  PauseOptions: pauseOptions, SaveOptions: saveOptions, CrashOptions: crashOptions, CrashReport: crashReport,
} as const satisfies Readonly<Record<string, TSchema>>;

export type DocumentName = keyof typeof documentSchemas;

const compiled = new Map<DocumentName, ValidateFunction>();
let ajv: Ajv | undefined;

/** Each compiled on first use: HCS says of a document that it is not valid, and hardly ever where. @throws SiloError ConfigInvalid */
export const checkDocument = (name: DocumentName, document: object): void => {
  let validate = compiled.get(name);
  if (validate === undefined) {
    ajv ??= new Ajv({ strict: true, allowUnionTypes: true });
    validate = ajv.compile(documentSchemas[name]);
    compiled.set(name, validate);
  }
  if (validate(document)) return;
  const error = validate.errors?.[0];
  const field = (error?.params as { readonly additionalProperty?: string } | undefined)?.additionalProperty;
  throw new SiloError('ConfigInvalid', { args: { reason: `${name}${error?.instancePath ?? ''} ${error?.message ?? 'is not valid'}${field === undefined ? '' : ` ('${field}')`}` } });
};
