const special = /[.+()|{}$^*?[\]\\/]/;
const escaped = (char: string): string => (special.test(char) ? `\\${char}` : char);

/** A shell pattern (`*`, `?`, backslash) for the text of a variable. */
export const globExpression = (pattern: string, options: { readonly whole?: boolean; readonly every?: boolean; readonly greedy: boolean }): RegExp => {
  let source = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern.charAt(at);
    if (char === '\\' && at + 1 < pattern.length) {
      at += 1;
      source += escaped(pattern.charAt(at));
    } else if (char === '*') {
      // Several in a row mean the same as one, and cost a regular expression dearly.
      if (pattern.charAt(at - 1) !== '*') source += '.*';
    } else {
      source += char === '?' ? '.' : escaped(char);
    }
  }
  return new RegExp(options.whole === true ? `^(?:${source})$` : source, options.every === true ? 'gsu' : 'su');
};

/** `[a-z]`, `[^a-z]` of Go's filepath.Match; undefined where it is not closed or empty. */
const characterClass = (pattern: string, at: number): { readonly source: string; readonly end: number } | undefined => {
  let position = at + 1;
  let source = '[';
  if (pattern.charAt(position) === '^') {
    source += '^';
    position += 1;
  }
  const first = position;
  for (; position < pattern.length; position += 1) {
    let char = pattern.charAt(position);
    if (char === ']' && position > first) return { source: `${source}]`, end: position };
    if (char === '\\') {
      position += 1;
      char = pattern.charAt(position);
      if (char === '') return undefined;
      source += escaped(char);
    } else {
      source += char === '-' && position > first && pattern.charAt(position + 1) !== ']' ? '-' : char === '-' ? '\\-' : escaped(char);
    }
  }
  return undefined;
};

/** One component of a path as Go's filepath.Match reads it; undefined for a pattern that is not valid. */
export const componentExpression = (pattern: string): RegExp | undefined => {
  let source = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern.charAt(at);
    if (char === '*') {
      if (pattern.charAt(at - 1) !== '*' || pattern.charAt(at - 2) === '\\') source += '[^/]*';
    } else if (char === '?') {
      source += '[^/]';
    } else if (char === '[') {
      const found = characterClass(pattern, at);
      if (found === undefined) return undefined;
      source += found.source;
      at = found.end;
    } else if (char === '\\') {
      at += 1;
      if (at >= pattern.length) return undefined;
      source += escaped(pattern.charAt(at));
    } else {
      source += escaped(char);
    }
  }
  return expression(`^${source}$`);
};

/** A whole path with `**`, as .dockerignore has it; undefined for a pattern that is not valid. */
export const pathExpression = (pattern: string): RegExp | undefined => {
  let source = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern.charAt(at);
    if (char === '*' && pattern.charAt(at + 1) === '*') {
      at += 1;
      while (pattern.startsWith('/**', at + 1)) at += 3;
      if (pattern.charAt(at + 1) === '/') at += 1;
      source += at + 1 >= pattern.length ? '.*' : '(?:.*/)?';
    } else if (char === '*') {
      source += '[^/]*';
    } else if (char === '?') {
      source += '[^/]';
    } else if (char === '[') {
      const found = characterClass(pattern, at);
      if (found === undefined) return undefined;
      source += found.source;
      at = found.end;
    } else if (char === '\\') {
      at += 1;
      if (at >= pattern.length) return undefined;
      source += escaped(pattern.charAt(at));
    } else {
      source += escaped(char);
    }
  }
  return expression(`^${source}$`);
};

const expression = (source: string): RegExp | undefined => {
  try {
    return new RegExp(source, 's');
  } catch {
    return undefined;
  }
};

export const hasWildcards = (text: string): boolean => /[*?[\\]/.test(text);
