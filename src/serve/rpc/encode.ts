/** Strings that some JSON parsers for .NET turn into dates, and those that begin with the escape itself. */
const dateLike = /^(?:\u0001|\/Date\(|\d{4}-\d\d-\d\dT)/;
const loneSurrogateEscape = /\\ud[89a-f]/i;

export interface Encoding {
  /** Put U+0001 before text that looks like a date, but for fields that are times. */
  readonly escapeDateLikeText: boolean;
  readonly timeFields: ReadonlySet<string>;
}

/**
 * A message as JSON. JSON.stringify writes lone surrogates as escapes, which parsers for .NET refuse: such
 * text, which is rare, is made well-formed in a second pass.
 */
export const encodeMessage = (message: unknown, encoding: Encoding): string => {
  const replacer = encoding.escapeDateLikeText
    ? (key: string, value: unknown): unknown => (typeof value === 'string' && dateLike.test(value) && !encoding.timeFields.has(key) ? `\u0001${value}` : value)
    : undefined;
  const text = JSON.stringify(message, replacer);
  return loneSurrogateEscape.test(text) ? JSON.stringify(JSON.parse(text, (_, value: unknown) => (typeof value === 'string' ? value.toWellFormed() : value))) : text;
};
