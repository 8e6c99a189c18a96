import { basename, dirname, join } from 'node:path';
import { SiloError } from '../base/index.ts';
import type { Application, ApplicationNetwork, ApplicationService } from './application.ts';
import { checkCompose } from './check-compose.ts';
import { composeInvalid } from './compose-invalid.ts';
import { dependencyWaves } from './dependency-order.ts';
import { readEnvironmentFile } from './environment-file.ts';
import { InterpolationError, interpolate, type VariableLookup } from './interpolate.ts';
import { entriesOf, isMap, mergeFiles, mergeService, textOf, textsOf, type ComposeMap } from './merge-service.ts';
import { checkProjectName, nameOfFolder } from './project-name.ts';
import { maximumDocumentBytes, readDocument, type ComposeDocument } from './read-document.ts';
import { resolveService } from './resolve-service.ts';
import { hostPath, withAbsolutePaths } from './service-paths.ts';
import { readFlag } from './values.ts';

export interface LoadRequest {
  /** Absolute paths, a later one over the earlier; or one folder, whose compose files are found by their names. */
  readonly files: readonly string[];
  /** Before the name in the files and that of the folder. */
  readonly name?: string | undefined;
  readonly profiles?: readonly string[] | undefined;
  /** Files of variables in place of `.env`. */
  readonly environmentFiles?: readonly string[] | undefined;
  /** Variables that go before those of files. */
  readonly environment: ReadonlyMap<string, string>;
}

/** Reads a file: its text, undefined where there is none. Errors: PathAccessDenied; ParameterInvalid for more than `limit` bytes. */
export type ReadText = (path: string, limit: number) => Promise<string | undefined>;

const usualNames = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const maximumExtends = 32;

/** Reads an application from compose files. @throws SiloError ComposeInvalid, PathNotFound, PathAccessDenied, ParameterInvalid */
export const loadApplication = (request: LoadRequest, read: ReadText): Promise<Application> => new ApplicationLoader(request, read).load();

interface Loaded { readonly document: ComposeDocument; readonly value: ComposeMap }

class ApplicationLoader {
  readonly #request: LoadRequest;
  readonly #read: ReadText;
  readonly #documents = new Map<string, Promise<Loaded>>();
  readonly #missing = new Set<string>();
  #variables: ReadonlyMap<string, string> = new Map();

  constructor(request: LoadRequest, read: ReadText) {
    this.#request = request;
    this.#read = read;
  }

  readonly #lookup: VariableLookup = (name) => this.#request.environment.get(name) ?? this.#variables.get(name);

  async load(): Promise<Application> {
    const files = await this.#files();
    const folder = dirname(files[0] ?? '');
    await this.#readVariables(folder);
    const loaded: Loaded[] = [];
    for (const file of files) loaded.push(await this.#document(file));
    const refuse = (path: readonly string[], reason: string): Error => {
      const place = loaded.findLast(({ value }) => has(value, path)) ?? loaded.findLast(({ value }) => has(value, path.slice(0, 2))) ?? loaded[0];
      return composeInvalid({ file: place?.document.file ?? '', path, line: place?.document.lineOf(path) }, reason);
    };
    let merged: ComposeMap = {};
    for (const { document, value } of loaded) {
      const services: Record<string, unknown> = {};
      for (const name of Object.keys(value.services ?? {})) services[name] = await this.#extended(document.file, name, folder, []);
      merged = mergeFiles(merged, { ...value, services });
    }
    const written = this.#request.name ?? this.#lookup('COMPOSE_PROJECT_NAME') ?? (merged.name as string | undefined);
    const name = checkProjectName(written ?? nameOfFolder(basename(folder)) ?? '');
    return this.#resolve(name, folder, merged, refuse);
  }

  async #files(): Promise<readonly string[]> {
    const [first, ...others] = this.#request.files;
    if (first === undefined) throw new SiloError('ParameterInvalid', { args: { parameter: 'files', reason: 'there is none in the list' } });
    if (others.length > 0 || /\.(ya?ml|json)$/i.test(first)) return [first, ...others];
    for (const usual of usualNames) {
      const path = join(first, usual);
      if (await this.#read(path, maximumDocumentBytes) === undefined) continue;
      const override = path.replace(/\.ya?ml$/, '.override$&');
      return await this.#read(override, maximumDocumentBytes) === undefined ? [path] : [path, override];
    }
    throw new SiloError('PathNotFound', { args: { path: join(first, 'compose.yaml') }, target: { kind: 'path', id: first } });
  }

  async #text(path: string): Promise<string> {
    const text = await this.#read(path, maximumDocumentBytes);
    if (text === undefined) throw new SiloError('PathNotFound', { args: { path }, target: { kind: 'path', id: path } });
    return text;
  }

