import { InterpolationError, interpolate, type VariableLookup } from './interpolate.ts';

const entry = /^(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*(?:=[ \t]*(.*))?$/s;
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$$' };

/**
 * Reads `.env` files: NAME=value, `export` before it, comments, values in quotes over several lines. In single
 * quotes everything is literal; elsewhere variables are put in, those of earlier lines first. A name alone
 * takes its value from `outer`. @throws InterpolationError, with the line in its message
 */
export const readEnvironmentFile = (text: string, outer: VariableLookup): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  const lookup: VariableLookup = (name) => outer(name) ?? found.get(name);
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  for (let at = 0; at < lines.length; at += 1) {
    const number = at + 1;
    const line = (lines[at] ?? '').trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, name, written] = entry.exec(line) ?? [];
    if (name === undefined) throw new InterpolationError(`line ${number} is not of the form NAME=value`);
    if (written === undefined) {
      const value = outer(name);
      if (value !== undefined) found.set(name, value);
      continue;
    }
    let value = written;
    const quote = value[0];
    if (quote !== '"' && quote !== "'") {
      found.set(name, named(number, () => interpolate(value.replace(/[ \t]+#.*$/, '').replace(/^#.*$/, '').trim(), lookup)));
      continue;
    }
    let end = closingQuote(value, quote);
    while (end < 0) {
      at += 1;
      if (at >= lines.length) throw new InterpolationError(`line ${number}: the quote is never closed`);
      value += `\n${lines[at]}`;
      end = closingQuote(value, quote);
    }
    const inner = value.slice(1, end);
    found.set(name, quote === "'" ? inner : named(number, () => interpolate(inner.replace(/\\([nrt"\\$])/g, (_, letter: string) => escapes[letter] ?? letter), lookup)));
  }
  return found;
};

const named = (line: number, body: () => string): string => {
  try {
    return body();
  } catch (error) {
    if (error instanceof InterpolationError) throw new InterpolationError(`line ${line}: ${error.message}`);
    throw error;
  }
};

const closingQuote = (text: string, quote: string): number => {
  for (let at = 1; at < text.length; at += 1) {
    if (text[at] === quote) return at;
    if (text[at] === '\\' && quote === '"') at += 1;
  }
  return -1;
};
