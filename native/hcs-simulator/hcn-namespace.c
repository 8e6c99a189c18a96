/* Namespaces, load balancers, SDN routes, and guest network services with the ports they reserve. */
#include "hcn-internal.h"

#include <stdlib.h>
#include <string.h>

enum { first_dynamic_port = 49152, last_port = 65535 };

static struct json *array_of(struct json *object, const char *name) { return member_of_kind(object, name, JSON_ARRAY); }

static HRESULT unsupported(struct hcn_call *call, const char *type, const char *resource) {
  return hcn_fail(call, HCN_REQUEST_UNSUPPORTED, "The specified request is unsupported: %s %s.", type == NULL ? "" : type, resource == NULL ? "" : resource);
}

/* Namespaces */

HRESULT namespace_create(struct hcn_call *call, struct json *name_space) {
  if (json_string(name_space, "Type") == NULL) json_set_string(name_space, "Type", "Host");
  /* The compartment is the service's to choose, whatever the document says. Compartment 1 is the host's own. */
  int64_t compartment = json_whole(call->hcn->state, "LastCompartment", 1) + 1;
  json_set_whole(call->hcn->state, "LastCompartment", compartment);
  json_set_whole(name_space, "NamespaceId", compartment);
  json_set(name_space, "Resources", json_new(JSON_ARRAY));
  json_push(hcn_objects(call->hcn, HCN_NAMESPACE), name_space);
  hcn_notify(call->hcn, HCN_NAMESPACE_CREATE, json_string(name_space, "ID"), NULL);
  return S_OK;
}

static struct json *container_resource(struct json *name_space, const char *id) {
  for (struct json *resource = array_of(name_space, "Resources")->first; resource != NULL; resource = resource->next) {
    const char *other = json_string(json_member(resource, "Data"), "Id");
    if (strcmp(json_string(resource, "Type"), "Container") == 0 && other != NULL && strcmp(other, id) == 0) return resource;
  }
  return NULL;
}

static HRESULT change_endpoint(struct hcn_call *call, struct json *name_space, bool add, const struct json *settings) {
  struct json *endpoint = hcn_object(call->hcn, HCN_ENDPOINT, json_string(settings, "EndpointId"));
  if (endpoint == NULL) return hcn_find(call, HCN_ENDPOINT, json_string(settings, "EndpointId"));
  if (add) return endpoint_attach(call, endpoint, name_space);
  const char *holder = json_string(endpoint, "HostComputeNamespace");
  if (holder == NULL || !same_word(holder, json_string(name_space, "ID"))) return hcn_fail(call, HCN_ENDPOINT_NOT_ATTACHED, "The endpoint must be attached to complete the operation.");
  endpoint_detach(call->hcn, endpoint);
  return S_OK;
}

static HRESULT change_container(struct hcn_call *call, struct json *name_space, bool add, const struct json *settings) {
  const char *id = json_string(settings, "ContainerId");
  if (!given(id)) return hcn_fail(call, HCN_INVALID_JSON, "Invalid JSON document string: no ContainerId.");
  struct json *resource = container_resource(name_space, id);
  if (add && resource == NULL) {
    resource = json_push(array_of(name_space, "Resources"), json_new(JSON_OBJECT));
    json_set_string(resource, "Type", "Container");
    json_set_string(json_set(resource, "Data", json_new(JSON_OBJECT)), "Id", id);
  }
  if (!add && resource == NULL) return hcn_fail(call, E_NOT_FOUND, "Element not found.");
  if (!add) json_free(json_take(array_of(name_space, "Resources"), resource));
  return S_OK;
}

HRESULT namespace_modify(struct hcn_call *call, struct json *name_space, const char *text) {
  struct json *request = hcn_document(call, text, "ModifyNamespaceSettingRequest");
  if (request == NULL) return call->code;
  const char *resource = json_string(request, "ResourceType"), *type = json_string(request, "RequestType");
  struct json *settings = member_of_kind(request, "Settings", JSON_OBJECT);
  bool of_endpoint = resource != NULL && strcmp(resource, "Endpoint") == 0, add = type != NULL && strcmp(type, "Add") == 0;
  struct text words = {0};
  HRESULT code;
  if (type != NULL && strcmp(type, "Refresh") == 0) code = S_OK;
  else if (resource == NULL || type == NULL || (!add && strcmp(type, "Remove") != 0)) code = unsupported(call, type, resource);
  else if (!shape_holds(settings, of_endpoint ? "NamespaceEndpointRequest" : "NamespaceContainerRequest", &words)) code = hcn_fail(call, HCN_INVALID_JSON, "Invalid JSON document string: %s.", words.bytes);
  else code = of_endpoint ? change_endpoint(call, name_space, add, settings) : change_container(call, name_space, add, settings);
  free(words.bytes);
  json_free(request);
  return code;
}

