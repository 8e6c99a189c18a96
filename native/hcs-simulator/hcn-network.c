#include "hcn-internal.h"

#include <stdlib.h>
#include <string.h>

static bool is_type(const struct json *network, const char *type) { return strcmp(json_string(network, "Type"), type) == 0; }

static bool translates(const struct json *network) { return is_type(network, "NAT") || is_type(network, "ICS") || is_type(network, "ConstrainedICS"); }

static struct json *subnets_of(struct json *ipam) { return member_of_kind(ipam, "Subnets", JSON_ARRAY); }

static struct json *ipams_of(struct json *network) { return member_of_kind(network, "Ipams", JSON_ARRAY); }

/* Some translated network that has addresses of this prefix; NULL where none has. */
static struct json *holder_of(const struct hcn *hcn, const struct prefix *prefix) {
  for (struct json *network = hcn_objects(hcn, HCN_NETWORK)->first; network != NULL; network = network->next) {
    if (!translates(network)) continue;
    for (struct json *ipam = ipams_of(network)->first; ipam != NULL; ipam = ipam->next) {
      for (struct json *subnet = subnets_of(ipam)->first; subnet != NULL; subnet = subnet->next) {
        struct prefix other;
        if (prefix_read(json_string(subnet, "IpAddressPrefix"), &other) && prefix_overlaps(&other, prefix)) return network;
      }
    }
  }
  return NULL;
}

static struct json *default_route(struct json *subnet) {
  for (struct json *route = member_of_kind(subnet, "Routes", JSON_ARRAY)->first; route != NULL; route = route->next) {
    const char *destination = json_string(route, "DestinationPrefix");
    if (destination != NULL && (strcmp(destination, "0.0.0.0/0") == 0 || strcmp(destination, "::/0") == 0)) return route;
  }
  return NULL;
}

static void add_default_route(struct json *subnet, const struct prefix *prefix) {
  struct address gateway = prefix->base;
  address_next(&gateway);
  char *hop = address_text(&gateway);
  struct json *route = json_push(member_of_kind(subnet, "Routes", JSON_ARRAY), json_new(JSON_OBJECT));
  json_set_string(route, "NextHop", hop);
  json_set_string(route, "DestinationPrefix", prefix->base.bits == 32 ? "0.0.0.0/0" : "::/0");
  free(hop);
}

static HRESULT routes_hold(struct hcn_call *call, struct json *subnet, const struct prefix *prefix) {
  for (struct json *route = member_of_kind(subnet, "Routes", JSON_ARRAY)->first; route != NULL; route = route->next) {
    struct address hop;
    struct prefix destination;
    const char *to = json_string(route, "DestinationPrefix");
    if (!address_read(json_string(route, "NextHop"), &hop)) return hcn_fail(call, HCN_INVALID_SUBNET, "The next hop of a route of subnet %s is not an address.", json_string(subnet, "IpAddressPrefix"));
    if (!prefix_read(to, &destination)) return hcn_fail(call, HCN_INVALID_PREFIX, "The prefix '%s' is invalid.", to == NULL ? "" : to);
  }
  struct json *out = default_route(subnet);
  struct address hop;
  if (out != NULL && address_read(json_string(out, "NextHop"), &hop) && prefix->length < prefix->base.bits && !prefix_holds(prefix, &hop))
    return hcn_fail(call, HCN_INVALID_SUBNET, "The gateway %s is outside of the subnet %s.", json_string(out, "NextHop"), json_string(subnet, "IpAddressPrefix"));
  return S_OK;
}

static bool has_policy(struct json *owner, const char *type) {
  for (struct json *policy = member_of_kind(owner, "Policies", JSON_ARRAY)->first; policy != NULL; policy = policy->next) if (strcmp(hcn_policy_type(policy), type) == 0) return true;
  return false;
}

