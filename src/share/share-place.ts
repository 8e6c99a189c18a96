import { createHash } from 'node:crypto';

/** A name for what these words say together; neither servers, shares nor accounts know upper and lower case. */
export const placeName = (...words: readonly (string | number | boolean | undefined)[]): string =>
  createHash('sha256').update(JSON.stringify(words.map((word) => (typeof word === 'string' ? word.toLowerCase() : word ?? null)))).digest('hex').slice(0, 24);
