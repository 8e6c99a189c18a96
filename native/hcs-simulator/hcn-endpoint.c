#include "hcn-internal.h"

#include <stdlib.h>
#include <string.h>

enum { remote = 1, do_not_reserve_gateway = 1, first_dynamic_port = 49152, last_port = 65535 };
enum { state_created = 1, state_attached = 2, state_detached = 4 };

static bool is_type(const struct json *network, const char *type) { return strcmp(json_string(network, "Type"), type) == 0; }

static struct json *array_of(struct json *object, const char *name) { return member_of_kind(object, name, JSON_ARRAY); }

static bool in_network(const struct json *endpoint, const struct json *network) { return same_word(json_string(endpoint, "HostComputeNetwork"), json_string(network, "ID")); }

/* The subnet of the network that the address is in; NULL where none has it. */
static struct json *subnet_of(struct json *network, const struct address *address, struct prefix *prefix) {
  for (struct json *ipam = array_of(network, "Ipams")->first; ipam != NULL; ipam = ipam->next) {
    for (struct json *subnet = array_of(ipam, "Subnets")->first; subnet != NULL; subnet = subnet->next) {
      if (prefix_read(json_string(subnet, "IpAddressPrefix"), prefix) && prefix_holds(prefix, address)) return subnet;
    }
  }
  return NULL;
}

static bool is_gateway(struct json *subnet, const struct address *address) {
  if (json_whole(subnet, "Flags", 0) & do_not_reserve_gateway) return false;
  for (struct json *route = array_of(subnet, "Routes")->first; route != NULL; route = route->next) {
    struct address hop;
    if (address_read(json_string(route, "NextHop"), &hop) && address_same(&hop, address)) return true;
  }
  return false;
}

static bool is_taken(const struct hcn *hcn, const struct json *network, const struct address *address, const struct json *but) {
  for (struct json *endpoint = hcn_objects(hcn, HCN_ENDPOINT)->first; endpoint != NULL; endpoint = endpoint->next) {
    if (endpoint == but || !in_network(endpoint, network)) continue;
    for (struct json *config = array_of(endpoint, "IpConfigurations")->first; config != NULL; config = config->next) {
      struct address other;
      if (address_read(json_string(config, "IpAddress"), &other) && address_same(&other, address)) return true;
    }
  }
  return false;
}

static bool has_subnets(struct json *network) {
  for (struct json *ipam = array_of(network, "Ipams")->first; ipam != NULL; ipam = ipam->next) {
    if (!same_word(json_string(ipam, "Type"), "Dhcp") && array_of(ipam, "Subnets")->first != NULL) return true;
  }
  return false;
}

static HRESULT addresses_hold(struct hcn_call *call, struct json *network, struct json *endpoint) {
  for (struct json *config = array_of(endpoint, "IpConfigurations")->first; config != NULL; config = config->next) {
    struct address address;
    struct prefix prefix;
    const char *text = json_string(config, "IpAddress");
    if (!address_read(text, &address)) return hcn_fail(call, HCN_INVALID_IP, "IP address '%s' is invalid.", text == NULL ? "" : text);
    if (!has_subnets(network)) continue;
    struct json *subnet = subnet_of(network, &address, &prefix);
    if (subnet == NULL) return hcn_fail(call, HCN_INVALID_IP, "IP address %s is not part of any configured subnet.", text);
    if (prefix_reserves(&prefix, &address) || is_gateway(subnet, &address)) return hcn_fail(call, HCN_ADDR_INVALID_OR_RESERVED, "An address provided is invalid or reserved: %s.", text);
    if (is_taken(call->hcn, network, &address, NULL)) return hcn_fail(call, HCN_ADDR_INVALID_OR_RESERVED, "An address provided is invalid or reserved: %s is another endpoint's.", text);
    if (json_whole(config, "PrefixLength", 0) == 0) json_set_whole(config, "PrefixLength", prefix.length);
  }
  return S_OK;
}