/* A subnet that is to be the network's: its prefix, routes and policies, and that nobody else has its addresses. */
static HRESULT subnet_holds(struct hcn_call *call, struct json *network, struct json *subnet) {
  struct prefix prefix;
  const char *text = json_string(subnet, "IpAddressPrefix");
  if (!given(text)) return hcn_fail(call, HCN_INVALID_SUBNET, "The provided subnet configuration is invalid or missing parameters: a subnet has no address prefix.");
  if (!prefix_read(text, &prefix) || !prefix_clean(&prefix)) return hcn_fail(call, HCN_INVALID_PREFIX, "The prefix '%s' is invalid.", text);
  HRESULT code = routes_hold(call, subnet, &prefix);
  if (FAILED(code)) return code;
  if (!hcn_policies_hold(call, member_of_kind(subnet, "Policies", JSON_ARRAY), "Subnet")) return call->code;
  if (is_type(network, "Overlay") && !has_policy(subnet, "VSID")) return hcn_fail(call, HCN_INVALID_SUBNET, "The subnet %s of an overlay network has no VSID policy.", text);
  for (struct json *ipam = ipams_of(network)->first; ipam != NULL; ipam = ipam->next) {
    for (struct json *other = subnets_of(ipam)->first; other != NULL; other = other->next) {
      struct prefix taken;
      if (other != subnet && prefix_read(json_string(other, "IpAddressPrefix"), &taken) && prefix_overlaps(&taken, &prefix)) return hcn_fail(call, HCN_INVALID_SUBNET, "The subnets %s and %s of one network overlap.", json_string(other, "IpAddressPrefix"), text);
    }
  }
  const struct json *holder = translates(network) ? holder_of(call->hcn, &prefix) : NULL;
  if (holder != NULL && holder != network) return hcn_fail(call, E_OBJECT_ALREADY_EXISTS, "The object already exists: network '%s' translates addresses of %s.", json_string(holder, "Name") == NULL ? "" : json_string(holder, "Name"), text);
  if (translates(network) && default_route(subnet) == NULL) add_default_route(subnet, &prefix);
  return S_OK;
}

/* A translated network that names no subnet gets a free one of 172.16.0.0/12. */
static void choose_subnet(const struct hcn *hcn, struct json *network) {
  for (int third = 16; third < 256; third += 16) {
    for (int second = 16; second < 32; second++) {
      struct text words = {0};
      text_print(&words, "172.%d.%d.0/20", second, (third - 16));
      struct prefix prefix;
      bool free_one = prefix_read(words.bytes, &prefix) && holder_of(hcn, &prefix) == NULL;
      if (free_one) {
        struct json *ipams = ipams_of(network);
        struct json *ipam = ipams->first != NULL ? ipams->first : json_push(ipams, json_new(JSON_OBJECT));
        json_set_string(ipam, "Type", "Static");
        struct json *subnet = json_push(subnets_of(ipam), json_new(JSON_OBJECT));
        json_set_string(subnet, "IpAddressPrefix", words.bytes);
        add_default_route(subnet, &prefix);
      }
      free(words.bytes);
      if (free_one) return;
    }
  }
}

static HRESULT macs_hold(struct hcn_call *call, struct json *network) {
  struct json *ranges = member_of_kind(member_of_kind(network, "MacPool", JSON_OBJECT), "Ranges", JSON_ARRAY);
  for (struct json *range = ranges->first; range != NULL; range = range->next) {
    uint64_t start, end;
    if (!mac_read(json_string(range, "StartMacAddress"), &start) || !mac_read(json_string(range, "EndMacAddress"), &end) || start > end) return hcn_fail(call, HCN_INVALID_NETWORK, "A range of the MAC pool is not one.");
  }
  if (ranges->first == NULL) {
    uint64_t start = 0x00155d000000u | (uint64_t)(json_count(hcn_objects(call->hcn, HCN_NETWORK)) % 255 + 1) << 16;
    char *first = mac_text(start), *last = mac_text(start | 0xffff);
    struct json *range = json_push(ranges, json_new(JSON_OBJECT));
    json_set_string(range, "StartMacAddress", first);
    json_set_string(range, "EndMacAddress", last);
    free(first);
    free(last);
  }
  return S_OK;
}

static HRESULT adapter_holds(struct hcn_call *call, struct json *network) {
  struct json *adapters = json_member(call->hcn->state, "Adapters");
  if (adapters == NULL) {
    adapters = json_set(call->hcn->state, "Adapters", json_new(JSON_ARRAY));
    json_push(adapters, json_new_string("Ethernet"));
    json_push(adapters, json_new_string("Ethernet 2"));
  }
  for (struct json *policy = member_of_kind(network, "Policies", JSON_ARRAY)->first; policy != NULL; policy = policy->next) {
    if (strcmp(hcn_policy_type(policy), "NetAdapterName") != 0) continue;
    const char *name = json_string(hcn_policy_settings(policy), "NetworkAdapterName");
    struct json *adapter = adapters->first;
    while (adapter != NULL && name != NULL && !same_word(adapter->text, name)) adapter = adapter->next;
    if (adapter == NULL || name == NULL) return hcn_fail(call, HCN_ADAPTER_NOT_FOUND, "An adapter was not found: '%s'.", name == NULL ? "" : name);
  }
  return S_OK;
}

