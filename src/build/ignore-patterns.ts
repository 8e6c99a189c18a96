import { posix } from 'node:path';
import { pathGlob } from './wildcards.ts';

interface IgnorePattern {
  readonly exclusion: boolean;
  readonly matches: (path: string) => boolean;
}

/**
 * The patterns of a .dockerignore, as moby's patternmatcher reads them: the last one that matches a path
 * or a folder above it decides. (npm's packages for this follow moby of 2020, which took `+`, `(` and
 * `{` for parts of a regular expression and threw on some of them.)
 */
export class IgnorePatterns {
  readonly #patterns: readonly IgnorePattern[];
  readonly #hasExclusions: boolean;

  private constructor(patterns: readonly IgnorePattern[]) {
    this.#patterns = patterns;
    this.#hasExclusions = patterns.some((pattern) => pattern.exclusion);
  }

  static readonly none = new IgnorePatterns([]);

  /** `fail` gets the number of a line that is no pattern, counted from 1, and must throw. */
  static parse(text: string, fail: (line: number, pattern: string) => never): IgnorePatterns {
    const patterns: IgnorePattern[] = [];
    for (const [index, raw] of text.replace(/^\uFEFF/, '').split(/\r?\n/).entries()) {
      if (raw.startsWith('#')) continue;
      let pattern = raw.trim();
      if (pattern === '') continue;
      const exclusion = pattern.startsWith('!');
      if (exclusion) pattern = pattern.slice(1).trim();
      if (pattern === '') return fail(index + 1, raw);
      pattern = posix.normalize(pattern).replace(/(?<=.)\/$/, '');
      if (pattern.length > 1 && pattern.startsWith('/')) pattern = pattern.slice(1);
      const matches = matcher(pattern);
      if (matches === undefined) return fail(index + 1, raw);
      patterns.push({ exclusion, matches });
    }
    return new IgnorePatterns(patterns);
  }

  get isEmpty(): boolean { return this.#patterns.length === 0; }

  /** Whether a path, seen from the context's root, is left out. */
  ignores(path: string): boolean {
    if (this.#patterns.length === 0) return false;
    const parents: string[] = [];
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) parents.push(path.slice(0, at));
    let ignored = false;
    for (const pattern of this.#patterns) {
      if (pattern.exclusion !== ignored) continue;
      if (pattern.matches(path) || parents.some((parent) => pattern.matches(parent))) ignored = !pattern.exclusion;
    }
    return ignored;
  }

  /** Whether nothing below an ignored folder can be taken back in. */
  ignoresAllBelow(path: string): boolean { return !this.#hasExclusions && this.ignores(path); }
}

const matcher = (pattern: string): ((path: string) => boolean) | undefined => {
  // moby takes `**x` for "ends with x" where nothing else in it has a meaning.
  if (pattern.startsWith('**') && pattern.length > 2 && !/[*?[\]\\]/.test(pattern.slice(2))) {
    const suffix = pattern.slice(2);
    return (path) => path.endsWith(suffix) || (suffix.startsWith('/') && path === suffix.slice(1));
  }
  const found = pathGlob(pattern);
  return found === undefined ? undefined : (path) => found.test(path);
};
