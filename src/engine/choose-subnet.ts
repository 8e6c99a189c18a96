import { createHash } from 'node:crypto';
import { SiloError, formatIpAddress, formatIpPrefix, hostRange, parseIpAddress, parseIpPrefix, prefixContains, prefixesOverlap, type IpPrefix } from '../base/index.ts';
import type { NetworkSubnet, OccupiedSubnet } from '../core/index.ts';

const addressInvalid = (parameter: string, reason: string): SiloError => new SiloError('ParameterInvalid', { args: { parameter, reason } });

/**
 * Prefixes in the order in which they are offered: 172.28.0.0/14 in pieces of 4,094 hosts, then pieces of
 * 10.192.0.0/10 and of 192.168.0.0/16. Docker and podman begin elsewhere.
 */
function* candidates(): Generator<IpPrefix> {
  for (let block = 0n; block < 64n; block++) yield { family: 4, value: 0xac1c0000n + block * 4096n, length: 20 };
  for (let block = 0n; block < 1024n; block++) yield { family: 4, value: 0x0ac00000n + block * 4096n, length: 20 };
  for (let block = 0n; block < 256n; block++) yield { family: 4, value: 0xc0a80000n + block * 256n, length: 24 };
}

const gatewayOf = (prefix: IpPrefix): NetworkSubnet =>
  ({ prefix: formatIpPrefix(prefix), gateway: formatIpAddress({ family: prefix.family, value: hostRange(prefix).first }) });

/** A subnet that no interface, route or network has. @throws SiloError SubnetConflict */
export const freeSubnet = (occupied: readonly OccupiedSubnet[]): NetworkSubnet => {
  const taken = occupied.map(({ prefix }) => parseIpPrefix(prefix)).filter((prefix) => prefix !== undefined && prefix.length > 0);
  for (const candidate of candidates()) if (!taken.some((prefix) => prefix !== undefined && prefixesOverlap(prefix, candidate))) return gatewayOf(candidate);
  throw new SiloError('SubnetConflict', { args: { subnet: 'every private range', other: 'what is taken', owner: 'the routes of this host' } });
};

/** A unique local prefix (RFC 4193): its 40 bits come from the network's random id. */
export const localSubnet = (networkId: string): NetworkSubnet => {
  const bits = createHash('sha256').update(networkId).digest().readUIntBE(0, 5);
  return gatewayOf({ family: 6, value: (0xfdn << 120n) | (BigInt(bits) << 80n), length: 64 });
};

/** Subnets as somebody gave them, each with a gateway: the given one of its family, or the first address. @throws SiloError ParameterInvalid */
export const givenSubnets = (prefixes: readonly string[], gateways: readonly string[], hostIsGateway: boolean): readonly NetworkSubnet[] => {
  const subnets = prefixes.map((text) => {
    const prefix = parseIpPrefix(text);
    if (prefix === undefined) throw addressInvalid('subnets', `'${text}' is not a subnet such as 172.28.0.0/16 or fd00:28::/64`);
    if (prefix.length > (prefix.family === 4 ? 30 : 126)) throw addressInvalid('subnets', `'${text}' has no room for containers`);
    return prefix;
  });
  for (const family of [4, 6]) if (subnets.filter((prefix) => prefix.family === family).length > 1) throw addressInvalid('subnets', `there is more than one of IPv${family}`);
  const given = gateways.map((text) => {
    const address = parseIpAddress(text);
    if (address === undefined) throw addressInvalid('gateways', `'${text}' is not an address`);
    if (!subnets.some((prefix) => prefixContains(prefix, address))) throw addressInvalid('gateways', `'${text}' lies in none of the subnets`);
    return address;
  });
  return subnets.map((prefix) => {
    const gateway = given.find(({ family }) => family === prefix.family);
    if (gateway !== undefined) return { prefix: formatIpPrefix(prefix), gateway: formatIpAddress(gateway) };
    // Beside the host there may be no gateway, and its address is not ours to guess.
    return hostIsGateway ? gatewayOf(prefix) : { prefix: formatIpPrefix(prefix), gateway: undefined };
  });
};

/** @throws SiloError SubnetConflict */
export const refuseConflicts = (subnets: readonly NetworkSubnet[], occupied: readonly OccupiedSubnet[]): void => {
  for (const { prefix: subnet } of subnets) {
    const wanted = parseIpPrefix(subnet);
    const conflict = occupied.find(({ prefix }) => {
      const other = parseIpPrefix(prefix);
      return wanted !== undefined && other !== undefined && prefixesOverlap(wanted, other);
    });
    if (conflict !== undefined) throw new SiloError('SubnetConflict', { args: { subnet, other: conflict.prefix, owner: conflict.owner } });
  }
};
