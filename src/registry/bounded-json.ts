/** Levels of objects and lists in one another; what registries send has at most ten. */
const depthLimit = 64;
const quote = 0x22;
const backslash = 0x5c;

const depthOf = (bytes: Uint8Array): number => {
  let depth = 0;
  let deepest = 0;
  let inText = false;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index];
    if (inText) {
      if (byte === backslash) index += 1;
      else if (byte === quote) inText = false;
    } else if (byte === quote) inText = true;
    else if (byte === 0x7b || byte === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return deepest;
};

/** Parses JSON of a stranger. Throws SyntaxError where it is not UTF-8, not JSON, or nested deeper than 64 levels. The caller limits the size. */
export const parseBoundedJson = (bytes: Uint8Array): unknown => {
  if (depthOf(bytes) > depthLimit) throw new SyntaxError(`nested deeper than ${depthLimit} levels`);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (error) {
    // The parser's own message quotes the text, which may be a token.
    throw new SyntaxError(error instanceof SyntaxError ? 'not JSON' : 'not UTF-8');
  }
};

/** The own fields of a JSON object; undefined for anything else. */
export const fieldsOf = (value: unknown): ReadonlyMap<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : undefined;
