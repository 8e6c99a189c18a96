import { join } from 'node:path';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { composeSchema } from '../../../src/application/compose-schema.ts';
import { unsupportedKeys } from '../../../src/application/compose-support.ts';
import { skipReason } from '../../fixtures/temporary-folder.ts';

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly enum?: readonly string[];
  readonly $comment?: string;
}

/** The specification's own schema (compose-spec.json of github.com/compose-spec/compose-spec); the project holds no copy. */
const published = join(import.meta.dirname, '../../../../shared/schemas/compose/compose-spec.json');

const whyNot = existsSync(published) ? undefined : 'the published compose-spec.json does not lie beside the checkout';

describe.skipIf(skipReason('the schema of compose files', whyNot))('the schema of compose files', () => {
  const root = existsSync(published) ? JSON.parse(readFileSync(published, 'utf8')) as Schema & { readonly definitions: Readonly<Record<string, Schema>> } : undefined;
  const resolved = (schema: Schema): Schema => (schema.$ref === undefined ? schema : resolved(root?.definitions[schema.$ref.split('/').at(-1) ?? ''] ?? {}));
  /** All forms that a value may have. */
  const forms = (schema: Schema): readonly Schema[] => {
    const found = resolved(schema);
    return found.anyOf === undefined && found.oneOf === undefined ? [found] : [...found.anyOf ?? [], ...found.oneOf ?? []].flatMap(forms);
  };
  const propertiesOf = (schema: Schema): Readonly<Record<string, Schema>> => Object.assign({}, ...forms(schema).map(({ properties }) => properties ?? {})) as Readonly<Record<string, Schema>>;
  const childrenOf = (schema: Schema): readonly Schema[] => forms(schema).flatMap(({ items, patternProperties = {} }) => [...(items === undefined ? [] : [items]), ...Object.entries(patternProperties).filter(([pattern]) => pattern !== '^x-').map(([, child]) => child)]);

  const classOf = (schema: Schema): string => (schema.not !== undefined ? 'refused' : schema.$comment ?? 'taken');
  const compare = (ours: Schema, theirs: Schema, path: string, found: string[], seen: Map<string, string>): void => {
    const [own, known] = [propertiesOf(ours), propertiesOf(theirs)];
    // Where the specification has free keys, ours are its own subset.
    const isFree = Object.keys(known).length === 0;
    for (const [key, schema] of Object.entries(own)) {
      const at = path === '' ? key : `${path}.${key}`;
      if (known[key] === undefined) {
        if (!isFree) found.push(`${at} is no key of the specification`);
      } else {
        // A key may stand in several forms of a value, and is the same in all of them.
        if ((seen.get(at) ?? classOf(schema)) !== classOf(schema)) found.push(`${at} is of two classes`);
        seen.set(at, classOf(schema));
        if (classOf(schema) === 'taken') compare(schema, known[key], at, found, seen);
      }
    }
    if (Object.keys(own).length > 0) for (const key of Object.keys(known)) if (own[key] === undefined) found.push(`${path === '' ? key : `${path}.${key}`} is neither taken, nor ignored with a warning, nor refused by name`);
    const [below, belowTheirs] = [childrenOf(ours), childrenOf(theirs)];
    for (const child of below) for (const other of belowTheirs) if (Object.keys(propertiesOf(child)).length > 0 && Object.keys(propertiesOf(other)).length > 0) compare(child, other, `${path}.*`, found, seen);
  };

  it('takes, ignores with a warning or refuses by name every key of the specification, and has none of its own', () => {
    const [found, seen]: [string[], Map<string, string>] = [[], new Map()];
    compare(composeSchema, root ?? {}, '', found, seen);
    expect(found).toEqual([]);
    // That the walk reached the depths.
    const of = (wanted: string): readonly string[] => [...seen].filter(([, treatment]) => treatment === wanted).map(([path]) => path).toSorted();
    expect(of('taken')).toEqual(expect.arrayContaining(['services.*.deploy.resources.limits.cpus', 'services.*.volumes.*.bind.create_host_path', 'networks.*.ipam.config.*.subnet', 'services.*.depends_on.*.condition']));
    // The reasons are of keys that there are, and each has one.
    for (const treatment of ['ignored', 'refused'] as const) expect(Object.values(unsupportedKeys).filter((group) => group.treatment === treatment).flatMap(({ keys }) => [...keys]).toSorted()).toEqual(of(treatment));
  });
});
