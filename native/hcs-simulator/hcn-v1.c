/* The first version of HNS: its documents, and HNSCall's methods and paths. */
#include "hcn-internal.h"

#include <stdlib.h>
#include <string.h>

static struct json *array_of(struct json *object, const char *name) { return member_of_kind(object, name, JSON_ARRAY); }

static void move(struct json *from, const char *name, struct json *to, const char *new_name) {
  const struct json *value = json_member(from, name);
  if (value != NULL && !(value->kind == JSON_STRING && value->text[0] == 0)) json_set(to, new_name, json_copy(value));
}

static struct json *add_policy(struct json *owner, const char *type) {
  struct json *policy = json_push(array_of(owner, "Policies"), json_new(JSON_OBJECT));
  json_set_string(policy, "Type", type);
  return json_set(policy, "Settings", json_new(JSON_OBJECT));
}

static void split_list(const char *text, struct json *list) {
  while (given(text)) {
    text += strspn(text, ", ");
    size_t length = strcspn(text, ", ");
    if (length == 0) return;
    struct text word = {0};
    text_add(&word, text, length);
    json_push(list, json_new_string(word.bytes));
    free(word.bytes);
    text += length;
  }
}

static char *join_list(const struct json *list) {
  struct text text = {0};
  text_add(&text, "", 0);
  for (const struct json *word = list == NULL ? NULL : list->first; word != NULL; word = word->next) text_print(&text, "%s%s", word == list->first ? "" : ",", word->text);
  return text.bytes;
}

/* Policies of the older form have their settings beside their type. */
static const struct { const char *old_type, *type, *names; } policy_names[] = {
  {"NAT", "PortMapping", "Protocol=Protocol InternalPort=InternalPort ExternalPort=ExternalPort"},
  {"ACL", "ACL", "Id=Id Protocols=Protocols Action=Action Direction=Direction LocalAddresses=LocalAddresses RemoteAddresses=RemoteAddresses LocalPorts=LocalPorts RemotePorts=RemotePorts RuleType=RuleType Priority=Priority"},
  {"QOS", "QOS", "MaximumOutgoingBandwidthInBytes=MaximumOutgoingBandwidthInBytes"},
  {"OutBoundNAT", "OutBoundNAT", "VIP=VirtualIP ExceptionList=Exceptions Destinations=Destinations MaxPortPoolUsage=MaxPortPoolUsage"},
  {"ROUTE", "SDNRoute", "DestinationPrefix=DestinationPrefix NextHop=NextHop NeedEncap=NeedEncap"},
  {"PROXY", "L4Proxy", "IP=IP Port=Port ExceptionList=ExceptionList Destination=Destination OutboundNat=OutboundNat"},
  {"PA", "ProviderAddress", "PA=ProviderAddress"},
  {"VLAN", "VLAN", "VLAN=IsolationId"},
  {"VSID", "VSID", "VSID=IsolationId"},
  {"L2Driver", "L2Driver", ""},
};

static void rename_members(struct json *from, struct json *to, const char *names, bool back) {
  for (const char *at = names; *at != 0;) {
    size_t left = strcspn(at, "="), right = strcspn(at + left + 1, " ");
    struct text first = {0}, second = {0};
    text_add(&first, at, left);
    text_add(&second, at + left + 1, right);
    move(from, back ? second.bytes : first.bytes, to, back ? first.bytes : second.bytes);
    free(first.bytes);
    free(second.bytes);
    at += left + 1 + right;
    at += strspn(at, " ");
  }
}

/* False after hcn_fail: a policy whose type the older form doesn't have. */
static bool policies_from_v1(struct hcn_call *call, struct json *old, struct json *owner) {
  for (struct json *policy = old == NULL ? NULL : old->first; policy != NULL; policy = policy->next) {
    const char *type = hcn_policy_type(policy);
    size_t index = 0, count = sizeof policy_names / sizeof *policy_names;
    while (index < count && !same_word(policy_names[index].old_type, type)) index++;
    if (index == count) {
      hcn_fail(call, HCN_INVALID_POLICY_TYPE, "Invalid policy type '%s'.", type);
      return false;
    }
    struct json *settings = add_policy(owner, policy_names[index].type);
    rename_members(policy, settings, policy_names[index].names, false);
    const char *protocol = json_string(settings, "Protocol");
    if (protocol != NULL && same_word(protocol, "tcp")) json_set_whole(settings, "Protocol", 6);
    else if (protocol != NULL && same_word(protocol, "udp")) json_set_whole(settings, "Protocol", 17);
  }
  return true;
}

