import { join } from 'node:path';
import { SiloError } from '../base/index.ts';
import type { AttachedEndpoint, EndpointReference, EndpointRequest, ForeignNetwork, HostEndpoint, HostNetwork, Listener, Logger, Network, NetworkDefinition, NetworkDriver, NetworkMode, NetworkSubnet, OccupiedSubnet, RuntimeRequirement } from '../core/index.ts';
import { BridgeNetwork, NetworkHost, holderOf, listeners, occupiedSubnets } from './bridge/index.ts';
import { CniNetwork, ForeignLinks, findPlugin } from './cni/index.ts';
import { NetnsSandboxes, findNetworkProgram, networkPrograms } from './netns/index.ts';

export interface LinuxNetworkOptions {
  readonly root: string;
  readonly runFolder: string;
  readonly log: Logger;
  /** Path of the network namespace that counts as the host's; the engine's own where left out. */
  readonly namespace?: string | undefined;
  /** Where administrators keep CNI configuration lists; /etc/cni/net.d where left out. */
  readonly configurations?: string | undefined;
}

/** The networks of a Linux host: a bridge for nat and internal ones, a CNI plugin for transparent ones. */
export class LinuxNetwork implements Network {
  readonly assignsAddresses = false;
  readonly #host: NetworkHost;
  readonly #sandboxes: NetnsSandboxes;
  readonly #bridges: BridgeNetwork;
  readonly #plugins: CniNetwork;
  readonly #foreign: ForeignLinks;

  constructor({ root, runFolder, log, namespace, configurations = '/etc/cni/net.d' }: LinuxNetworkOptions) {
    this.#host = new NetworkHost({ root, namespace });
    this.#sandboxes = new NetnsSandboxes(runFolder);
    this.#bridges = new BridgeNetwork(this.#host, this.#sandboxes, log);
    this.#plugins = new CniNetwork(this.#host, this.#sandboxes, runFolder);
    this.#foreign = new ForeignLinks(this.#host, this.#sandboxes, { configurations, folder: join(root, 'foreign-networks') });
  }

  prepare(sandboxId: string, mode: NetworkMode): Promise<string | undefined> { return this.#sandboxes.prepare(sandboxId, mode); }

  release(sandboxId: string): Promise<void> { return this.#sandboxes.release(sandboxId); }

  list(): Promise<readonly string[]> { return this.#sandboxes.list(); }

  async createNetwork(definition: NetworkDefinition): Promise<{ readonly hostId: string; readonly subnets: readonly NetworkSubnet[] }> { return this.#of(definition.driver).createNetwork(definition); }

  async removeNetwork(definition: Pick<NetworkDefinition, 'id' | 'hostId'>): Promise<void> {
    await (await this.#plugins.knows('network', definition.id) ? this.#plugins : this.#bridges).removeNetwork(definition);
  }

  async networks(): Promise<readonly HostNetwork[]> { return (await Promise.all([this.#bridges.networks(), this.#plugins.networks()])).flat(); }

  async occupiedSubnets(): Promise<readonly OccupiedSubnet[]> { return (await occupiedSubnets(this.#host)).map(({ prefix, owner }) => ({ prefix, owner })); }

  async attach(sandboxId: string, network: NetworkDefinition, endpoint: EndpointRequest): Promise<AttachedEndpoint> { return (network.driver === 'foreign' ? this.#foreign : this.#of(network.driver)).attach(sandboxId, network, endpoint); }

  async detach(_sandboxId: string, endpoint: EndpointReference): Promise<void> {
    const holder = await this.#foreign.knows(endpoint.id) ? this.#foreign : await this.#plugins.knows('endpoint', endpoint.id) ? this.#plugins : this.#bridges;
    await holder.detach(endpoint);
  }

  async endpoints(): Promise<readonly HostEndpoint[]> { return (await Promise.all([this.#bridges.endpoints(), this.#plugins.endpoints(), this.#foreign.endpoints()])).flat(); }

  foreignNetworks(): Promise<readonly ForeignNetwork[]> { return this.#foreign.networks(); }

  listeners(protocol?: Listener['protocol']): Promise<readonly Listener[]> { return Promise.resolve(listeners(this.#host.namespace, protocol)); }

  holderOf(listener: Listener): Promise<string | undefined> { return holderOf(this.#host.namespace, listener); }

  requirements(): Promise<readonly RuntimeRequirement[]> {
    const programs = (['ip', 'nft'] as const).map((name) => {
      const path = findNetworkProgram(name);
      return { name: networkPrograms[name], satisfied: path !== undefined, detail: path ?? `${name} is not installed; networks need it`, remedy: path === undefined ? `apt-get install ${networkPrograms[name]}` : undefined };
    });
    const plugin = findPlugin('macvlan');
    const transparent = { name: 'containernetworking-plugins', satisfied: plugin !== undefined, detail: plugin ?? 'the CNI plugin macvlan is not installed; transparent networks need it', remedy: plugin === undefined ? 'apt-get install containernetworking-plugins' : undefined };
    return Promise.resolve([...programs, transparent]);
  }

  #of(driver: NetworkDriver): BridgeNetwork | CniNetwork {
    switch (driver) {
      case 'nat':
      case 'internal': return this.#bridges;
      case 'transparent': return this.#plugins;
      default: throw new SiloError('NetworkDriverUnsupported', { args: { driver, reason: 'Linux hosts have nat, internal and transparent networks' }, target: { kind: 'network', id: driver } });
    }
  }
}
