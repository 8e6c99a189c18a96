import type { Options } from 'ajv/dist/2020.js';

const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** How schemas are read, at run time and when the bundle is made. */
export const validatorOptions: Options = { strict: true, allowUnionTypes: true, formats: { 'date-time': timePattern } };
