import { basename, dirname, join } from 'node:path';
import { SiloError } from '../base/index.ts';
import type { Application, ApplicationService } from './application.ts';
import { checkCompose } from './check-compose.ts';
import { composeInvalid } from './compose-invalid.ts';
import { ignoredKeys } from './compose-support.ts';
import { configHash } from './config-hash.ts';
import { dependencyWaves } from './dependency-order.ts';
import { readEnvironmentFile } from './environment-file.ts';
import { InterpolationError, interpolate, type VariableLookup } from './interpolate.ts';
import { labelLines } from './label-lines.ts';
import { entriesOf, isMap, mergeFiles, mergeService, textOf, textsOf, type ComposeMap } from './merge-service.ts';
import { checkProjectName, nameOfFolder } from './project-name.ts';
import { maximumDocumentBytes, readDocument, type ComposeDocument } from './read-document.ts';
import { resolveNetwork } from './resolve-network.ts';
import { readShareVolume } from './share-volume.ts';
import { resolveService, type ServiceSurroundings } from './resolve-service.ts';
import { hostPath, withAbsoluteFiles, withAbsolutePaths } from './service-paths.ts';
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

/** Files that belong together: those of the request, or those that one `include` names. */
interface Scope {
  readonly folder: string;
  readonly lookup: VariableLookup;
  readonly documents: Map<string, Promise<Loaded>>;
}

type Refuse = (path: readonly string[], reason: string) => Error;

const sections = ['services', 'networks', 'volumes', 'secrets', 'configs'] as const;
type Section = (typeof sections)[number];

class ApplicationLoader {
  readonly #request: LoadRequest;
  readonly #read: ReadText;
  readonly #loaded: Loaded[] = [];
  readonly #missing = new Set<string>();
  readonly #ignored = new Set<string>();
  /** Whose variables an entry of a section takes. */
  readonly #scopes = new Map<string, Scope>();

  constructor(request: LoadRequest, read: ReadText) {
    this.#request = request;
    this.#read = read;
  }

  readonly #outer: VariableLookup = (name) => this.#request.environment.get(name);

  async load(): Promise<Application> {
    const files = await this.#files();
    const scope = await this.#scope(dirname(files[0] ?? ''), this.#request.environmentFiles, this.#outer);
    const merged = await this.#merged(files, scope, []);
    const refuse: Refuse = (path, reason) => {
      const place = this.#loaded.findLast(({ value }) => has(value, path)) ?? this.#loaded.findLast(({ value }) => has(value, path.slice(0, 2))) ?? this.#loaded[0];
      return composeInvalid({ file: place?.document.file ?? '', path, line: place?.document.lineOf(path) }, reason);
    };
    const written = this.#request.name ?? scope.lookup('COMPOSE_PROJECT_NAME') ?? (merged.name as string | undefined);
    const name = checkProjectName(written ?? nameOfFolder(basename(scope.folder)) ?? '');
    return this.#resolve(name, scope, merged, refuse);
  }

  /** Files over each other, with all that they include, and with absolute paths. */
  async #merged(files: readonly string[], scope: Scope, way: readonly string[]): Promise<ComposeMap> {
    let merged: ComposeMap = {};
    for (const file of files) {
      const loaded = await this.#document(file, scope);
      const { document, value } = loaded;
      if (way.includes(file)) throw composeInvalid({ file, path: ['include'], line: document.lineOf(['include']) }, `it includes itself: ${[...way, file].join(' -> ')}`);
      const services: Record<string, unknown> = {};
      for (const name of Object.keys(value.services ?? {})) services[name] = await this.#extended(file, name, scope, []);
      const { include, ...own } = value;
      let whole: ComposeMap = withAbsoluteFiles({ ...own, services }, scope.folder, this.#home(scope));
      for (const section of sections) for (const key of Object.keys(whole[section] ?? {})) this.#scopes.set(`${section} ${key}`, scope);
      for (const [index, entry] of (include as readonly unknown[] ?? []).entries()) {
        whole = joined(whole, await this.#included(entry, scope, [...way, file]), (path) =>
          composeInvalid({ file, path: ['include', String(index)], line: document.lineOf(['include', String(index)]) }, `what it includes has another ${path.join('.')}`));
      }
      merged = mergeFiles(merged, whole);
    }
    return merged;
  }

