#include "hcn-shapes.h"

#include <stdlib.h>
#include <string.h>

/*
 * A member is NAME:KIND. Kinds: string, bool, u8, u16, u32, u64, guid, any, an enumeration (#), flags (%), another shape (@);
 * a * behind it means an array of these. BASE stands for what every object of the service has.
 */
struct shape {
  const char *name;
  const char *members;
};

#define BASE "ID:guid Id:guid Owner:string Name:string Version:u64 AdditionalParams:any Health:@Health SchemaVersion:@Version Telemetry:@Telemetry State:u16 "
#define ACL_MEMBERS "Protocols:string LocalAddresses:string RemoteAddresses:string LocalPorts:string RemotePorts:string Priority:u16 Id:string Action:#ActionType Direction:#DirectionType RuleType:#RuleType"
#define CONSTRAINT_MEMBERS "InterfaceGuid:guid InterfaceLuid:u64 InterfaceIndex:u32 InterfaceMediaType:u32 InterfaceAlias:string InterfaceDescription:string"
#define REQUEST "ResourceUri:string RequestType:#ModifyRequestType Settings:any "

static const struct shape shapes[] = {
  {"Version", "Major:u32 Minor:u32"},
  {"Health", "Data:any Extra:@ExtraParams"},
  {"ExtraParams", "Resources:any SharedContainers:any LayeredOn:guid SwitchGuid:guid UtilityVM:guid VirtualMachine:guid"},
  {"Telemetry", "Data:any"},
  {"HostComputeQuery", "SchemaVersion:@Version Flags:%HostComputeQueryFlags Filter:string"},
  {"HostComputeNetwork", BASE "Type:#NetworkMode Policies:@NetworkPolicy* MacPool:@MacPool Dns:@DNS Ipams:@Ipam* Flags:%NetworkFlags"},
  {"NetworkPolicy", "Type:#NetworkPolicyType Settings:any"},
  {"MacPool", "Ranges:@MacRange*"},
  {"MacRange", "StartMacAddress:string EndMacAddress:string"},
  {"DNS", "Domain:string Search:string* ServerList:string* Options:string*"},
  {"Ipam", "Type:#IpamType Subnets:@Subnet*"},
  {"Subnet", BASE "IpAddressPrefix:string Policies:@SubnetPolicy* Routes:@Route* IpSubnets:@IpSubnet* Flags:%SubnetFlags"},
  {"SubnetPolicy", "Type:#SubnetPolicyType Settings:any"},
  {"Route", "NextHop:string DestinationPrefix:string Metric:u16"},
  {"IpSubnet", BASE "IpAddressPrefix:string Flags:%IPSubnetFlags"},
  {"HostComputeEndpoint", BASE "HostComputeNetwork:guid HostComputeNamespace:guid Policies:@EndpointPolicy* IpConfigurations:@IpConfig* Dns:@DNS Routes:@Route* MacAddress:string Flags:%EndpointFlags"},
  {"EndpointPolicy", "Type:#EndpointPolicyType Settings:any"},
  {"IpConfig", "IpAddress:string PrefixLength:u8 IpSubnetId:guid"},
  {"HostComputeNamespace", BASE "NamespaceId:u32 NamespaceGuid:guid Type:#NamespaceType Resources:@NamespaceResource*"},
  {"NamespaceResource", "Type:#NamespaceResourceType Data:any"},
  {"HostComputeLoadBalancer", BASE "HostComputeNetwork:string HostComputeEndpoints:string* SourceVIP:string FrontendVIPs:string* PortMappings:@LoadBalancerPortMapping* Flags:%LoadBalancerFlags"},
  {"LoadBalancerPortMapping", "Protocol:%ProtocolType InternalPort:u16 ExternalPort:u16 DistributionType:%LoadBalancerDistribution Flags:%LoadBalancerPortMappingFlags"},
  /* The client that uses routes calls their list Setting, the schema Routes. */
  {"HostComputeRoute", BASE "HostComputeNetwork:string HostComputeEndpoints:string* Routes:@SDNRoute* Setting:@SDNRoute*"},
  {"GuestNetworkService", BASE "VirtualMachineId:guid MirroredInterfaces:@GuestNetworkServiceInterface* MirrorHostNetworking:bool GnsRpcServerInformation:@RpcConnectionInformation Flags:%GuestNetworkServiceFlags"},
  {"GuestNetworkServiceInterface", "EndpointId:guid InterfaceGuid:guid State:#GuestNetworkServiceInterfaceState MissedNotifications:#GuestNetworkServiceNotificationType"},
  {"RpcConnectionInformation", "NetworkAddress:string EndpointAddress:string EndpointType:#RpcEndpointType ObjectUuid:guid"},

  {"ModifyNetworkSettingRequest", REQUEST "ResourceType:#NetworkResourceType"},
  {"ModifyEndpointSettingRequest", REQUEST "ResourceType:#EndpointResourceType"},
  {"ModifyNamespaceSettingRequest", REQUEST "ResourceType:#NamespaceResourceType"},
  {"ModifyGuestNetworkServiceSettingRequest", REQUEST "ResourceType:#GuestNetworkServiceResourceType"},
  {"PolicyNetworkRequest", "Policies:@NetworkPolicy*"},
  {"PolicyEndpointRequest", "Policies:@EndpointPolicy*"},
  {"SubnetNetworkRequest", "Subnets:@Subnet*"},
  {"IPSubnetNetworkRequest", "SubnetId:guid IpSubnets:@IpSubnet*"},
  {"Extension", "Id:guid IsEnabled:bool"},
  {"VmEndpointRequest", "PortId:guid VirtualNicName:string VirtualMachineId:guid"},
  {"NamespaceEndpointRequest", "EndpointId:guid"},
  {"NamespaceContainerRequest", "ContainerId:string"},
  {"GuestNetworkServiceStateRequest", "State:#GuestNetworkServiceState"},

  {"PortMapping", "Protocol:%ProtocolType InternalPort:u16 ExternalPort:u16 VIP:string Flags:%NatFlags"},
  {"ACL", ACL_MEMBERS},
  {"NetworkACL", ACL_MEMBERS},
  {"QOS", "MaximumOutgoingBandwidthInBytes:u64"},
  {"OutBoundNAT", "VirtualIP:string Destinations:string* Exceptions:string* Flags:%NatFlags MaxPortPoolUsage:u16"},
  {"SDNRoute", "DestinationPrefix:string NextHop:string NeedEncap:bool AutomaticEndpointMonitor:bool"},
  {"L4Proxy", "IP:string Port:string Protocol:%ProtocolType ExceptionList:string* Exceptions:string* Destination:string OutboundNat:bool OutboundNAT:bool"},
  {"L4WFPPROXY", "InboundProxyPort:string OutboundProxyPort:string FilterTuple:@FiveTuple UserSID:string InboundExceptions:@ProxyExceptions OutboundExceptions:@ProxyExceptions"},
  {"FiveTuple", "Protocols:string LocalAddresses:string RemoteAddresses:string LocalPorts:string RemotePorts:string Priority:u16"},
  {"ProxyExceptions", "IpAddressExceptions:string* PortExceptions:string*"},
  {"ProviderAddress", "ProviderAddress:string"},
  {"PortName", "Name:string"},
  {"EncapOverhead", "Overhead:u16"},
  {"InterfaceConstraint", CONSTRAINT_MEMBERS},
  {"Encryption", "EncryptionMethodType:#EncryptionMethod AuthenticationMethods:@PrioritizedAuthenticationMethod* Name:string Endpoints1:string* Endpoints2:string* ProtocolType:string Endpoint1Ports:string* Endpoint2Ports:string*"},
  {"PrioritizedAuthenticationMethod", "Type:#AuthenticationType Settings:any"},
  {"VLAN", "IsolationId:u32"},
  {"VSID", "IsolationId:u32"},
  {"InterfaceParameters", "Mtu:u16"},
  {"Iov", "IovOffloadWeight:u32 QueuePairsRequested:u32 InterruptModeration:%IovInterruptModerationType"},
  {"TierAcl", "Name:string Direction:#DirectionType Order:u16 TierAclRules:@TierAclRule*"},
  {"TierAclRule", "Protocols:string LocalAddresses:string RemoteAddresses:string LocalPorts:string RemotePorts:string Priority:u16 Id:string TierAclRuleAction:#ActionType"},
  {"SourceMacAddress", "SourceMacAddress:string"},
  {"NetAdapterName", "NetworkAdapterName:string"},
  {"VSwitchExtension", "ExtensionID:guid Enable:bool"},
  {"DrMacAddress", "Address:string"},
  {"AutomaticDNS", "Enable:bool"},
  {"RemoteSubnetRoute", "DestinationPrefix:string IsolationId:u32 ProviderAddress:string DistributedRouterMacAddress:string"},
  {"VxlanPort", "Port:u16"},
  {"HostRoute", ""},
  {"SetPolicy", "Id:string Name:string PolicyType:#SetPolicyTypes Values:string"},
  {"LayerConstraint", "LayerId:guid"},
  {"L2Driver", ""},

  /* The older form, which the same functions take where the document names no schema version (HNS before 1809). */
  {"V1Network", "ID:guid Id:guid Name:string Type:#NetworkMode NetworkAdapterName:string SourceMac:string Policies:any* MacPools:@MacRange* Subnets:@V1Subnet* DNSSuffix:string DNSServerList:string DNSServerCompartment:u32 ManagementIP:string AutomaticDNS:bool"},
  {"V1Subnet", "AddressPrefix:string GatewayAddress:string Policies:any*"},
  {"V1Endpoint", "ID:guid Id:guid Name:string VirtualNetwork:guid VirtualNetworkName:string Policies:any* MacAddress:string IPAddress:string IPv6Address:string DNSSuffix:string DNSServerList:string DNSDomain:string GatewayAddress:string GatewayAddressV6:string EnableInternalDNS:bool DisableICC:bool PrefixLength:u8 IPv6PrefixLength:u8 IsRemoteEndpoint:bool EnableLowMetric:bool Namespace:any EncapOverhead:u16 SharedContainers:any State:u16"},
  {"V1Attach", "ContainerId:string SystemType:string CompartmentId:u16 VirtualNicName:string"},
  {"V1Namespace", "ID:guid Id:guid IsDefault:bool ResourceList:any CompartmentId:u32"},
  {"V1NamespaceResource", "Type:#NamespaceResourceType Data:any"},
  {"V1PolicyList", "ID:guid Id:guid References:string* Policies:any*"},
  {"V1AccelnetMacs", "MacAddressList:@V1AccelnetMac*"},
  {"V1AccelnetMac", "MacAddress:string"},
};

