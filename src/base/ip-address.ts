/** An address as a number, with its family. */
export interface IpAddress { readonly family: 4 | 6; readonly value: bigint }

/** A range of addresses: the network's own (no host bits), and the length of its prefix. */
export interface IpPrefix { readonly family: 4 | 6; readonly value: bigint; readonly length: number }

const bitsOf = (family: 4 | 6): number => (family === 4 ? 32 : 128);

const parseFour = (text: string): bigint | undefined => {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((value, part) => value * 256n + BigInt(part), 0n);
};

const parseSix = (text: string): bigint | undefined => {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = (half: string): readonly string[] => (half === '' ? [] : half.split(':'));
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (tail !== null) {
    const four = parseFour(tail[2] ?? '');
    return four === undefined ? undefined : parseSix(`${tail[1] ?? ''}${(four >> 16n).toString(16)}:${(four & 0xffffn).toString(16)}`);
  }
  const [before, after] = [groups(halves[0] ?? ''), groups(halves[1] ?? '')];
  const missing = 8 - before.length - after.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...before, ...Array.from({ length: halves.length === 2 ? missing : 0 }, () => '0'), ...after];
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return all.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
};

/** Undefined where the text is no address. A zone (`%eth0`) is none. */
export const parseIpAddress = (text: string): IpAddress | undefined => {
  const family = text.includes(':') ? 6 : 4;
  const value = family === 6 ? parseSix(text) : parseFour(text);
  return value === undefined ? undefined : { family, value };
};

/** In the canonical form (RFC 5952 for IPv6). */
export const formatIpAddress = ({ family, value }: IpAddress): string => {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  const runs = [...groups.join(':').matchAll(/(?:^|(?<=:))0(?::0)+(?=$|:)/g)].sort((one, other) => other[0].length - one[0].length || one.index - other.index);
  const longest = runs[0];
  if (longest === undefined) return groups.join(':');
  const text = groups.join(':');
  return `${text.slice(0, longest.index).replace(/:$/, '')}::${text.slice(longest.index + longest[0].length).replace(/^:/, '')}`;
};

/** `address/length` with the host bits cleared; undefined where the text is none. */
export const parseIpPrefix = (text: string): IpPrefix | undefined => {
  const [address, length, ...more] = text.split('/');
  const parsed = parseIpAddress(address ?? '');
  if (parsed === undefined || length === undefined || more.length > 0 || !/^\d{1,3}$/.test(length) || Number(length) > bitsOf(parsed.family)) return undefined;
  const shift = BigInt(bitsOf(parsed.family) - Number(length));
  return { family: parsed.family, value: (parsed.value >> shift) << shift, length: Number(length) };
};

export const formatIpPrefix = (prefix: IpPrefix): string => `${formatIpAddress(prefix)}/${prefix.length}`;

export const prefixContains = (prefix: IpPrefix, address: IpAddress): boolean => {
  const shift = BigInt(bitsOf(prefix.family) - prefix.length);
  return prefix.family === address.family && prefix.value >> shift === address.value >> shift;
};

export const prefixesOverlap = (one: IpPrefix, other: IpPrefix): boolean => (one.length <= other.length ? prefixContains(one, other) : prefixContains(other, one));

/** First and last address that a host may have: without those of the network and of broadcasts (IPv4), and the anycast of routers (IPv6). */
export const hostRange = (prefix: IpPrefix): { readonly first: bigint; readonly last: bigint } => {
  const last = prefix.value + (1n << BigInt(bitsOf(prefix.family) - prefix.length)) - 1n;
  return { first: prefix.value + 1n, last: prefix.family === 4 ? last - 1n : last };
};
