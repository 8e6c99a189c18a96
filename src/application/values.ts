/** Readers of the compose specification's scalar forms; each answers undefined for what is not of its form. */

const units: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, 'µs': 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Seconds of a duration such as 1m30s. */
export const readDuration = (text: string): number | undefined => {
  if (!/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h|d|w))+$/.test(text)) return text === '0' ? 0 : undefined;
  let seconds = 0;
  for (const [, amount, , unit] of text.matchAll(/(\d+(\.\d+)?)(ns|us|µs|ms|s|m|h|d|w)/g)) seconds += Number(amount) * (units[unit ?? ''] ?? Number.NaN);
  return seconds;
};

const powers: Readonly<Record<string, number>> = { '': 0, b: 0, k: 1, m: 2, g: 3, t: 4 };

/** Bytes of a size such as 512m or 1.5gb; units are powers of 1024. */
export const readByteCount = (value: string | number): number | undefined => {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? Math.floor(value) : undefined;
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*([bkmgt]?)(?:i?b)?$/i.exec(value.trim()) ?? [];
  return amount === undefined ? undefined : Math.floor(Number(amount) * 1024 ** (powers[unit.toLowerCase()] ?? Number.NaN));
};

/** A truth value, also as the text that a variable was put into. */
export const readFlag = (value: boolean | string): boolean | undefined => {
  if (typeof value === 'boolean') return value;
  if (/^(true|yes|on|1|y)$/i.test(value)) return true;
  return /^(false|no|off|0|n|)$/i.test(value) ? false : undefined;
};

/** A number, also as the text that a variable was put into. */
export const readNumber = (value: string | number): number | undefined => {
  const read = typeof value === 'number' ? value : value.trim() === '' ? Number.NaN : Number(value);
  return Number.isFinite(read) ? read : undefined;
};

/** Permission bits: a number as it is, a text in octal. */
export const readPermissions = (value: string | number): number | undefined => {
  const bits = typeof value === 'number' ? value : /^(0o?)?[0-7]{1,4}$/.test(value) ? Number.parseInt(value.replace(/^0o/, ''), 8) : Number.NaN;
  return Number.isInteger(bits) && bits >= 0 && bits <= 0o7777 ? bits : undefined;
};