static struct json *policies_to_v1(struct json *owner) {
  struct json *list = json_new(JSON_ARRAY);
  for (struct json *policy = array_of(owner, "Policies")->first; policy != NULL; policy = policy->next) {
    for (size_t index = 0; index < sizeof policy_names / sizeof *policy_names; index++) {
      if (strcmp(policy_names[index].type, hcn_policy_type(policy)) != 0) continue;
      struct json *old = json_push(list, json_new(JSON_OBJECT));
      json_set_string(old, "Type", policy_names[index].old_type);
      rename_members(hcn_policy_settings(policy), old, policy_names[index].names, true);
      int64_t protocol = json_whole(old, "Protocol", 0);
      if (protocol != 0 && strcmp(policy_names[index].old_type, "NAT") == 0) json_set_string(old, "Protocol", protocol == 6 ? "TCP" : "UDP");
    }
  }
  return list;
}

static struct json *begin(struct json *old) {
  struct json *document = json_new(JSON_OBJECT);
  move(old, "ID", document, "ID");
  move(old, "Id", document, "ID");
  move(old, "Name", document, "Name");
  struct json *version = json_set(document, "SchemaVersion", json_new(JSON_OBJECT));
  json_set_whole(version, "Major", 2);
  json_set_whole(version, "Minor", 0);
  return document;
}

struct json *v1_network_document(struct hcn_call *call, const char *text) {
  struct json *old = hcn_document(call, text, "V1Network");
  if (old == NULL) return NULL;
  struct json *document = begin(old);
  move(old, "Type", document, "Type");
  if (json_count(json_member(old, "MacPools")) > 0) json_set(json_set(document, "MacPool", json_new(JSON_OBJECT)), "Ranges", json_copy(json_member(old, "MacPools")));
  if (given(json_string(old, "NetworkAdapterName"))) move(old, "NetworkAdapterName", add_policy(document, "NetAdapterName"), "NetworkAdapterName");
  if (given(json_string(old, "SourceMac"))) move(old, "SourceMac", add_policy(document, "SourceMacAddress"), "SourceMacAddress");
  if (json_true(old, "AutomaticDNS")) json_set_bool(add_policy(document, "AutomaticDNS"), "Enable", true);
  struct json *dns = json_set(document, "Dns", json_new(JSON_OBJECT));
  move(old, "DNSSuffix", dns, "Domain");
  if (given(json_string(old, "DNSServerList"))) split_list(json_string(old, "DNSServerList"), array_of(dns, "ServerList"));
  bool good = policies_from_v1(call, json_member(old, "Policies"), document);
  struct json *subnets = json_member(old, "Subnets");
  if (json_count(subnets) > 0) {
    struct json *ipam = json_push(array_of(document, "Ipams"), json_new(JSON_OBJECT));
    json_set_string(ipam, "Type", "Static");
    for (struct json *subnet = subnets->first; subnet != NULL; subnet = subnet->next) {
      struct json *new_one = json_push(array_of(ipam, "Subnets"), json_new(JSON_OBJECT));
      const char *gateway = json_string(subnet, "GatewayAddress");
      move(subnet, "AddressPrefix", new_one, "IpAddressPrefix");
      good = good && policies_from_v1(call, json_member(subnet, "Policies"), new_one);
      if (!given(gateway)) continue;
      struct json *route = json_push(array_of(new_one, "Routes"), json_new(JSON_OBJECT));
      json_set_string(route, "NextHop", gateway);
      json_set_string(route, "DestinationPrefix", strchr(gateway, ':') == NULL ? "0.0.0.0/0" : "::/0");
    }
  }
  json_free(old);
  if (good) return document;
  json_free(document);
  return NULL;
}

static void add_address(struct json *old, const char *name, const char *length_name, struct json *document) {
  if (!given(json_string(old, name))) return;
  struct json *config = json_push(array_of(document, "IpConfigurations"), json_new(JSON_OBJECT));
  move(old, name, config, "IpAddress");
  move(old, length_name, config, "PrefixLength");
}