  async #included(entry: unknown, scope: Scope, way: readonly string[]): Promise<ComposeMap> {
    const from: ComposeMap = isMap(entry) ? entry : { path: entry };
    const path = (text: string): string => hostPath(scope.folder, text, this.#home(scope));
    const files = textsOf(from.path).map(path);
    const folder = from.project_directory === undefined ? dirname(files[0] ?? scope.folder) : path(textOf(from.project_directory));
    const below = await this.#scope(folder, from.env_file === undefined ? undefined : textsOf(from.env_file).map(path), scope.lookup);
    // The name of the whole is not theirs to say.
    const { name: _, ...included } = await this.#merged(files, below, way);
    return included;
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

  /** Variables of `outer` go before those of the folder's own files. */
  async #scope(folder: string, environmentFiles: readonly string[] | undefined, outer: VariableLookup): Promise<Scope> {
    let variables: ReadonlyMap<string, string> = new Map();
    const lookup: VariableLookup = (name) => outer(name) ?? variables.get(name);
    if (environmentFiles === undefined) {
      const path = join(folder, '.env');
      const text = await this.#read(path, maximumDocumentBytes);
      if (text !== undefined) variables = await this.#variablesOf(path, text, outer);
    }
    for (const path of environmentFiles ?? []) variables = new Map([...variables, ...await this.#variablesOf(path, await this.#text(path), lookup)]);
    return { folder, lookup, documents: new Map() };
  }

  #document(file: string, scope: Scope): Promise<Loaded> {
    let loading = scope.documents.get(file);
    if (loading === undefined) {
      loading = this.#loadDocument(file, scope.lookup);
      scope.documents.set(file, loading);
    }
    return loading;
  }

  async #loadDocument(file: string, lookup: VariableLookup): Promise<Loaded> {
    const document = await readDocument(file, await this.#text(file));
    const value = this.#withVariables(document, document.value, [], lookup);
    await checkCompose(document, value);
    for (const sentence of ignoredKeys(value)) this.#ignored.add(sentence);
    const loaded = { document, value: value as ComposeMap };
    this.#loaded.push(loaded);
    return loaded;
  }

  /** Variables stand in values, never in keys. */
  #withVariables(document: ComposeDocument, value: unknown, path: readonly string[], lookup: VariableLookup): unknown {
    if (Array.isArray(value)) return value.map((item, index) => this.#withVariables(document, item, [...path, String(index)], lookup));
    if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, this.#withVariables(document, entry, [...path, key], lookup)]));
    if (typeof value !== 'string' || !value.includes('$')) return value;
    try {
      return interpolate(value, lookup, (name) => { this.#missing.add(name); });
    } catch (error) {
      if (error instanceof InterpolationError) throw composeInvalid({ file: document.file, path, line: document.lineOf(path) }, error.message, error);
      throw error;
    }
  }

  /** A service of one file over what it extends, with absolute paths. */
  async #extended(file: string, name: string, scope: Scope, way: readonly string[]): Promise<ComposeMap> {
    const { document, value } = await this.#document(file, scope);
    const service = ((value.services ?? {}) as ComposeMap)[name];
    const here = `${file} ${name}`;
    const refuse = (reason: string): Error => composeInvalid({ file, path: ['services', name, 'extends'], line: document.lineOf(['services', name, 'extends']) }, reason);
    if (!isMap(service)) throw composeInvalid({ file, path: ['services', name] }, 'another service extends it, and it is not there');
    if (way.includes(here)) throw refuse(`it extends itself: ${[...way, here].map((step) => step.split(' ').at(-1)).join(' -> ')}`);
    if (way.length > maximumExtends) throw refuse('services extend each other too deep');
    const { extends: from, ...own } = service;
    const resolved = withAbsolutePaths(own, scope.folder, this.#home(scope));
    if (from === undefined) return resolved;
    const base = isMap(from) ? { file: from.file as string | undefined, service: textOf(from.service) } : { file: undefined, service: textOf(from) };
    const baseFile = base.file === undefined ? file : hostPath(scope.folder, base.file, this.#home(scope));
    const below = await this.#extended(baseFile, base.service, base.file === undefined ? scope : { ...scope, folder: dirname(baseFile) }, [...way, here]);
    return mergeService(below, resolved);
  }

  #home({ lookup }: Scope): string | undefined { return lookup('HOME') ?? lookup('USERPROFILE'); }

  async #resolve(project: string, scope: Scope, merged: ComposeMap, refuse: Refuse): Promise<Application> {
    const all = (merged.services ?? {}) as Readonly<Record<string, ComposeMap>>;
    const profiles = new Set([...this.#request.profiles ?? [], ...(scope.lookup('COMPOSE_PROFILES') ?? '').split(',').filter(Boolean)]);
    const isOn = (service: ComposeMap): boolean => service.profiles === undefined || profiles.has('*') || textsOf(service.profiles).length === 0 || textsOf(service.profiles).some((profile) => profiles.has(profile));
    const declared = (section: Section): Readonly<Record<string, ComposeMap | null>> => (merged[section] ?? {}) as Readonly<Record<string, ComposeMap | null>>;
    const isExternal = (section: Section, key: string): boolean => isMap(declared(section)[key]?.external) || readFlag(declared(section)[key]?.external as string ?? false) === true;
    const nameOf = (section: Section, key: string): string => {
      const entry = declared(section)[key] ?? {};
      const name = entry.name ?? (isMap(entry.external) ? entry.external.name : undefined);
      if (name !== undefined) return textOf(name);
      return isExternal(section, key) ? key : `${project}_${key}`;
    };
    const services = new Map<string, ApplicationService>();
    for (const [name, service] of Object.entries(all)) {
      if (!isOn(service)) continue;
      const { lookup } = this.#scopes.get(`services ${name}`) ?? scope;
      services.set(name, resolveService(name, service, {
        project, lookup, fileVariables: await this.#fileVariables(service, lookup), fileLabels: await this.#fileLabels(service),
        credentialSpec: await this.#credentialSpec(service, (key, path) => this.#granted('configs', key, declared('configs')[key] ?? undefined, scope, (reason) => refuse(['services', name, ...path], reason)), (path, reason) => refuse(['services', name, ...path], reason)),
        volumeName: (key) => (key in declared('volumes') ? nameOf('volumes', key) : undefined),
        shareVolume: (key) => readShareVolume(declared('volumes')[key] ?? {}, (path, reason) => refuse(['volumes', key, ...path], reason)),
        hasNetwork: (key) => key === 'default' || key in declared('networks'),
        granted: (kind, key, path) => this.#granted(kind, key, declared(kind)[key] ?? undefined, scope, (reason) => refuse(['services', name, ...path], reason)),
        refuse: (path, reason) => refuse(['services', name, ...path], reason),
      }));
    }
    if (services.size === 0) throw refuse(['services'], Object.keys(all).length === 0 ? 'there is none' : 'the profiles of all of them are off');
    this.#checkDependencies(services, new Set(Object.keys(all)), refuse);
    const used = new Set([...services.values()].flatMap(({ settings }) => settings.links.map(({ network }) => network)));
    const networks = new Map([...used].map((key) => [key, resolveNetwork(nameOf('networks', key), declared('networks')[key] ?? {}, isExternal('networks', key), (path, reason) => refuse(['networks', key, ...path], reason))] as const));
    const mounted = new Set([...services.values()].flatMap(({ settings }) => settings.mounts.filter(({ kind }) => kind === 'volume').map(({ source }) => source)));
    const volumes = new Map(Object.entries(declared('volumes')).filter(([key]) => !isExternal('volumes', key)).map(([key, entry]) => [nameOf('volumes', key), labelsOf(entry?.labels)] as const).filter(([name]) => mounted.has(name)));
    const warnings = [...[...this.#missing].map((name) => `The variable ${name} is not set; it is taken for an empty text.`), ...this.#ignored];
    return { name: project, services, knownServices: new Set(Object.keys(all)), networks, volumes, warnings };
  }

  #granted(kind: 'secrets' | 'configs', key: string, entry: ComposeMap | undefined, scope: Scope, refuse: (reason: string) => Error): ReturnType<ServiceSurroundings['granted']> {
    if (entry === undefined) throw refuse(`the files declare no '${key}' among the ${kind}`);
    const forms = ['file', 'environment', 'content'].filter((name) => entry[name] !== undefined);
    if (forms.length !== 1) throw refuse(`'${key}' among the ${kind} needs one of file, environment${kind === 'configs' ? ' and content' : ''}`);
    if (entry.file !== undefined) return { file: textOf(entry.file) };
    if (entry.content !== undefined) return { content: textOf(entry.content) };
    const variable = textOf(entry.environment);
    const content = (this.#scopes.get(`${kind} ${key}`) ?? scope).lookup(variable);
    if (content === undefined) throw refuse(`the variable ${variable} is not set, which holds '${key}' of the ${kind}`);
    return { content };
  }

  async #fileVariables(service: ComposeMap, lookup: VariableLookup): Promise<readonly (readonly [string, string])[]> {
    const found: (readonly [string, string])[] = [];
    for (const entry of (service.env_file ?? []) as readonly unknown[]) {
      const path = isMap(entry) ? textOf(entry.path) : textOf(entry);
      const text = await this.#read(path, maximumDocumentBytes);
      if (text === undefined && isMap(entry) && readFlag(entry.required as string ?? true) === false) continue;
      const lines = text ?? await this.#text(path);
      found.push(...isMap(entry) && entry.format === 'raw' ? labelLines(lines) : await this.#variablesOf(path, lines, lookup));
    }
    return found;
  }

  async #fileLabels(service: ComposeMap): Promise<readonly (readonly [string, string])[]> {
    const found: (readonly [string, string])[] = [];
    for (const path of textsOf(service.label_file)) found.push(...labelLines(await this.#text(path)));
    return found;
  }

  async #credentialSpec(service: ComposeMap, config: (key: string, path: readonly string[]) => ReturnType<ServiceSurroundings['granted']>, refuse: Refuse): Promise<string | undefined> {
    const { credential_spec: from } = service;
    if (!isMap(from)) return undefined;
    if ((from.file === undefined) === (from.config === undefined)) throw refuse(['credential_spec'], 'it needs one of file and config');
    if (from.file !== undefined) return this.#text(textOf(from.file));
    const found = config(textOf(from.config), ['credential_spec', 'config']);
    return found.file === undefined ? found.content : this.#text(found.file);
  }

  #checkDependencies(services: ReadonlyMap<string, ApplicationService>, known: ReadonlySet<string>, refuse: Refuse): void {
    for (const { name, dependsOn, settings } of services.values()) {
      for (const [other, { required }] of Object.entries(dependsOn)) {
        if (!known.has(other)) throw refuse(['services', name, 'depends_on', other], 'there is no such service');
        if (required && !services.has(other)) throw refuse(['services', name, 'depends_on', other], 'the profile of that service is off');
      }
      for (const [key, other] of sharedServices(settings)) if (!services.has(other)) throw refuse(['services', name, key], `there is no service '${other}', or its profile is off`);
    }
    const order = dependencyWaves(dependencyTable(services));
    if ('ring' in order) throw refuse(['services', order.ring[0] ?? '', 'depends_on'], `services wait for each other: ${order.ring.join(' -> ')}`);
  }
}

/** Services whose namespaces this one shares, by the key that says so. */
export const sharedServices = ({ networkMode, pidMode, ipcMode }: ApplicationService['settings']): readonly (readonly ['network_mode' | 'pid' | 'ipc', string])[] =>
  ([['network_mode', networkMode], ['pid', pidMode], ['ipc', ipcMode]] as const).flatMap(([key, mode]) => (mode?.startsWith('service:') === true ? [[key, mode.slice('service:'.length)] as const] : []));

/** Whom each service waits for: those of depends_on, and those whose namespaces it shares. */
export const dependencyTable = (services: ReadonlyMap<string, Pick<ApplicationService, 'dependsOn' | 'settings'>>): ReadonlyMap<string, readonly string[]> =>
  new Map([...services].map(([name, { dependsOn, settings }]) => [name, [...new Set([...Object.keys(dependsOn), ...sharedServices(settings).map(([, other]) => other)])]]));

const labelsOf = (labels: unknown): Readonly<Record<string, string>> => Object.fromEntries(Object.entries(entriesOf(labels)).map(([key, value]) => [key, value ?? '']));

/** One set of files beside another; what both have must be the same. */
const joined = (own: ComposeMap, included: ComposeMap, refuse: (path: readonly string[]) => Error): ComposeMap => {
  const whole: Record<string, unknown> = { ...own };
  for (const section of sections) {
    const [mine, other] = [(own[section] ?? {}) as ComposeMap, (included[section] ?? {}) as ComposeMap];
    for (const key of Object.keys(other)) if (key in mine && configHash(mine[key]) !== configHash(other[key])) throw refuse([section, key]);
    whole[section] = { ...other, ...mine };
  }
  return whole;
};

const has = (value: unknown, path: readonly string[]): boolean => {
  let found: unknown = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !(key in found)) return false;
    found = (found as ComposeMap)[key];
  }
  return true;
};
