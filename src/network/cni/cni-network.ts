import { join } from 'node:path';
import { SiloError } from '../../base/index.ts';
import type { AttachedEndpoint, EndpointReference, EndpointRequest, HostEndpoint, HostNetwork, NetworkDefinition, NetworkSubnet } from '../../core/index.ts';
import type { NetworkHost } from '../bridge/index.ts';
import type { NetnsSandboxes } from '../netns/index.ts';
import { CallFolder } from './call-folder.ts';
import { runPlugin, type PluginCall } from './plugin.ts';

const cniVersion = '0.4.0';
const isSix = (address: string): boolean => address.includes(':');
const everything = (gateway: string): { readonly dst: string; readonly gw: string } => ({ dst: isSix(gateway) ? '::/0' : '0.0.0.0/0', gw: gateway });

export class CniNetwork {
  readonly #host: NetworkHost;
  readonly #sandboxes: NetnsSandboxes;
  readonly #calls: CallFolder;

  constructor(host: NetworkHost, sandboxes: NetnsSandboxes, runFolder: string) {
    this.#host = host;
    this.#sandboxes = sandboxes;
    this.#calls = new CallFolder(join(runFolder, 'cni'));
  }

  async createNetwork({ id, driver, subnets, parentInterface, vlanId, mtu }: NetworkDefinition): Promise<{ readonly hostId: string; readonly subnets: readonly NetworkSubnet[] }> {
    if (parentInterface === undefined) throw new SiloError('ParameterInvalid', { args: { parameter: 'parentInterface', reason: `a ${driver} network needs the interface of the host that it stands on` } });
    if (subnets.length === 0) throw new SiloError('NetworkDriverUnsupported', { args: { driver, reason: 'addresses of a DHCP server are not taken; give the subnet that containers get theirs from' } });
    const links = this.#host.linkNames();
    if (!links.has(parentInterface)) throw new SiloError('InterfaceNotFound', { args: { name: parentInterface }, target: { kind: 'network', id } });
    let hostId = parentInterface;
    if (vlanId !== undefined) {
      hostId = `silo-${id.slice(0, 10)}`;
      if (!links.has(hostId)) await this.#host.ip([`link add link ${parentInterface} name ${hostId} type vlan id ${vlanId}`]);
      await this.#host.ip([`link set ${hostId} alias ${this.#host.alias('network', id)}${mtu === undefined ? '' : ` mtu ${mtu}`}`, `link set ${hostId} up`]);
    }
    await this.#calls.write(`network-${id}`, { hostId });
    return { hostId, subnets };
  }

  async removeNetwork({ id, hostId }: Pick<NetworkDefinition, 'id' | 'hostId'>): Promise<void> {
    if (hostId !== undefined && hostId.startsWith('silo-') && this.#host.linkNames().has(hostId)) await this.#host.ip([`link delete ${hostId}`]);
    await this.#calls.remove(`network-${id}`);
  }

  async knows(kind: 'network' | 'endpoint', id: string): Promise<boolean> { return (await this.#calls.read(`${kind}-${id}`)) !== undefined; }

  async networks(): Promise<readonly HostNetwork[]> {
    const links = this.#host.linkNames();
    return Promise.all((await this.#calls.list('network')).map(async (id) => {
      const { hostId = '' } = await this.#calls.read<{ hostId: string }>(`network-${id}`) ?? {};
      return { id, hostId, faults: links.has(hostId) ? [] : [`the interface ${hostId} is missing`] };
    }));
  }

  async attach(sandboxId: string, network: NetworkDefinition, endpoint: EndpointRequest): Promise<AttachedEndpoint> {
    const earlier = await this.#calls.read<PluginCall & { readonly answer: AttachedEndpoint | undefined }>(`endpoint-${endpoint.id}`);
    if (earlier?.answer !== undefined && earlier.namespacePath === this.#sandboxes.pathOf(sandboxId)) return earlier.answer;
    if (earlier !== undefined) await this.detach({ id: endpoint.id });
    const { hostId } = network.hostId !== undefined && this.#host.linkNames().has(network.hostId) && await this.knows('network', network.id) ? { hostId: network.hostId } : await this.createNetwork(network);
    const subnetOf = (address: string): NetworkSubnet | undefined => network.subnets.find(({ prefix }) => isSix(prefix) === isSix(address));
    const gateways = endpoint.addresses.flatMap((address) => subnetOf(address)?.gateway ?? []);
    const config = {
      cniVersion, name: network.name, type: 'macvlan', master: hostId, mode: 'bridge',
      ...(network.mtu === undefined ? {} : { mtu: network.mtu }),
      ...(endpoint.macAddress === undefined ? {} : { capabilities: { mac: true }, runtimeConfig: { mac: endpoint.macAddress } }),
      ipam: {
        type: 'static',
        addresses: endpoint.addresses.map((address) => ({ address: `${address}/${subnetOf(address)?.prefix.split('/')[1] ?? ''}` })),
        routes: endpoint.defaultRoute ? gateways.map(everything) : [],
      },
    };
    const call = { config, containerId: endpoint.id, namespacePath: this.#sandboxes.pathOf(sandboxId), interfaceName: `eth${endpoint.index}` };
    // Before the plugin begins: whoever finds this undoes it.
    await this.#calls.write(`endpoint-${endpoint.id}`, call);
    try {
      const { interfaces = [], ips = [] } = await runPlugin(this.#host.namespace, { ...call, command: 'ADD' });
      const answer = { addresses: ips.map(({ address }) => address), macAddress: interfaces.find(({ sandbox }) => sandbox !== undefined && sandbox !== '')?.mac ?? endpoint.macAddress ?? '', gateways, interfaceName: call.interfaceName, hostId };
      await this.#calls.write(`endpoint-${endpoint.id}`, { ...call, answer });
      return answer;
    } catch (error) {
      await this.detach({ id: endpoint.id });
      throw error;
    }
  }

  async detach({ id }: Pick<EndpointReference, 'id'>): Promise<void> {
    const call = await this.#calls.read<Omit<PluginCall, 'command'>>(`endpoint-${id}`);
    if (call === undefined) return;
    await runPlugin(this.#host.namespace, { ...call, command: 'DEL' });
    await this.#calls.remove(`endpoint-${id}`);
  }

  async endpoints(): Promise<readonly HostEndpoint[]> {
    return Promise.all((await this.#calls.list('endpoint')).map(async (id) => {
      const { answer } = await this.#calls.read<{ answer?: AttachedEndpoint }>(`endpoint-${id}`) ?? {};
      return { id, hostId: answer?.hostId ?? '', faults: answer === undefined ? ['it was not finished'] : [] };
    }));
  }
}
