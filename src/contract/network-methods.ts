import { Type } from 'typebox';
import type { ErrorCode } from '../base/index.ts';
import { containerRef, linkParams } from './container.ts';
import { containerErrors } from './life-methods.ts';
import type { MethodDefinition } from './method.ts';
import { count, flag, list, nameValue, nullable, oneOf, optional, record, text, time, type Static } from './schema.ts';

const define = <const T extends Record<string, MethodDefinition>>(table: T): T => table;

export const driver = oneOf(['Nat', 'Internal', 'Transparent', 'L2Bridge', 'Overlay'], 'Nat: a way out by the address of the host, and published ports. Internal: no way out. Transparent: beside the host on its own network.');

const network = record({
  id: text('64 lower-case hex digits.'),
  name: text('Unique name, whatever its case.'),
  driver: oneOf(['Nat', 'Internal', 'Transparent', 'L2Bridge', 'Overlay', 'Foreign'], 'As at its making. Foreign: of a CNI configuration list of this host, which is used as it is.'),
  subnets: list(record({ prefix: text('CIDR.'), gateway: nullable(text('Address of the way out.')) })),
  parentInterface: nullable(text('Interface of the host that it stands on.')),
  vlanId: nullable(count('VLAN.')),
  mtu: nullable(count('Largest packet, in bytes, where it was given.')),
  dnsServers: list(Type.String()),
  dnsSuffix: nullable(text('Domain in which short names are looked for.')),
  hostId: nullable(text('What the host calls it: a bridge, a GUID, the file of a foreign one.')),
  problem: nullable(text('Why a foreign network cannot be used, in words.')),
  labels: list(nameValue),
  containers: list(Type.String(), { description: 'Names of its containers, running or not.' }),
  createdAt: time('When it was made.'),
}, 'A network.');
export type WireNetwork = Static<typeof network>;

const adapter = record({
  id: text('64 lower-case hex digits.'),
  containerId: text('Id of the container.'),
  containerName: text('Name of the container.'),
  networkId: text('Id of the network.'),
  network: text('Name of the network.'),
  attached: flag('True while the container runs.'),
  interfaceName: nullable(text('Name within the container.')),
  addresses: list(Type.String(), { description: 'With the length of the prefix while it is attached; otherwise those that it always has.' }),
  gateways: list(Type.String()),
  macAddress: nullable(text('Hardware address.')),
  aliases: list(Type.String()),
  ports: list(Type.String(), { description: 'Ports that are published through it.' }),
}, 'The place of a container on a network.');
export type WireAdapter = Static<typeof adapter>;

const item = record({
  kind: oneOf(['Network', 'Endpoint'], 'What it is.'),
  id: text('Id.'),
  name: text('Name of the network, or of the container.'),
  problem: text('What is wrong with it.'),
  action: oneOf(['Repaired', 'WouldRepair', 'Removed', 'WouldRemove', 'Failed'], 'What was done, or would be.'),
});

const networkRef = text('Name, id, or the beginning of an id.');

const lookUpErrors = ['NetworkNotFound', 'IdAmbiguous'] as const satisfies readonly ErrorCode[];
const hostErrors = ['NetworkToolMissing', 'NetworkFailed', 'StoreBusy', 'ElevationRequired', 'MountNamespacePrivate'] as const satisfies readonly ErrorCode[];
const makeErrors = ['ParameterInvalid', 'SubnetConflict', 'NetworkDriverUnsupported', 'InterfaceNotFound', ...hostErrors] as const satisfies readonly ErrorCode[];
/** What linking a container to its networks may answer. */
export const linkErrors = ['AddressInUse', 'AddressExhausted', 'PortInUse', 'NetworkNotFound', 'NetworkConfigInvalid', ...makeErrors] as const satisfies readonly ErrorCode[];

/** Methods that make networks and link containers to them. */
export const networkMethods = define({
  'network/list': { summary: 'Networks of this host, in order of their creation.', params: record({ networks: optional(list(networkRef, { description: 'Only these; each must exist.' })) }), result: record({ items: list(network) }), readOnly: true, errors: lookUpErrors },
  'network/create': {
    summary: 'Makes a network.',
    params: record({
      name: text('Unique name.'),
      driver: optional(driver),
      subnets: optional(list(Type.String(), { description: 'CIDR, one of each family at most; a free one is chosen where left out.' })),
      gateways: optional(list(Type.String(), { description: 'The first address of each subnet where left out.' })),
      ipv6: optional(flag('Chooses an IPv6 subnet where none was given.')),
      parentInterface: optional(text('Interface of the host that a transparent network stands on.')),
      vlanId: optional(Type.Integer({ minimum: 1, maximum: 4094, description: 'VLAN.' })),
      mtu: optional(Type.Integer({ minimum: 576, maximum: 65535, description: "Largest packet, in bytes; that of the host's way out where left out." })),
      dnsServers: optional(list(Type.String())),
      dnsSuffix: optional(text('Domain in which short names are looked for.')),
      labels: optional(list(nameValue)),
    }),
    result: record({ network }),
    readOnly: false,
    errors: ['NetworkNameInvalid', 'NetworkNameInUse', ...makeErrors],
  },
  'network/remove': { summary: 'Removes a network that no container belongs to.', params: record({ network: networkRef, force: optional(flag('Disconnects its containers before; a network that is not there is no error.')) }), result: record({ removed: flag('False where nothing was there.'), id: nullable(Type.String()) }), readOnly: false, errors: [...lookUpErrors, 'NetworkInUse', 'NetworkForeign', 'ContainerBusy', ...hostErrors] },
  'network/connect': { summary: 'Connects a container to one more network; a running one at once.', params: record({ container: containerRef, network: networkRef, ...linkParams }), result: record({ adapter, changed: flag('False where it was connected already.') }), readOnly: false, errors: [...new Set<ErrorCode>([...containerErrors, ...lookUpErrors, 'OptionUnsupported', ...linkErrors])] },
  'network/disconnect': { summary: 'Takes a container off a network; a running one at once.', params: record({ container: containerRef, network: networkRef, force: optional(flag('Where it is not connected, that is no error.')) }), result: record({ changed: flag('False where it was not connected.') }), readOnly: false, errors: [...new Set<ErrorCode>([...containerErrors, ...lookUpErrors, 'NetworkNotConnected', ...hostErrors])] },
  'network/repair': { summary: 'Makes again what the host has lost of networks, and takes away what no container owns.', params: record({ dryRun: optional(flag('Tells what would be done.')) }), result: record({ items: list(item) }), readOnly: false, errors: hostErrors },
  'network/adapters': { summary: 'What containers are connected to.', params: record({ container: optional(containerRef), network: optional(networkRef) }), result: record({ items: list(adapter) }), readOnly: true, errors: ['ContainerNotFound', ...lookUpErrors] },
});
