import { dockerfileInvalid } from './dockerfile-invalid.ts';
import { hasWildcards, textGlob } from './wildcards.ts';

/** Value of a variable; undefined where it is not set. */
export type Lookup = (name: string) => string | undefined;

export interface ExpansionOptions {
  readonly lookup: Lookup;
  /** `\`, or what the escape directive says. */
  readonly escape: string;
  /** For errors. */
  readonly line: number;
}

/** Replacements of replacements could double a text with every line. */
const expandedLimit = 1024 * 1024;
const nestingLimit = 100;
/** Looking for a pattern everywhere takes the square of the length. */
const patternValueLimit = 2048;

/** A word with variables replaced and quotes taken away, as Docker's builder does. @throws SiloError DockerfileInvalid */
export const expandWord = (word: string, options: ExpansionOptions): string => new Expander(word, options).whole().text;

/** The same, and unquoted blanks separate words, those in values too. @throws SiloError DockerfileInvalid */
export const expandWords = (text: string, options: ExpansionOptions): readonly string[] => new Expander(text, options).whole().words;

/** Variables replaced, quotes kept: the content of a here-document. @throws SiloError DockerfileInvalid */
export const expandText = (text: string, options: ExpansionOptions): string => new Expander(text, options, true).whole().text;

/** Words as they stand: blanks within quotes or behind the escape character separate nothing. */
export const splitWords = (text: string, escape: string): readonly string[] => {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (quote === '' && /\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    word = (word ?? '') + char;
    if (char === escape && quote !== "'" && at + 1 < text.length) {
      at += 1;
      word += text.charAt(at);
    } else if (quote === '') {
      if (char === '"' || char === "'") quote = char;
    } else if (char === quote) {
      quote = '';
    }
  }
  if (word !== undefined) words.push(word);
  return words;
};

class WordList {
  readonly words: string[] = [];
  #word = '';
  #inWord = false;

  /** Unquoted text: blanks end words. */
  raw(text: string): void {
    for (const char of text) {
      if (/\s/.test(char)) this.end();
      else this.quoted(char);
    }
  }

  quoted(text: string): void {
    this.#word += text;
    this.#inWord = true;
  }

  end(): void {
    if (this.#inWord) this.words.push(this.#word);
    this.#word = '';
    this.#inWord = false;
  }
}

class Expander {
  readonly #text: string;
  readonly #options: ExpansionOptions;
  readonly #keepQuotes: boolean;
  readonly #depth: number;
  #at = 0;

  constructor(text: string, options: ExpansionOptions, keepQuotes = false, depth = 0) {
    this.#text = text;
    this.#options = options;
    this.#keepQuotes = keepQuotes;
    this.#depth = depth;
  }

  whole(): { readonly text: string; readonly words: readonly string[] } {
    const list = new WordList();
    const text = this.#until('', false, list);
    list.end();
    return { text, words: list.words };
  }

