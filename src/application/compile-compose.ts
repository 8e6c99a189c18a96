import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { composeSchema } from './compose-schema.ts';

/** The schema's reading, at run time and when the bundle is made. */
export const composeValidatorOptions = { strict: true, strictTypes: false, strictRequired: false, allowUnionTypes: true } as const;

/** Compiles the validator of compose files; the bundle has it compiled already (build/bundle/standalone-validators.ts). */
export const compileCompose = (): ValidateFunction => new Ajv2020(composeValidatorOptions).compile(composeSchema);