static HRESULT network_holds(struct hcn_call *call, struct json *network) {
  const char *name = json_string(network, "Name");
  for (struct json *other = hcn_objects(call->hcn, HCN_NETWORK)->first; other != NULL; other = other->next) {
    if (given(name) && json_string(other, "Name") != NULL && same_word(json_string(other, "Name"), name)) return hcn_fail(call, HCN_NETWORK_ALREADY_EXISTS, "A network with this name already exists: '%s'.", name);
  }
  if (!hcn_policies_hold(call, member_of_kind(network, "Policies", JSON_ARRAY), "Network")) return call->code;
  size_t subnets = 0;
  for (struct json *ipam = ipams_of(network)->first; ipam != NULL; ipam = ipam->next) {
    if (json_string(ipam, "Type") == NULL) json_set_string(ipam, "Type", "Static");
    for (struct json *subnet = subnets_of(ipam)->first; subnet != NULL; subnet = subnet->next, subnets++) {
      HRESULT code = subnet_holds(call, network, subnet);
      if (FAILED(code)) return code;
    }
  }
  if (is_type(network, "Overlay") && subnets == 0) return hcn_fail(call, HCN_INVALID_NETWORK, "The provided network configuration is invalid or missing parameters: an overlay network has no subnet.");
  if (translates(network) && subnets == 0) choose_subnet(call->hcn, network);
  HRESULT code = adapter_holds(call, network);
  return FAILED(code) ? code : macs_hold(call, network);
}

HRESULT network_create(struct hcn_call *call, struct json *network) {
  if (json_string(network, "Type") == NULL) json_set_string(network, "Type", "NAT");
  HRESULT code = network_holds(call, network);
  if (FAILED(code)) {
    json_free(network);
    return code;
  }
  member_of_kind(network, "Dns", JSON_OBJECT);
  if (json_member(network, "Flags") == NULL) json_set_whole(network, "Flags", 0);
  json_set_whole(network, "State", 1);
  hcn_notify(call->hcn, HCN_NETWORK_PRE_CREATE, json_string(network, "ID"), NULL);
  json_push(hcn_objects(call->hcn, HCN_NETWORK), network);
  hcn_notify(call->hcn, HCN_NETWORK_CREATE, json_string(network, "ID"), NULL);
  return S_OK;
}

static HRESULT change_policies(struct hcn_call *call, struct json *network, const char *request, struct json *wanted) {
  struct json *policies = member_of_kind(network, "Policies", JSON_ARRAY);
  if (!hcn_policies_hold(call, wanted, "Network")) return call->code;
  for (struct json *policy = wanted->first; policy != NULL; policy = policy->next) {
    const char *type = hcn_policy_type(policy);
    if (strcmp(type, "RemoteSubnetRoute") == 0 && !is_type(network, "Overlay")) return hcn_fail(call, HCN_INVALID_POLICY, "A remote subnet route is for overlay networks.");
    struct json *same = policies->first;
    while (same != NULL && !(strcmp(hcn_policy_type(same), type) == 0 && json_same(hcn_policy_settings(same), hcn_policy_settings(policy)))) same = same->next;
    if (strcmp(request, "Add") == 0 && same != NULL) return hcn_fail(call, HCN_POLICY_ALREADY_EXISTS, "Policy information already exists on this object: %s.", type);
    if (strcmp(request, "Remove") == 0 && same == NULL) return hcn_fail(call, HCN_POLICY_NOT_FOUND, "An expected policy was not found: %s.", type);
    if (strcmp(request, "Remove") == 0) json_free(json_take(policies, same));
    if (strcmp(request, "Add") == 0) json_push(policies, json_copy(policy));
  }
  if (strcmp(request, "Update") == 0) {
    for (struct json *policy = wanted->first; policy != NULL; policy = policy->next) {
      for (struct json *old = policies->first, *next; old != NULL; old = next) {
        next = old->next;
        if (strcmp(hcn_policy_type(old), hcn_policy_type(policy)) == 0) json_free(json_take(policies, old));
      }
    }
    for (struct json *policy = wanted->first; policy != NULL; policy = policy->next) json_push(policies, json_copy(policy));
  }
  return S_OK;
}

