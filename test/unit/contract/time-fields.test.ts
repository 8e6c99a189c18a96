import { describe, expect, it } from 'vitest';
import { methods, timeFields, type MethodDefinition } from '../../../src/contract/index.ts';
import { visitSchema, type Schema } from './schema-samples.ts';

const answers = Object.entries(methods as Record<string, MethodDefinition>).flatMap(([name, { result, streams }]) => [[name, result], ...(streams === undefined ? [] : [[`stream of ${name}`, streams] as const])] as [string, Schema][]);

describe('time fields', () => {
  it('are all the fields that clients turn into dates', () => {
    expect(timeFields()).toEqual(['createdAt', 'exitedAt', 'finishedAt', 'importedAt', 'startedAt', 'time']);
  });

  it('are never anything else under the same name', () => {
    const names = new Set(timeFields());
    const others: string[] = [];
    let seen = 0;
    for (const [answer, schema] of answers) {
      visitSchema(schema, (node, name) => {
        if (!names.has(name) || node.anyOf !== undefined || node.type === 'null') return;
        seen += 1;
        if (node.type !== 'string' || node.format !== 'date-time') others.push(`${answer}: ${name}`);
      });
    }
    expect(others).toEqual([]);
    expect(seen).toBeGreaterThan(names.size);
  });
});
