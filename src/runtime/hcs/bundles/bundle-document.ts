import { SiloError } from '../../../base/index.ts';

export const bundleInvalid = (file: string, reason: string, cause?: unknown): SiloError =>
  new SiloError('BundleInvalid', { args: { path: file, reason }, target: { kind: 'path', id: file }, ...(cause === undefined ? {} : { cause }) });

export const unsupported = (option: string, reason: string): SiloError => new SiloError('OptionUnsupported', { args: { option, reason } });

/** A part of an OCI document, read field by field; what is wrong is named by its place, for example `windows.layerFolders`. */
export class BundleDocument {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly #file: string;
  readonly #place: string;

  constructor(value: unknown, file: string, place = '') {
    this.#file = file;
    this.#place = place;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bundleInvalid(file, `${place === '' ? 'it' : place} is not an object`);
    this.fields = value as Readonly<Record<string, unknown>>;
  }

  invalid(name: string, reason: string): SiloError { return bundleInvalid(this.#file, `${this.#at(name)} ${reason}`); }

  /** null counts as absent: Go writes it for what is empty. */
  has(name: string): boolean { return this.#value(name) !== undefined; }

  text(name: string): string | undefined {
    const value = this.#value(name);
    if (value !== undefined && (typeof value !== 'string' || value.includes('\0'))) throw this.invalid(name, 'is not a text');
    return value;
  }

  flag(name: string): boolean {
    const value = this.#value(name) ?? false;
    if (typeof value !== 'boolean') throw this.invalid(name, 'is neither true nor false');
    return value;
  }

  whole(name: string, least = 0, most = Number.MAX_SAFE_INTEGER): number | undefined {
    const value = this.#value(name);
    if (value !== undefined && (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)) throw this.invalid(name, `is not a whole number from ${least} to ${most}`);
    return value;
  }

  texts(name: string): readonly string[] | undefined {
    const value = this.#list(name);
    if (value !== undefined && !value.every((item) => typeof item === 'string' && !item.includes('\0'))) throw this.invalid(name, 'holds something else than texts');
    return value as readonly string[] | undefined;
  }

  object(name: string): BundleDocument | undefined {
    const value = this.#value(name);
    return value === undefined ? undefined : new BundleDocument(value, this.#file, this.#at(name));
  }

  objects(name: string): readonly BundleDocument[] {
    return (this.#list(name) ?? []).map((item, index) => new BundleDocument(item, this.#file, `${this.#at(name)}[${index}]`));
  }

  #at(name: string): string { return this.#place === '' ? name : `${this.#place}.${name}`; }

  #value(name: string): unknown { return Object.hasOwn(this.fields, name) ? (this.fields[name] ?? undefined) : undefined; }

  #list(name: string): readonly unknown[] | undefined {
    const value = this.#value(name);
    if (value !== undefined && !Array.isArray(value)) throw this.invalid(name, 'is not a list');
    return value;
  }
}
