import { SiloError, parseIpAddress } from '../../base/index.ts';
import type { NetworkDefinition, PublishedPort } from '../../core/index.ts';
import type { NetworkHost } from './network-host.ts';

const families = [
  { family: 4, suffix: '4', match: 'ip', type: 'ipv4_addr', everything: '0.0.0.0/0', loopback: '127.0.0.0/8' },
  { family: 6, suffix: '6', match: 'ip6', type: 'ipv6_addr', everything: '::/0', loopback: '::1' },
] as const;

interface Element { readonly container: string; readonly key: string; readonly data?: string; readonly comment: string }

/** What nft's JSON says of a set or a map. */
interface ListedElement { readonly elem?: { readonly val: unknown; readonly comment?: string } }
type Listed = { readonly nftables: readonly { readonly set?: ListedSet; readonly map?: ListedSet }[] };
interface ListedSet { readonly name: string; readonly elem?: readonly (ListedElement | readonly [ListedElement, unknown])[] }

export interface MarkedElement { readonly container: string; readonly key: string; readonly kind: 'network' | 'endpoint'; readonly id: string }

/**
 * The nft table of a state root. Its chains never change: whatever networks and endpoints come and go are
 * elements of its sets and maps, each with the id of whom it belongs to as its comment.
 */
export class RuleTable {
  readonly #host: NetworkHost;
  readonly name: string;

  constructor(host: NetworkHost) {
    this.#host = host;
    this.name = `silo_${host.mark}`;
  }

  /** Sets, maps, chains and their rules; it may be run over an older or damaged state of itself. */
  skeleton(): string {
    const { name } = this;
    const sets = [
      'set bridges { type ifname; }',
      'set open { type ifname; }',
      'set within { type ifname . ifname; }',
      ...families.flatMap(({ suffix, type }) => [
        `set subnets${suffix} { type ${type} . ifname; flags interval; }`,
        `set sources${suffix} { type ${type}; flags interval; }`,
        `map published${suffix} { type inet_proto . ${type} . inet_service : ${type} . inet_service; flags interval; }`,
      ]),
    ].map((declaration) => `add ${declaration.replace(/^(\w+) (\w+)/, `$1 inet ${name} $2`)}`);
    const chains = [
      ['guard', 'type filter hook prerouting priority raw', [
        // The bridges route the host's loopback, for its own access to published ports: containers must not come in that way.
        'iifname @bridges ip daddr 127.0.0.0/8 drop',
      ]],
      ['forward', 'type filter hook forward priority filter', [
        'iifname . oifname @within accept',
        'ct state established,related accept',
        'iifname @bridges iifname != @open drop',
        'oifname @bridges ct status dnat accept',
        'oifname @bridges drop',
      ]],
      ['incoming', 'type nat hook prerouting priority dstnat', families.map(({ match, suffix }) =>
        `meta nfproto ${match === 'ip' ? 'ipv4' : 'ipv6'} meta l4proto { tcp, udp } fib daddr type local dnat ${match} to meta l4proto . ${match} daddr . th dport map @published${suffix}`)],
      ['own', 'type nat hook output priority -100', families.map(({ match, suffix }) =>
        `meta nfproto ${match === 'ip' ? 'ipv4' : 'ipv6'} meta l4proto { tcp, udp } fib daddr type local dnat ${match} to meta l4proto . ${match} daddr . th dport map @published${suffix}`)],
      ['outgoing', 'type nat hook postrouting priority srcnat', families.flatMap(({ match, suffix, loopback }) => [
        // Published ports used from within the same network, or from the host's loopback: answers must come back this way.
        `ct status dnat ${match} saddr . oifname @subnets${suffix} masquerade`,
        `oifname @bridges ${match} saddr ${loopback} masquerade`,
        `oifname != @bridges ${match} saddr @sources${suffix} masquerade`,
      ])],
    ] as const;
    return [
      `add table inet ${name}`,
      ...sets,
      ...chains.flatMap(([chain, hook, rules]) => [
        `add chain inet ${name} ${chain} { ${hook}; policy accept; }`,
        `flush chain inet ${name} ${chain}`,
        ...rules.map((rule) => `add rule inet ${name} ${chain} ${rule}`),
      ]),
      '',
    ].join('\n');
  }