  async #variablesOf(path: string, text: string, lookup: VariableLookup): Promise<ReadonlyMap<string, string>> {
    try {
      return readEnvironmentFile(text, lookup);
    } catch (error) {
      if (error instanceof InterpolationError) throw composeInvalid({ file: path, path: [] }, error.message, error);
      throw error;
    }
  }

  async #readVariables(folder: string): Promise<void> {
    const outer: VariableLookup = (name) => this.#request.environment.get(name);
    const { environmentFiles } = this.#request;
    if (environmentFiles === undefined) {
      const path = join(folder, '.env');
      const text = await this.#read(path, maximumDocumentBytes);
      if (text !== undefined) this.#variables = await this.#variablesOf(path, text, outer);
      return;
    }
    for (const path of environmentFiles) this.#variables = new Map([...this.#variables, ...await this.#variablesOf(path, await this.#text(path), this.#lookup)]);
  }

  #document(file: string): Promise<Loaded> {
    let loading = this.#documents.get(file);
    if (loading === undefined) {
      loading = this.#loadDocument(file);
      this.#documents.set(file, loading);
    }
    return loading;
  }

  async #loadDocument(file: string): Promise<Loaded> {
    const document = await readDocument(file, await this.#text(file));
    const value = this.#withVariables(document, document.value, []);
    await checkCompose(document, value);
    return { document, value: value as ComposeMap };
  }

  /** Variables stand in values, never in keys. */
  #withVariables(document: ComposeDocument, value: unknown, path: readonly string[]): unknown {
    if (Array.isArray(value)) return value.map((item, index) => this.#withVariables(document, item, [...path, String(index)]));
    if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, this.#withVariables(document, entry, [...path, key])]));
    if (typeof value !== 'string' || !value.includes('$')) return value;
    try {
      return interpolate(value, this.#lookup, (name) => { this.#missing.add(name); });
    } catch (error) {
      if (error instanceof InterpolationError) throw composeInvalid({ file: document.file, path, line: document.lineOf(path) }, error.message, error);
      throw error;
    }
  }

  /** A service of one file over what it extends, with absolute paths. */
  async #extended(file: string, name: string, folder: string, way: readonly string[]): Promise<ComposeMap> {
    const { document, value } = await this.#document(file);
    const service = ((value.services ?? {}) as ComposeMap)[name];
    const here = `${file} ${name}`;
    const refuse = (reason: string): Error => composeInvalid({ file, path: ['services', name, 'extends'], line: document.lineOf(['services', name, 'extends']) }, reason);
    if (!isMap(service)) throw composeInvalid({ file, path: ['services', name] }, 'another service extends it, and it is not there');
    if (way.includes(here)) throw refuse(`it extends itself: ${[...way, here].map((step) => step.split(' ').at(-1)).join(' -> ')}`);
    if (way.length > maximumExtends) throw refuse('services extend each other too deep');
    const { extends: from, ...own } = service;
    const resolved = withAbsolutePaths(own, folder, this.#home());
    if (from === undefined) return resolved;
    const base = isMap(from) ? { file: from.file as string | undefined, service: textOf(from.service) } : { file: undefined, service: textOf(from) };
    const baseFile = base.file === undefined ? file : hostPath(folder, base.file, this.#home());
    const below = await this.#extended(baseFile, base.service, base.file === undefined ? folder : dirname(baseFile), [...way, here]);
    return mergeService(below, resolved);
  }

  #home(): string | undefined { return this.#lookup('HOME') ?? this.#lookup('USERPROFILE'); }

  async #resolve(project: string, folder: string, merged: ComposeMap, refuse: (path: readonly string[], reason: string) => Error): Promise<Application> {
    const all = (merged.services ?? {}) as Readonly<Record<string, ComposeMap>>;
    const profiles = new Set([...this.#request.profiles ?? [], ...(this.#lookup('COMPOSE_PROFILES') ?? '').split(',').filter(Boolean)]);
    const isOn = (service: ComposeMap): boolean => service.profiles === undefined || profiles.has('*') || textsOf(service.profiles).length === 0 || textsOf(service.profiles).some((profile) => profiles.has(profile));
    const declared = (section: string): Readonly<Record<string, ComposeMap | null>> => (merged[section] ?? {}) as Readonly<Record<string, ComposeMap | null>>;
    const nameOf = (section: string, key: string): string => {
      const entry = declared(section)[key];
      if (entry?.name !== undefined) return textOf(entry.name);
      return entry !== null && entry !== undefined && readFlag(entry.external as string ?? false) === true ? key : `${project}_${key}`;
    };
    const isExternal = (section: string, key: string): boolean => readFlag(declared(section)[key]?.external as string ?? false) === true;
    const services = new Map<string, ApplicationService>();
    for (const [name, service] of Object.entries(all)) {
      if (!isOn(service)) continue;
      services.set(name, resolveService(name, service, {
        project, lookup: this.#lookup, fileVariables: await this.#fileVariables(service),
        volumeName: (key) => (key in declared('volumes') ? nameOf('volumes', key) : undefined),
        hasNetwork: (key) => key === 'default' || key in declared('networks'),
        grantedFile: (kind, key) => { const file = declared(kind)[key]?.file; return file === undefined ? undefined : hostPath(folder, textOf(file), this.#home()); },
        refuse: (path, reason) => refuse(['services', name, ...path], reason),
      }));
    }
    if (services.size === 0) throw refuse(['services'], Object.keys(all).length === 0 ? 'there is none' : 'the profiles of all of them are off');
    this.#checkDependencies(services, new Set(Object.keys(all)), refuse);
    const used = new Set([...services.values()].flatMap(({ settings }) => settings.links.map(({ network }) => network)));
    const networks = new Map([...used].map((key): [string, ApplicationNetwork] => [key, resolveNetwork(nameOf('networks', key), declared('networks')[key] ?? {}, (reason) => refuse(['networks', key], reason))]));
    const mounted = new Set([...services.values()].flatMap(({ settings }) => settings.mounts.filter(({ kind }) => kind === 'volume').map(({ source }) => source)));
    const volumes = Object.keys(declared('volumes')).filter((key) => !isExternal('volumes', key)).map((key) => nameOf('volumes', key)).filter((name) => mounted.has(name));
    const warnings = [...this.#missing].map((name) => `The variable ${name} is not set; it is taken for an empty text.`);
    return { name: project, services, knownServices: new Set(Object.keys(all)), networks, volumes, warnings };
  }

  async #fileVariables(service: ComposeMap): Promise<readonly (readonly [string, string])[]> {
    const found: (readonly [string, string])[] = [];
    for (const entry of (service.env_file ?? []) as readonly unknown[]) {
      const path = isMap(entry) ? textOf(entry.path) : textOf(entry);
      const text = await this.#read(path, maximumDocumentBytes);
      if (text === undefined && isMap(entry) && readFlag(entry.required as string ?? true) === false) continue;
      found.push(...await this.#variablesOf(path, text ?? await this.#text(path), this.#lookup));
    }
    return found;
  }

  #checkDependencies(services: ReadonlyMap<string, ApplicationService>, known: ReadonlySet<string>, refuse: (path: readonly string[], reason: string) => Error): void {
    for (const { name, dependsOn, settings } of services.values()) {
      for (const [other, { required }] of Object.entries(dependsOn)) {
        if (!known.has(other)) throw refuse(['services', name, 'depends_on', other], 'there is no such service');
        if (required && !services.has(other)) throw refuse(['services', name, 'depends_on', other], 'the profile of that service is off');
      }
      const shared = /^service:(.*)$/.exec(settings.networkMode ?? '')?.[1];
      if (shared !== undefined && !services.has(shared)) throw refuse(['services', name, 'network_mode'], `there is no service '${shared}', or its profile is off`);
    }
    const order = dependencyWaves(dependencyTable(services));
    if ('ring' in order) throw refuse(['services', order.ring[0] ?? '', 'depends_on'], `services wait for each other: ${order.ring.join(' -> ')}`);
  }
}

/** Whom each service waits for: those of depends_on, and the one whose network it shares. */
export const dependencyTable = (services: ReadonlyMap<string, Pick<ApplicationService, 'dependsOn' | 'settings'>>): ReadonlyMap<string, readonly string[]> =>
  new Map([...services].map(([name, { dependsOn, settings }]) => {
    const shared = /^service:(.*)$/.exec(settings.networkMode ?? '')?.[1];
    return [name, [...Object.keys(dependsOn), ...(shared === undefined ? [] : [shared])]];
  }));

const drivers = { bridge: 'nat', nat: 'nat', internal: 'internal', transparent: 'transparent' } as const;

const resolveNetwork = (name: string, network: ComposeMap, refuse: (reason: string) => Error): ApplicationNetwork => {
  const flag = (key: string): boolean => {
    const read = readFlag(network[key] as string ?? false);
    if (read === undefined) throw refuse(`'${textOf(network[key])}' of ${key} is no truth value`);
    return read;
  };
  const config = ((network.ipam as ComposeMap | undefined)?.config ?? []) as readonly ComposeMap[];
  const driver = drivers[(network.driver ?? 'nat') as keyof typeof drivers];
  if (flag('internal') && driver === 'transparent') throw refuse('a transparent network cannot be internal');
  return {
    name, external: flag('external'), driver: flag('internal') ? 'internal' : driver, ipv6: flag('enable_ipv6'),
    subnets: config.flatMap(({ subnet }) => textsOf(subnet)), gateways: config.flatMap(({ gateway }) => textsOf(gateway)),
    labels: Object.fromEntries(Object.entries(entriesOf(network.labels)).map(([key, value]) => [key, value ?? ''])),
  };
};

const has = (value: unknown, path: readonly string[]): boolean => {
  let found: unknown = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !(key in found)) return false;
    found = (found as ComposeMap)[key];
  }
  return true;
};
