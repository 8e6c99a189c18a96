import { SiloError } from '../../base/index.ts';
import type { AttachedEndpoint, EndpointReference, EndpointRequest, ForeignNetwork, HostEndpoint, NetworkDefinition } from '../../core/index.ts';
import type { NetworkHost } from '../bridge/index.ts';
import type { NetnsSandboxes } from '../netns/index.ts';
import { CallFolder } from './call-folder.ts';
import { readConfigurationLists, type ConfigurationList, type FoundList, type PluginConfig } from './configuration-lists.ts';
import { runPlugin, type PluginCall, type PluginResult } from './plugin.ts';
import { awaitPlugins } from './plugin-processes.ts';

/** What is kept of a link: the list as it was, so that a file that is changed or removed meanwhile hinders nobody. */
interface ForeignCall {
  readonly list: ConfigurationList;
  readonly runtimeConfig: Readonly<Record<string, unknown>>;
  readonly containerId: string;
  readonly namespacePath: string;
  readonly interfaceName: string;
  /** Of the last plugin; undefined until all have succeeded. */
  readonly result?: PluginResult;
  readonly answer?: AttachedEndpoint;
  /** Places in the list of plugins whose CHECK found fault with what they had just made (portmap 1.1 does, without IPv6): they are not asked again. */
  readonly mistaken?: readonly number[];
}

/** Links to the networks of CNI configuration lists that administrators wrote. */
export class ForeignLinks {
  readonly #host: NetworkHost;
  readonly #sandboxes: NetnsSandboxes;
  readonly #configurations: string;
  readonly #calls: CallFolder;

  /** What plugins were told is kept in `folder`, beyond a reboot: addresses that they gave are. */
  constructor(host: NetworkHost, sandboxes: NetnsSandboxes, options: { readonly configurations: string; readonly folder: string }) {
    this.#host = host;
    this.#sandboxes = sandboxes;
    this.#configurations = options.configurations;
    this.#calls = new CallFolder(options.folder);
  }

