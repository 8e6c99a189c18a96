import { readFileSync, writeFileSync } from 'node:fs';
import { SiloError, hasErrno, parseIpAddress, parseIpPrefix, prefixesOverlap } from '../../base/index.ts';
import type { AttachedEndpoint, EndpointReference, EndpointRequest, HostEndpoint, HostNetwork, Logger, NetworkDefinition, NetworkSubnet } from '../../core/index.ts';
import { inNamespace, type NetnsSandboxes } from '../netns/index.ts';
import type { IpLink, NetworkHost } from './network-host.ts';
import { occupiedSubnets } from './occupied-subnets.ts';
import { RuleTable } from './rule-table.ts';

/** A link's name has 15 bytes at most: these leave room for eleven and ten digits of an id. */
const bridgeName = (id: string): string => `silo-${id.slice(0, 10)}`;
const linkName = (id: string): string => `silov${id.slice(0, 10)}`;

const isSix = (address: string): boolean => address.includes(':');

/** Locally administered, and the same for the same address: whoever gets an address again is found under the old hardware address at once. */
const hardwareAddress = (addresses: readonly string[], id: string): string => {
  const four = addresses.map(parseIpAddress).find((address) => address?.family === 4);
  const hex = four === undefined ? id.slice(0, 8) : four.value.toString(16).padStart(8, '0');
  return `02:51:${(hex.match(/../g) ?? []).join(':')}`;
};

const parseMtu = (text: string | undefined): number => (text === undefined || !/^\d+$/.test(text) ? 1500 : Number(text));

export class BridgeNetwork {
  readonly #host: NetworkHost;
  readonly #sandboxes: NetnsSandboxes;
  readonly #table: RuleTable;
  readonly #log: Logger;

  constructor(host: NetworkHost, sandboxes: NetnsSandboxes, log: Logger) {
    this.#host = host;
    this.#sandboxes = sandboxes;
    this.#table = new RuleTable(host);
    this.#log = log;
  }

  async createNetwork(definition: NetworkDefinition): Promise<{ readonly hostId: string; readonly subnets: readonly NetworkSubnet[] }> {
    const { id, subnets } = definition;
    const bridge = definition.hostId ?? bridgeName(id);
    const exists = this.#host.linkNames().has(bridge);
    if (exists) await this.#refuseForeign(bridge, id);
    await this.#refuseConflict(bridge, subnets);
    const setUp = [
      ...(exists ? [] : [`link add ${bridge} address 02:51:${(id.slice(0, 8).match(/../g) ?? []).join(':')} type bridge`]),
      `link set ${bridge} mtu ${definition.mtu ?? await this.#outsideMtu()} alias ${this.#host.alias('network', id)}`,
      ...(subnets.some(({ prefix }) => isSix(prefix)) ? [] : [`link set ${bridge} addrgenmode none`]),
      ...subnets.map(({ prefix, gateway = '' }) => `addr replace ${gateway}/${prefix.split('/')[1] ?? ''} dev ${bridge}${isSix(prefix) ? ' nodad' : ''}`),
      `link set ${bridge} up`,
    ];
    try {
      await this.#host.ip(setUp);
      this.#setKernelOptions(bridge, definition);
      await this.#host.nft(this.#table.skeleton() + this.#table.add(this.#table.networkElements(definition, bridge)));
    } catch (error) {
      if (!exists) await this.#host.tryIp([`link delete ${bridge}`]);
      throw error;
    }
    return { hostId: bridge, subnets };
  }

  async removeNetwork({ id, hostId }: Pick<NetworkDefinition, 'id' | 'hostId'>): Promise<void> {
    const bridge = hostId ?? bridgeName(id);
    if (this.#host.linkNames().has(bridge)) {
      await this.#refuseForeign(bridge, id);
      const linked = await this.#host.ipList<IpLink>('link', 'show', 'master', bridge);
      if (linked.length > 0) throw new SiloError('NetworkInUse', { args: { id: bridge, users: linked.map(({ ifname }) => ifname).join(', ') }, target: { kind: 'network', id } });
      await this.#host.ip([`link delete ${bridge}`]);
    }
    await this.#table.deleteOwned('network', id);
    const left = await this.#table.elements();
    if (left?.length === 0) await this.#table.remove();
  }

