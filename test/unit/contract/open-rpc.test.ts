import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { methods, notifications, openRpcDocument } from '../../../src/contract/index.ts';

interface OpenRpcMethod {
  readonly name: string;
  readonly summary: string;
  readonly paramStructure: string;
  readonly params: readonly { readonly name: string; readonly required: boolean; readonly schema: object }[];
  readonly result: { readonly name: string; readonly schema: object };
  readonly errors: readonly { readonly code: number; readonly message: string; readonly data: { readonly code: string } }[];
}

const document = openRpcDocument() as { readonly openrpc: string; readonly info: { readonly title: string; readonly version: string }; readonly methods: readonly OpenRpcMethod[]; readonly 'x-notifications': readonly { readonly name: string }[] };

describe('the OpenRPC document', () => {
  it('is the committed one', () => {
    const committed: unknown = JSON.parse(readFileSync(join(import.meta.dirname, '../../../src/contract/openrpc.json'), 'utf8'));
    expect(JSON.parse(JSON.stringify(document))).toEqual(committed);
  });

  it('says its version, title and every method and notification once', () => {
    expect(document.openrpc).toMatch(/^1\.\d+\.\d+$/);
    expect(document.info).toMatchObject({ title: expect.stringMatching(/./), version: expect.stringMatching(/^\d+$/) });
    expect(document.methods.map(({ name }) => name)).toEqual(Object.keys(methods));
    expect(document['x-notifications'].map(({ name }) => name)).toEqual(Object.keys(notifications));
  });

  it.each(document.methods.map((method) => [method.name, method] as const))('describes %s as OpenRPC asks', (_, method) => {
    expect(method.paramStructure).toBe('by-name');
    expect(new Set(method.params.map(({ name }) => name)).size).toBe(method.params.length);
    // OpenRPC 1.3, method object: optional parameters stand after all required ones.
    const required = method.params.map((parameter) => parameter.required);
    expect(required).toEqual([...required].sort((a, b) => Number(b) - Number(a)));
    expect(method.result.name).not.toBe('');
    for (const error of method.errors) {
      // Numbers from -32768 to -32000 belong to JSON-RPC itself.
      expect(error.code).toBeGreaterThan(1000);
      expect(error.message).not.toBe('');
    }
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    for (const schema of [...method.params.map((parameter) => parameter.schema), method.result.schema]) expect(ajv.validateSchema(schema), JSON.stringify(ajv.errors)).toBe(true);
  });
});
