import type { ErrorObject } from 'ajv/dist/2020.js';
import { composeInvalid } from './compose-invalid.ts';
import { whyRefused } from './compose-support.ts';
import type { ComposeDocument } from './read-document.ts';

type Validator = ((value: unknown) => boolean) & { readonly errors?: readonly ErrorObject[] | null };

let validator: Validator | undefined;

/** Refuses what Silo does not support, and what the specification does not know, by its name and line. @throws SiloError ComposeInvalid */
export const checkCompose = async (document: ComposeDocument, value: unknown): Promise<void> => {
  // Loaded with the first file: few engines ever read one.
  validator ??= (await import('./compile-compose.ts')).compileCompose();
  if (validator(value)) return;
  const { path, reason } = describe(validator.errors ?? []);
  throw composeInvalid({ file: document.file, path, line: document.lineOf(path) }, reason);
};

const pathOf = (error: ErrorObject): readonly string[] => error.instancePath.split('/').slice(1).map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));

/** Of the failures of all forms that a value may have, the one that was nearest to being right. */
const describe = (errors: readonly ErrorObject[]): { readonly path: readonly string[]; readonly reason: string } => {
  const depth = (error: ErrorObject): number => error.instancePath.split('/').length + (error.keyword === 'additionalProperties' ? 1 : 0);
  const deepest = Math.max(...errors.map(depth));
  const nearest = errors.filter((error) => depth(error) === deepest);
  const refused = nearest.find(({ keyword }) => keyword === 'not');
  if (refused !== undefined) {
    const path = pathOf(refused);
    const why = whyRefused(path);
    return { path, reason: why === undefined ? 'this key is not supported' : `this key is not supported: ${why}` };
  }
  const unknown = nearest.find(({ keyword }) => keyword === 'additionalProperties');
  if (unknown !== undefined) return { path: [...pathOf(unknown), (unknown.params as { additionalProperty: string }).additionalProperty], reason: 'there is no such key, or such a name is not allowed' };
  const [first] = nearest;
  if (first === undefined) return { path: [], reason: 'it is no compose file' };
  const params = first.params as { allowedValues?: readonly unknown[]; missingProperty?: string };
  if (params.allowedValues !== undefined) return { path: pathOf(first), reason: `only ${params.allowedValues.join(', ')} is supported` };
  if (params.missingProperty !== undefined) return { path: pathOf(first), reason: `it needs the key ${params.missingProperty}` };
  const types = new Set(nearest.filter(({ keyword }) => keyword === 'type').flatMap((error) => (error.params as { type: string | readonly string[] }).type));
  return { path: pathOf(first), reason: types.size === 0 ? first.message ?? 'it is not valid' : `it must be ${[...types].join(' or ')}` };
};