  async networks(): Promise<readonly HostNetwork[]> {
    const [links, elements] = await Promise.all([this.#host.ipList<IpLink>('-details', 'address'), this.#table.elements()]);
    const found = new Map<string, HostNetwork>();
    for (const link of links) {
      const id = this.#host.idOf('network', link.ifalias);
      if (id === undefined || link.linkinfo?.info_kind !== 'bridge') continue;
      const own = (elements ?? []).filter((element) => element.kind === 'network' && element.id === id);
      const addresses = (link.addr_info ?? []).map(({ local, prefixlen }) => parseIpPrefix(`${local}/${prefixlen}`));
      const missing = own.filter(({ container }) => container.startsWith('subnets')).map(({ key }) => parseIpPrefix(key.split(' ')[0] ?? ''))
        .filter((prefix) => prefix !== undefined && !addresses.some((address) => address?.value === prefix.value && address.length === prefix.length));
      found.set(id, {
        id,
        hostId: link.ifname,
        faults: [
          ...(link.flags?.includes('UP') === true ? [] : ['the bridge is down']),
          ...(missing.length === 0 ? [] : ['the bridge has lost an address']),
          ...(own.some(({ container }) => container === 'bridges') && own.some(({ container }) => container === 'within') && own.some(({ container }) => container.startsWith('subnets')) ? [] : ['rules are missing']),
        ],
      });
    }
    for (const { kind, id } of elements ?? []) if (kind === 'network' && !found.has(id)) found.set(id, { id, hostId: bridgeName(id), faults: ['the bridge is missing'] });
    return [...found.values()];
  }

  async attach(sandboxId: string, network: NetworkDefinition, endpoint: EndpointRequest): Promise<AttachedEndpoint> {
    const bridge = network.hostId ?? bridgeName(network.id);
    if (!this.#host.linkNames().has(bridge)) {
      this.#log.warn({ network: network.name, bridge }, 'the host has lost a network; making it again');
      await this.createNetwork(network);
    }
    const macAddress = endpoint.macAddress ?? hardwareAddress(endpoint.addresses, endpoint.id);
    const interfaceName = `eth${endpoint.index}`;
    const sandbox = this.#sandboxes.pathOf(sandboxId);
    const link = linkName(endpoint.id);
    try {
      await this.#linkUp({ link, bridge, sandbox, interfaceName, macAddress, network, endpoint });
      const elements = this.#table.endpointElements(endpoint.id, endpoint.addresses, endpoint.ports);
      const [addressed] = await Promise.all([
        this.#host.tryIp(this.#addressLines(network, endpoint, interfaceName), sandbox),
        elements.length === 0 ? undefined : this.#publish(network, elements),
      ]);
      if (addressed.exitCode !== 0) throw new SiloError('NetworkFailed', { args: { reason: `ip: ${addressed.stderr.trim()}` } });
    } catch (error) {
      await this.detach({ id: endpoint.id, hostId: link, addresses: endpoint.addresses, ports: endpoint.ports });
      throw error;
    }
    const lengthOf = (address: string): string => network.subnets.find(({ prefix }) => isSix(prefix) === isSix(address))?.prefix.split('/')[1] ?? (isSix(address) ? '128' : '32');
    return {
      addresses: endpoint.addresses.map((address) => `${address}/${lengthOf(address)}`),
      macAddress,
      gateways: network.subnets.flatMap(({ gateway }) => (gateway === undefined ? [] : [gateway])),
      interfaceName,
      hostId: link,
    };
  }

  async detach({ id, hostId, addresses, ports }: EndpointReference): Promise<void> {
    const link = hostId ?? linkName(id);
    if (this.#host.linkNames().has(link)) {
      const result = await this.#host.tryIp([`link delete ${link}`]);
      // The sandbox may have taken it away in the same moment.
      if (result.exitCode !== 0 && this.#host.linkNames().has(link)) throw new SiloError('NetworkFailed', { args: { reason: `ip: ${result.stderr.trim()}` } });
    }
    const known = this.#table.endpointElements(id, addresses, ports);
    if (known.length === 0 && addresses.length > 0) return;
    // Added first, so that those which are gone already are no failure; where somebody else has the port by now, only what bears this id goes.
    if (known.length > 0 && (await this.#host.tryNft(this.#table.add(known) + this.#table.delete(known))).exitCode === 0) return;
    await this.#table.deleteOwned('endpoint', id);
  }

  async endpoints(): Promise<readonly HostEndpoint[]> {
    const [links, elements] = await Promise.all([this.#host.ipList<IpLink>('-details', 'link'), this.#table.elements()]);
    const found = new Map<string, HostEndpoint>();
    for (const link of links) {
      const id = this.#host.idOf('endpoint', link.ifalias);
      if (id !== undefined) found.set(id, { id, hostId: link.ifname, faults: [...(link.master === undefined ? ['it is linked to no bridge'] : []), ...(link.flags?.includes('UP') === true ? [] : ['its link is down'])] });
    }
    for (const { kind, id } of elements ?? []) if (kind === 'endpoint' && !found.has(id)) found.set(id, { id, hostId: linkName(id), faults: ['its link is gone'] });
    return [...found.values()];
  }

  async #linkUp({ link, bridge, sandbox, interfaceName, macAddress, network, endpoint }: {
    readonly link: string; readonly bridge: string; readonly sandbox: string; readonly interfaceName: string; readonly macAddress: string;
    readonly network: NetworkDefinition; readonly endpoint: EndpointRequest;
  }): Promise<void> {
    const master = `link set ${link} alias ${this.#host.alias('endpoint', endpoint.id)} master ${bridge} up`;
    if (this.#host.linkNames().has(link)) {
      // Its other end may be in a sandbox that is gone.
      const there = inNamespace(sandbox, () => readFileSync('/proc/thread-self/net/dev', 'utf8').includes(` ${interfaceName}:`) || readFileSync('/proc/thread-self/net/dev', 'utf8').includes(`\n${interfaceName}:`));
      if (there) return this.#host.ip([master]);
      await this.#host.ip([`link delete ${link}`]);
    }
    const mtu = network.mtu ?? this.#bridgeMtu(bridge);
    await this.#host.ip([
      `link add ${link} mtu ${mtu} type veth peer name ${interfaceName} address ${macAddress} mtu ${mtu} netns ${sandbox}`,
      `link set ${link} addrgenmode none`,
      master,
      // Where the host filters bridged packets, a container's way to its own published port leads back through its own link.
      `link set ${link} type bridge_slave hairpin on`,
    ]);
  }

  #addressLines(network: NetworkDefinition, endpoint: EndpointRequest, interfaceName: string): readonly string[] {
    const prefixOf = (address: string): NetworkSubnet | undefined => network.subnets.find(({ prefix }) => isSix(prefix) === isSix(address));
    return [
      ...(endpoint.addresses.some(isSix) ? [] : [`link set ${interfaceName} addrgenmode none`]),
      `link set ${interfaceName} up`,
      ...endpoint.addresses.flatMap((address) => {
        const subnet = prefixOf(address);
        const gateway = endpoint.defaultRoute ? subnet?.gateway : undefined;
        return [
          `addr replace ${address}/${subnet?.prefix.split('/')[1] ?? ''} dev ${interfaceName}${isSix(address) ? ' nodad' : ''}`,
          ...(gateway === undefined ? [] : [`route replace default via ${gateway} dev ${interfaceName}`]),
        ];
      }),
    ];
  }

  async #publish(network: NetworkDefinition, elements: ReturnType<RuleTable['endpointElements']>): Promise<void> {
    const script = this.#table.add(elements);
    const first = await this.#host.tryNft(script);
    if (first.exitCode === 0) return;
    if (first.stderr.includes('File exists')) throw this.#portInUse(elements, first.stderr);
    // Somebody has flushed the rules, or taken the table away.
    await this.createNetwork(network);
    const second = await this.#host.tryNft(script);
    if (second.exitCode === 0) return;
    throw second.stderr.includes('File exists') ? this.#portInUse(elements, second.stderr) : new SiloError('NetworkFailed', { args: { reason: `nft: ${second.stderr.trim().split('\n')[0] ?? ''}` } });
  }

  #portInUse(elements: readonly { readonly key: string }[], message: string): SiloError {
    const line = Number(/:(\d+):\d+-\d+:/.exec(message)?.[1] ?? 1);
    const [protocol = '', address = '', port = ''] = (elements[line - 1] ?? elements[0])?.key.split(' . ') ?? [];
    return new SiloError('PortInUse', { args: { port: `${address.replace(/^(0\.0\.0\.0|::)\/0$/, '').concat(':')}${port}/${protocol}`.replace(/^:/, ''), owner: 'another container has published it' }, target: { kind: 'network', id: port } });
  }

