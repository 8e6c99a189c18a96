import { describe, expect, it } from 'vitest';
import { formatIpAddress, formatIpPrefix, hostRange, parseIpAddress, parseIpPrefix, prefixContains, prefixesOverlap } from '../../../src/base/index.ts';

const address = (text: string): NonNullable<ReturnType<typeof parseIpAddress>> => {
  const parsed = parseIpAddress(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
};
const prefix = (text: string): NonNullable<ReturnType<typeof parseIpPrefix>> => {
  const parsed = parseIpPrefix(text);
  if (parsed === undefined) throw new Error(`${text} is no prefix`);
  return parsed;
};

describe('IP addresses', () => {
  it.each([
    ['0.0.0.0', '0.0.0.0'], ['255.255.255.255', '255.255.255.255'], ['10.1.2.3', '10.1.2.3'],
    ['::', '::'], ['::1', '::1'], ['fd00::', 'fd00::'], ['FD00:0:0:0:0:0:0:2', 'fd00::2'], ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'], ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'], ['0:0:0:1:0:0:0:0', '0:0:0:1::'], ['::ffff:192.0.2.1', '::ffff:c000:201'], ['10:0:0:0:0:0:0:10', '10::10'],
  ])('reads %s and writes it as %s', (text, canonical) => { expect(formatIpAddress(address(text))).toBe(canonical); });

  it.each(['', '1.2.3', '1.2.3.4.5', '01.2.3.4', '256.1.1.1', '1.2.3.a', ':', ':::', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '12345::', 'g::', 'fe80::1%eth0', '::1.2.3', ' ::1', '1:2:3:4:5:6:7::8'])(
    'takes "%s" for no address', (text) => { expect(parseIpAddress(text)).toBeUndefined(); });

  it.each([['10.1.2.3/8', '10.0.0.0/8'], ['10.1.2.3/32', '10.1.2.3/32'], ['1.2.3.4/0', '0.0.0.0/0'], ['fd00:1:2::9/48', 'fd00:1:2::/48']])('clears the host bits of %s', (text, canonical) => { expect(formatIpPrefix(prefix(text))).toBe(canonical); });

  it.each(['10.0.0.0', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/-1', '::/129', '10.0.0.0/8/8', 'x/8', '10.0.0.0/8.5'])('takes "%s" for no prefix', (text) => { expect(parseIpPrefix(text)).toBeUndefined(); });

  it('tells what lies in what', () => {
    expect(prefixContains(prefix('10.0.0.0/8'), address('10.255.255.255'))).toBe(true);
    expect(prefixContains(prefix('10.0.0.0/8'), address('11.0.0.0'))).toBe(false);
    expect(prefixContains(prefix('::/0'), address('1.2.3.4'))).toBe(false);
    expect(prefixesOverlap(prefix('10.0.0.0/8'), prefix('10.9.0.0/16'))).toBe(true);
    expect(prefixesOverlap(prefix('10.9.0.0/16'), prefix('10.0.0.0/8'))).toBe(true);
    expect(prefixesOverlap(prefix('10.8.0.0/16'), prefix('10.9.0.0/16'))).toBe(false);
  });

  it('leaves the addresses of the network and of broadcasts out', () => {
    const text = (range: ReturnType<typeof hostRange>, family: 4 | 6): readonly string[] => [range.first, range.last].map((value) => formatIpAddress({ family, value }));
    expect(text(hostRange(prefix('10.0.0.0/30')), 4)).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(text(hostRange(prefix('fd00::/126')), 6)).toEqual(['fd00::1', 'fd00::3']);
  });
});
