import { protocolNumbers, schemaVersion, type LoadBalancerDocument, type Policy } from './documents.ts';

/** The container's port by a port of the host, on all its addresses or on one. */
export const portMapping = ({ protocol, hostAddress, hostPort, containerPort }: { readonly protocol: 'tcp' | 'udp'; readonly hostAddress: string | undefined; readonly hostPort: number; readonly containerPort: number }): Policy => ({
  Type: 'PortMapping',
  Settings: { Protocol: protocolNumbers[protocol], InternalPort: containerPort, ExternalPort: hostPort, ...(hostAddress === undefined ? {} : { VIP: hostAddress }) },
});

/** A rule of the virtual switch; of two that fit, the one with the lower priority counts. Addresses are addresses or prefixes, ports numbers. */
export const accessRule = (rule: { readonly action: 'Allow' | 'Block'; readonly direction: 'In' | 'Out'; readonly priority: number; readonly protocol?: 'tcp' | 'udp'; readonly localPorts?: readonly number[]; readonly remoteAddresses?: readonly string[] }): Policy => ({
  Type: 'ACL',
  Settings: {
    Action: rule.action,
    Direction: rule.direction,
    RuleType: 'Switch',
    Priority: rule.priority,
    ...(rule.protocol === undefined ? {} : { Protocols: String(protocolNumbers[rule.protocol]) }),
    ...(rule.localPorts === undefined ? {} : { LocalPorts: rule.localPorts.join(',') }),
    ...(rule.remoteAddresses === undefined ? {} : { RemoteAddresses: rule.remoteAddresses.join(',') }),
  },
});

/** Packets to the outside carry the host's address, but for those to `exceptions` (prefixes). */
export const outboundTranslation = (exceptions: readonly string[]): Policy => ({ Type: 'OutBoundNAT', Settings: exceptions.length === 0 ? {} : { Exceptions: exceptions } });

/** Connections to a port of `addresses` go to one of the endpoints (GUIDs). With `directReturn` the answers go to the client without a way back through the balancer. */
export const loadBalancer = (wanted: {
  readonly endpoints: readonly string[];
  readonly addresses: readonly string[];
  readonly sourceAddress?: string;
  readonly ports: readonly { readonly protocol: 'tcp' | 'udp'; readonly port: number; readonly containerPort: number }[];
  readonly directReturn?: boolean;
}): LoadBalancerDocument => ({
  SchemaVersion: schemaVersion,
  HostComputeEndpoints: wanted.endpoints,
  FrontendVIPs: wanted.addresses,
  ...(wanted.sourceAddress === undefined ? {} : { SourceVIP: wanted.sourceAddress }),
  PortMappings: wanted.ports.map(({ protocol, port, containerPort }) => ({ Protocol: protocolNumbers[protocol], InternalPort: containerPort, ExternalPort: port })),
  ...(wanted.directReturn === true ? { Flags: 1 } : {}),
});
