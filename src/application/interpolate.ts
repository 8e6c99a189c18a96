/** A variable's value; undefined where it is not set. */
export type VariableLookup = (name: string) => string | undefined;

/** What is wrong with a text that names variables, in words. */
export class InterpolationError extends Error {}

const variableName = /^[A-Za-z_][A-Za-z0-9_]*/;
const operators = [':-', ':?', ':+', '-', '?', '+'] as const;
/** Defaults within defaults. */
const maximumDepth = 32;

/**
 * Puts variables into a text, as the compose specification says: `$A`, `${A}`, `${A:-default}`, `${A-default}`,
 * `${A:?error}`, `${A?error}`, `${A:+replacement}`, `${A+replacement}`; `$$` is a dollar sign. A default may hold variables.
 * @throws InterpolationError
 */
export const interpolate = (text: string, lookup: VariableLookup, missing: (name: string) => void = () => undefined, depth = 0): string => {
  if (depth > maximumDepth) throw new InterpolationError('defaults stand within each other too deep');
  let result = '';
  for (let at = 0; at < text.length;) {
    const dollar = text.indexOf('$', at);
    if (dollar < 0) return result + text.slice(at);
    result += text.slice(at, dollar);
    const next = text[dollar + 1];
    if (next === '$') {
      result += '$';
      at = dollar + 2;
    } else if (next === '{') {
      const end = closing(text, dollar + 2);
      result += expand(text.slice(dollar + 2, end), lookup, missing, depth);
      at = end + 1;
    } else {
      const name = variableName.exec(text.slice(dollar + 1))?.[0];
      if (name === undefined) throw new InterpolationError(`'${text.slice(dollar, dollar + 12)}' is no variable; a dollar sign is written $$`);
      result += valueOf(name, lookup, missing);
      at = dollar + 1 + name.length;
    }
  }
  return result;
};

/** Place of the brace that closes what was opened before `from`. */
const closing = (text: string, from: number): number => {
  let open = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '}') open -= 1;
    else if (text[at] === '{' && text[at - 1] === '$') open += 1;
    if (open === 0) return at;
  }
  throw new InterpolationError(`'${text.slice(from - 2, from + 20)}' has no closing brace`);
};

const valueOf = (name: string, lookup: VariableLookup, missing: (name: string) => void): string => {
  const value = lookup(name);
  if (value === undefined) missing(name);
  return value ?? '';
};

const expand = (body: string, lookup: VariableLookup, missing: (name: string) => void, depth: number): string => {
  const name = variableName.exec(body)?.[0];
  if (name === undefined) throw new InterpolationError(`'\${${body.slice(0, 20)}}' names no variable`);
  const rest = body.slice(name.length);
  if (rest === '') return valueOf(name, lookup, missing);
  const operator = operators.find((candidate) => rest.startsWith(candidate));
  if (operator === undefined) throw new InterpolationError(`'\${${body.slice(0, 40)}}' is none of the forms \${A}, \${A:-default}, \${A:?error} and \${A:+replacement}`);
  const value = lookup(name);
  const isThere = value !== undefined && (!operator.startsWith(':') || value !== '');
  const other = (): string => interpolate(rest.slice(operator.length), lookup, missing, depth + 1);
  if (operator.endsWith('+')) return isThere ? other() : '';
  if (isThere) return value;
  if (operator.endsWith('-')) return other();
  throw new InterpolationError(`the variable ${name} is needed${rest.length > operator.length ? `: ${other()}` : ''}`);
};
