type Test = (char: string) => boolean;

/**
 * `one` takes a character; `many` any number of them; `fork` goes on behind the next node or into it, and
 * `folders` takes whole folders with their slashes.
 */
type Node = { readonly kind: 'one'; readonly test: Test } | { readonly kind: 'many'; readonly test: Test } | { readonly kind: 'fork' } | { readonly kind: 'folders' };

const anything: Test = () => true;
const noSlash: Test = (char) => char !== '/';

/**
 * A pattern that is matched in time proportional to pattern and text, whatever they are: a regular
 * expression made of `*a*a*a*b` takes for ever, and Dockerfiles come from anybody.
 */
export class Glob {
  readonly #nodes: readonly Node[];

  constructor(nodes: readonly Node[]) { this.#nodes = nodes; }

  test(text: string): boolean {
    const characters = Array.from(text);
    return this.#ends(characters, 0).has(characters.length);
  }

  /** How many of the characters from `from` on it can take, fewest or most; undefined where it matches nothing. */
  take(characters: readonly string[], from: number, most: boolean): number | undefined {
    const ends = this.#ends(characters, from);
    const end = most ? [...ends].at(-1) : ends.values().next().value;
    return end === undefined ? undefined : end - from;
  }

  /** Every position at which a match can end, in order. */
  #ends(characters: readonly string[], from: number): ReadonlySet<number> {
    const nodes = this.#nodes;
    const ends = new Set<number>();
    let states = new Set<number>();
    const enter = (into: Set<number>, state: number): void => {
      if (into.has(state)) return;
      into.add(state);
      const kind = nodes[state]?.kind;
      if (kind === 'many') enter(into, state + 1);
      if (kind === 'fork') {
        enter(into, state + 1);
        enter(into, state + 2);
      }
    };
    enter(states, 0);
    for (let at = from; states.size > 0; at += 1) {
      if (states.has(nodes.length)) ends.add(at);
      const char = characters[at];
      if (char === undefined) break;
      const next = new Set<number>();
      for (const state of states) {
        const node = nodes[state];
        if (node === undefined || node.kind === 'fork') continue;
        if (node.kind === 'folders') {
          enter(next, state);
          if (char === '/') enter(next, state + 1);
        } else if (node.test(char)) {
          enter(next, node.kind === 'one' ? state + 1 : state);
        }
      }
      states = next;
    }
    return ends;
  }
}

const literal = (wanted: string): Node => ({ kind: 'one', test: (char) => char === wanted });

/** `[a-z]`, `[^a-z]` of Go's filepath.Match; undefined where it is not closed, empty or the wrong way round. */
const characterClass = (pattern: readonly string[], at: number): { readonly node: Node; readonly end: number } | undefined => {
  let position = at + 1;
  const negated = pattern[position] === '^';
  if (negated) position += 1;
  const ranges: (readonly [string, string])[] = [];
  const character = (): string | undefined => {
    if (pattern[position] === '\\') position += 1;
    const char = pattern[position];
    position += 1;
    return char;
  };
  while (pattern[position] !== ']' || ranges.length === 0) {
    if (pattern[position] === ']' || pattern[position] === '-') return undefined;
    const low = character();
    let high = low;
    if (pattern[position] === '-') {
      position += 1;
      if (pattern[position] === ']') return undefined;
      high = character();
    }
    if (low === undefined || high === undefined || (high.codePointAt(0) ?? 0) < (low.codePointAt(0) ?? 0)) return undefined;
    ranges.push([low, high]);
  }
  const within: Test = (char) => ranges.some(([low, high]) => (char.codePointAt(0) ?? 0) >= (low.codePointAt(0) ?? 0) && (char.codePointAt(0) ?? 0) <= (high.codePointAt(0) ?? 0));
  return { node: { kind: 'one', test: (char) => char !== '/' && within(char) !== negated }, end: position };
};

const read = (text: string, folders: boolean): Glob | undefined => {
  const pattern = Array.from(text);
  const nodes: Node[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at] as string;
    if (char === '*' && folders && pattern[at + 1] === '*') {
      at += 1;
      if (pattern[at + 1] === '/') at += 1;
      if (at + 1 >= pattern.length) nodes.push({ kind: 'many', test: anything });
      else nodes.push({ kind: 'fork' }, { kind: 'folders' });
    } else if (char === '*') {
      nodes.push({ kind: 'many', test: noSlash });
    } else if (char === '?') {
      nodes.push({ kind: 'one', test: noSlash });
    } else if (char === '[') {
      const found = characterClass(pattern, at);
      if (found === undefined) return undefined;
      nodes.push(found.node);
      at = found.end;
    } else if (char === '\\') {
      at += 1;
      const escaped = pattern[at];
      if (escaped === undefined) return undefined;
      nodes.push(literal(escaped));
    } else {
      nodes.push(literal(char));
    }
  }
  return new Glob(nodes);
};

/** One component of a path as Go's filepath.Match reads it; undefined for a pattern that is not valid. */
export const componentGlob = (pattern: string): Glob | undefined => read(pattern, false);

/** A whole path with `**`, as .dockerignore has it; undefined for a pattern that is not valid. */
export const pathGlob = (pattern: string): Glob | undefined => read(pattern, true);

/** A shell pattern (`*`, `?`, backslash) for the text of a variable; backwards, to be matched from its end. */
export const textGlob = (text: string, backwards = false): Glob => {
  const pattern = Array.from(text);
  const nodes: Node[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at] as string;
    if (char === '\\' && at + 1 < pattern.length) {
      at += 1;
      nodes.push(literal(pattern[at] as string));
    } else {
      nodes.push(char === '*' ? { kind: 'many', test: anything } : char === '?' ? { kind: 'one', test: anything } : literal(char));
    }
  }
  return new Glob(backwards ? nodes.reverse() : nodes);
};

export const hasWildcards = (text: string): boolean => /[*?[\\]/.test(text);
