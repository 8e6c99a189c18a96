import { foundApplication, foundContainer, foundContainerList, foundHost, foundImage, foundNetwork, foundVolume, wantedApplication, wantedContainer, wantedContainerList, wantedHost, wantedImage, wantedNetwork, wantedVolume } from './desired-state.ts';
import { credential } from './registry-methods.ts';
import { nameValue } from './schema.ts';

/** Kinds of things as Desired State Configuration 3 calls them. */
export const dscKinds = {
  container: { wanted: wantedContainer, found: foundContainer, key: 'name', title: 'Silo/Container', description: 'A container: its image, command, limits, networks, ports, mounts, and whether it runs.' },
  image: { wanted: wantedImage, found: foundImage, key: 'reference', title: 'Silo/Image', description: 'An image on this host.' },
  network: { wanted: wantedNetwork, found: foundNetwork, key: 'name', title: 'Silo/Network', description: 'A network of containers.' },
  volume: { wanted: wantedVolume, found: foundVolume, key: 'name', title: 'Silo/Volume', description: 'A volume, which outlives containers.' },
  host: { wanted: wantedHost, found: foundHost, key: undefined, title: 'Silo/Host', description: 'This host: default isolation, service, and optional features of Windows.' },
  application: { wanted: wantedApplication, found: foundApplication, key: 'name', title: 'Silo/Application', description: 'Containers, networks and volumes of compose files.' },
  containerList: { wanted: wantedContainerList, found: foundContainerList, key: 'scope', title: 'Silo/ContainerList', description: 'Containers that belong together by a label; with _purge no others have it.' },
} as const;

export type DscKind = keyof typeof dscKinds;

/** What dsc itself calls some fields of the wire. */
export const dscNames: ReadonlyMap<string, string> = new Map([['exist', '_exist'], ['purge', '_purge']]);

/** Exit codes of `silo dsc`, with their meanings. */
const dscExitCodes = { 0: 'Success', 1: 'Invalid arguments', 2: 'Invalid input', 3: 'The engine or something that it needs is not available', 4: 'Administrative rights are needed', 5: 'The operation failed' } as const;

interface Node { readonly [key: string]: unknown; readonly properties?: Readonly<Record<string, Node>>; readonly required?: readonly string[]; readonly enum?: readonly string[]; readonly items?: Node; readonly description?: string }

const asNode = (schema: unknown): Node => schema as Node;
const isList = ({ type, items }: Node, of: unknown): boolean => type === 'array' && JSON.stringify(items) === JSON.stringify(of);

/** A field as documents write it: what the wire has as lists of names and values is an object there. */
const documentSchema = (schema: Node): Node => {
  const { description } = schema;
  if (isList(schema, nameValue)) return { type: 'object', additionalProperties: { type: 'string' }, ...(description === undefined ? {} : { description }) };
  if (JSON.stringify(schema) === JSON.stringify(credential)) {
    const login = { userName: { type: 'string' }, username: { type: 'string' }, password: { anyOf: [{ type: 'string' }, { type: 'object', required: ['secureString'] }] } };
    return { type: 'object', properties: { ...login, secureObject: { type: 'object', properties: login } }, writeOnly: true, description: 'Credential for the registry; a parameter of type secureObject with userName and password.' };
  }
  return schema;
};

const union = (wanted: Node, found: Node): Node => {
  const properties: Record<string, Node> = {};
  for (const [name, schema] of Object.entries({ ...found.properties, ...wanted.properties })) {
    const other = found.properties?.[name];
    const both = schema.enum === undefined || other?.enum === undefined ? schema : { ...schema, enum: [...new Set([...schema.enum, ...other.enum])] };
    const plain = name === 'containers' && both.items?.properties?.['name'] !== undefined ? { ...both, items: union(asNode(wantedContainer), asNode(foundContainer)) } : documentSchema(both);
    properties[dscNames.get(name) ?? name] = wanted.properties?.[name] === undefined && name !== 'exist' ? { ...plain, readOnly: true } : plain;
  }
  return { type: 'object', properties, additionalProperties: false };
};

/** JSON Schema of an instance: what may be asked for and what is told. */
export const instanceSchema = (kind: DscKind): object => {
  const { wanted, found, key, title, description } = dscKinds[kind];
  const { properties, ...rest } = union(asNode(wanted), asNode(found));
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema', title, description, ...rest, ...(key === undefined ? {} : { required: [key] }),
    properties: {
      ...properties,
      _inDesiredState: { type: 'boolean', readOnly: true, description: 'Whether nothing differs.' },
      _metadata: { type: 'object', readOnly: true, description: 'What-if messages.', properties: { whatIf: { type: 'array', items: { type: 'string' } } } },
      ...(title === 'Silo/Host' ? { _restartRequired: { type: 'array', readOnly: true, items: { type: 'object' }, description: 'What must be restarted before all of it works.' } } : {}),
    },
  };
};

/**
 * The manifest list by which dsc finds Silo's resources (`*.dsc.manifests.json` of Desired State Configuration 3). It lies in
 * the module's folder, from which its commands run: Node and the engine themselves, no PowerShell in between.
 */
export const dscManifestList = (version: string): object => ({
  resources: (Object.keys(dscKinds) as DscKind[]).map((kind) => {
    const { title, description } = dscKinds[kind];
    const command = (operation: string, ...more: readonly object[]): object => ({ executable: 'engine/node', args: ['engine/silo.mjs', 'dsc', operation, kind, ...more], input: 'stdin' });
    const whatIf = { whatIfArg: '--what-if' };
    return {
      $schema: 'https://aka.ms/dsc/schemas/v3/bundled/resource/manifest.json',
      type: title,
      kind: 'resource',
      version,
      description,
      tags: ['Container', 'Windows', 'Linux'],
      get: command('get'),
      set: { ...command('set', whatIf), implementsPretest: true, handlesExist: true, return: 'stateAndDiff', whatIfReturns: 'state', requireSecurityContext: 'elevated' },
      test: { ...command('test'), return: 'stateAndDiff' },
      ...(kind === 'host' ? {} : { delete: { ...command('delete', whatIf), requireSecurityContext: 'elevated' } }),
      export: { ...command('export'), supportsFiltering: true },
      exitCodes: dscExitCodes,
      schema: { embedded: instanceSchema(kind) },
    };
  }),
});