/* The lowest free address of each family that the network has. */
static HRESULT choose_addresses(struct hcn_call *call, struct json *network, struct json *endpoint) {
  struct json *configs = array_of(endpoint, "IpConfigurations");
  bool chosen[2] = {false, false}, wanted[2] = {false, false};
  for (struct json *ipam = array_of(network, "Ipams")->first; ipam != NULL; ipam = ipam->next) {
    if (same_word(json_string(ipam, "Type"), "Dhcp")) continue;
    for (struct json *subnet = array_of(ipam, "Subnets")->first; subnet != NULL; subnet = subnet->next) {
      struct prefix prefix;
      if (!prefix_read(json_string(subnet, "IpAddressPrefix"), &prefix)) continue;
      int family = prefix.base.bits == 128;
      wanted[family] = true;
      if (chosen[family]) continue;
      struct address address = prefix.base;
      do {
        if (prefix_reserves(&prefix, &address) || is_gateway(subnet, &address) || is_taken(call->hcn, network, &address, NULL)) continue;
        char *text = address_text(&address);
        struct json *config = json_push(configs, json_new(JSON_OBJECT));
        json_set_string(config, "IpAddress", text);
        json_set_whole(config, "PrefixLength", prefix.length);
        free(text);
        chosen[family] = true;
      } while (!chosen[family] && address_next(&address) && prefix_holds(&prefix, &address));
    }
  }
  if ((wanted[0] && !chosen[0]) || (wanted[1] && !chosen[1])) return hcn_fail(call, HCN_SUBNET_NOT_FOUND, "The network does not have a subnet for this endpoint: every address is in use.");
  return S_OK;
}

static bool mac_is_taken(const struct hcn *hcn, const struct json *network, uint64_t mac) {
  for (struct json *endpoint = hcn_objects(hcn, HCN_ENDPOINT)->first; endpoint != NULL; endpoint = endpoint->next) {
    uint64_t other;
    if (in_network(endpoint, network) && mac_read(json_string(endpoint, "MacAddress"), &other) && other == mac) return true;
  }
  return false;
}

static HRESULT give_mac(struct hcn_call *call, struct json *network, struct json *endpoint) {
  const char *text = json_string(endpoint, "MacAddress");
  uint64_t mac;
  if (given(text)) {
    if (!mac_read(text, &mac)) return hcn_fail(call, HCN_INVALID_ENDPOINT, "The MAC address '%s' is not one.", text);
    if (mac_is_taken(call->hcn, network, mac)) return hcn_fail(call, HCN_ADDR_INVALID_OR_RESERVED, "The MAC address %s is another endpoint's.", text);
    return S_OK;
  }
  for (struct json *range = array_of(member_of_kind(network, "MacPool", JSON_OBJECT), "Ranges")->first; range != NULL; range = range->next) {
    uint64_t end;
    if (!mac_read(json_string(range, "StartMacAddress"), &mac) || !mac_read(json_string(range, "EndMacAddress"), &end)) continue;
    for (; mac <= end; mac++) {
      if (mac_is_taken(call->hcn, network, mac)) continue;
      char *chosen = mac_text(mac);
      json_set_string(endpoint, "MacAddress", chosen);
      free(chosen);
      return S_OK;
    }
  }
  return hcn_fail(call, HCN_INVALID_ENDPOINT, "The network has no free MAC address.");
}

/* Whether some endpoint maps this port of the host already. */
static bool port_is_mapped(const struct hcn *hcn, int64_t protocol, int64_t port, const char *vip) {
  for (struct json *endpoint = hcn_objects(hcn, HCN_ENDPOINT)->first; endpoint != NULL; endpoint = endpoint->next) {
    for (struct json *policy = array_of(endpoint, "Policies")->first; policy != NULL; policy = policy->next) {
      if (strcmp(hcn_policy_type(policy), "PortMapping") != 0) continue;
      const struct json *mapping = hcn_policy_settings(policy);
      const char *other = json_string(mapping, "VIP");
      bool same_vip = !given(other) || !given(vip) || strcmp(other, vip) == 0;
      if (json_whole(mapping, "Protocol", 0) == protocol && json_whole(mapping, "ExternalPort", 0) == port && same_vip) return true;
    }
  }
  return false;
}