static HRESULT change_subnets(struct hcn_call *call, struct json *network, const char *request, struct json *wanted) {
  struct json *ipams = ipams_of(network);
  struct json *ipam = ipams->first != NULL ? ipams->first : json_push(ipams, json_new(JSON_OBJECT));
  if (json_string(ipam, "Type") == NULL) json_set_string(ipam, "Type", "Static");
  for (struct json *subnet = wanted->first; subnet != NULL; subnet = subnet->next) {
    if (strcmp(request, "Add") == 0) {
      HRESULT code = subnet_holds(call, network, subnet);
      if (FAILED(code)) return code;
      json_push(subnets_of(ipam), json_copy(subnet));
      continue;
    }
    struct json *found = NULL;
    for (struct json *each = ipams->first; each != NULL && found == NULL; each = each->next) {
      struct json *own = subnets_of(each)->first;
      while (own != NULL && !json_same(json_member(own, "IpAddressPrefix"), json_member(subnet, "IpAddressPrefix"))) own = own->next;
      if (own == NULL) continue;
      found = own;
      json_free(json_take(subnets_of(each), own));
    }
    if (found == NULL) return hcn_fail(call, HCN_SUBNET_NOT_FOUND, "The network does not have this subnet.");
  }
  return S_OK;
}

HRESULT network_modify(struct hcn_call *call, struct json *network, const char *settings) {
  struct json *request = hcn_document(call, settings, "ModifyNetworkSettingRequest");
  if (request == NULL) return call->code;
  const char *resource = json_string(request, "ResourceType"), *type = json_string(request, "RequestType");
  struct json *wanted = member_of_kind(request, "Settings", JSON_OBJECT);
  struct text words = {0};
  HRESULT code;
  bool adds_or_removes = type != NULL && (strcmp(type, "Add") == 0 || strcmp(type, "Remove") == 0), updates = type != NULL && strcmp(type, "Update") == 0;
  const char *shape = resource == NULL ? NULL : strcmp(resource, "Policy") == 0 ? "PolicyNetworkRequest" : strcmp(resource, "DNS") == 0 ? "DNS" : strcmp(resource, "Subnet") == 0 ? "SubnetNetworkRequest" : strcmp(resource, "Extension") == 0 ? "Extension" : NULL;
  if (shape == NULL || (!adds_or_removes && !updates)) {
    code = hcn_fail(call, HCN_REQUEST_UNSUPPORTED, "The specified request is unsupported: %s %s.", type == NULL ? "" : type, resource == NULL ? "" : resource);
  } else if (!shape_holds(wanted, shape, &words)) {
    code = hcn_fail(call, strstr(words.bytes, "PolicyType") != NULL ? HCN_INVALID_POLICY_TYPE : HCN_INVALID_JSON, "Invalid JSON document string: %s.", words.bytes);
  } else if (strcmp(resource, "Policy") == 0) {
    code = change_policies(call, network, type, member_of_kind(wanted, "Policies", JSON_ARRAY));
  } else if (strcmp(resource, "DNS") == 0) {
    json_set(network, "Dns", strcmp(type, "Remove") == 0 ? json_new(JSON_OBJECT) : json_copy(wanted));
    code = S_OK;
  } else if (strcmp(resource, "Subnet") == 0 && !updates) {
    code = change_subnets(call, network, type, member_of_kind(wanted, "Subnets", JSON_ARRAY));
  } else if (strcmp(resource, "Extension") == 0) {
    code = S_OK;
  } else {
    code = hcn_fail(call, HCN_REQUEST_UNSUPPORTED, "The specified request is unsupported: %s %s.", type, resource);
  }
  free(words.bytes);
  json_free(request);
  return code;
}

HRESULT network_delete(struct hcn_call *call, struct json *network) {
  struct json *endpoints = hcn_objects(call->hcn, HCN_ENDPOINT);
  char *id = copy_text(json_string(network, "ID"));
  HRESULT code = S_OK;
  for (struct json *endpoint = endpoints->first; endpoint != NULL && SUCCEEDED(code); endpoint = endpoint->next) {
    if (same_word(json_string(endpoint, "HostComputeNetwork"), id) && json_string(endpoint, "HostComputeNamespace") != NULL) code = hcn_fail(call, HCN_ENTITY_HAS_REFERENCES, "The network cannot be removed while an endpoint of it is in a namespace.");
  }
  if (SUCCEEDED(code)) {
    hcn_notify(call->hcn, HCN_NETWORK_PRE_DELETE, id, NULL);
    for (struct json *endpoint = endpoints->first, *next; endpoint != NULL; endpoint = next) {
      next = endpoint->next;
      if (same_word(json_string(endpoint, "HostComputeNetwork"), id)) json_free(json_take(endpoints, endpoint));
    }
    json_free(json_take(hcn_objects(call->hcn, HCN_NETWORK), network));
    hcn_notify(call->hcn, HCN_NETWORK_DELETE, id, NULL);
  }
  free(id);
  return code;
}
