import { splitVolume } from './split-volume.ts';

/** A map of a compose file, already checked against the schema. */
export type ComposeMap = Readonly<Record<string, unknown>>;

export const isMap = (value: unknown): value is ComposeMap => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The text of a scalar. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** NAME=value entries as a map; null where an entry has no value. */
export const entriesOf = (value: unknown, separator = '='): Record<string, string | null> => {
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, entry === null || entry === undefined ? null : textOf(entry)]));
  return Object.fromEntries(((value ?? []) as readonly string[]).map((entry) => {
    const at = entry.indexOf(separator);
    return at < 0 ? [entry, null] : [entry.slice(0, at), entry.slice(at + separator.length)];
  }));
};

export const textsOf = (value: unknown): readonly string[] => (value === undefined || value === null ? [] : Array.isArray(value) ? value.map(textOf) : [textOf(value)]);

/** What depends_on and networks are in short is a list of names; in full it is a map. */
const named = (nothing: unknown) => (value: unknown): ComposeMap => (isMap(value) ? value : Object.fromEntries(textsOf(value).map((name) => [name, nothing])));

type Merger = (below: unknown, above: unknown) => unknown;

const mergeMaps: Merger = (below, above) => {
  if (!isMap(below) || !isMap(above)) return above ?? below;
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) merged[key] = key in merged ? (isMap(value) && isMap(merged[key]) ? mergeMaps(merged[key], value) : value) : value;
  return merged;
};
const mergeEntries: Merger = (below, above) => ({ ...entriesOf(below), ...entriesOf(above) });
const appendTexts: Merger = (below, above) => [...new Set([...textsOf(below), ...textsOf(above)])];
const append = (keyOf: (item: unknown) => string): Merger => (below, above) => {
  const merged = new Map<string, unknown>();
  for (const item of [...(below ?? []) as readonly unknown[], ...(above ?? []) as readonly unknown[]]) merged.set(keyOf(item), item);
  return [...merged.values()];
};
const whole = (item: unknown): string => JSON.stringify(item);
const targetOf = (item: unknown): string => {
  if (isMap(item)) return textOf(item.target ?? item.source);
  const [source = '', target = source] = splitVolume(textOf(item));
  return target;
};
const targetOfDevice = (item: unknown): string => {
  if (isMap(item)) return textOf(item.target ?? item.source);
  const [source = '', target = source] = textOf(item).split(':');
  return target;
};
const mergeNamed = (nothing: unknown): Merger => (below, above) => mergeMaps(named(nothing)(below), named(nothing)(above));
const mergeBuild: Merger = (below, above) => {
  const full = (value: unknown): ComposeMap => (isMap(value) ? value : value === undefined ? {} : { context: value });
  const [one, other] = [full(below), full(above)];
  return { ...one, ...other, args: mergeEntries(one.args, other.args), labels: mergeEntries(one.labels, other.labels) };
};

/** How a key is merged that is not simply replaced (compose specification, 13-merge). */
const mergers: Readonly<Record<string, Merger>> = {
  environment: mergeEntries, labels: mergeEntries, sysctls: mergeEntries, build: mergeBuild, deploy: mergeMaps, healthcheck: mergeMaps, logging: mergeMaps,
  depends_on: mergeNamed({ condition: 'service_started' }), networks: mergeNamed(null),
  ports: append(whole), expose: append(whole), env_file: (below, above) => [...listOf(below), ...listOf(above)], volumes: append(targetOf), secrets: append(targetOf), configs: append(targetOf),
  devices: append(targetOfDevice), ulimits: mergeMaps, blkio_config: mergeMaps, storage_opt: mergeMaps, label_file: (below, above) => [...listOf(below), ...listOf(above)],
  post_start: (below, above) => [...listOf(below), ...listOf(above)], pre_stop: (below, above) => [...listOf(below), ...listOf(above)],
  cap_add: appendTexts, cap_drop: appendTexts, group_add: appendTexts, security_opt: appendTexts, tmpfs: appendTexts, links: appendTexts, dns: appendTexts, dns_search: appendTexts, dns_opt: appendTexts, volumes_from: appendTexts, profiles: appendTexts,
  extra_hosts: (below, above) => [...hostLines(below), ...hostLines(above)],
};

const listOf = (value: unknown): readonly unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

const hostLines = (value: unknown): readonly string[] => (isMap(value) ? Object.entries(value).flatMap(([name, addresses]) => textsOf(addresses).map((address) => `${name}=${address}`)) : textsOf(value));

/** One service over another. */
export const mergeService = (below: ComposeMap, above: ComposeMap): ComposeMap => {
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const merge = mergers[key];
    merged[key] = key in merged && merge !== undefined ? merge(merged[key], value) : value;
  }
  return merged;
};

/** One file over another. */
export const mergeFiles = (below: ComposeMap, above: ComposeMap): ComposeMap => {
  const merged: Record<string, unknown> = { ...below, ...above };
  for (const section of ['services', 'networks', 'volumes', 'secrets', 'configs']) {
    const [one, other] = [(below[section] ?? {}) as ComposeMap, (above[section] ?? {}) as ComposeMap];
    const entries: Record<string, unknown> = { ...one };
    for (const [name, value] of Object.entries(other)) {
      entries[name] = name in one ? (section === 'services' ? mergeService(one[name] as ComposeMap, value as ComposeMap) : mergeMaps(one[name], value)) : value;
    }
    merged[section] = entries;
  }
  return merged;
};
