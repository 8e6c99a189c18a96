import { formatIpPrefix, parseIpAddress, parseIpPrefix, formatIpAddress } from '../base/index.ts';
import type { NetworkRecord } from '../core/index.ts';
import { createNetwork, listNetworks, relabelNetwork, removeNetwork, type NetworkRequest, type NetworkWithUsers } from '../engine/index.ts';
import type { DesiredKind, Difference, Found } from './desired.ts';
import { differingNames, sameSet } from './differing-names.ts';

/** A network as it shall be. */
export interface NetworkWish extends NetworkRequest {
  readonly exist?: boolean | undefined;
  /** Takes it from its containers where it goes, or is made anew. */
  readonly force?: boolean | undefined;
}

const prefixText = (text: string): string => {
  const prefix = parseIpPrefix(text);
  return prefix === undefined ? text : formatIpPrefix(prefix);
};

const addressText = (text: string): string => {
  const address = parseIpAddress(text);
  return address === undefined ? text : formatIpAddress(address);
};

const listed = (texts: readonly string[]): string => texts.join(', ') || 'none';

const differencesOf = (wish: NetworkWish, record: NetworkRecord): readonly Difference[] => {
  const found: Difference[] = [];
  const compare = (property: string, wanted: string | undefined, actual: string): void => {
    if (wanted !== undefined && wanted !== actual) found.push({ property, change: 'Recreate', reason: `it is ${actual || 'not set'} and shall be ${wanted}` });
  };
  const compareLists = (property: string, wanted: readonly string[] | undefined, actual: readonly string[]): void => {
    if (wanted !== undefined && !sameSet(wanted, actual)) found.push({ property, change: 'Recreate', reason: `it has ${listed(actual)} and shall have ${listed(wanted)}` });
  };
  compare('driver', wish.driver, record.driver);
  compareLists('subnets', wish.subnets?.map(prefixText), record.subnets.map(({ prefix }) => prefix).filter((prefix) => wish.ipv6 !== true || !prefix.includes(':') || wish.subnets?.some((text) => text.includes(':')) === true));
  compareLists('gateways', wish.gateways?.map(addressText), record.subnets.flatMap(({ gateway }) => gateway ?? []).filter((address) => wish.gateways?.some((text) => text.includes(':') === address.includes(':')) === true));
  compare('parentInterface', wish.parentInterface, record.parentInterface ?? '');
  compare('vlanId', wish.vlanId?.toString(), record.vlanId?.toString() ?? '');
  compare('mtu', wish.mtu?.toString(), record.mtu?.toString() ?? '');
  compareLists('dnsServers', wish.dnsServers, record.dnsServers);
  compare('dnsSuffix', wish.dnsSuffix, record.dnsSuffix ?? '');
  if (wish.labels !== undefined) {
    const names = differingNames(wish.labels, record.labels);
    if (names.length > 0) found.push({ property: 'labels', change: 'InPlace', reason: `these labels differ: ${names.join(', ')}` });
  }
  return found;
};

/** Networks, by their names. */
export const desiredNetwork: DesiredKind<NetworkWish, NetworkWithUsers> = {
  async find({ engine }, wish): Promise<Found<NetworkWithUsers>> {
    const record = engine.ports.metadata.read((reader) => reader.networkByName(wish.name));
    if (record === undefined) return { state: undefined, differences: [] };
    const [state] = await listNetworks(engine.ports, [record.id]);
    return { state, differences: wish.exist === false ? [] : differencesOf(wish, record) };
  },

  /** One that containers belong to is not made anew: NetworkInUse names them, unless the wish says force. */
  async change({ engine, signal }, wish, { state, differences }) {
    const ports = engine.forChange();
    if (state !== undefined && !differences.some(({ change }) => change === 'Recreate')) {
      await relabelNetwork(ports, state.network.id, wish.labels ?? [], signal);
      return;
    }
    if (state !== undefined) await removeNetwork(ports, state.network.id, wish.force ?? false, signal);
    const { exist: _exist, force: _force, ...request } = wish;
    await createNetwork(ports, request, signal);
  },

  async remove({ engine, signal }, wish) { await removeNetwork(engine.forChange(), wish.name, wish.force ?? false, signal); },

  list: async ({ engine }) => (await listNetworks(engine.ports, undefined)).filter(({ network }) => network.driver !== 'foreign'),
};
