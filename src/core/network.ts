import type { RuntimeRequirement } from './runtime.ts';

/**
 * What a sandbox has: loopback alone, the network of the host, links to networks, or the sandbox of
 * another container (then both have one sandbox id, and nothing is made).
 */
export type NetworkMode = 'none' | 'host' | 'networks' | 'container';

/**
 * nat: containers reach the outside by the host's address, and are reached by published ports. internal:
 * they reach each other and the host. transparent: they stand beside the host on its own network
 * (macvlan on Linux, an external switch on Windows). l2bridge and overlay: HCN's, for clusters. foreign: what a
 * configuration of the host's administrators says; it is used as it is, and never made or removed.
 */
export type NetworkDriver = 'nat' | 'internal' | 'transparent' | 'l2bridge' | 'overlay' | 'foreign';

/** A network that administrators configured for whoever runs containers: a CNI configuration list. */
export interface ForeignNetwork {
  /** As its configuration says; the file's where that cannot be read. */
  readonly name: string;
  /** Absolute path. */
  readonly file: string;
  /** What it is made of, in order: bridge, portmap. */
  readonly plugins: readonly string[];
  /** What its plugins may be told of a container: mac, portMappings. */
  readonly capabilities: readonly string[];
  readonly changedAt: Date;
  /** Why it cannot be used, in words. */
  readonly problem: string | undefined;
}

export interface NetworkSubnet {
  /** CIDR with no host bits: 172.28.0.0/16 or fd00:28::/64. */
  readonly prefix: string;
  /** Address of the way out: the host's own on nat and internal networks. Undefined where there is none. */
  readonly gateway: string | undefined;
}

export interface NetworkDefinition {
  /** Silo's: 64 hex digits. */
  readonly id: string;
  readonly name: string;
  readonly driver: NetworkDriver;
  /** One of each family at most. Empty only where the network's own addresses are somebody else's business. */
  readonly subnets: readonly NetworkSubnet[];
  /** Interface of the host that a transparent network stands on. */
  readonly parentInterface: string | undefined;
  /** Of an overlay, the number of 24 bits that tells it apart; undefined lets the implementation choose. */
  readonly vlanId: number | undefined;
  /** Bytes; undefined takes that of the host's way out. */
  readonly mtu: number | undefined;
  readonly dnsServers: readonly string[];
  readonly dnsSuffix: string | undefined;
  /** What `createNetwork` answered: HCN's GUID, a bridge's name. Undefined before. It is stored, never derived again from the name. */
  readonly hostId: string | undefined;
}

export interface PublishedPort {
  readonly protocol: 'tcp' | 'udp';
  /** Address of the host; undefined stands for all of them. */
  readonly hostAddress: string | undefined;
  readonly hostPort: number;
  readonly containerPort: number;
}

export interface EndpointRequest {
  /** 64 hex digits. */
  readonly id: string;
  /** Without a prefix length, one of each family of the network at most. Empty only where `assignsAddresses`: the host chooses. */
  readonly addresses: readonly string[];
  /** Six pairs of hex digits, lower case, with colons; undefined lets the implementation choose. */
  readonly macAddress: string | undefined;
  /** Names by which the network's name service may know the container; Linux answers from the store instead. */
  readonly aliases: readonly string[];
  readonly ports: readonly PublishedPort[];
  /** Place among the sandbox's links, from 0; on Linux the n of ethN. */
  readonly index: number;
  /** Whether the sandbox's way out leads through this network. */
  readonly defaultRoute: boolean;
}

export interface AttachedEndpoint {
  /** With prefix length: 172.28.0.2/16. */
  readonly addresses: readonly string[];
  readonly macAddress: string;
  readonly gateways: readonly string[];
  /** Within the sandbox. */
  readonly interfaceName: string;
  /** HCN's GUID, or the name of the link's end on the host. */
  readonly hostId: string;
}

/** What identifies an attached endpoint for `detach`: the record says all of it; repair may know no more than the id. */
export interface EndpointReference {
  readonly id: string;
  readonly hostId: string | undefined;
  readonly addresses: readonly string[];
  readonly ports: readonly PublishedPort[];
}