HRESULT namespace_delete(struct hcn_call *call, struct json *name_space) {
  for (struct json *resource = array_of(name_space, "Resources")->first; resource != NULL; resource = resource->next) {
    if (strcmp(json_string(resource, "Type"), "Container") == 0) return hcn_fail(call, HCN_ENTITY_HAS_REFERENCES, "The specified entity cannot be removed while it still has references: a container is in the namespace.");
  }
  for (struct json *endpoint = hcn_objects(call->hcn, HCN_ENDPOINT)->first; endpoint != NULL; endpoint = endpoint->next) {
    const char *holder = json_string(endpoint, "HostComputeNamespace");
    if (holder != NULL && same_word(holder, json_string(name_space, "ID"))) endpoint_detach(call->hcn, endpoint);
  }
  char *id = copy_text(json_string(name_space, "ID"));
  json_free(json_take(hcn_objects(call->hcn, HCN_NAMESPACE), name_space));
  hcn_notify(call->hcn, HCN_NAMESPACE_DELETE, id, NULL);
  free(id);
  return S_OK;
}

/* Load balancers and routes */

static HRESULT endpoints_hold(struct hcn_call *call, struct json *object) {
  struct json *references = array_of(object, "HostComputeEndpoints");
  if (references->first == NULL) return hcn_fail(call, HCN_INVALID_ENDPOINT, "The document names no endpoint.");
  for (struct json *reference = references->first; reference != NULL; reference = reference->next) {
    if (hcn_object(call->hcn, HCN_ENDPOINT, reference->text) == NULL) return hcn_fail(call, HCN_ENDPOINT_NOT_FOUND, "The endpoint was not found: %s.", reference->text);
  }
  return S_OK;
}

static bool lists_meet(struct json *left, struct json *right) {
  if (left->first == NULL && right->first == NULL) return true;
  for (struct json *one = left->first; one != NULL; one = one->next)
    for (struct json *other = right->first; other != NULL; other = other->next) if (strcmp(one->text, other->text) == 0) return true;
  return false;
}

/* The same port of the same address can't be balanced twice. */
static HRESULT frontends_hold(struct hcn_call *call, struct json *balancer) {
  for (struct json *other = hcn_objects(call->hcn, HCN_LOAD_BALANCER)->first; other != NULL; other = other->next) {
    if (other == balancer || same_word(json_string(other, "ID"), json_string(balancer, "ID")) || !lists_meet(array_of(other, "FrontendVIPs"), array_of(balancer, "FrontendVIPs"))) continue;
    for (struct json *port = array_of(balancer, "PortMappings")->first; port != NULL; port = port->next) {
      for (struct json *taken = array_of(other, "PortMappings")->first; taken != NULL; taken = taken->next) {
        if (json_whole(port, "Protocol", 0) == json_whole(taken, "Protocol", 0) && json_whole(port, "ExternalPort", 0) == json_whole(taken, "ExternalPort", 0)) return hcn_fail(call, HCN_PORT_ALREADY_EXISTS, "The specified port already exists: %d.", (int)json_whole(port, "ExternalPort", 0));
      }
    }
  }
  return S_OK;
}

static HRESULT balancer_holds(struct hcn_call *call, struct json *balancer) {
  HRESULT code = endpoints_hold(call, balancer);
  if (FAILED(code)) return code;
  struct address address;
  if (given(json_string(balancer, "SourceVIP")) && !address_read(json_string(balancer, "SourceVIP"), &address)) return hcn_fail(call, HCN_INVALID_IP, "IP address '%s' is invalid.", json_string(balancer, "SourceVIP"));
  for (struct json *vip = array_of(balancer, "FrontendVIPs")->first; vip != NULL; vip = vip->next) if (!address_read(vip->text, &address)) return hcn_fail(call, HCN_INVALID_IP, "IP address '%s' is invalid.", vip->text);
  for (struct json *port = array_of(balancer, "PortMappings")->first; port != NULL; port = port->next) if (json_whole(port, "InternalPort", 0) == 0) return hcn_fail(call, HCN_INVALID_INTERNAL_PORT, "The internal port must exist and cannot be zero.");
  return frontends_hold(call, balancer);
}

static HRESULT take_in(struct hcn_call *call, enum hcn_kind kind, struct json *object, HRESULT code) {
  if (FAILED(code)) json_free(object);
  else json_push(hcn_objects(call->hcn, kind), object);
  return code;
}

HRESULT balancer_create(struct hcn_call *call, struct json *balancer) { return take_in(call, HCN_LOAD_BALANCER, balancer, balancer_holds(call, balancer)); }

static HRESULT route_holds(struct hcn_call *call, struct json *route) {
  static const char *const lists[] = {"Setting", "Routes"};
  size_t routes = 0;
  for (size_t index = 0; index < 2; index++) {
    for (struct json *one = json_member(route, lists[index]) == NULL ? NULL : json_member(route, lists[index])->first; one != NULL; one = one->next, routes++) {
      struct prefix destination;
      if (!prefix_read(json_string(one, "DestinationPrefix"), &destination)) return hcn_fail(call, HCN_INVALID_PREFIX, "The prefix provided is invalid.");
    }
  }
  return routes == 0 ? hcn_fail(call, HCN_INVALID_JSON, "Invalid JSON document string: there is no route in it.") : endpoints_hold(call, route);
}

