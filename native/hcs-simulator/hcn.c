#include "hcn-internal.h"
#include "service.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
  const char *list;
  const char *shape;
  const char *word;
  HRESULT missing;
} kinds[HCN_KINDS] = {
  [HCN_NETWORK] = {"Networks", "HostComputeNetwork", "network", HCN_NETWORK_NOT_FOUND},
  [HCN_ENDPOINT] = {"Endpoints", "HostComputeEndpoint", "endpoint", HCN_ENDPOINT_NOT_FOUND},
  [HCN_NAMESPACE] = {"Namespaces", "HostComputeNamespace", "namespace", E_NOT_FOUND},
  [HCN_LOAD_BALANCER] = {"LoadBalancers", "HostComputeLoadBalancer", "load balancer", E_NOT_FOUND},
  [HCN_ROUTE] = {"Routes", "HostComputeRoute", "route", E_NOT_FOUND},
  [HCN_GUEST_SERVICE] = {"GuestNetworkServices", "GuestNetworkService", "guest network service", E_NOT_FOUND},
};

HRESULT hcn_fail(struct hcn_call *call, HRESULT code, const char *format, ...) {
  char words[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(words, sizeof words, format, arguments);
  va_end(arguments);
  call->problem.length = 0;
  text_print(&call->problem, "%s", words);
  call->code = code;
  return code;
}

struct json *hcn_error_record(const struct hcn_call *call) {
  struct json *record = json_new(JSON_OBJECT);
  json_set_bool(record, "Success", false);
  json_set_string(record, "Error", call->problem.bytes == NULL ? "" : call->problem.bytes);
  json_set_whole(record, "ErrorCode", (uint32_t)call->code);
  return record;
}

void hcn_notify(struct hcn *hcn, enum hcn_notification type, const char *id, const struct json *data) {
  if (hcn->notify != NULL) hcn->notify(hcn->context, type, id, data);
}

bool given(const char *text) { return text != NULL && text[0] != 0; }

struct json *member_of_kind(struct json *object, const char *name, enum json_kind kind) {
  struct json *member = json_member(object, name);
  return member != NULL && member->kind == kind ? member : json_set(object, name, json_new(kind));
}

bool json_same(const struct json *left, const struct json *right) {
  if (left == NULL || right == NULL) return left == right;
  if (left->kind != right->kind) return false;
  if (left->kind == JSON_NUMBER) return left->number == right->number;
  if (left->kind == JSON_STRING) return strcmp(left->text, right->text) == 0;
  if (json_count(left) != json_count(right)) return false;
  const struct json *other = right->first;
  for (const struct json *child = left->first; child != NULL; child = child->next) {
    if (!json_same(child, left->kind == JSON_OBJECT ? json_member(right, child->name) : other)) return false;
    if (other != NULL) other = other->next;
  }
  return true;
}

struct json *hcn_objects(const struct hcn *hcn, enum hcn_kind kind) { return member_of_kind(hcn->state, kinds[kind].list, JSON_ARRAY); }

struct json *hcn_object(const struct hcn *hcn, enum hcn_kind kind, const char *id) {
  if (!given(id)) return NULL;
  for (struct json *object = hcn_objects(hcn, kind)->first; object != NULL; object = object->next) if (same_word(json_string(object, "ID"), id)) return object;
  return NULL;
}

struct json *hcn_document(struct hcn_call *call, const char *text, const char *shape) {
  char *problem = NULL;
  struct json *document = text == NULL ? NULL : json_read(text, strlen(text), &problem);
  if (document == NULL) {
    hcn_fail(call, HCN_INVALID_JSON, "Invalid JSON document string: %s.", problem == NULL ? "there is none" : problem);
    free(problem);
    return NULL;
  }
  struct text words = {0};
  /* An enumeration that says what the object is has a code of its own. */
  if (!shape_holds(document, shape, &words)) {
    bool type = strstr(words.bytes, "NetworkMode") != NULL, policy = strstr(words.bytes, "PolicyType") != NULL;
    hcn_fail(call, type ? HCN_INVALID_NETWORK_TYPE : policy ? HCN_INVALID_POLICY_TYPE : HCN_INVALID_JSON, "Invalid JSON document string: %s.", words.bytes);
    json_free(document);
    document = NULL;
  }
  free(words.bytes);
  return document;
}

const char *hcn_policy_type(const struct json *policy) { return json_string(policy, "Type") == NULL ? "" : json_string(policy, "Type"); }

struct json *hcn_policy_settings(const struct json *policy) { return json_member(policy, "Settings"); }

bool hcn_policies_hold(struct hcn_call *call, struct json *policies, const char *owner) {
  for (struct json *policy = policies == NULL ? NULL : policies->first; policy != NULL; policy = policy->next) {
    const char *shape = policy_shape(owner, hcn_policy_type(policy));
    if (shape == NULL) {
      hcn_fail(call, HCN_INVALID_POLICY_TYPE, "Invalid policy type '%s'.", hcn_policy_type(policy));
      return false;
    }
    struct json *settings = member_of_kind(policy, "Settings", JSON_OBJECT);
    struct text words = {0};
    bool holds = shape_holds(settings, shape, &words);
    if (!holds) hcn_fail(call, HCN_INVALID_POLICY, "The provided policy configuration is invalid or missing parameters: %s.", words.bytes);
    free(words.bytes);
    if (!holds) return false;
  }
  return true;
}

static bool zero_id(const char *id) { return !given(id) || strspn(id, "0-") == strlen(id); }

static void upper_case(char *text) {
  for (; *text != 0; text++) if (*text >= 'a' && *text <= 'z') *text = (char)(*text - 'a' + 'A');
}

char *hcn_new_id(void) {
  char *id = must_allocate(37);
  new_guid(id);
  upper_case(id);
  return id;
}

/* The id goes first, as the service writes it. */
static void set_id(struct json *document, const char *id) {
  const char *own = json_string(document, "ID") != NULL ? json_string(document, "ID") : json_string(document, "Id");
  char *text = !zero_id(id) ? copy_text(id) : !zero_id(own) ? copy_text(own) : hcn_new_id();
  upper_case(text);
  struct json *old = json_member(document, "Id");
  if (old != NULL) json_free(json_take(document, old));
  json_set_string(document, "ID", text);
  free(text);
}

static struct json *read_settings(struct hcn_call *call, enum hcn_kind kind, const char *settings) {
  char *problem;
  struct json *seen = settings == NULL ? NULL : json_read(settings, strlen(settings), &problem);
  bool old_form = seen != NULL && seen->kind == JSON_OBJECT && json_member(seen, "SchemaVersion") == NULL && (kind == HCN_NETWORK || kind == HCN_ENDPOINT);
  if (seen == NULL && settings != NULL) free(problem);
  json_free(seen);
  if (!old_form) return hcn_document(call, settings, kinds[kind].shape);
  return kind == HCN_NETWORK ? v1_network_document(call, settings) : v1_endpoint_document(call, settings);
}

HRESULT hcn_create(struct hcn_call *call, enum hcn_kind kind, const char *network, const char *id, const char *settings) {
  struct json *document = read_settings(call, kind, settings);
  if (document == NULL) return call->code;
  set_id(document, id);
  char *created = copy_text(json_string(document, "ID"));
  HRESULT code = S_OK;
  if (hcn_object(call->hcn, kind, created) != NULL) {
    code = hcn_fail(call, kind == HCN_NETWORK ? HCN_NETWORK_ALREADY_EXISTS : E_ALREADY_EXISTS, "A %s with the id %s already exists.", kinds[kind].word, created);
    json_free(document);
  } else {
    switch (kind) {
      case HCN_NETWORK: code = network_create(call, document); break;
      case HCN_ENDPOINT: code = endpoint_create(call, document, network); break;
      case HCN_NAMESPACE: code = namespace_create(call, document); break;
      case HCN_LOAD_BALANCER: code = balancer_create(call, document); break;
      case HCN_ROUTE: code = route_create(call, document); break;
      default: code = guest_service_create(call, document); break;
    }
  }
  if (SUCCEEDED(code)) call->result = json_new_string(created);
  free(created);
  return code;
}

HRESULT hcn_find(struct hcn_call *call, enum hcn_kind kind, const char *id) {
  if (hcn_object(call->hcn, kind, id) != NULL) return S_OK;
  return hcn_fail(call, kinds[kind].missing, kinds[kind].missing == E_NOT_FOUND ? "Element not found." : "The %s was not found.", kinds[kind].word);
}

static struct json *of_handle(struct hcn_call *call, enum hcn_kind kind, const char *id) {
  struct json *object = hcn_object(call->hcn, kind, id);
  if (object == NULL) hcn_fail(call, HCN_OBJECT_USED_AFTER_UNLOAD, "A call was performed against a %s that was torn down.", kinds[kind].word);
  return object;
}

HRESULT hcn_modify(struct hcn_call *call, enum hcn_kind kind, const char *id, const char *settings) {
  struct json *object = of_handle(call, kind, id);
  if (object == NULL) return call->code;
  switch (kind) {
    case HCN_NETWORK: return network_modify(call, object, settings);
    case HCN_ENDPOINT: return endpoint_modify(call, object, settings);
    case HCN_NAMESPACE: return namespace_modify(call, object, settings);
    case HCN_LOAD_BALANCER: return balancer_modify(call, object, settings);
    case HCN_ROUTE: return route_modify(call, object, settings);
    default: return guest_service_modify(call, object, settings);
  }
}

/* What the service tells only where everything is asked for. */
static const char *const details[] = {"State", "AdditionalParams", "Telemetry", "Version"};

static struct json *told(enum hcn_kind kind, const struct json *object, bool detailed) {
  struct json *copy = json_copy(object);
  for (size_t index = 0; !detailed && index < sizeof details / sizeof *details; index++) {
    struct json *detail = json_member(copy, details[index]);
    if (detail != NULL) json_free(json_take(copy, detail));
  }
  /* The service leaves out values that are 0: a network's type where it is NAT, a namespace's where it is Host, flags that aren't set. */
  struct json *type = json_member(copy, "Type"), *flags = json_member(copy, "Flags");
  if (type != NULL && ((kind == HCN_NETWORK && strcmp(type->text, "NAT") == 0) || (kind == HCN_NAMESPACE && strcmp(type->text, "Host") == 0))) json_free(json_take(copy, type));
  if (flags != NULL && flags->whole == 0) json_free(json_take(copy, flags));
  struct json *health = json_set(copy, "Health", json_new(JSON_OBJECT));
  json_set(health, "Data", json_new(JSON_NULL));
  json_set(health, "Extra", json_new(JSON_OBJECT));
  struct json *version = json_set(copy, "SchemaVersion", json_new(JSON_OBJECT));
  json_set_whole(version, "Major", 2);
  json_set_whole(version, "Minor", 0);
  return copy;
}

/* Names of the older form that clients still filter by. */
static const char *filter_name(const char *name) {
  if (same_word(name, "VirtualNetwork")) return "HostComputeNetwork";
  return same_word(name, "ID") ? "ID" : name;
}

static bool passes(const struct json *object, const struct json *filter) {
  for (const struct json *wanted = filter == NULL ? NULL : filter->first; wanted != NULL; wanted = wanted->next) {
    const struct json *member = json_member(object, filter_name(wanted->name));
    if (member == NULL) return false;
    if (member->kind == JSON_STRING && wanted->kind == JSON_STRING ? !same_word(member->text, wanted->text) : !json_same(member, wanted)) return false;
  }
  return true;
}

/* False after hcn_fail. The filter is a document in a string. */
static bool read_query(struct hcn_call *call, const char *text, bool *detailed, struct json **filter) {
  *detailed = false;
  *filter = NULL;
  if (!given(text)) return true;
  struct json *query = hcn_document(call, text, "HostComputeQuery");
  if (query == NULL) return false;
  *detailed = json_whole(query, "Flags", 0) & 1;
  const char *inner = json_string(query, "Filter");
  bool good = true;
  if (given(inner)) {
    char *problem;
    *filter = json_read(inner, strlen(inner), &problem);
    good = *filter != NULL && (*filter)->kind == JSON_OBJECT;
    if (!good) hcn_fail(call, HCN_INVALID_JSON, "Invalid JSON document string: the filter is %s.", *filter == NULL ? problem : "not an object");
    if (*filter == NULL) free(problem);
  }
  json_free(query);
  return good;
}

HRESULT hcn_query(struct hcn_call *call, enum hcn_kind kind, const char *id, const char *query) {
  struct json *object = of_handle(call, kind, id), *filter = NULL;
  bool detailed;
  if (object == NULL) return call->code;
  bool good = read_query(call, query, &detailed, &filter);
  json_free(filter);
  if (!good) return call->code;
  call->result = told(kind, object, detailed);
  return S_OK;
}

HRESULT hcn_enumerate(struct hcn_call *call, enum hcn_kind kind, const char *query) {
  struct json *filter;
  bool detailed;
  bool good = read_query(call, query, &detailed, &filter);
  if (good) {
    call->result = json_new(JSON_ARRAY);
    for (struct json *object = hcn_objects(call->hcn, kind)->first; object != NULL; object = object->next) if (passes(object, filter)) json_push(call->result, json_new_string(json_string(object, "ID")));
  }
  json_free(filter);
  return good ? S_OK : call->code;
}

HRESULT hcn_delete(struct hcn_call *call, enum hcn_kind kind, const char *id) {
  struct json *object = hcn_object(call->hcn, kind, id);
  if (object == NULL) return hcn_find(call, kind, id);
  if (kind == HCN_NETWORK) return network_delete(call, object);
  if (kind == HCN_ENDPOINT) return endpoint_delete(call, object);
  if (kind == HCN_NAMESPACE) return namespace_delete(call, object);
  if (kind == HCN_GUEST_SERVICE) hcn_notify(call->hcn, HCN_GUEST_SERVICE_DELETE, json_string(object, "ID"), NULL);
  json_free(json_take(hcn_objects(call->hcn, kind), object));
  return S_OK;
}

void hcn_open(struct hcn *hcn, struct json *saved) { hcn->state = saved != NULL && saved->kind == JSON_OBJECT ? saved : json_new(JSON_OBJECT); }

void hcn_close(struct hcn *hcn) {
  json_free(hcn->state);
  hcn->state = NULL;
}

void hcn_reboot(struct hcn *hcn) {
  enum { non_persistent = 8 };
  struct hcn_call call = {.hcn = hcn};
  /* The document says what stays; what is taken away here is told to nobody. */
  void (*notify)(void *, enum hcn_notification, const char *, const struct json *) = hcn->notify;
  hcn->notify = NULL;
  for (struct json *name_space = hcn_objects(hcn, HCN_NAMESPACE)->first; name_space != NULL; name_space = name_space->next) {
    struct json *resources = member_of_kind(name_space, "Resources", JSON_ARRAY);
    while (resources->first != NULL) json_free(json_take(resources, resources->first));
    json_set_whole(name_space, "NamespaceId", 0);
  }
  for (struct json *endpoint = hcn_objects(hcn, HCN_ENDPOINT)->first; endpoint != NULL; endpoint = endpoint->next) {
    struct json *member = json_member(endpoint, "HostComputeNamespace");
    if (member != NULL) json_free(json_take(endpoint, member));
    json_set_whole(endpoint, "State", 4);
  }
  for (struct json *network = hcn_objects(hcn, HCN_NETWORK)->first, *next; network != NULL; network = next) {
    next = network->next;
    if (json_whole(network, "Flags", 0) & non_persistent) network_delete(&call, network);
  }
  static const char *const gone[] = {"GuestNetworkServices", "Reservations"};
  for (size_t index = 0; index < 2; index++) json_set(hcn->state, gone[index], json_new(JSON_ARRAY));
  free(call.problem.bytes);
  hcn->notify = notify;
}
