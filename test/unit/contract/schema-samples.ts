/** As much of JSON Schema as the contract's schemas use. */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** A value that the schema allows: with every field that it knows, or with those alone that it requires. */
export const sampleOf = (schema: Schema, fields: 'all' | 'required' = 'all'): unknown => {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf !== undefined) return sampleOf(schema.anyOf[0] ?? {}, fields);
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(Object.entries(schema.properties ?? {})
        .filter(([name]) => fields === 'all' || schema.required?.includes(name))
        .map(([name, property]) => [name, sampleOf(property, fields)]));
    case 'array': return fields === 'all' || (schema.minItems ?? 0) > 0 ? [sampleOf(schema.items ?? {}, fields)] : [];
    case 'string': return schema.format === 'date-time' ? '2026-11-22T04:00:00.123Z' : ['text', 'YQ==', `sha256:${'0'.repeat(64)}`].find((text) => new RegExp(schema.pattern ?? '', 'u').test(text));
    case 'integer': return schema.minimum ?? 1;
    case 'number': return (schema.exclusiveMinimum ?? 0) + 1.5;
    case 'boolean': return true;
    case 'null': return null;
    default: return 'anything';
  }
};

/** Calls `visit` for a schema and everything in it, each with the name of the field that it stands under. */
export const visitSchema = (schema: Schema, visit: (node: Schema, name: string) => void, name = ''): void => {
  visit(schema, name);
  for (const [key, property] of Object.entries(schema.properties ?? {})) visitSchema(property, visit, key);
  if (schema.items !== undefined) visitSchema(schema.items, visit, name);
  for (const option of schema.anyOf ?? []) visitSchema(option, visit, name);
};
