import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import { SiloError } from '../base/index.ts';
import { compileValidator, type MethodPart } from './compile-validator.ts';
import type { MethodName, Params, Result } from './methods.ts';

export interface Validators {
  /** @throws SiloError ParameterInvalid, naming the field and what it must be. */
  params<M extends MethodName>(method: M, value: unknown): Params<M>;
  /** @throws Error where the engine is about to break its own contract. */
  result<M extends MethodName>(method: M, value: unknown): Result<M>;
}

/** Validators of every method, compiled when first needed: compiling all at once would cost a start 60 ms. */
export const createValidators = (): Validators => {
  const compiled = new Map<string, ValidateFunction>();
  const validator = (method: MethodName, part: MethodPart): ValidateFunction => {
    const key = `${part} ${method}`;
    let found = compiled.get(key);
    if (found === undefined) {
      found = compileValidator(method, part);
      compiled.set(key, found);
    }
    return found;
  };
  return {
    params: (method, value) => {
      const check = validator(method, 'params');
      if (check(value)) return value as Params<typeof method>;
      const { parameter, reason } = describe(check.errors?.[0]);
      throw new SiloError('ParameterInvalid', { args: { parameter, reason }, target: { kind: 'request', id: method }, operation: method });
    },
    result: (method, value) => {
      const check = validator(method, 'result');
      if (check(value)) return value as Result<typeof method>;
      const { parameter, reason } = describe(check.errors?.[0]);
      throw new Error(`result of ${method} breaks the contract: ${parameter} ${reason}`);
    },
  };
};

const describe = (error: ErrorObject | undefined): { parameter: string; reason: string } => {
  if (error === undefined) return { parameter: 'the parameters', reason: 'unknown' };
  const path = error.instancePath.split('/').slice(1).join('.');
  const params = error.params as { additionalProperty?: string; missingProperty?: string; allowedValues?: unknown[] };
  if (params.additionalProperty !== undefined) return { parameter: [path, params.additionalProperty].filter(Boolean).join('.'), reason: 'there is no such parameter' };
  if (params.missingProperty !== undefined) return { parameter: [path, params.missingProperty].filter(Boolean).join('.'), reason: 'it is required' };
  if (params.allowedValues !== undefined) return { parameter: path, reason: `it must be one of ${params.allowedValues.join(', ')}` };
  return { parameter: path || 'the parameters', reason: `it ${error.message ?? 'is not valid'}` };
};