HRESULT route_create(struct hcn_call *call, struct json *route) { return take_in(call, HCN_ROUTE, route, route_holds(call, route)); }

/* A document that takes the place of the object's; what it doesn't name stays as it was. */
static HRESULT replace(struct hcn_call *call, enum hcn_kind kind, struct json *object, const char *shape, const char *text, HRESULT (*holds)(struct hcn_call *call, struct json *document)) {
  struct json *changes = hcn_document(call, text, shape);
  if (changes == NULL) return call->code;
  struct json *changed = json_copy(object);
  while (changes->first != NULL) {
    char *name = copy_text(changes->first->name);
    struct json *value = json_take(changes, changes->first);
    if (same_word(name, "ID")) json_free(value);
    else json_set(changed, name, value);
    free(name);
  }
  json_free(changes);
  HRESULT code = holds(call, changed);
  if (FAILED(code)) {
    json_free(changed);
    return code;
  }
  json_free(json_take(hcn_objects(call->hcn, kind), object));
  json_push(hcn_objects(call->hcn, kind), changed);
  return S_OK;
}

HRESULT balancer_modify(struct hcn_call *call, struct json *balancer, const char *settings) { return replace(call, HCN_LOAD_BALANCER, balancer, "HostComputeLoadBalancer", settings, balancer_holds); }

HRESULT route_modify(struct hcn_call *call, struct json *route, const char *settings) { return replace(call, HCN_ROUTE, route, "HostComputeRoute", settings, route_holds); }

/* Guest network services */

HRESULT guest_service_create(struct hcn_call *call, struct json *service) {
  json_set_whole(service, "State", 1);
  json_push(hcn_objects(call->hcn, HCN_GUEST_SERVICE), service);
  hcn_notify(call->hcn, HCN_GUEST_SERVICE_CREATE, json_string(service, "ID"), NULL);
  return S_OK;
}

HRESULT guest_service_modify(struct hcn_call *call, struct json *service, const char *text) {
  struct json *request = hcn_document(call, text, "ModifyGuestNetworkServiceSettingRequest");
  if (request == NULL) return call->code;
  const char *resource = json_string(request, "ResourceType"), *type = json_string(request, "RequestType");
  struct json *settings = member_of_kind(request, "Settings", JSON_OBJECT);
  struct text words = {0};
  HRESULT code = S_OK;
  if (resource == NULL || type == NULL || strcmp(type, "Update") != 0) code = unsupported(call, type, resource);
  else if (!shape_holds(settings, "GuestNetworkServiceStateRequest", &words)) code = hcn_fail(call, HCN_INVALID_JSON, "Invalid JSON document string: %s.", words.bytes);
  else hcn_notify(call->hcn, HCN_GUEST_SERVICE_STATE_CHANGED, json_string(service, "ID"), settings);
  free(words.bytes);
  json_free(request);
  return code;
}

static bool ports_are_free(const struct hcn *hcn, int64_t protocols, bool shared, int64_t first, int64_t last) {
  for (struct json *entry = array_of(hcn->state, "Reservations")->first; entry != NULL; entry = entry->next) {
    bool both_share = shared && json_true(entry, "Shared");
    if (!both_share && (json_whole(entry, "Protocol", 3) & protocols) != 0 && json_whole(entry, "StartingPort", 0) <= last && json_whole(entry, "EndingPort", 0) >= first) return false;
  }
  return true;
}

HRESULT hcn_reserve_ports(struct hcn_call *call, const char *service, int protocols, bool shared, int port, int count, const char *owner) {
  if (hcn_object(call->hcn, HCN_GUEST_SERVICE, service) == NULL) return hcn_fail(call, HCN_OBJECT_USED_AFTER_UNLOAD, "A call was performed against a guest network service that was torn down.");
  int first = port;
  if (port == 0) for (first = first_dynamic_port; first + count - 1 <= last_port && !ports_are_free(call->hcn, protocols, shared, first, first + count - 1);) first++;
  if (first + count - 1 > last_port || !ports_are_free(call->hcn, protocols, shared, first, first + count - 1)) return hcn_fail(call, HCN_PORT_ALREADY_EXISTS, "The specified port already exists: %d.", first);
  struct json *entry = json_push(array_of(call->hcn->state, "Reservations"), json_new(JSON_OBJECT));
  json_set_string(entry, "Owner", owner);
  json_set_string(entry, "OwningPartitionId", service);
  json_set_whole(entry, "Protocol", protocols);
  json_set_bool(entry, "Shared", shared);
  json_set_whole(entry, "StartingPort", first);
  json_set_whole(entry, "EndingPort", first + count - 1);
  call->result = json_new_whole(first);
  return S_OK;
}

bool hcn_release_ports(struct hcn *hcn, const char *owner) {
  struct json *entries = array_of(hcn->state, "Reservations");
  for (struct json *entry = entries->first; entry != NULL; entry = entry->next) {
    if (strcmp(json_string(entry, "Owner"), owner) != 0) continue;
    json_free(json_take(entries, entry));
    return true;
  }
  return false;
}