  #until(stop: string, rawEscapes: boolean, list: WordList): string {
    const parts: string[] = [];
    let length = 0;
    const add = (text: string, quoted: boolean): void => {
      length += text.length;
      if (length > expandedLimit) throw this.#fail(`it expands to more than ${expandedLimit} characters`);
      parts.push(text);
      if (quoted) list.quoted(text);
      else list.raw(text);
    };
    while (this.#at < this.#text.length) {
      const char = this.#text.charAt(this.#at);
      if (stop !== '' && char === stop) {
        this.#at += 1;
        return parts.join('');
      }
      if (char === "'" && !this.#keepQuotes) add(this.#singleQuoted(), true);
      else if (char === '"' && !this.#keepQuotes) add(this.#doubleQuoted(), true);
      else if (char === '$') add(this.#dollar(), false);
      else if (char === this.#options.escape) {
        this.#at += 1;
        // At the very end there is nothing to escape.
        if (this.#at >= this.#text.length) { if (this.#keepQuotes) add(char, true); break; }
        const next = this.#text.charAt(this.#at);
        this.#at += 1;
        if (this.#keepQuotes && next !== '$' && next !== this.#options.escape) add(char + next, true);
        else add(rawEscapes ? char + next : next, true);
      } else {
        this.#at += 1;
        add(char, false);
      }
    }
    if (stop !== '') throw this.#fail(`'${stop}' is missing`);
    return parts.join('');
  }

  #singleQuoted(): string {
    const end = this.#text.indexOf("'", this.#at + 1);
    if (end < 0) throw this.#fail('a single quote is not closed');
    const text = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return text;
  }

  #doubleQuoted(): string {
    const { escape } = this.#options;
    let text = '';
    this.#at += 1;
    for (;;) {
      if (this.#at >= this.#text.length) throw this.#fail('a double quote is not closed');
      const char = this.#text.charAt(this.#at);
      if (char === '"') break;
      if (char === '$') { text += this.#dollar(); continue; }
      this.#at += 1;
      if (char !== escape) { text += char; continue; }
      if (this.#at >= this.#text.length) throw this.#fail('a double quote is not closed');
      const next = this.#text.charAt(this.#at);
      this.#at += 1;
      text += next === '"' || next === '$' || next === escape ? next : char + next;
    }
    this.#at += 1;
    return text;
  }

  #dollar(): string {
    this.#at += 1;
    if (this.#text.charAt(this.#at) !== '{') {
      const name = this.#name();
      return name === '' ? '$' : this.#options.lookup(name) ?? '';
    }
    this.#at += 1;
    const name = this.#name();
    if (name === '') throw this.#fail('the name of a variable is missing');
    let operator = this.#take();
    if (operator === '}') return this.#options.lookup(name) ?? '';
    const colon = operator === ':';
    if (colon) operator = this.#take();
    const value = this.#options.lookup(name);
    const unset = value === undefined || (colon && value === '');
    switch (operator) {
      case '-': {
        const word = this.#word('}');
        return unset ? word : value;
      }
      case '+': {
        const word = this.#word('}');
        return unset ? '' : word;
      }
      case '?': {
        const word = this.#word('}');
        if (unset) throw this.#fail(`${name}: ${word || 'is not set'}`);
        return value;
      }
      case '#':
      case '%': {
        if (colon) throw this.#fail(`':${operator}' is no operator`);
        const greedy = this.#text.charAt(this.#at) === operator;
        if (greedy) this.#at += 1;
        return trim(value ?? '', this.#word('}', true), operator, greedy);
      }
      case '/': {
        if (colon) throw this.#fail("':/' is no operator");
        const every = this.#text.charAt(this.#at) === '/';
        if (every) this.#at += 1;
        const pattern = this.#word('/', true);
        const replacement = this.#word('}');
        return this.#replace(value ?? '', pattern, replacement, every);
      }
      default:
        throw this.#fail(operator === '' ? "'}' is missing" : `'${colon ? ':' : ''}${operator}' is no operator`);
    }
  }

  /** `${x/pattern/word}`: the first match, or every one, each as long as it can be. */
  #replace(value: string, pattern: string, replacement: string, every: boolean): string {
    if (pattern === '') return value;
    if (!hasWildcards(pattern)) return every ? value.replaceAll(pattern, () => replacement) : value.replace(pattern, () => replacement);
    if (value.length > patternValueLimit) throw this.#fail(`a pattern is looked for in more than ${patternValueLimit} characters`);
    const glob = textGlob(pattern);
    const characters = Array.from(value);
    const parts: string[] = [];
    let done = false;
    for (let at = 0; at < characters.length;) {
      const length = done ? undefined : glob.take(characters, at, true);
      if (length === undefined || length === 0) {
        parts.push(characters[at] as string);
        at += 1;
        continue;
      }
      parts.push(replacement);
      at += length;
      done = !every;
    }
    return parts.join('');
  }

  #word(stop: string, rawEscapes = false): string {
    if (this.#depth >= nestingLimit) throw this.#fail('variables are nested too deep');
    const inner = new Expander(this.#text, this.#options, false, this.#depth + 1);
    inner.#at = this.#at;
    const text = inner.#until(stop, rawEscapes, new WordList());
    this.#at = inner.#at;
    return text;
  }

  #take(): string {
    const char = this.#text.charAt(this.#at);
    this.#at += 1;
    return char;
  }

  #name(): string {
    const match = /^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])/.exec(this.#text.slice(this.#at, this.#at + 256));
    const name = match?.[0] ?? '';
    this.#at += name.length;
    return name;
  }

  #fail(reason: string): Error {
    return dockerfileInvalid(this.#options.line, `'${this.#text.slice(0, 80)}': ${reason}`);
  }
}

/** `${x#pattern}` and its three kin. */
const trim = (value: string, pattern: string, side: '#' | '%', most: boolean): string => {
  const characters = Array.from(value);
  if (side === '%') characters.reverse();
  const rest = characters.slice(textGlob(pattern, side === '%').take(characters, 0, most) ?? 0);
  return (side === '%' ? rest.reverse() : rest).join('');
};
