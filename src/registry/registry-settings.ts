import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { fromFileError, hasErrno, parseImageReference, SiloError, type ImageReference } from '../base/index.ts';
import { fieldsOf, parseBoundedJson } from './bounded-json.ts';
import { isHost } from './host.ts';

/**
 * The settings file: JSON with these fields, each of which may be missing. Hosts are written as in
 * references, `name[:port]`, and compare letter for letter in lower case.
 */
export interface RegistrySettings {
  /** Where references without a registry lead to; `docker.io`. */
  readonly defaultRegistry: string;
  /** Registries asked first for what is pulled from a registry, in this order. Pushes never go to a mirror. */
  readonly mirrors: ReadonlyMap<string, readonly string[]>;
  /** Hosts that are spoken to without TLS. Loopback needs no entry. */
  readonly plainHttpHosts: ReadonlySet<string>;
  /** Absolute path of a PEM file by host: authorities that are trusted for it beside the system's. */
  readonly caFiles: ReadonlyMap<string, string>;
}

export const defaultSettings: RegistrySettings = { defaultRegistry: 'docker.io', mirrors: new Map(), plainHttpHosts: new Set(), caFiles: new Map() };

const fileLimitBytes = 1024 * 1024;
const known = new Set(['defaultRegistry', 'mirrors', 'plainHttpHosts', 'caFiles']);

const invalid = (reason: string): SiloError => new SiloError('RegistrySettingsInvalid', { args: { reason } });

const readHost = (value: unknown, place: string): string => {
  if (typeof value !== 'string' || !isHost(value)) throw invalid(`${place} is not a host, written as name or name:port`);
  return value.toLowerCase();
};

const readHosts = (value: unknown, place: string): readonly string[] => {
  if (!Array.isArray(value)) throw invalid(`${place} is not a list`);
  return value.map((item, index) => readHost(item, `${place}[${index}]`));
};

const readByHost = <Value>(value: unknown, place: string, read: (item: unknown, place: string) => Value): ReadonlyMap<string, Value> => {
  const fields = fieldsOf(value);
  if (fields === undefined) throw invalid(`${place} is not an object`);
  return new Map([...fields].map(([host, item]) => [readHost(host, `the name '${host}' in ${place}`), read(item, `${place}['${host}']`)]));
};

const readPath = (value: unknown, place: string): string => {
  if (typeof value !== 'string' || !isAbsolute(value)) throw invalid(`${place} is not an absolute path`);
  return value;
};

/** Errors: RegistrySettingsInvalid, which names the field; unknown fields are refused. */
export const parseRegistrySettings = (value: unknown): RegistrySettings => {
  const fields = fieldsOf(value);
  if (fields === undefined) throw invalid('the document is not an object');
  for (const name of fields.keys()) if (!known.has(name)) throw invalid(`'${name}' is not a setting; there are ${[...known].join(', ')}`);
  const field = <Value>(name: keyof RegistrySettings, read: (item: unknown, place: string) => Value): Value | undefined => (fields.has(name) ? read(fields.get(name), name) : undefined);
  return {
    defaultRegistry: field('defaultRegistry', readHost) ?? defaultSettings.defaultRegistry,
    mirrors: field('mirrors', (item, place) => readByHost(item, place, readHosts)) ?? defaultSettings.mirrors,
    plainHttpHosts: new Set(field('plainHttpHosts', readHosts)),
    caFiles: field('caFiles', (item, place) => readByHost(item, place, readPath)) ?? defaultSettings.caFiles,
  };
};

/** The defaults where the file is missing. Errors: RegistrySettingsInvalid, PathAccessDenied. */
export const readRegistrySettings = async (path: string): Promise<RegistrySettings> => {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return defaultSettings;
    throw fromFileError(error, path);
  }
  if (bytes.length > fileLimitBytes) throw invalid(`${path} has more than ${fileLimitBytes} bytes`);
  let value: unknown;
  try {
    value = parseBoundedJson(bytes);
  } catch (error) {
    throw invalid(`${path} is ${error instanceof Error ? error.message : 'not JSON'}`);
  }
  return parseRegistrySettings(value);
};

/** Reads a reference; one that names no registry is of the default registry. Errors: ImageReferenceInvalid. */
export const parseReferenceWith = (settings: RegistrySettings, text: string): ImageReference => {
  const reference = parseImageReference(text);
  const named = text.startsWith('docker.io/') || text.startsWith('index.docker.io/');
  if (reference.registry !== 'docker.io' || named || settings.defaultRegistry === 'docker.io') return reference;
  return parseImageReference(`${settings.defaultRegistry}/${text}`);
};
