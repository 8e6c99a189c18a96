/** Documents of HCN as virtualization/api/hcn/HNS_Schema.md describes them, as far as they are sent or read here. */
export interface SchemaVersion { readonly Major: number; readonly Minor: number }

/** Every document says which version of the schema it is written in; 2.0 is that of Windows 10 1809 and Server 2019. */
export const schemaVersion: SchemaVersion = { Major: 2, Minor: 0 };

interface Base {
  readonly ID?: string;
  readonly Name?: string;
  readonly Owner?: string;
  readonly SchemaVersion?: SchemaVersion;
}

export interface Policy { readonly Type: string; readonly Settings: Readonly<Record<string, unknown>> }

export interface Dns { readonly Domain?: string; readonly Search?: readonly string[]; readonly ServerList?: readonly string[] }

/** A greater metric is taken later. */
export interface Route { readonly NextHop: string; readonly DestinationPrefix: string; readonly Metric?: number }

export interface Subnet { readonly IpAddressPrefix: string; readonly Routes?: readonly Route[]; readonly Policies?: readonly Policy[] }

export interface Ipam { readonly Type?: string; readonly Subnets?: readonly Subnet[] }

export type HostNetworkType = 'NAT' | 'ICS' | 'Transparent' | 'L2Bridge' | 'L2Tunnel' | 'Overlay' | 'Private' | 'Internal';

export interface NetworkDocument extends Base {
  /** HCN leaves NAT out, whose number is 0. */
  readonly Type?: HostNetworkType;
  readonly Ipams?: readonly Ipam[];
  readonly Dns?: Dns;
  readonly Policies?: readonly Policy[];
}

export interface EndpointDocument extends Base {
  readonly HostComputeNetwork?: string;
  /** The namespace that it is in; absent where it is in none. Only read. */
  readonly HostComputeNamespace?: string;
  readonly IpConfigurations?: readonly { readonly IpAddress: string; readonly PrefixLength?: number }[];
  readonly MacAddress?: string;
  readonly Dns?: Dns;
  readonly Routes?: readonly Route[];
  readonly Policies?: readonly Policy[];
}

export interface NamespaceDocument extends Base {
  readonly Type?: 'Host' | 'HostDefault' | 'Guest' | 'GuestDefault';
  readonly Resources?: readonly { readonly Type: 'Container' | 'Endpoint'; readonly Data: { readonly Id?: string } }[];
}

export interface LoadBalancerDocument extends Base {
  readonly HostComputeEndpoints: readonly string[];
  readonly SourceVIP?: string;
  readonly FrontendVIPs?: readonly string[];
  readonly PortMappings: readonly { readonly Protocol: number; readonly InternalPort: number; readonly ExternalPort: number; readonly Flags?: number }[];
  readonly Flags?: number;
}

export interface Documents {
  readonly Network: NetworkDocument;
  readonly Endpoint: EndpointDocument;
  readonly Namespace: NamespaceDocument;
  readonly LoadBalancer: LoadBalancerDocument;
}

/** Protocol numbers (IANA). */
export const protocolNumbers = { tcp: 6, udp: 17 } as const;