/* Values in the order of their numbers; for flags the numbers are powers of two from the second on, unless =N says otherwise. */
static const struct shape enumerations[] = {
  {"ActionType", "Allow Block Pass"},
  {"DirectionType", "In Out"},
  {"RuleType", "Host Switch"},
  {"EncryptionMethod", "Ipsec"},
  {"AuthenticationType", "PresharedKey Certificate"},
  {"NetworkMode", "NAT ICS Transparent L2Bridge L2Tunnel Overlay Private Internal Mirrored Infiniband ConstrainedICS"},
  {"NetworkPolicyType", "SourceMacAddress NetAdapterName InterfaceConstraint VSwitchExtension ProviderAddress DrMacAddress AutomaticDNS RemoteSubnetRoute VxlanPort HostRoute SetPolicy L4Proxy LayerConstraint NetworkACL"},
  {"EndpointPolicyType", "PortMapping ACL QOS L2Driver OutBoundNAT SDNRoute L4Proxy L4WFPPROXY ProviderAddress PortName EncapOverhead InterfaceConstraint Encryption VLAN InterfaceParameters Iov TierAcl"},
  {"SubnetPolicyType", "VLAN VSID"},
  {"SetPolicyTypes", "IPSET NESTEDIPSET"},
  {"IpamType", "Static Dhcp"},
  {"NamespaceType", "Host HostDefault Guest GuestDefault"},
  {"NamespaceResourceType", "Container Endpoint"},
  {"NetworkResourceType", "DNS Extension Policy Subnet IPSubnet"},
  {"EndpointResourceType", "Port Policy"},
  {"GuestNetworkServiceResourceType", "State"},
  {"GuestNetworkServiceState", "None Created Bootstrapping Synchronized Paused Desynchronized Rehydrating Degraded Destroyed"},
  {"GuestNetworkServiceInterfaceState", "Created Bootstrapping Synchronized Desynchronized Paused"},
  {"GuestNetworkServiceNotificationType", "None DNSCacheParam DHCPParam InterfaceParam AddressParam Route DNSParam XlatParam Neighbor"},
  {"RpcEndpointType", "HvSocket LRpc"},
  {"ModifyRequestType", "Add Remove Update Refresh Reset"},
  {"HostComputeQueryFlags", "None Detailed"},
  {"NetworkFlags", "None EnableDnsProxy EnableDhcpServer EnableMirroring EnableNonPersistent EnablePersistent IsolateVSwitch EnableFlowSteering DisableSharing EnableFirewall"},
  {"SubnetFlags", "None DoNotReserveGatewayAddress"},
  {"IPSubnetFlags", "None EnableBroadcast ReserveNetworkAddress"},
  {"EndpointFlags", "None RemoteEndpoint DisableInterComputeCommunication EnableMirroring EnableLowInterfaceMetric OverrideDNSServerOrder EnableDhcp"},
  {"LoadBalancerFlags", "None EnableDirectServerReturn IPv6"},
  {"LoadBalancerPortMappingFlags", "None EnableInternalLoadBalancer LocalRoutedVip NotUsed EnablePreserveDip"},
  {"LoadBalancerDistribution", "None SourceIPProtocol SourceIP"},
  {"NatFlags", "None LocalRoutedVip IPv6"},
  {"GuestNetworkServiceFlags", "None IsFlowsteered IsFlowsteeredSelfManaged"},
  {"IovInterruptModerationType", "IovInterruptModerationDefault IovInterruptModerationAdaptive IovInterruptModerationOff=2 IovInterruptModerationLow=100 IovInterruptModerationMedium=200 IovInterruptModerationHigh=300"},
  {"ProtocolType", "Unknown=0 ICMPv4=1 IGMP=2 TCP=6 UDP=17 ICMPv6=58"},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *find_words(const struct shape *table, size_t count, const char *name, size_t length) {
  for (size_t index = 0; index < count; index++) if (strlen(table[index].name) == length && memcmp(table[index].name, name, length) == 0) return table[index].members;
  return NULL;
}

static int lower(int letter) { return letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter; }

static bool same_letters(const char *left, const char *right, size_t length) {
  for (size_t index = 0; index < length; index++) if (lower((unsigned char)left[index]) != lower((unsigned char)right[index])) return false;
  return true;
}

bool same_word(const char *left, const char *right) { return strlen(left) == strlen(right) && same_letters(left, right, strlen(left)); }

/* The next word of a list and its length; NULL at the end. */
static const char *next_word(const char *at, size_t *length) {
  while (*at == ' ') at++;
  *length = strcspn(at, " ");
  return *length == 0 ? NULL : at;
}

/* Finds a word of an enumeration by its name; gives its written length and its number. */
static const char *find_value(const char *values, const char *name, size_t name_length, bool flags, size_t *written, int64_t *number) {
  int64_t index = 0;
  size_t length;
  for (const char *word = next_word(values, &length); word != NULL; word = next_word(word + length, &length), index++) {
    const char *equals = memchr(word, '=', length);
    *written = equals == NULL ? length : (size_t)(equals - word);
    *number = equals != NULL ? strtoll(equals + 1, NULL, 10) : !flags || index < 2 ? index : (int64_t)1 << (index - 1);
    if (*written == name_length && same_letters(word, name, name_length)) return word;
  }
  return NULL;
}

static const char *value_at(const char *values, int64_t wanted, size_t *length) {
  int64_t index = 0;
  for (const char *word = next_word(values, length); word != NULL; word = next_word(word + *length, length), index++) if (index == wanted) return word;
  return NULL;
}

static bool is_guid(const char *text) {
  for (int index = 0; index < 36; index++) {
    bool dash = index == 8 || index == 13 || index == 18 || index == 23;
    if (dash ? text[index] != '-' : strchr("0123456789abcdefABCDEF", text[index]) == NULL || text[index] == 0) return false;
  }
  return text[36] == 0;
}

static void become_whole(struct json *value, int64_t number) {
  struct json *whole = json_new_whole(number);
  free(value->text);
  value->kind = JSON_NUMBER;
  value->text = whole->text;
  value->number = whole->number;
  value->integer = true;
  value->whole = number;
  whole->text = NULL;
  json_free(whole);
}

/* Flags come as a number or as names with commas between them. */
static bool read_flags(struct json *value, const char *values) {
  if (value->kind == JSON_NUMBER) return value->integer && value->whole >= 0 && value->whole <= UINT32_MAX;
  if (value->kind != JSON_STRING) return false;
  int64_t all = 0;
  for (const char *at = value->text; *at != 0;) {
    at += strspn(at, " ,");
    size_t length = strcspn(at, " ,"), written;
    int64_t number;
    if (length == 0) break;
    if (find_value(values, at, length, true, &written, &number) == NULL) return false;
    all |= number;
    at += length;
  }
  become_whole(value, all);
  return true;
}

static bool read_enumeration(struct json *value, const char *values) {
  size_t length;
  const char *word = NULL;
  int64_t number;
  if (value->kind == JSON_STRING) word = find_value(values, value->text, strlen(value->text), false, &length, &number);
  else if (value->kind == JSON_NUMBER && value->integer) word = value_at(values, value->whole, &length);
  if (word == NULL) return false;
  char *written = must_allocate(length + 1);
  memcpy(written, word, length);
  written[length] = 0;
  free(value->text);
  value->kind = JSON_STRING;
  value->text = written;
  return true;
}

static bool kind_holds(struct json *value, const char *kind, size_t length, const char *path, struct text *problem);

static bool is_kind(const char *kind, size_t length, const char *name) { return strlen(name) == length && memcmp(kind, name, length) == 0; }

static bool number_holds(const struct json *value, const char *kind, size_t length) {
  static const struct { const char *name; int64_t most; } limits[] = {{"u8", UINT8_MAX}, {"u16", UINT16_MAX}, {"u32", UINT32_MAX}, {"u64", INT64_MAX}};
  for (size_t index = 0; index < COUNT(limits); index++) {
    if (is_kind(kind, length, limits[index].name)) return value->kind == JSON_NUMBER && value->integer && value->whole >= 0 && value->whole <= limits[index].most;
  }
  return false;
}

static bool members_hold(struct json *object, const char *members, const char *path, struct text *problem) {
  if (object->kind != JSON_OBJECT) {
    text_print(problem, "%s is not an object", path);
    return false;
  }
  for (struct json *member = object->first, *next; member != NULL; member = next) {
    next = member->next;
    size_t length;
    const char *word = next_word(members, &length), *colon = NULL;
    for (; word != NULL; word = next_word(word + length, &length)) {
      colon = memchr(word, ':', length);
      if (strlen(member->name) == (size_t)(colon - word) && memcmp(member->name, word, (size_t)(colon - word)) == 0) break;
    }
    if (word == NULL) {
      text_print(problem, "%s has no member '%s'", path, member->name);
      return false;
    }
    if (member->kind == JSON_NULL) {
      json_free(json_take(object, member));
      continue;
    }
    struct text inner = {0};
    text_print(&inner, "%s.%s", path, member->name);
    bool holds = kind_holds(member, colon + 1, length - (size_t)(colon + 1 - word), inner.bytes, problem);
    free(inner.bytes);
    if (!holds) return false;
  }
  return true;
}

static bool kind_holds(struct json *value, const char *kind, size_t length, const char *path, struct text *problem) {
  bool holds = false;
  if (length > 1 && kind[length - 1] == '*') {
    if (value->kind == JSON_ARRAY) {
      for (struct json *element = value->first; element != NULL; element = element->next) if (!kind_holds(element, kind, length - 1, path, problem)) return false;
      return true;
    }
  } else if (kind[0] == '@') {
    return members_hold(value, find_words(shapes, COUNT(shapes), kind + 1, length - 1), path, problem);
  } else if (kind[0] == '#') {
    holds = read_enumeration(value, find_words(enumerations, COUNT(enumerations), kind + 1, length - 1));
  } else if (kind[0] == '%') {
    holds = read_flags(value, find_words(enumerations, COUNT(enumerations), kind + 1, length - 1));
  } else if (is_kind(kind, length, "any")) {
    holds = true;
  } else if (is_kind(kind, length, "string")) {
    holds = value->kind == JSON_STRING;
  } else if (is_kind(kind, length, "guid")) {
    holds = value->kind == JSON_STRING && (value->text[0] == 0 || is_guid(value->text));
  } else if (is_kind(kind, length, "bool")) {
    holds = value->kind == JSON_TRUE || value->kind == JSON_FALSE;
  } else {
    holds = number_holds(value, kind, length);
  }
  if (!holds) text_print(problem, "%s is not of the kind %.*s", path, (int)length, kind);
  return holds;
}

bool shape_holds(struct json *document, const char *shape, struct text *problem) {
  return members_hold(document, find_words(shapes, COUNT(shapes), shape, strlen(shape)), shape, problem);
}

const char *policy_shape(const char *owner, const char *type) {
  struct text name = {0};
  text_print(&name, "%sPolicyType", owner);
  size_t length;
  int64_t number;
  bool found = find_value(find_words(enumerations, COUNT(enumerations), name.bytes, name.length), type, strlen(type), false, &length, &number) != NULL;
  free(name.bytes);
  if (!found) return NULL;
  for (size_t index = 0; index < COUNT(shapes); index++) if (same_word(shapes[index].name, type)) return shapes[index].name;
  return NULL;
}
