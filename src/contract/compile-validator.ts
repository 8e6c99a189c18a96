import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { methods, type MethodName } from './methods.ts';
import { validatorOptions } from './validator-options.ts';

export type MethodPart = 'params' | 'result';

let ajv: Ajv2020 | undefined;

/**
 * Compiles one validator from its schema. The first costs some 40 ms, a third of the time in which an engine
 * should answer: the bundle has another file in this one's place, with validators compiled when it was
 * made (build/bundle/standalone-validators.ts).
 */
export const compileValidator = (method: MethodName, part: MethodPart): ValidateFunction => {
  ajv ??= new Ajv2020(validatorOptions);
  return ajv.compile(methods[method][part]);
};