  networkElements({ id, driver, subnets }: Pick<NetworkDefinition, 'id' | 'driver' | 'subnets'>, bridge: string): readonly Element[] {
    const comment = `network ${id}`;
    const quoted = `"${bridge}"`;
    return [
      { container: 'bridges', key: quoted, comment },
      { container: 'within', key: `${quoted} . ${quoted}`, comment },
      ...(driver === 'nat' ? [{ container: 'open', key: quoted, comment }] : []),
      ...subnets.flatMap(({ prefix }) => {
        const suffix = prefix.includes(':') ? '6' : '4';
        return [
          { container: `subnets${suffix}`, key: `${prefix} . ${quoted}`, comment },
          ...(driver === 'nat' ? [{ container: `sources${suffix}`, key: prefix, comment }] : []),
        ];
      }),
    ];
  }

  /** A port without an address is published for each family that the container has. */
  endpointElements(id: string, addresses: readonly string[], ports: readonly PublishedPort[]): readonly Element[] {
    const comment = `endpoint ${id}`;
    return ports.flatMap(({ protocol, hostAddress, hostPort, containerPort }) => families.flatMap(({ family, suffix, everything }) => {
      const target = addresses.find((address) => parseIpAddress(address)?.family === family);
      if (target === undefined || (hostAddress !== undefined && parseIpAddress(hostAddress)?.family !== family)) return [];
      const host = hostAddress === undefined || parseIpAddress(hostAddress)?.value === 0n ? everything : hostAddress;
      return [{ container: `published${suffix}`, key: `${protocol} . ${host} . ${hostPort}`, data: `${target} . ${containerPort}`, comment }];
    }));
  }

  add(elements: readonly Element[]): string {
    return elements.map(({ container, key, data, comment }) => `add element inet ${this.name} ${container} { ${key} comment "${comment}"${data === undefined ? '' : ` : ${data}`} }\n`).join('');
  }

  delete(elements: readonly Pick<Element, 'container' | 'key'>[]): string {
    return elements.map(({ container, key }) => `delete element inet ${this.name} ${container} { ${key} }\n`).join('');
  }

  /** All elements that somebody owns; undefined where the table is not there. */
  async elements(): Promise<readonly MarkedElement[] | undefined> {
    const listed = await this.#host.nftList('table', 'inet', this.name) as Listed | undefined;
    return listed?.nftables.flatMap(({ set, map }) => {
      const container = set ?? map;
      return (container?.elem ?? []).flatMap((entry): readonly MarkedElement[] => {
        const element = (Array.isArray(entry) ? (entry as readonly ListedElement[])[0] : entry as ListedElement)?.elem;
        const [, kind, id] = /^(network|endpoint) (\S+)$/.exec(element?.comment ?? '') ?? [];
        if (container === undefined || element === undefined || (kind !== 'network' && kind !== 'endpoint') || id === undefined) return [];
        return [{ container: container.name, key: keyText(element.val), kind, id }];
      });
    });
  }

  /** Takes away whatever belongs to this owner, whether anybody still knows what that is or not. */
  async deleteOwned(kind: MarkedElement['kind'], id: string): Promise<void> {
    const owned = (await this.elements() ?? []).filter((element) => element.kind === kind && element.id === id);
    if (owned.length > 0) await this.#host.nft(this.delete(owned));
  }

  async remove(): Promise<void> {
    const result = await this.#host.tryNft(`add table inet ${this.name}\ndelete table inet ${this.name}\n`);
    if (result.exitCode !== 0) throw new SiloError('NetworkFailed', { args: { reason: `nft: ${result.stderr.trim()}` } });
  }
}

/** A key of nft's JSON as nft itself reads it. */
const keyText = (value: unknown): string => {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return /^[\da-f.:]+$|^(tcp|udp)$/.test(value) ? value : `"${value}"`;
  const { concat, prefix, range } = value as { concat?: readonly unknown[]; prefix?: { addr: string; len: number }; range?: readonly unknown[] };
  if (concat !== undefined) return concat.map(keyText).join(' . ');
  if (prefix !== undefined) return `${prefix.addr}/${prefix.len}`;
  return (range ?? []).map(keyText).join('-');
};