struct json *v1_endpoint_document(struct hcn_call *call, const char *text) {
  struct json *old = hcn_document(call, text, "V1Endpoint");
  if (old == NULL) return NULL;
  struct json *document = begin(old);
  move(old, "VirtualNetwork", document, "HostComputeNetwork");
  move(old, "MacAddress", document, "MacAddress");
  add_address(old, "IPAddress", "PrefixLength", document);
  add_address(old, "IPv6Address", "IPv6PrefixLength", document);
  struct json *dns = json_set(document, "Dns", json_new(JSON_OBJECT));
  move(old, "DNSSuffix", dns, "Domain");
  if (given(json_string(old, "DNSServerList"))) split_list(json_string(old, "DNSServerList"), array_of(dns, "ServerList"));
  json_set_whole(document, "Flags", (json_true(old, "IsRemoteEndpoint") ? 1 : 0) | (json_true(old, "DisableICC") ? 2 : 0) | (json_true(old, "EnableLowMetric") ? 8 : 0));
  if (given(json_string(old, "GatewayAddress"))) {
    struct json *route = json_push(array_of(document, "Routes"), json_new(JSON_OBJECT));
    move(old, "GatewayAddress", route, "NextHop");
    json_set_string(route, "DestinationPrefix", "0.0.0.0/0");
  }
  bool good = policies_from_v1(call, json_member(old, "Policies"), document);
  json_free(old);
  if (good) return document;
  json_free(document);
  return NULL;
}

static void dns_to_v1(struct json *object, struct json *old) {
  struct json *dns = member_of_kind(object, "Dns", JSON_OBJECT);
  move(dns, "Domain", old, "DNSSuffix");
  char *servers = join_list(json_member(dns, "ServerList"));
  if (servers[0] != 0) json_set_string(old, "DNSServerList", servers);
  free(servers);
}

static struct json *network_to_v1(struct json *network) {
  struct json *old = json_new(JSON_OBJECT);
  move(network, "ID", old, "ID");
  move(network, "Name", old, "Name");
  move(network, "Type", old, "Type");
  json_set(old, "MacPools", json_copy(array_of(member_of_kind(network, "MacPool", JSON_OBJECT), "Ranges")));
  for (struct json *policy = array_of(network, "Policies")->first; policy != NULL; policy = policy->next) if (strcmp(hcn_policy_type(policy), "NetAdapterName") == 0) move(hcn_policy_settings(policy), "NetworkAdapterName", old, "NetworkAdapterName");
  struct json *subnets = json_set(old, "Subnets", json_new(JSON_ARRAY));
  for (struct json *ipam = array_of(network, "Ipams")->first; ipam != NULL; ipam = ipam->next) {
    for (struct json *subnet = array_of(ipam, "Subnets")->first; subnet != NULL; subnet = subnet->next) {
      struct json *one = json_push(subnets, json_new(JSON_OBJECT));
      move(subnet, "IpAddressPrefix", one, "AddressPrefix");
      if (array_of(subnet, "Routes")->first != NULL) move(array_of(subnet, "Routes")->first, "NextHop", one, "GatewayAddress");
      json_set(one, "Policies", policies_to_v1(subnet));
    }
  }
  json_set(old, "Policies", policies_to_v1(network));
  dns_to_v1(network, old);
  return old;
}

