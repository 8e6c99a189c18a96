import { SiloError } from '../base/index.ts';

/** Bytes that a manifest, index or configuration may have; registries hold to the same limit for manifests. */
export const documentLimitBytes = 4 * 1024 * 1024;

export const manifestInvalid = (reason: string, cause?: unknown): SiloError =>
  new SiloError('ManifestInvalid', { args: { reason }, ...(cause === undefined ? {} : { cause }) });

/** A JSON object of unknown shape, read field by field. Only its own properties count: `__proto__` of a hostile document is a name like any other. */
export class JsonObject {
  readonly #fields: object;
  /** Where it stands in the document, for messages. */
  readonly place: string;

  constructor(value: unknown, place: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw manifestInvalid(`${place} is not an object`);
    this.#fields = value;
    this.place = place;
  }

  has(name: string): boolean { return this.value(name) !== undefined; }

  /** null counts as absent: Go writes it for empty lists and maps. */
  value(name: string): unknown {
    if (!Object.hasOwn(this.#fields, name)) return undefined;
    return (this.#fields as Record<string, unknown>)[name] ?? undefined;
  }

  text(name: string): string | undefined {
    const value = this.value(name);
    if (value !== undefined && typeof value !== 'string') throw manifestInvalid(`${this.place}.${name} is not a text`);
    // PowerShell's JSON readers break on lone surrogates.
    return value?.toWellFormed();
  }

  object(name: string): JsonObject | undefined {
    const value = this.value(name);
    return value === undefined ? undefined : new JsonObject(value, `${this.place}.${name}`);
  }

  list(name: string): readonly unknown[] | undefined {
    const value = this.value(name);
    if (value !== undefined && !Array.isArray(value)) throw manifestInvalid(`${this.place}.${name} is not a list`);
    return value;
  }

  texts(name: string): readonly string[] {
    return (this.list(name) ?? []).map((item) => {
      if (typeof item !== 'string') throw manifestInvalid(`${this.place}.${name} holds something else than texts`);
      return item.toWellFormed();
    });
  }

  names(): readonly string[] { return Object.keys(this.#fields).map((name) => name.toWellFormed()); }
}

/** @throws SiloError ManifestInvalid: above the limit, not UTF-8 or not JSON. */
export const parseJson = (bytes: Uint8Array, what: string): unknown => {
  if (bytes.length > documentLimitBytes) throw manifestInvalid(`${what} has ${bytes.length} bytes; ${documentLimitBytes} are allowed`);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (error) {
    throw manifestInvalid(`${what} is not JSON`, error);
  }
};

export const parseJsonObject = (bytes: Uint8Array, what: string): JsonObject => new JsonObject(parseJson(bytes, what), what);