  async #refuseForeign(bridge: string, id: string): Promise<void> {
    const [link] = await this.#host.ipList<IpLink>('-details', 'link', 'show', 'dev', bridge);
    // One without a mark was left by an engine that was killed between two steps: its name says whose it is.
    if (link === undefined || link.ifalias === undefined || this.#host.idOf('network', link.ifalias) === id) return;
    throw new SiloError('NetworkFailed', { args: { reason: `the link ${bridge} belongs to somebody else (${link.ifalias})` }, target: { kind: 'network', id } });
  }

  async #refuseConflict(bridge: string, subnets: readonly NetworkSubnet[]): Promise<void> {
    for (const { prefix, interfaceName, owner } of await occupiedSubnets(this.#host)) {
      const other = parseIpPrefix(prefix);
      if (interfaceName === bridge || other === undefined) continue;
      const subnet = subnets.map((candidate) => parseIpPrefix(candidate.prefix)).findIndex((candidate) => candidate !== undefined && prefixesOverlap(candidate, other));
      if (subnet >= 0) throw new SiloError('SubnetConflict', { args: { subnet: subnets[subnet]?.prefix ?? '', other: prefix, owner }, target: { kind: 'network', id: bridge } });
    }
  }

  /** Forwarding is the host's own switch: it is set where it must be, and said. */
  #setKernelOptions(bridge: string, { driver, subnets }: NetworkDefinition): void {
    inNamespace(this.#host.namespace, () => {
      const set = (name: string, value: string): boolean => {
        try {
          if (readFileSync(`/proc/sys/net/${name}`, 'utf8').trim() === value) return false;
          writeFileSync(`/proc/sys/net/${name}`, value);
          return true;
        } catch (error) {
          // A kernel without IPv6.
          if (hasErrno(error, 'ENOENT')) return false;
          throw error;
        }
      };
      // A container could otherwise make itself the host's router.
      set(`ipv6/conf/${bridge}/accept_ra`, '0');
      if (driver !== 'nat') return;
      set(`ipv4/conf/${bridge}/route_localnet`, '1');
      if (set('ipv4/ip_forward', '1')) this.#log.warn({ option: 'net.ipv4.ip_forward' }, 'switched on: the host now forwards packets, which nat networks need');
      if (subnets.some(({ prefix }) => isSix(prefix)) && set('ipv6/conf/all/forwarding', '1')) this.#log.warn({ option: 'net.ipv6.conf.all.forwarding' }, 'switched on: the host now forwards packets, which nat networks need');
    });
  }

  #bridgeMtu(bridge: string): number {
    try {
      // Of no other file of proc can it be read without a process.
      return parseMtu(inNamespace(this.#host.namespace, () => readFileSync(`/proc/sys/net/ipv6/conf/${bridge}/mtu`, 'utf8')).trim());
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return 1500;
      throw error;
    }
  }

  /** Bytes that fit through the host's way out; larger packets of containers would be lost or cut up. */
  async #outsideMtu(): Promise<number> {
    const [route] = await this.#host.ipList<{ readonly dev?: string }>('-4', 'route', 'show', 'default');
    if (route?.dev === undefined) return 1500;
    const [link] = await this.#host.ipList<IpLink>('link', 'show', 'dev', route.dev);
    return Math.min(link?.mtu ?? 1500, 1500);
  }
}
