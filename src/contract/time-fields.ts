import type { TSchema } from './schema.ts';
import { methods } from './methods.ts';

/** Names of all fields of format date-time in results and streams. User text never stands under a field of such a name: it travels as `value`, `text` or in arrays. */
export const timeFields = (): readonly string[] => {
  const found = new Set<string>();
  const visit = (schema: unknown, name: string): void => {
    if (typeof schema !== 'object' || schema === null) return;
    const node = schema as { format?: string; properties?: Record<string, TSchema>; items?: unknown; anyOf?: unknown[] };
    if (node.format === 'date-time' && name !== '') found.add(name);
    for (const [key, value] of Object.entries(node.properties ?? {})) visit(value, key);
    visit(node.items, name);
    for (const option of node.anyOf ?? []) visit(option, name);
  };
  for (const method of Object.values(methods)) {
    visit(method.result, '');
    if ('streams' in method) visit(method.streams, '');
  }
  return [...found].sort();
};