static HRESULT mapping_holds(struct hcn_call *call, const struct json *network, struct json *mapping) {
  if (is_type(network, "Transparent") || is_type(network, "Private") || is_type(network, "Internal")) return hcn_fail(call, HCN_MAPPING_NOT_SUPPORTED, "Port mapping is not supported on the given network, which is of the type %s.", json_string(network, "Type"));
  int64_t protocol = json_whole(mapping, "Protocol", 0), port = json_whole(mapping, "ExternalPort", 0);
  struct address vip;
  if (protocol != 6 && protocol != 17) return hcn_fail(call, HCN_INVALID_POLICY, "A port mapping is of TCP (6) or UDP (17), not of protocol %d.", (int)protocol);
  if (json_whole(mapping, "InternalPort", 0) == 0) return hcn_fail(call, HCN_INVALID_INTERNAL_PORT, "The internal port must exist and cannot be zero.");
  if (given(json_string(mapping, "VIP")) && !address_read(json_string(mapping, "VIP"), &vip)) return hcn_fail(call, HCN_INVALID_IP, "IP address '%s' is invalid.", json_string(mapping, "VIP"));
  for (int64_t free_port = first_dynamic_port; port == 0 && free_port <= last_port; free_port++) {
    if (port_is_mapped(call->hcn, protocol, free_port, NULL)) continue;
    port = free_port;
    json_set_whole(mapping, "ExternalPort", port);
    return S_OK;
  }
  if (port == 0 || port_is_mapped(call->hcn, protocol, port, json_string(mapping, "VIP"))) return hcn_fail(call, HCN_PORT_ALREADY_EXISTS, "The specified port already exists: %d.", (int)port);
  return S_OK;
}

static HRESULT policy_holds(struct hcn_call *call, const struct json *network, struct json *policy) {
  const char *type = hcn_policy_type(policy);
  struct json *settings = hcn_policy_settings(policy);
  if (strcmp(type, "PortMapping") == 0) return mapping_holds(call, network, settings);
  if (strcmp(type, "ACL") == 0 && (json_string(settings, "Action") == NULL || json_string(settings, "Direction") == NULL)) return hcn_fail(call, HCN_INVALID_POLICY, "The provided policy configuration is invalid or missing parameters: an ACL names an action and a direction.");
  if (strcmp(type, "SDNRoute") == 0) {
    struct prefix destination;
    if (!prefix_read(json_string(settings, "DestinationPrefix"), &destination)) return hcn_fail(call, HCN_INVALID_PREFIX, "The prefix provided is invalid.");
  }
  return S_OK;
}

/* Policies are taken one by one, since two of one document may want the same port. Those taken before a failure stay with the endpoint. */
static HRESULT add_policies(struct hcn_call *call, const struct json *network, struct json *endpoint, struct json *wanted) {
  struct json *policies = array_of(endpoint, "Policies");
  while (wanted->first != NULL) {
    HRESULT code = policy_holds(call, network, wanted->first);
    if (FAILED(code)) return code;
    json_push(policies, json_take(wanted, wanted->first));
  }
  return S_OK;
}

static struct json *gateway_routes(struct json *network, struct json *endpoint) {
  struct json *routes = json_new(JSON_ARRAY);
  for (struct json *config = array_of(endpoint, "IpConfigurations")->first; config != NULL; config = config->next) {
    struct address address;
    struct prefix prefix;
    struct json *subnet = address_read(json_string(config, "IpAddress"), &address) ? subnet_of(network, &address, &prefix) : NULL;
    for (struct json *route = subnet == NULL ? NULL : array_of(subnet, "Routes")->first; route != NULL; route = route->next) json_push(routes, json_copy(route));
  }
  return routes;
}

static HRESULT endpoint_holds(struct hcn_call *call, struct json *network, struct json *endpoint) {
  if (json_member(endpoint, "Policies") != NULL && !hcn_policies_hold(call, json_member(endpoint, "Policies"), "Endpoint")) return call->code;
  HRESULT code = addresses_hold(call, network, endpoint);
  if (FAILED(code)) return code;
  if (array_of(endpoint, "IpConfigurations")->first == NULL) {
    if (json_whole(endpoint, "Flags", 0) & remote) return hcn_fail(call, HCN_INVALID_ENDPOINT, "A remote endpoint has an address.");
    code = choose_addresses(call, network, endpoint);
    if (FAILED(code)) return code;
  }
  code = give_mac(call, network, endpoint);
  if (FAILED(code)) return code;
  if (array_of(endpoint, "Routes")->first == NULL) json_set(endpoint, "Routes", gateway_routes(network, endpoint));
  if (json_count(member_of_kind(endpoint, "Dns", JSON_OBJECT)) == 0) json_set(endpoint, "Dns", json_copy(member_of_kind(network, "Dns", JSON_OBJECT)));
  return S_OK;
}