static struct json *endpoint_to_v1(const struct hcn *hcn, struct json *endpoint) {
  struct json *old = json_new(JSON_OBJECT);
  move(endpoint, "ID", old, "ID");
  move(endpoint, "Name", old, "Name");
  move(endpoint, "HostComputeNetwork", old, "VirtualNetwork");
  move(endpoint, "MacAddress", old, "MacAddress");
  move(endpoint, "State", old, "State");
  move(endpoint, "SharedContainers", old, "SharedContainers");
  struct json *network = hcn_object(hcn, HCN_NETWORK, json_string(endpoint, "HostComputeNetwork"));
  if (network != NULL) move(network, "Name", old, "VirtualNetworkName");
  for (struct json *config = array_of(endpoint, "IpConfigurations")->first; config != NULL; config = config->next) {
    bool six = strchr(json_string(config, "IpAddress"), ':') != NULL;
    move(config, "IpAddress", old, six ? "IPv6Address" : "IPAddress");
    move(config, "PrefixLength", old, six ? "IPv6PrefixLength" : "PrefixLength");
  }
  for (struct json *route = array_of(endpoint, "Routes")->first; route != NULL; route = route->next) {
    const char *to = json_string(route, "DestinationPrefix");
    if (to != NULL && strcmp(to, "0.0.0.0/0") == 0) move(route, "NextHop", old, "GatewayAddress");
    if (to != NULL && strcmp(to, "::/0") == 0) move(route, "NextHop", old, "GatewayAddressV6");
  }
  if (json_whole(endpoint, "Flags", 0) & 1) json_set_bool(old, "IsRemoteEndpoint", true);
  if (json_string(endpoint, "HostComputeNamespace") != NULL) move(endpoint, "HostComputeNamespace", json_set(old, "Namespace", json_new(JSON_OBJECT)), "ID");
  json_set(old, "Policies", policies_to_v1(endpoint));
  dns_to_v1(endpoint, old);
  return old;
}

static struct json *namespace_to_v1(struct json *name_space) {
  struct json *old = json_new(JSON_OBJECT);
  move(name_space, "ID", old, "ID");
  move(name_space, "NamespaceId", old, "CompartmentId");
  json_set_bool(old, "IsDefault", false);
  json_set(old, "ResourceList", json_copy(array_of(name_space, "Resources")));
  return old;
}

/* What a path of the older form is about: /networks/ID/action. */
struct rest {
  const char *method;
  char collection[32];
  char id[64];
  char action[32];
  const char *body;
};

static bool read_part(const char **at, char *part, size_t room) {
  while (**at == '/') (*at)++;
  size_t length = strcspn(*at, "/");
  if (length >= room) return false;
  memcpy(part, *at, length);
  part[length] = 0;
  *at += length;
  return true;
}

static bool is(const char *left, const char *right) { return same_word(left, right); }

static struct json *to_v1(const struct hcn *hcn, enum hcn_kind kind, struct json *object) {
  return kind == HCN_NETWORK ? network_to_v1(object) : kind == HCN_ENDPOINT ? endpoint_to_v1(hcn, object) : namespace_to_v1(object);
}

static HRESULT attach(struct hcn_call *call, struct json *endpoint, bool attaches, const char *body) {
  struct json *request = hcn_document(call, body, "V1Attach");
  if (request == NULL) return call->code;
  const char *system = json_string(request, "SystemType"), *container = json_string(request, "ContainerId");
  HRESULT code = S_OK;
  if (system == NULL || (!is(system, "Container") && !is(system, "Host") && !is(system, "VirtualMachine"))) {
    code = hcn_fail(call, HCN_REQUEST_UNSUPPORTED, "The specified request is unsupported.");
  } else {
    json_set_whole(endpoint, "State", attaches ? 2 : 4);
    struct json *list = array_of(endpoint, "SharedContainers");
    for (struct json *other = list->first, *next; other != NULL; other = next) {
      next = other->next;
      if (container != NULL && strcmp(other->text, container) == 0) json_free(json_take(list, other));
    }
    if (attaches && given(container)) json_push(list, json_new_string(container));
  }
  json_free(request);
  return code;
}

/* Changes an endpoint: of its document, the policies count. */
static HRESULT update_endpoint(struct hcn_call *call, struct json *endpoint, const char *body) {
  struct json *document = v1_endpoint_document(call, body);
  if (document == NULL) return call->code;
  struct json *request = json_new(JSON_OBJECT);
  json_set_string(request, "ResourceType", "Policy");
  json_set_string(request, "RequestType", "Update");
  json_set(json_set(request, "Settings", json_new(JSON_OBJECT)), "Policies", json_copy(array_of(document, "Policies")));
  char *text = json_text(request);
  HRESULT code = endpoint_modify(call, endpoint, text);
  free(text);
  json_free(request);
  json_free(document);
  return code;
}

