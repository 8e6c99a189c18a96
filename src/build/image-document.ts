import type { Digest, Platform } from '../base/index.ts';
import type { NameValue } from '../core/index.ts';
import { parseImageConfig } from '../image/index.ts';
import type { Command, HealthcheckTest } from './instructions.ts';

interface HistoryEntry {
  readonly created: string;
  readonly created_by: string;
  readonly author?: string;
  readonly comment: string;
  readonly empty_layer?: true;
}

const defaultShell = ['/bin/sh', '-c'];
const comment = 'silo.dockerfile.v1';
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []);
const object = (value: unknown): Record<string, unknown> => (typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value as Record<string, unknown> } : {});

/** Entries that speak of no step stand for layers that the history does not tell of: readers count layers by its entries, from the first. */
const wholeHistory = (value: unknown, layers: number): readonly unknown[] => {
  const told: readonly unknown[] = Array.isArray(value) ? value : [];
  const missing = layers - told.filter((entry) => object(entry)['empty_layer'] !== true).length;
  return [...Array.from({ length: Math.max(0, missing) }, () => ({ created_by: '' })), ...told];
};

/**
 * An image configuration in the making (OCI image specification, config.md). What this does not know
 * in the base image's stays as it is.
 */
export class ImageDocument {
  #document: Record<string, unknown>;
  #config: Record<string, unknown>;
  #diffIds: readonly Digest[];
  #history: readonly unknown[];
  #created: Date;
  readonly platform: Platform;

  private constructor(document: Record<string, unknown>, diffIds: readonly Digest[], platform: Platform, created: Date) {
    this.#document = document;
    this.#config = object(document['config']);
    this.#diffIds = diffIds;
    this.#history = wholeHistory(document['history'], diffIds.length);
    this.platform = platform;
    this.#created = created;
  }

  /** @throws SiloError ManifestInvalid */
  static parse(bytes: Uint8Array): ImageDocument {
    const { diffIds, platform, createdAt } = parseImageConfig(bytes);
    return new ImageDocument(JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>, diffIds, platform, createdAt ?? new Date(0));
  }

  static scratch(platform: Platform): ImageDocument {
    return new ImageDocument({ architecture: platform.architecture, ...(platform.variant === undefined ? {} : { variant: platform.variant }), os: platform.os, config: {} }, [], platform, new Date(0));
  }

  copy(): ImageDocument {
    const copy = new ImageDocument({ ...this.#document, config: this.#config, history: this.#history }, this.#diffIds, this.platform, this.#created);
    return copy;
  }

  get diffIds(): readonly Digest[] { return this.#diffIds; }
  get created(): Date { return this.#created; }
  get user(): string { return text(this.#config['User']); }
  get workingDirectory(): string { return text(this.#config['WorkingDir']) || '/'; }
  get shell(): readonly string[] { const shell = texts(this.#config['Shell']); return shell.length === 0 ? defaultShell : shell; }
  get triggers(): readonly string[] { return texts(this.#config['OnBuild']); }

  get environment(): ReadonlyMap<string, string> {
    return new Map(texts(this.#config['Env']).map((entry) => {
      const equals = entry.indexOf('=');
      return equals < 0 ? [entry, ''] : [entry.slice(0, equals), entry.slice(equals + 1)];
    }));
  }

  /** What tells this image from others, but for layers, history and time. */
  get identity(): string { return JSON.stringify({ ...this.#document, config: this.#config, history: undefined, rootfs: undefined, created: undefined }); }

  setEnvironment(pairs: readonly NameValue[]): void {
    const merged = new Map(this.environment);
    for (const { name, value } of pairs) merged.set(name, value);
    this.#config['Env'] = [...merged].map(([name, value]) => `${name}=${value}`);
  }

  setLabels(pairs: readonly NameValue[]): void {
    if (pairs.length === 0) return;
    // Names of a hostile base image may be anything: no prototype.
    const labels = Object.assign(Object.create(null) as Record<string, unknown>, object(this.#config['Labels']));
    for (const { name, value } of pairs) labels[name] = value;
    this.#config['Labels'] = Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  setUser(user: string): void { this.#config['User'] = user; }
  setWorkingDirectory(path: string): void { this.#config['WorkingDir'] = path; }
  setStopSignal(signal: string): void { this.#config['StopSignal'] = signal; }
  setShell(shell: readonly string[]): void { this.#config['Shell'] = shell; }
  setAuthor(author: string): void { this.#document['author'] = author; }
  setHealthcheck(check: HealthcheckTest): void { this.#config['Healthcheck'] = { Test: check.test, ...check.intervals }; }
  addTrigger(trigger: string): void { this.#config['OnBuild'] = [...this.triggers, trigger]; }
  clearTriggers(): void { delete this.#config['OnBuild']; }
  addPorts(ports: readonly string[]): void { this.#addKeys('ExposedPorts', ports); }
  addVolumes(paths: readonly string[]): void { this.#addKeys('Volumes', paths); }

  setCommand(command: Command): void {
    this.#config['Cmd'] = this.commandLine(command);
    delete this.#config['ArgsEscaped'];
  }

  /** An entry point takes the command of the base image away, which was made for another. */
  setEntrypoint(command: Command, keepCommand: boolean): void {
    this.#config['Entrypoint'] = this.commandLine(command);
    delete this.#config['ArgsEscaped'];
    if (!keepCommand) delete this.#config['Cmd'];
  }

  commandLine(command: Command): readonly string[] { return 'exec' in command ? command.exec : [...this.shell, command.shell]; }

  /** A step is done; `layer` is undefined where it changed only the configuration. */
  record(createdBy: string, layer: { readonly diffId: Digest; readonly createdAt: Date } | undefined, maker: { readonly author?: string | undefined; readonly comment?: string } = {}): void {
    if (layer !== undefined) {
      this.#diffIds = [...this.#diffIds, layer.diffId];
      this.#created = layer.createdAt;
    }
    const entry: HistoryEntry = { created: this.#created.toISOString(), created_by: createdBy, ...(maker.author === undefined ? {} : { author: maker.author }), comment: maker.comment ?? comment, ...(layer === undefined ? { empty_layer: true } : {}) };
    this.#history = [...this.#history, entry];
  }

  /** The blob. The same steps over the same base give the same bytes. */
  toBytes(created: Date = this.#created): Uint8Array {
    return Buffer.from(JSON.stringify({
      ...this.#document,
      created: created.toISOString(),
      config: this.#config,
      rootfs: { type: 'layers', diff_ids: this.#diffIds },
      history: this.#history,
      // Docker's own fields of another image's making.
      container: undefined, container_config: undefined, id: undefined, parent: undefined,
    }));
  }

  #addKeys(field: string, names: readonly string[]): void {
    const merged = new Set([...Object.keys(object(this.#config[field])), ...names]);
    this.#config[field] = Object.fromEntries([...merged].sort().map((name) => [name, {}]));
  }
}