HRESULT endpoint_create(struct hcn_call *call, struct json *endpoint, const char *network_id) {
  const char *named = json_string(endpoint, "HostComputeNetwork");
  struct json *network = hcn_object(call->hcn, HCN_NETWORK, given(network_id) ? network_id : named);
  struct json *name_space = NULL;
  HRESULT code = S_OK;
  if (network == NULL) code = hcn_fail(call, HCN_NETWORK_NOT_FOUND, "The network was not found.");
  else if (given(named) && !same_word(named, json_string(network, "ID"))) code = hcn_fail(call, HCN_INVALID_ENDPOINT, "The endpoint's document names another network.");
  if (SUCCEEDED(code) && given(json_string(endpoint, "HostComputeNamespace"))) {
    name_space = hcn_object(call->hcn, HCN_NAMESPACE, json_string(endpoint, "HostComputeNamespace"));
    if (name_space == NULL) code = hcn_fail(call, E_NOT_FOUND, "Element not found.");
  }
  struct json *member = json_member(endpoint, "HostComputeNamespace");
  if (member != NULL) json_free(json_take(endpoint, member));
  if (SUCCEEDED(code)) code = endpoint_holds(call, network, endpoint);
  if (FAILED(code)) {
    json_free(endpoint);
    return code;
  }
  json_set_string(endpoint, "HostComputeNetwork", json_string(network, "ID"));
  json_set_whole(endpoint, "State", state_created);
  if (json_member(endpoint, "Flags") == NULL) json_set_whole(endpoint, "Flags", 0);
  struct json *wanted = json_copy(array_of(endpoint, "Policies"));
  json_set(endpoint, "Policies", json_new(JSON_ARRAY));
  json_push(hcn_objects(call->hcn, HCN_ENDPOINT), endpoint);
  code = add_policies(call, network, endpoint, wanted);
  json_free(wanted);
  if (SUCCEEDED(code) && name_space != NULL) code = endpoint_attach(call, endpoint, name_space);
  if (FAILED(code)) json_free(json_take(hcn_objects(call->hcn, HCN_ENDPOINT), endpoint));
  return code;
}

static HRESULT remove_policies(struct hcn_call *call, struct json *endpoint, const struct json *wanted) {
  struct json *policies = array_of(endpoint, "Policies");
  for (struct json *policy = wanted->first; policy != NULL; policy = policy->next) {
    struct json *same = policies->first;
    while (same != NULL && !(strcmp(hcn_policy_type(same), hcn_policy_type(policy)) == 0 && json_same(hcn_policy_settings(same), hcn_policy_settings(policy)))) same = same->next;
    if (same == NULL) return hcn_fail(call, HCN_POLICY_NOT_FOUND, "An expected policy was not found: %s.", hcn_policy_type(policy));
    json_free(json_take(policies, same));
  }
  return S_OK;
}

/* An update takes the place of all policies of the types that it names. */
static HRESULT change_policies(struct hcn_call *call, const struct json *network, struct json *endpoint, const char *request, struct json *wanted) {
  if (!hcn_policies_hold(call, wanted, "Endpoint")) return call->code;
  if (strcmp(request, "Remove") == 0) return remove_policies(call, endpoint, wanted);
  struct json *before = json_copy(array_of(endpoint, "Policies"));
  struct json *policies = array_of(endpoint, "Policies");
  for (struct json *policy = strcmp(request, "Update") == 0 ? wanted->first : NULL; policy != NULL; policy = policy->next) {
    for (struct json *old = policies->first, *next; old != NULL; old = next) {
      next = old->next;
      if (strcmp(hcn_policy_type(old), hcn_policy_type(policy)) == 0) json_free(json_take(policies, old));
    }
  }
  HRESULT code = add_policies(call, network, endpoint, wanted);
  if (FAILED(code)) json_set(endpoint, "Policies", before);
  else json_free(before);
  return code;
}