static HRESULT change_resource(struct hcn_call *call, struct json *name_space, bool add, const char *body) {
  struct json *resource = hcn_document(call, body, "V1NamespaceResource");
  if (resource == NULL) return call->code;
  struct json *data = json_member(resource, "Data");
  struct json *request = json_new(JSON_OBJECT);
  move(resource, "Type", request, "ResourceType");
  json_set_string(request, "RequestType", add ? "Add" : "Remove");
  struct json *settings = json_set(request, "Settings", json_new(JSON_OBJECT));
  const char *name = json_string(resource, "Type") != NULL && is(json_string(resource, "Type"), "Container") ? "ContainerId" : "EndpointId";
  if (data != NULL && data->kind == JSON_OBJECT) move(data, json_string(data, "Id") != NULL ? "Id" : "ID", settings, name);
  char *text = json_text(request);
  HRESULT code = namespace_modify(call, name_space, text);
  free(text);
  json_free(request);
  json_free(resource);
  return code;
}

static HRESULT rest_object(struct hcn_call *call, enum hcn_kind kind, const struct rest *rest) {
  struct json *list = hcn_objects(call->hcn, kind);
  if (rest->id[0] == 0 && is(rest->method, "GET")) {
    call->result = json_new(JSON_ARRAY);
    for (struct json *object = list->first; object != NULL; object = object->next) json_push(call->result, to_v1(call->hcn, kind, object));
    return S_OK;
  }
  if (rest->id[0] == 0 && is(rest->method, "POST")) {
    const char *body = kind == HCN_NAMESPACE ? "{\"Type\":\"Host\",\"SchemaVersion\":{\"Major\":2,\"Minor\":0}}" : rest->body;
    HRESULT code = hcn_create(call, kind, NULL, NULL, body);
    if (FAILED(code)) return code;
    struct json *id = call->result;
    call->result = to_v1(call->hcn, kind, hcn_object(call->hcn, kind, id->text));
    json_free(id);
    return S_OK;
  }
  struct json *object = hcn_object(call->hcn, kind, rest->id);
  if (object == NULL) return hcn_find(call, kind, rest->id);
  HRESULT code = S_OK;
  bool posts = is(rest->method, "POST");
  if (is(rest->method, "DELETE")) {
    struct json *was = to_v1(call->hcn, kind, object);
    code = hcn_delete(call, kind, rest->id);
    if (FAILED(code)) json_free(was);
    else call->result = was;
    return code;
  }
  if (posts && kind == HCN_ENDPOINT && (is(rest->action, "attach") || is(rest->action, "detach"))) {
    code = attach(call, object, is(rest->action, "attach"), rest->body);
    if (SUCCEEDED(code)) call->result = json_new(JSON_OBJECT);
    return code;
  }
  if (posts && kind == HCN_ENDPOINT && rest->action[0] == 0) code = update_endpoint(call, object, rest->body);
  else if (posts && kind == HCN_NAMESPACE && (is(rest->action, "addresource") || is(rest->action, "removeresource"))) code = change_resource(call, object, is(rest->action, "addresource"), rest->body);
  else if (!is(rest->method, "GET") || rest->action[0] != 0) code = hcn_fail(call, HCN_REQUEST_UNSUPPORTED, "The specified request is unsupported.");
  if (SUCCEEDED(code)) call->result = to_v1(call->hcn, kind, object);
  return code;
}

/* Policy lists and management addresses are kept as they come. */
static HRESULT rest_policy_list(struct hcn_call *call, const struct rest *rest) {
  struct json *lists = array_of(call->hcn->state, "PolicyLists"), *found = lists->first;
  while (found != NULL && !is(json_string(found, "ID"), rest->id)) found = found->next;
  if (rest->id[0] == 0 && is(rest->method, "GET")) {
    call->result = json_copy(lists);
    return S_OK;
  }
  if (rest->id[0] == 0 && is(rest->method, "POST")) {
    struct json *list = hcn_document(call, rest->body, "V1PolicyList");
    if (list == NULL) return call->code;
    static const char lead[] = "/endpoints/";
    for (struct json *reference = array_of(list, "References")->first; reference != NULL; reference = reference->next) {
      bool led = strlen(reference->text) > sizeof lead - 1 && memcmp(reference->text, lead, sizeof lead - 1) == 0;
      if (led && hcn_object(call->hcn, HCN_ENDPOINT, reference->text + sizeof lead - 1) != NULL) continue;
      json_free(list);
      return hcn_fail(call, HCN_ENDPOINT_NOT_FOUND, "The endpoint was not found.");
    }
    if (!given(json_string(list, "ID"))) {
      char *id = hcn_new_id();
      json_set_string(list, "ID", id);
      free(id);
    }
    call->result = json_copy(json_push(lists, list));
    return S_OK;
  }
  if (found == NULL) return hcn_fail(call, E_NOT_FOUND, "Element not found.");
  if (is(rest->method, "GET")) call->result = json_copy(found);
  else if (is(rest->method, "DELETE")) call->result = json_take(lists, found);
  else return hcn_fail(call, HCN_REQUEST_UNSUPPORTED, "The specified request is unsupported.");
  return S_OK;
}

