import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { standaloneValidators } from '../../../build/bundle/standalone-validators.ts';
import { compileValidator, type MethodPart } from '../../../src/contract/compile-validator.ts';
import { methods, type MethodName } from '../../../src/contract/methods.ts';

interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** A value with every field that the schema knows. */
const sampleOf = (schema: Schema): unknown => {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf !== undefined) return sampleOf(schema.anyOf[0] ?? {});
  switch (schema.type) {
    case 'object': return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, property]) => [name, sampleOf(property)]));
    case 'array': return [sampleOf(schema.items ?? {})];
    case 'string': return schema.format === 'date-time' ? '2026-11-22T04:00:00.123Z' : schema.pattern === undefined ? 'text' : 'YQ==';
    case 'integer': return schema.minimum ?? 1;
    case 'number': return (schema.exclusiveMinimum ?? 0) + 1.5;
    case 'boolean': return true;
    case 'null': return null;
    default: return 'anything';
  }
};

const strange: readonly unknown[] = [undefined, null, true, -1, 1.5, Number.MAX_SAFE_INTEGER, '', 'text', '2026-11-22', [], [1], {}, { name: 1 }];

/** The value itself, and the value with one thing in it changed, at every depth. */
function* variants(value: unknown): Generator {
  yield value;
  yield* strange;
  if (Array.isArray(value)) {
    for (const changed of variants(value[0])) yield [changed];
    yield [];
  } else if (typeof value === 'object' && value !== null) {
    yield { ...value, neverHeardOf: 1 };
    for (const [name, field] of Object.entries(value)) for (const changed of variants(field)) yield { ...value, [name]: changed };
  }
}

type Compile = (method: MethodName, part: MethodPart) => ValidateFunction;

describe('validators compiled for the bundle', () => {
  const folder = mkdtempSync(join(tmpdir(), 'silo-validators-'));
  let compileStandalone: Compile;

  beforeAll(async () => {
    const source = join(folder, 'source.mjs');
    writeFileSync(source, standaloneValidators());
    const bundle = await rolldown({ input: source, platform: 'node', plugins: [{
      name: 'from-the-project',
      resolveId(id) { return id.startsWith('ajv/') ? this.resolve(id, import.meta.filename) : null; },
    }] });
    await bundle.write({ file: join(folder, 'validators.mjs'), format: 'esm' });
    await bundle.close();
    ({ compileValidator: compileStandalone } = await import(pathToFileURL(join(folder, 'validators.mjs')).href) as { compileValidator: Compile });
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const cases = (Object.keys(methods) as MethodName[]).flatMap((method) => (['params', 'result'] as const).map((part) => [part, method] as const));

  it.each(cases)('answer as those compiled at run time: %s of %s', (part, method) => {
    const [fromSchema, standalone] = [compileValidator(method, part), compileStandalone(method, part)];
    const verdicts = new Set<boolean>();
    for (const value of variants(sampleOf(methods[method][part] as unknown as Schema))) {
      const expected = fromSchema(value);
      verdicts.add(expected);
      expect({ valid: standalone(value), errors: standalone.errors }, JSON.stringify(value)).toEqual({ valid: expected, errors: fromSchema.errors });
    }
    // Both kinds were there, or nothing was shown.
    expect(verdicts).toEqual(new Set([true, false]));
  });
});
