import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { skipReason } from '../fixtures/temporary-folder.ts';

interface Property { readonly type?: string; readonly format?: string; readonly pattern?: string; readonly $ref?: string; readonly items?: Property; readonly additionalProperties?: Property }
interface Definition { readonly enum?: readonly string[]; readonly properties?: Readonly<Record<string, Property>> }

const schemaPath = join(import.meta.dirname, '../../../shared/schemas/hcs/windows-11-21h2.json');
const tablePath = join(import.meta.dirname, '../../native/hcs-simulator/document-types.c');
const whyNot = existsSync(schemaPath) ? undefined : `missing: ${schemaPath}`;

/** The table's word for a property of the published schema. */
const kindOf = (property: Property): string => {
  if (property.$ref !== undefined) return property.$ref.replace('#/definitions/', '');
  if (property.items !== undefined) return `[${kindOf(property.items)}]`;
  if (property.additionalProperties !== undefined) return `{${kindOf(property.additionalProperties)}}`;
  if (property.type === 'boolean') return 'bool';
  if (property.type === 'integer') return property.format ?? '';
  if (property.type !== 'string') return 'object';
  if (property.pattern !== undefined) return 'guid';
  if (property.format === 'byte' || property.format === 'binary') return 'base64';
  if (property.format === 'mac-address') return 'mac';
  return property.format ?? 'text';
};

/** The rows of the C table: a type's name and its fields, adjacent strings joined. */
const rows = (): ReadonlyMap<string, string> => {
  const source = readFileSync(tablePath, 'utf8');
  const table = source.slice(source.indexOf('document_types[]'));
  return new Map([...table.matchAll(/\{"([^"]+)",\s*((?:"[^"]*"\s*)+)\}/g)].map(([, name, strings]) => [name ?? '', [...(strings ?? '').matchAll(/"([^"]*)"/g)].map(([, text]) => text).join('')]));
};

const notAddition = (word: string): boolean => !word.startsWith('+');

describe.skipIf(skipReason('Document types of the HCS simulator', whyNot))('The document types of the HCS simulator', () => {
  const { definitions } = JSON.parse(existsSync(schemaPath) ? readFileSync(schemaPath, 'utf8') : '{"definitions":{}}') as { definitions: Readonly<Record<string, Definition>> };
  const published = [...rows()].filter(([name]) => notAddition(name));

  it('are those of the published schema, field by field and value by value, but for marked additions', () => {
    expect(published.length).toBeGreaterThan(150);
    const expected = published.map(([name]) => {
      const definition = definitions[name];
      const words = definition?.enum ?? Object.entries(definition?.properties ?? {}).map(([field, property]) => `${field}:${kindOf(property)}`);
      return [name, definition === undefined ? 'not in the schema' : words.toSorted()];
    });
    const actual = published.map(([name, fields]) => [name, (fields.startsWith('=') ? fields.slice(1).split('|') : fields.split(' ').filter((word) => word !== '')).filter(notAddition).toSorted()]);
    expect(actual).toEqual(expected);
  });

  it('name no type that is not in the table', () => {
    const known = new Set([...rows().keys()].map((name) => name.replace('+', '')).concat('text', 'bool', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'guid', 'mac', 'base64', 'date-time', 'object'));
    const named = [...rows().values()].filter((fields) => !fields.startsWith('=')).flatMap((fields) => fields.split(' ').filter((word) => word !== '').map((word) => (word.split(':')[1] ?? '').replaceAll(/[[\]{}]/g, '')));
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });
});
