import type { ErrorCode } from '../../base/index.ts';

export interface HcnResultRow {
  /** Name of the constant in its documentation; never changed. */
  readonly id: string;
  /** A plain sentence without its full stop. */
  readonly meaning: string;
  /** The error that it becomes where the caller knows nothing more exact. */
  readonly code: ErrorCode;
}

const row = (id: string, meaning: string, code: ErrorCode = 'NetworkFailed'): HcnResultRow => ({ id, meaning, code });

/** What HCN answers with (Virtualization-Documentation, api/hcn, HCNHResult.md, all of it; then the Windows codes that its calls hand on). Keys are unsigned. */
export const hcnResults: Readonly<Record<number, HcnResultRow>> = {
  0x803b0001: row('HCN_E_NETWORK_NOT_FOUND', 'the network is not there', 'NetworkNotFound'),
  0x803b0002: row('HCN_E_ENDPOINT_NOT_FOUND', 'the endpoint is not there'),
  0x803b0003: row('HCN_E_LAYER_NOT_FOUND', 'the layer under the network is not there'),
  0x803b0004: row('HCN_E_SWITCH_NOT_FOUND', 'the virtual switch is not there'),
  0x803b0005: row('HCN_E_SUBNET_NOT_FOUND', 'the network has no subnet with an address for the endpoint', 'AddressExhausted'),
  0x803b0006: row('HCN_E_ADAPTER_NOT_FOUND', 'the host has no such network adapter', 'InterfaceNotFound'),
  0x803b0007: row('HCN_E_PORT_NOT_FOUND', 'the port of the switch is not there'),
  0x803b0008: row('HCN_E_POLICY_NOT_FOUND', 'a policy that was to be there is not'),
  0x803b0009: row('HCN_E_VFP_PORTSETTING_NOT_FOUND', 'a setting of the port in the filter platform is not there'),
  0x803b000a: row('HCN_E_INVALID_NETWORK', 'what the network is to be is not valid, or something is missing'),
  0x803b000b: row('HCN_E_INVALID_NETWORK_TYPE', 'this Windows has no networks of that type', 'NetworkDriverUnsupported'),
  0x803b000c: row('HCN_E_INVALID_ENDPOINT', 'what the endpoint is to be is not valid, or something is missing'),
  0x803b000d: row('HCN_E_INVALID_POLICY', 'what a policy is to be is not valid, or something is missing'),
  0x803b000e: row('HCN_E_INVALID_POLICY_TYPE', 'there is no such type of policy'),
  0x803b000f: row('HCN_E_INVALID_REMOTE_ENDPOINT_OPERATION', 'that is not possible with an endpoint of another host'),
  0x803b0010: row('HCN_E_NETWORK_ALREADY_EXISTS', 'there is a network of that name already'),
  0x803b0011: row('HCN_E_LAYER_ALREADY_EXISTS', 'there is a network of that name already'),
  0x803b0012: row('HCN_E_POLICY_ALREADY_EXISTS', 'the policy is there already'),
  0x803b0013: row('HCN_E_PORT_ALREADY_EXISTS', 'the port is taken', 'PortInUse'),
  0x803b0014: row('HCN_E_ENDPOINT_ALREADY_ATTACHED', 'the endpoint is attached already'),
  0x803b0015: row('HCN_E_REQUEST_UNSUPPORTED', 'this Windows does not do that'),
  0x803b0016: row('HCN_E_MAPPING_NOT_SUPPORTED', 'networks of that type publish no ports'),
  0x803b0017: row('HCN_E_DEGRADED_OPERATION', 'the object is damaged'),
  0x803b0018: row('HCN_E_SHARED_SWITCH_MODIFICATION', 'the virtual switch is shared with other networks'),
  0x803b0019: row('HCN_E_GUID_CONVERSION_FAILURE', 'something is no GUID'),
  0x803b001a: row('HCN_E_REGKEY_FAILURE', 'a key of the registry could not be used'),
  0x803b001b: row('HCN_E_INVALID_JSON', 'the document is not valid', 'ConfigInvalid'),
  0x803b001c: row('HCN_E_INVALID_JSON_REFERENCE', 'a reference in the document leads nowhere', 'ConfigInvalid'),
  0x803b001d: row('HCN_E_ENDPOINT_SHARING_DISABLED', 'endpoints cannot be shared'),
  0x803b001e: row('HCN_E_INVALID_IP', 'an address is not valid, or in no subnet of the network'),
  0x803b001f: row('HCN_E_SWITCH_EXTENSION_NOT_FOUND', 'the switch has no such extension'),
  0x803b0020: row('HCN_E_MANAGER_STOPPED', 'the service is about to stop', 'NetworkServiceStopped'),
  0x803b0021: row('GCN_E_MODULE_NOT_FOUND', 'a module of the service is missing'),
  0x803b0022: row('GCN_E_NO_REQUEST_HANDLERS', 'nothing in the service takes the request'),
  0x803b0023: row('GCN_E_REQUEST_UNSUPPORTED', 'the guest does not do that'),
  0x803b0024: row('GCN_E_RUNTIMEKEYS_FAILED', 'keys could not be added to the container'),
  0x803b0025: row('GCN_E_NETADAPTER_TIMEOUT', 'the network adapter of the guest did not come in time'),
  0x803b0026: row('GCN_E_NETADAPTER_NOT_FOUND', 'the guest has no such network adapter'),
  0x803b0027: row('GCN_E_NETCOMPARTMENT_NOT_FOUND', 'the network compartment is not there'),
  0x803b0028: row('GCN_E_NETINTERFACE_NOT_FOUND', 'the network interface is not there'),
  0x803b0029: row('GCN_E_DEFAULTNAMESPACE_EXISTS', 'there is a default namespace already'),
  0x803b002a: row('HCN_E_ICS_DISABLED', 'the service of Internet Connection Sharing is disabled'),
  0x803b002b: row('HCN_E_ENDPOINT_NAMESPACE_ALREADY_EXISTS', 'the endpoint is in a namespace already'),
  0x803b002c: row('HCN_E_ENTITY_HAS_REFERENCES', 'something still refers to it'),
  0x803b002d: row('HCN_E_INVALID_INTERNAL_PORT', 'the port of the container is missing'),
  0x803b002e: row('HCN_E_NAMESPACE_ATTACH_FAILED', 'the namespace could not be attached'),
  0x803b002f: row('HCN_E_ADDR_INVALID_OR_RESERVED', 'an address is reserved or belongs to another endpoint', 'AddressInUse'),
  0x803b0030: row('HCN_E_INVALID_PREFIX', 'a prefix is not valid'),
  0x803b0031: row('HCN_E_OBJECT_USED_AFTER_UNLOAD', 'the object was taken away meanwhile'),
  0x803b0032: row('HCN_E_INVALID_SUBNET', 'what a subnet is to be is not valid, or something is missing'),
  0x803b0033: row('HCN_E_INVALID_IP_SUBNET', 'what a range of a subnet is to be is not valid, or something is missing'),
  0x803b0034: row('HCN_E_ENDPOINT_NOT_ATTACHED', 'the endpoint is not attached'),
  0x803b0035: row('HCN_E_ENDPOINT_NOT_LOCAL', 'the endpoint is not on this host'),
  0x803b0036: row('HCN_INTERFACEPARAMETERS_ALREADY_APPLIED', 'the parameters of the interface are set already'),
  0x803b0037: row('HCN_E_VFP_NOT_ALLOWED', 'networks of that type need the virtual filter platform, which is not there', 'NetworkDriverUnsupported'),

  0x80004001: row('E_NOTIMPL', 'this version of Windows does not do that', 'NetworkDriverUnsupported'),
  0x80070005: row('E_ACCESSDENIED', 'access was denied', 'ElevationRequired'),
  0x80070006: row('E_HANDLE', 'the handle is not open'),
  0x80070032: row('ERROR_NOT_SUPPORTED', 'this version of Windows does not do that', 'NetworkDriverUnsupported'),
  0x800700b7: row('ERROR_ALREADY_EXISTS', 'an object of that id is there already'),
  0x80070490: row('ERROR_NOT_FOUND', 'the object is not there'),
  0x80071392: row('ERROR_OBJECT_ALREADY_EXISTS', 'another network translates these addresses already', 'SubnetConflict'),
  0x800706ba: row('RPC_S_SERVER_UNAVAILABLE', 'the service does not answer', 'NetworkServiceStopped'),
  0x800706be: row('RPC_S_CALL_FAILED', 'the service went away during the call', 'NetworkServiceStopped'),
  0x800706bf: row('RPC_S_CALL_FAILED_DNE', 'the service went away before the call', 'NetworkServiceStopped'),
  0x8037011e: row('HCS_E_SERVICE_DISCONNECT', 'the service went away during the call', 'NetworkServiceStopped'),
};