HRESULT endpoint_modify(struct hcn_call *call, struct json *endpoint, const char *settings) {
  struct json *request = hcn_document(call, settings, "ModifyEndpointSettingRequest");
  if (request == NULL) return call->code;
  const char *resource = json_string(request, "ResourceType"), *type = json_string(request, "RequestType");
  struct json *wanted = member_of_kind(request, "Settings", JSON_OBJECT);
  bool known = type != NULL && (strcmp(type, "Add") == 0 || strcmp(type, "Remove") == 0 || strcmp(type, "Update") == 0);
  struct text words = {0};
  HRESULT code;
  if (!known || resource == NULL) {
    code = hcn_fail(call, HCN_REQUEST_UNSUPPORTED, "The specified request is unsupported: %s %s.", type == NULL ? "" : type, resource == NULL ? "" : resource);
  } else if (!shape_holds(wanted, strcmp(resource, "Policy") == 0 ? "PolicyEndpointRequest" : "VmEndpointRequest", &words)) {
    code = hcn_fail(call, strstr(words.bytes, "PolicyType") != NULL ? HCN_INVALID_POLICY_TYPE : HCN_INVALID_JSON, "Invalid JSON document string: %s.", words.bytes);
  } else if (strcmp(resource, "Policy") == 0) {
    code = change_policies(call, hcn_object(call->hcn, HCN_NETWORK, json_string(endpoint, "HostComputeNetwork")), endpoint, type, array_of(wanted, "Policies"));
  } else if (json_whole(endpoint, "Flags", 0) & remote) {
    code = hcn_fail(call, HCN_INVALID_REMOTE_ENDPOINT_OPERATION, "This requested operation is invalid for a remote endpoint.");
  } else {
    json_set_whole(endpoint, "State", strcmp(type, "Remove") == 0 ? state_detached : state_attached);
    code = S_OK;
  }
  free(words.bytes);
  json_free(request);
  return code;
}

HRESULT endpoint_attach(struct hcn_call *call, struct json *endpoint, struct json *name_space) {
  if (json_whole(endpoint, "Flags", 0) & remote) return hcn_fail(call, HCN_INVALID_REMOTE_ENDPOINT_OPERATION, "This requested operation is invalid for a remote endpoint.");
  if (json_string(endpoint, "HostComputeNamespace") != NULL) return hcn_fail(call, HCN_ENDPOINT_NAMESPACE_ALREADY_EXISTS, "This requested operation is invalid as endpoint is already part of a network namespace.");
  struct json *resource = json_push(array_of(name_space, "Resources"), json_new(JSON_OBJECT));
  json_set_string(resource, "Type", "Endpoint");
  json_set_string(json_set(resource, "Data", json_new(JSON_OBJECT)), "Id", json_string(endpoint, "ID"));
  json_set_string(endpoint, "HostComputeNamespace", json_string(name_space, "ID"));
  json_set_whole(endpoint, "State", state_attached);
  return S_OK;
}

void endpoint_detach(struct hcn *hcn, struct json *endpoint) {
  struct json *member = json_member(endpoint, "HostComputeNamespace");
  struct json *name_space = member == NULL ? NULL : hcn_object(hcn, HCN_NAMESPACE, member->text);
  struct json *resources = name_space == NULL ? NULL : array_of(name_space, "Resources");
  for (struct json *resource = resources == NULL ? NULL : resources->first, *next; resource != NULL; resource = next) {
    next = resource->next;
    const char *id = json_string(json_member(resource, "Data"), "Id");
    if (id != NULL && same_word(id, json_string(endpoint, "ID"))) json_free(json_take(resources, resource));
  }
  if (member == NULL) return;
  json_free(json_take(endpoint, member));
  json_set_whole(endpoint, "State", state_detached);
}

static bool is_referred_to(const struct hcn *hcn, enum hcn_kind kind, const char *id) {
  for (struct json *object = hcn_objects(hcn, kind)->first; object != NULL; object = object->next) {
    for (struct json *reference = array_of(object, "HostComputeEndpoints")->first; reference != NULL; reference = reference->next) if (same_word(reference->text, id)) return true;
  }
  return false;
}

HRESULT endpoint_delete(struct hcn_call *call, struct json *endpoint) {
  const char *id = json_string(endpoint, "ID");
  if (is_referred_to(call->hcn, HCN_LOAD_BALANCER, id) || is_referred_to(call->hcn, HCN_ROUTE, id)) return hcn_fail(call, HCN_ENTITY_HAS_REFERENCES, "The specified entity cannot be removed while it still has references.");
  endpoint_detach(call->hcn, endpoint);
  json_free(json_take(hcn_objects(call->hcn, HCN_ENDPOINT), endpoint));
  return S_OK;
}
