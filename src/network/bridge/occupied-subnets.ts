import { formatIpPrefix, parseIpAddress, parseIpPrefix } from '../../base/index.ts';
import type { OccupiedSubnet } from '../../core/index.ts';
import type { IpLink, NetworkHost } from './network-host.ts';

interface IpRoute { readonly dst: string; readonly dev?: string }

/** Prefixes of the host's interfaces and routes. Loopback's, link-local and multicast ones are in nobody's way. */
export const occupiedSubnets = async (host: NetworkHost): Promise<readonly (OccupiedSubnet & { readonly interfaceName: string })[]> => {
  const [links, four, six] = await Promise.all([
    host.ipList<IpLink>('address'), host.ipList<IpRoute>('-4', 'route', 'show', 'table', 'main'), host.ipList<IpRoute>('-6', 'route', 'show', 'table', 'main'),
  ]);
  const ofLinks = links.filter(({ ifname }) => ifname !== 'lo').flatMap(({ ifname, addr_info: addresses = [] }) =>
    addresses.map(({ local, prefixlen }) => ({ text: `${local}/${prefixlen}`, interfaceName: ifname, owner: `the interface ${ifname}` })));
  const ofRoutes = [...four, ...six].filter(({ dst }) => dst !== 'default').map(({ dst, dev = '' }) =>
    ({ text: dst.includes('/') ? dst : `${dst}/${parseIpAddress(dst)?.family === 6 ? 128 : 32}`, interfaceName: dev, owner: `a route by ${dev === '' ? 'the host' : dev}` }));
  const seen = new Set<string>();
  return [...ofLinks, ...ofRoutes].flatMap(({ text, interfaceName, owner }) => {
    const prefix = parseIpPrefix(text);
    if (prefix === undefined || text.startsWith('fe80:') || text.startsWith('ff')) return [];
    const canonical = formatIpPrefix(prefix);
    if (seen.has(canonical)) return [];
    seen.add(canonical);
    return [{ prefix: canonical, owner, interfaceName }];
  });
};
