import { createHash } from 'node:crypto';

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, entry]) => [key, sorted(entry)]));
};

/** SHA-256 of plain data, whatever the order of its keys: 64 hex digits. */
export const configHash = (value: unknown): string => createHash('sha256').update(JSON.stringify(sorted(value))).digest('hex');
