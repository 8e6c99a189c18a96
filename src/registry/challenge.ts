/** One challenge of a `WWW-Authenticate` header; scheme and parameter names in lower case, values unescaped. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Characters of all `WWW-Authenticate` headers of one answer together; real ones have a few hundred. */
const limitChars = 8192;
const token = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const spaces = /[ \t]*/y;
const separators = /[ \t,]*/y;
const token68 = /[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))/y;
const quoted = /"((?:[^"\\]|\\.)*)"/sy;

/** Takes what the pattern matches at the cursor. */
class Cursor {
  readonly #text: string;
  #at = 0;

  constructor(text: string) { this.#text = text; }

  get ended(): boolean { return this.#at >= this.#text.length; }
  get position(): number { return this.#at; }

  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }

  takeText(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  back(position: number): void { this.#at = position; }
}

const takeParameter = (cursor: Cursor): readonly [name: string, value: string] | undefined => {
  const start = cursor.position;
  const name = cursor.take(token)?.[0];
  cursor.take(spaces);
  if (name === undefined || !cursor.takeText('=')) {
    cursor.back(start);
    return undefined;
  }
  cursor.take(spaces);
  const text = cursor.take(quoted)?.[1];
  const value = text === undefined ? cursor.take(token)?.[0] : text.replaceAll(/\\(.)/gs, '$1');
  if (value === undefined) {
    cursor.back(start);
    return undefined;
  }
  return [name.toLowerCase(), value];
};

/**
 * Reads `WWW-Authenticate` (RFC 9110, 11.6.1), which may come several times and hold several challenges
 * each. What can't be read ends the list: the challenges before it count. Never throws. The first of two
 * parameters of one name counts.
 */
export const parseChallenges = (headers: readonly string[]): readonly Challenge[] => {
  const challenges: Challenge[] = [];
  let budget = limitChars;
  for (const header of headers) {
    budget -= header.length;
    if (budget < 0) break;
    challenges.push(...parseHeader(header));
  }
  return challenges;
};

const parseHeader = (header: string): readonly Challenge[] => {
  const cursor = new Cursor(header);
  const challenges: Challenge[] = [];
  cursor.take(separators);
  while (!cursor.ended) {
    const scheme = cursor.take(token)?.[0];
    if (scheme === undefined) break;
    const parameters = new Map<string, string>();
    cursor.take(spaces);
    // A token68 stands where parameters would; no scheme that is answered here uses one.
    if (cursor.take(token68) === undefined) {
      for (let parameter = takeParameter(cursor); parameter !== undefined; parameter = takeParameter(cursor)) {
        const [name, value] = parameter;
        if (!parameters.has(name)) parameters.set(name, value);
        cursor.take(separators);
      }
    }
    challenges.push({ scheme: scheme.toLowerCase(), parameters });
    const before = cursor.position;
    cursor.take(separators);
    // `Basic ?`: nothing that could begin a further challenge.
    if (cursor.position === before && !cursor.ended && parameters.size === 0) break;
  }
  return challenges;
};