  async networks(): Promise<readonly ForeignNetwork[]> { return (await readConfigurationLists(this.#configurations)).map(({ network }) => network); }

  async knows(id: string): Promise<boolean> { return (await this.#read(id)) !== undefined; }

  async attach(sandboxId: string, network: NetworkDefinition, endpoint: EndpointRequest): Promise<AttachedEndpoint> {
    const namespacePath = this.#sandboxes.pathOf(sandboxId);
    const earlier = await this.#read(endpoint.id);
    if (earlier?.answer !== undefined && earlier.namespacePath === namespacePath && await this.#faultOf(earlier) === undefined) return earlier.answer;
    if (earlier !== undefined) await this.detach({ id: endpoint.id });
    const { list } = await this.#find(network);
    const call: ForeignCall = { list, runtimeConfig: runtimeConfigOf(network, list, endpoint), containerId: endpoint.id, namespacePath, interfaceName: `eth${endpoint.index}` };
    // Before the first plugin begins: whoever finds this undoes it.
    await this.#calls.write(`endpoint-${endpoint.id}`, call);
    try {
      let result: PluginResult | undefined;
      for (const plugin of list.plugins) result = await this.#run('ADD', call, plugin, result);
      const made = { ...call, ...(result === undefined ? {} : { result }), answer: answerOf(call, result ?? {}) };
      const mistaken = (await this.#complaints(made)).map(({ place }) => place);
      await this.#calls.write(`endpoint-${endpoint.id}`, { ...made, mistaken });
      return made.answer;
    } catch (error) {
      await this.detach({ id: endpoint.id });
      throw error;
    }
  }

  async detach({ id }: Pick<EndpointReference, 'id'>): Promise<void> {
    const call = await this.#read(id);
    if (call === undefined) return;
    if (call.answer === undefined) await awaitPlugins(id);
    const namespacePath = this.#sandboxes.isPinned(call.namespacePath) ? call.namespacePath : '';
    for (const plugin of call.list.plugins.toReversed()) await this.#run('DEL', { ...call, namespacePath }, plugin, call.result);
    await this.#calls.remove(`endpoint-${id}`);
  }

  /** Plugins that can are asked whether each link is whole, one after another. */
  async endpoints(): Promise<readonly HostEndpoint[]> {
    const found: HostEndpoint[] = [];
    for (const id of await this.#calls.list('endpoint')) {
      const call = await this.#read(id);
      if (call === undefined) continue;
      const fault = await this.#faultOf(call);
      found.push({ id, hostId: call.answer?.hostId ?? '', faults: fault === undefined ? [] : [fault] });
    }
    return found;
  }

  async #faultOf(call: ForeignCall): Promise<string | undefined> {
    if (call.answer === undefined) return 'it was not finished';
    if (!this.#sandboxes.isPinned(call.namespacePath)) return 'its sandbox is gone';
    return (await this.#complaints(call))[0]?.reason;
  }

  /** What plugins say to CHECK, which the specification has from 0.4.0 on. */
  async #complaints(call: ForeignCall): Promise<readonly { readonly place: number; readonly reason: string }[]> {
    const { list, mistaken = [] } = call;
    if (list.disableCheck === true || list.cniVersion.startsWith('0.3.')) return [];
    const found: { readonly place: number; readonly reason: string }[] = [];
    for (const [place, plugin] of list.plugins.entries()) {
      if (mistaken.includes(place)) continue;
      try {
        await this.#run('CHECK', call, plugin, call.result);
      } catch (error) {
        found.push({ place, reason: error instanceof Error ? error.message : String(error) });
      }
    }
    return found;
  }

  async #find({ name }: NetworkDefinition): Promise<FoundList & { readonly list: ConfigurationList }> {
    const found = (await readConfigurationLists(this.#configurations)).find(({ network }) => network.name.toLowerCase() === name.toLowerCase());
    if (found === undefined) throw new SiloError('NetworkConfigInvalid', { args: { file: this.#configurations, reason: `no file of this folder has the network '${name}' any more` }, target: { kind: 'network', id: name } });
    const { network, list } = found;
    if (list === undefined) throw new SiloError('NetworkConfigInvalid', { args: { file: network.file, reason: network.problem ?? 'it cannot be read' }, target: { kind: 'network', id: name } });
    return { network, list };
  }

  #run(command: PluginCall['command'], { list, runtimeConfig, containerId, namespacePath, interfaceName }: ForeignCall, plugin: PluginConfig, prevResult: PluginResult | undefined): Promise<PluginResult> {
    const wanted = Object.entries(runtimeConfig).filter(([capability]) => plugin.capabilities?.[capability] === true);
    const config = {
      ...plugin, cniVersion: list.cniVersion, name: list.name,
      ...(wanted.length === 0 ? {} : { runtimeConfig: Object.fromEntries(wanted) }),
      ...(prevResult === undefined ? {} : { prevResult }),
    };
    return runPlugin(this.#host.namespace, { command, config, containerId, namespacePath, interfaceName });
  }

  #read(id: string): Promise<ForeignCall | undefined> { return this.#calls.read(`endpoint-${id}`); }
}

/** What a list's plugins are told beside their configuration. Errors: OptionUnsupported, for what none of them takes. */
const runtimeConfigOf = ({ name }: NetworkDefinition, { plugins }: ConfigurationList, { macAddress, ports }: EndpointRequest): Readonly<Record<string, unknown>> => {
  const wanted = {
    ...(macAddress === undefined ? {} : { mac: macAddress }),
    ...(ports.length === 0 ? {} : { portMappings: ports.map(({ protocol, hostAddress, hostPort, containerPort }) => ({ protocol, hostPort, containerPort, ...(hostAddress === undefined ? {} : { hostIP: hostAddress }) })) }),
  };
  for (const capability of Object.keys(wanted)) {
    if (plugins.some(({ capabilities }) => capabilities?.[capability] === true)) continue;
    throw new SiloError('OptionUnsupported', { args: { option: capability, reason: `no plugin of the network '${name}' has that capability` }, target: { kind: 'network', id: name } });
  }
  return wanted;
};

const answerOf = ({ list, interfaceName }: ForeignCall, { interfaces = [], ips = [] }: PluginResult): AttachedEndpoint => {
  const inside = ({ sandbox }: { readonly sandbox?: string }): boolean => sandbox !== undefined && sandbox !== '';
  return {
    addresses: ips.map(({ address }) => address),
    macAddress: interfaces.find((one) => inside(one) && one.name === interfaceName)?.mac ?? '',
    gateways: ips.flatMap(({ gateway }) => gateway ?? []),
    interfaceName,
    hostId: interfaces.findLast((one) => !inside(one))?.name ?? list.name,
  };
};