static HRESULT rest_management_macs(struct hcn_call *call, const struct rest *rest) {
  if (is(rest->method, "POST")) {
    struct json *macs = hcn_document(call, rest->body, "V1AccelnetMacs");
    if (macs == NULL) return call->code;
    json_set(call->hcn->state, "ManagementMacs", macs);
  } else if (is(rest->method, "DELETE")) {
    json_set(call->hcn->state, "ManagementMacs", json_new(JSON_OBJECT));
  } else if (!is(rest->method, "GET")) {
    return hcn_fail(call, HCN_REQUEST_UNSUPPORTED, "The specified request is unsupported.");
  }
  call->result = json_copy(member_of_kind(call->hcn->state, "ManagementMacs", JSON_OBJECT));
  return S_OK;
}

static HRESULT endpoint_statistics(struct hcn_call *call, const struct rest *rest) {
  HRESULT code = hcn_find(call, HCN_ENDPOINT, rest->id);
  if (FAILED(code)) return code;
  /* Nothing passes through an endpoint here. */
  static const char *const numbers[] = {"BytesReceived", "BytesSent", "DroppedPacketsIncoming", "DroppedPacketsOutgoing", "PacketsReceived", "PacketsSent"};
  call->result = json_new(JSON_OBJECT);
  for (size_t index = 0; index < sizeof numbers / sizeof *numbers; index++) json_set_whole(call->result, numbers[index], 0);
  json_set_string(call->result, "EndpointId", json_string(hcn_object(call->hcn, HCN_ENDPOINT, rest->id), "ID"));
  json_set_string(call->result, "InstanceId", "");
  return S_OK;
}

static HRESULT answer(struct hcn_call *call, const struct rest *rest) {
  if (is(rest->collection, "networks")) return rest_object(call, HCN_NETWORK, rest);
  if (is(rest->collection, "endpoints")) return rest_object(call, HCN_ENDPOINT, rest);
  if (is(rest->collection, "namespaces")) return rest_object(call, HCN_NAMESPACE, rest);
  if (is(rest->collection, "policylists")) return rest_policy_list(call, rest);
  if (is(rest->collection, "accelnet")) return rest_management_macs(call, rest);
  if (is(rest->collection, "endpointstats") && is(rest->method, "GET")) return endpoint_statistics(call, rest);
  if (is(rest->collection, "globals") && is(rest->id, "version") && is(rest->method, "GET")) {
    /* The first version that has all that is written here: load balancers that can be modified. */
    call->result = json_new(JSON_OBJECT);
    json_set_whole(call->result, "Major", 15);
    json_set_whole(call->result, "Minor", 4);
    return S_OK;
  }
  return hcn_fail(call, HCN_REQUEST_UNSUPPORTED, "The specified request is unsupported.");
}

void hcn_rest(struct hcn_call *call, const char *method, const char *path, const char *body) {
  struct rest rest = {.method = method == NULL ? "" : method, .body = body};
  const char *at = path == NULL ? "" : path;
  bool short_enough = read_part(&at, rest.collection, sizeof rest.collection) && read_part(&at, rest.id, sizeof rest.id) && read_part(&at, rest.action, sizeof rest.action);
  HRESULT code = short_enough ? answer(call, &rest) : hcn_fail(call, HCN_REQUEST_UNSUPPORTED, "The specified request is unsupported.");
  struct json *response;
  if (FAILED(code)) {
    json_free(call->result);
    response = hcn_error_record(call);
  } else {
    response = json_new(JSON_OBJECT);
    json_set_bool(response, "Success", true);
    if (call->result != NULL) json_set(response, "Output", call->result);
  }
  call->result = response;
}