export interface HostNetwork {
  /** Silo's id, as the host's object carries it. */
  readonly id: string;
  readonly hostId: string;
  /** What is wrong with it, in words; empty where it is whole. */
  readonly faults: readonly string[];
}

export interface HostEndpoint {
  readonly id: string;
  readonly hostId: string;
  /** What is wrong with it, in words; empty where it is whole. */
  readonly faults: readonly string[];
}

export interface OccupiedSubnet {
  readonly prefix: string;
  /** Who has it, for a person: an interface, a route, a foreign network. */
  readonly owner: string;
}

export interface Listener {
  readonly protocol: 'tcp' | 'udp';
  /** 0.0.0.0 and :: stand for all addresses of the family. A reserved range has one entry for each port. */
  readonly address: string;
  readonly port: number;
}

/** What containers stand in, with or without a network. Everything may be repeated; releasing what is not there succeeds. */
export interface Sandboxes {
  /** What a sandbox joins: path of the namespace (Linux) or its id (Windows); undefined for the host's. Made with loopback alone. */
  prepare(sandboxId: string, mode: NetworkMode): Promise<string | undefined>;
  /** Takes the sandbox away, with all endpoints in it. */
  release(sandboxId: string): Promise<void>;
  list(): Promise<readonly string[]>;
}

/**
 * Networks of containers, and the sandboxes that are linked to them (decision 2). Everything may be
 * repeated and then gives the same answer; release, detach and remove of what is not there succeed, and
 * mend halves that a kill left. It touches only what carries the mark of this state root. Each change is whole or not at all.
 * The caller holds the lock of the network (and of the container before it) for a change of either.
 * Which names, addresses and ports belong to whom is the store's to know; the host only has what was made of it.
 * Every call: ElevationRequired, NetworkToolMissing, NetworkFailed.
 */
export interface Network extends Sandboxes {
  /** True where the host chooses addresses that `attach` was not given; else the caller gives all of them. */
  readonly assignsAddresses: boolean;
  /** Makes the network on the host, or mends what is missing of it. Errors: NetworkDriverUnsupported, SubnetConflict, InterfaceNotFound. */
  createNetwork(definition: NetworkDefinition): Promise<{ readonly hostId: string; readonly subnets: readonly NetworkSubnet[] }>;
  /** Errors: NetworkInUse where endpoints are still linked to it. */
  removeNetwork(definition: Pick<NetworkDefinition, 'id' | 'hostId'>): Promise<void>;
  /** What of this state root's networks the host has, and whether it is whole. */
  networks(): Promise<readonly HostNetwork[]>;
  /** Prefixes that a new network must stay clear of: those of interfaces, routes and other networks of the host. */
  occupiedSubnets(): Promise<readonly OccupiedSubnet[]>;
  /** Links a prepared sandbox to a network that was created; one that the host has lost is made again first. Errors: NetworkNotFound, AddressInUse, AddressExhausted, PortInUse; of a foreign one NetworkConfigInvalid, OptionUnsupported. */
  attach(sandboxId: string, network: NetworkDefinition, endpoint: EndpointRequest): Promise<AttachedEndpoint>;
  detach(sandboxId: string, endpoint: EndpointReference): Promise<void>;
  endpoints(): Promise<readonly HostEndpoint[]>;
  /** Networks of others that containers may be linked to by name, looked up anew each time: nothing of them is changed. */
  foreignNetworks(): Promise<readonly ForeignNetwork[]>;
  /** Ports of the host that somebody listens on, or that are reserved; of one protocol where that is all that is asked for. Cheap: no process is looked up. */
  listeners(protocol?: Listener['protocol']): Promise<readonly Listener[]>;
  /** The process behind a listener, for a person: name and pid; undefined where it cannot be told. */
  holderOf(listener: Listener): Promise<string | undefined>;
  /** What the host must have, each with its remedy. */
  requirements(): Promise<readonly RuntimeRequirement[]>;
}
