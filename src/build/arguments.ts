import type { NameValue } from '../core/index.ts';
import type { Lookup } from './word-expansion.ts';
import { expandWord } from './word-expansion.ts';
import type { Dockerfile } from './stages.ts';
import type { ArgInstruction } from './instructions.ts';

/** May be given without an ARG; RUN sees them, and neither the cache nor the history does. */
const proxyNames = new Set(['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]));

/** The arguments of a build: what was given, what the file says before its first FROM, and what the builder knows. */
export class BuildArguments {
  readonly #given: ReadonlyMap<string, string>;
  readonly #global = new Map<string, string | undefined>();
  readonly #used = new Set<string>();
  readonly escape: string;

  /** `platform` are TARGETPLATFORM and its kin. @throws SiloError DockerfileInvalid */
  constructor(file: Dockerfile, given: readonly NameValue[], platform: Readonly<Record<string, string>>) {
    this.#given = new Map(given.map(({ name, value }) => [name, value]));
    this.escape = file.escape;
    for (const [name, value] of Object.entries(platform)) this.#global.set(name, this.#given.get(name) ?? value);
    for (const instruction of file.globalArgs) {
      for (const { name, word } of instruction.items) {
        this.#used.add(name);
        const fallback = word === undefined ? this.#global.get(name) : expandWord(word, { lookup: this.globalLookup, escape: this.escape, line: instruction.line });
        this.#global.set(name, this.#given.get(name) ?? fallback);
      }
    }
  }

  /** For FROM. */
  readonly globalLookup: Lookup = (name) => this.#global.get(name);

  /** Value that an ARG of a stage declares; undefined where it has none. @throws SiloError DockerfileInvalid */
  declare(item: ArgInstruction['items'][number], lookup: Lookup, line: number): string | undefined {
    this.#used.add(item.name);
    const given = this.#given.get(item.name);
    if (given !== undefined) return given;
    if (item.word !== undefined) return expandWord(item.word, { lookup, escape: this.escape, line });
    return this.#global.get(item.name);
  }

  get proxies(): readonly NameValue[] { return [...this.#given].filter(([name]) => proxyNames.has(name)).map(([name, value]) => ({ name, value })); }

  static isProxy(name: string): boolean { return proxyNames.has(name); }

  /** Given, but no ARG asked for them. */
  get unused(): readonly string[] {
    return [...this.#given.keys()].filter((name) => !this.#used.has(name) && !proxyNames.has(name) && name !== 'SOURCE_DATE_EPOCH' && !name.startsWith('BUILDKIT_'));
  }
}
