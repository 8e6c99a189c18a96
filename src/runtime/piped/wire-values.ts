import { SiloError, errorTable, type ErrorCode, type SiloErrorOptions } from '../../base/index.ts';

/** What JSON has no form for, in one that no value of ours has. */
type Packed = { readonly $date: number } | { readonly $bytes: string };

/** Dates and bytes in the form that travels; what is undefined is left out, as JSON does. */
export const pack = (value: unknown): unknown => {
  if (value instanceof Date) return { $date: value.getTime() } satisfies Packed;
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') } satisfies Packed;
  if (Array.isArray(value)) return value.map(pack);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, member]) => (member === undefined ? [] : [[key, pack(member)]])));
};

export const unpack = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(unpack);
  if (value === null || typeof value !== 'object') return value;
  if ('$date' in value && typeof value.$date === 'number') return new Date(value.$date);
  if ('$bytes' in value && typeof value.$bytes === 'string') return Buffer.from(value.$bytes, 'base64');
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, unpack(member)]));
};

/** An error on its way: one of the table as it is, any other by its text. */
export const packError = (error: unknown): object => {
  if (!(error instanceof SiloError)) return { text: error instanceof Error ? error.message : String(error) };
  const { code, args, target, operation, native, retryable } = error;
  return { code, args, target, operation, native, retryable };
};

/** `runtime` is named where the other side met what is in no table. */
export const unpackError = (data: unknown, runtime: string): SiloError => {
  const { code, text, ...options } = (typeof data === 'object' && data !== null ? data : {}) as { readonly code?: string; readonly text?: string } & SiloErrorOptions;
  if (code !== undefined && code in errorTable) return new SiloError(code as ErrorCode, options);
  return new SiloError('RuntimeFailed', { args: { runtime, reason: text ?? code ?? 'no reason was given' } });
};
