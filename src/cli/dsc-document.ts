import { dscKinds, dscNames, type DscKind } from '../contract/index.ts';

/** Instances of resources as dsc writes and reads them, and the same on Silo's wire. */
export type Document = Readonly<Record<string, unknown>>;

const wireNames: ReadonlyMap<string, string> = new Map([...dscNames].map(([wire, dsc]) => [dsc, wire]));

const isObject = (value: unknown): value is Document => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Fields that are objects of texts in documents, and lists of names and values on the wire. */
const maps: ReadonlySet<string> = new Set(['environment', 'labels']);

/** A secure parameter arrives as it was given, or within the object that marks it. */
const unsecured = (value: unknown, mark: string): unknown => (isObject(value) && mark in value ? value[mark] : value);

const credentialOf = (value: unknown): unknown => {
  const login = unsecured(value, 'secureObject');
  if (!isObject(login)) return login;
  return { userName: login['userName'] ?? login['username'] ?? '', secret: unsecured(login['password'], 'secureString') ?? '' };
};

/** A wish from a document: what is only told, and what dsc adds, is left out. */
export const wishOf = (kind: DscKind, document: Document): Document => {
  const { wanted, found } = dscKinds[kind];
  const told = new Set(Object.keys(found.properties).filter((name) => !(name in wanted.properties)));
  const entries = Object.entries(document).flatMap(([given, value]): readonly (readonly [string, unknown])[] => {
    const name = wireNames.get(given) ?? given;
    if (told.has(name) || value === null || ['_inDesiredState', '_metadata', '_restartRequired'].includes(given)) return [];
    if (maps.has(name) && isObject(value)) return [[name, Object.entries(value).map(([key, text]) => ({ name: key, value: text }))]];
    if (name === 'credential') return [[name, credentialOf(value)]];
    if (name === 'containers' && Array.isArray(value)) return [[name, value.map((item: unknown) => (isObject(item) ? wishOf('container', item) : item))]];
    return [[name, value]];
  });
  return Object.fromEntries(entries);
};

/** A document from what was found. */
export const documentOf = (kind: DscKind, found: Document): Document => {
  const entries = Object.entries(found).map(([name, value]): readonly [string, unknown] => {
    if (maps.has(name) && Array.isArray(value)) return [name, Object.fromEntries((value as { name: string; value: string }[]).map((pair) => [pair.name, pair.value]))];
    if (name === 'containers' && kind === 'containerList' && Array.isArray(value)) return [name, value.map((item: Document) => documentOf('container', item))];
    return [dscNames.get(name) ?? name, value];
  });
  const restart = kind === 'host' && found['restartNeeded'] === true ? { _restartRequired: [{ system: found['name'] }] } : {};
  return { ...Object.fromEntries(entries), ...restart };
};

/** Whether an instance has all that a filter names; a text may have * for any characters. */
export const matchesFilter = (document: Document, filter: Document): boolean => Object.entries(filter).every(([name, wanted]) => {
  const actual = document[name];
  if (typeof wanted === 'string' && typeof actual === 'string') return new RegExp(`^${wanted.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)).join('.*')}$`, 'i').test(actual);
  return JSON.stringify(actual) === JSON.stringify(wanted);
});
