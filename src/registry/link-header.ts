/** Characters of a `Link` header; real ones have the length of one URL. */
const limitChars = 16_384;
const link = /[\s,]*<([^<>]*)>((?:\s*;\s*[A-Za-z0-9!#$&+.^_`|~*-]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s";,]+))?)*)\s*(?=,|$)/sy;
const parameter = /;\s*([A-Za-z0-9!#$&+.^_`|~*-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s";,]+)))?/gs;

/**
 * The target of the link with `rel=next` (RFC 8288; OCI distribution specification, "Listing Tags"), as it
 * stands in the header; undefined where there is none or the header can't be read. Never throws.
 */
export const nextLink = (header: string | undefined): string | undefined => {
  if (header === undefined || header.length > limitChars) return undefined;
  link.lastIndex = 0;
  for (let match = link.exec(header); match !== null; match = link.exec(header)) {
    const [, target = '', parameters = ''] = match;
    for (const [, name = '', quoted, bare] of parameters.matchAll(parameter)) {
      const relations = (quoted ?? bare ?? '').toLowerCase().split(/\s+/);
      if (name.toLowerCase() === 'rel' && relations.includes('next')) return target;
    }
  }
  return undefined;
};
