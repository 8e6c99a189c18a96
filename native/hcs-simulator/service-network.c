/* computenetwork.dll's functions and HNSCall on the service's side: handles, and the state in a file. What they do is in hcn*.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hcn.h"
#include "service.h"

static struct hcn hcn;
static bool save_waits;
static const char every_change[] = "service callbacks"; /* what their handles stand for */

/* Guest network services by name, for the life of the service: handles of one service stand for one pointer. */
struct name {
  char *text;
  struct name *next;
};
static struct name *names;

static const char *lasting_name(const char *text) {
  for (struct name *name = names; name != NULL; name = name->next) if (strcmp(name->text, text) == 0) return name->text;
  struct name *name = must_allocate(sizeof *name);
  *name = (struct name){copy_text(text), names};
  names = name;
  return name->text;
}

static char *state_file(const char *end) {
  struct text path = {0};
  text_print(&path, "%s/networks.json%s", service_root(), end);
  return path.bytes;
}

static void save(void) {
  char *unfinished = state_file(".new"), *finished = state_file(""), *text = json_text(hcn.state);
  FILE *file = fopen(unfinished, "wb");
  bool written = file != NULL && fwrite(text, 1, strlen(text), file) == strlen(text);
  if (file != NULL && fclose(file) == 0 && written) {
#ifdef _WIN32
    remove(finished);
#endif
    rename(unfinished, finished);
  }
  free(unfinished);
  free(finished);
  free(text);
}

static void save_later(void *argument) {
  (void)argument;
  save_waits = false;
  save();
}

static void changed(void) {
  if (save_waits) return;
  save_waits = true;
  run_after(100, save_later, NULL);
}

static void notify(void *context, enum hcn_notification type, const char *id, const struct json *data) {
  (void)context;
  struct json *document = json_new(JSON_OBJECT);
  json_set_string(document, "ID", id);
  json_set_whole(document, "Flags", 0);
  if (data != NULL) json_set(document, "Data", json_copy(data));
  char *text = json_text(document);
  bool of_one = type == HCN_GUEST_SERVICE_STATE_CHANGED;
  send_event(HANDLE_NETWORK_CALLBACK, of_one ? lasting_name(id) : every_change, type, S_OK, text);
  free(text);
  json_free(document);
}

static struct json *read_state(void) {
  char *path = state_file("");
  FILE *file = fopen(path, "rb");
  free(path);
  if (file == NULL) return NULL;
  struct text text = {0};
  char bytes[65536];
  for (size_t count; (count = fread(bytes, 1, sizeof bytes, file)) > 0;) text_add(&text, bytes, count);
  fclose(file);
  struct json *state = text.bytes == NULL ? NULL : json_read(text.bytes, text.length, NULL);
  free(text.bytes);
  return state;
}

/* The service starts with the host: what an earlier one left has been through a restart. */
static struct hcn *service_hcn(void) {
  if (hcn.state == NULL) {
    hcn_open(&hcn, read_state());
    hcn_reboot(&hcn);
    hcn.notify = notify;
  }
  return &hcn;
}

/* The kinds of objects with a handle. */
static const struct { const char *handle; enum handle_kind kind; } handles[HCN_KINDS] = {
  [HCN_NETWORK] = {"Network", HANDLE_NETWORK},
  [HCN_ENDPOINT] = {"Endpoint", HANDLE_ENDPOINT},
  [HCN_NAMESPACE] = {"Namespace", HANDLE_NAMESPACE},
  [HCN_LOAD_BALANCER] = {"LoadBalancer", HANDLE_LOAD_BALANCER},
  [HCN_ROUTE] = {"Route", HANDLE_SDN_ROUTE},
  [HCN_GUEST_SERVICE] = {"GuestNetworkService", HANDLE_GUEST_SERVICE},
};

static HRESULT finish(struct request *request, struct hcn_call *call, HRESULT code) {
  if (FAILED(code)) answer_document(request, "ErrorRecord", hcn_error_record(call));
  else if (call->result != NULL) answer_document(request, "Result", json_copy(call->result));
  json_free(call->result);
  free(call->problem.bytes);
  return code;
}

static HRESULT open_object(struct request *request, enum hcn_kind kind, const char *id) {
  char *own = copy_text(id);
  const void *object = kind == HCN_GUEST_SERVICE ? lasting_name(own) : own;
  bool opened = open_handle(request, handles[kind].kind, (void *)object);
  if (!opened || kind == HCN_GUEST_SERVICE) free(own);
  return opened ? S_OK : E_HANDLE;
}

static const char *object_id(struct request *request, enum hcn_kind kind) { return argument_handle(request, handles[kind].handle, handles[kind].kind); }

static HRESULT enumerate(struct request *request, enum hcn_kind kind) {
  struct hcn_call call = {.hcn = service_hcn()};
  return finish(request, &call, hcn_enumerate(&call, kind, argument_text(request, "Query")));
}

static HRESULT create(struct request *request, enum hcn_kind kind) {
  struct hcn_call call = {.hcn = service_hcn()};
  const char *network = kind == HCN_ENDPOINT ? object_id(request, HCN_NETWORK) : NULL;
  HRESULT code = hcn_create(&call, kind, network, argument_text(request, "Id"), argument_text(request, "Settings"));
  if (FAILED(code)) return finish(request, &call, code);
  changed();
  code = open_object(request, kind, call.result->text);
  json_free(call.result);
  free(call.problem.bytes);
  return code;
}

static HRESULT open(struct request *request, enum hcn_kind kind) {
  struct hcn_call call = {.hcn = service_hcn()};
  HRESULT code = hcn_find(&call, kind, argument_text(request, "Id"));
  return FAILED(code) ? finish(request, &call, code) : open_object(request, kind, argument_text(request, "Id"));
}

static HRESULT modify(struct request *request, enum hcn_kind kind) {
  struct hcn_call call = {.hcn = service_hcn()};
  changed();
  return finish(request, &call, hcn_modify(&call, kind, object_id(request, kind), argument_text(request, "Settings")));
}

static HRESULT query(struct request *request, enum hcn_kind kind) {
  struct hcn_call call = {.hcn = service_hcn()};
  return finish(request, &call, hcn_query(&call, kind, object_id(request, kind), argument_text(request, "Query")));
}

static HRESULT delete_object(struct request *request, enum hcn_kind kind) {
  struct hcn_call call = {.hcn = service_hcn()};
  changed();
  return finish(request, &call, hcn_delete(&call, kind, argument_text(request, "Id")));
}

#define FUNCTIONS_OF(word, kind) \
  static HRESULT enumerate_##word(struct request *request) { return enumerate(request, kind); } \
  static HRESULT create_##word(struct request *request) { return create(request, kind); } \
  static HRESULT open_##word(struct request *request) { return open(request, kind); } \
  static HRESULT modify_##word(struct request *request) { return modify(request, kind); } \
  static HRESULT query_##word(struct request *request) { return query(request, kind); } \
  static HRESULT delete_##word(struct request *request) { return delete_object(request, kind); }

FUNCTIONS_OF(network, HCN_NETWORK)
FUNCTIONS_OF(endpoint, HCN_ENDPOINT)
FUNCTIONS_OF(namespace, HCN_NAMESPACE)
FUNCTIONS_OF(balancer, HCN_LOAD_BALANCER)
FUNCTIONS_OF(route, HCN_ROUTE)

static HRESULT create_guest_service(struct request *request) { return create(request, HCN_GUEST_SERVICE); }
static HRESULT modify_guest_service(struct request *request) { return modify(request, HCN_GUEST_SERVICE); }
static HRESULT delete_guest_service(struct request *request) { return delete_object(request, HCN_GUEST_SERVICE); }

static HRESULT register_service_callback(struct request *request) {
  service_hcn();
  return open_handle(request, HANDLE_NETWORK_CALLBACK, (void *)every_change) ? S_OK : E_HANDLE;
}

static HRESULT register_guest_callback(struct request *request) {
  const char *id = object_id(request, HCN_GUEST_SERVICE);
  return open_handle(request, HANDLE_NETWORK_CALLBACK, (void *)id) ? S_OK : E_HANDLE;
}

static HRESULT reserve_ports(struct request *request) {
  struct hcn_call call = {.hcn = service_hcn()};
  char *owner = must_allocate(37);
  new_guid(owner);
  HRESULT code = hcn_reserve_ports(&call, object_id(request, HCN_GUEST_SERVICE), (int)argument_whole(request, "Protocol", 3), argument_whole(request, "Access", 1) == 2, (int)argument_whole(request, "Port", 0), (int)argument_whole(request, "Count", 1), owner);
  if (SUCCEEDED(code) && !open_handle(request, HANDLE_PORTS, owner)) code = E_HANDLE;
  if (FAILED(code)) {
    hcn_release_ports(&hcn, owner);
    free(owner);
  }
  return finish(request, &call, code);
}

void port_handle_closed(void *object, bool client_gone) {
  (void)client_gone;
  hcn_release_ports(service_hcn(), object);
  free(object);
}

static HRESULT enumerate_ports(struct request *request) {
  const struct json *entries = json_member(service_hcn()->state, "Reservations");
  answer_document(request, "Result", entries == NULL ? json_new(JSON_ARRAY) : json_copy(entries));
  return S_OK;
}

static HRESULT hns_call(struct request *request) {
  struct hcn_call call = {.hcn = service_hcn()};
  changed();
  hcn_rest(&call, argument_text(request, "Method"), argument_text(request, "Path"), argument_text(request, "Object"));
  return finish(request, &call, S_OK);
}

static void count(struct json *counts) {
  static const struct { const char *name, *list; } counted[] = {{"networks", "Networks"}, {"endpoints", "Endpoints"}, {"namespaces", "Namespaces"}, {"loadBalancers", "LoadBalancers"}, {"portReservations", "Reservations"}};
  for (size_t index = 0; index < sizeof counted / sizeof *counted; index++) json_set_whole(counts, counted[index].name, (int64_t)json_count(json_member(service_hcn()->state, counted[index].list)));
}

static void reset(void) {
  hcn_reboot(service_hcn());
  save();
}

#define ROWS(Word, Words, Properties, word) \
  {"HcnEnumerate" Words, enumerate_##word, 0}, {"HcnCreate" Word, create_##word, 0}, {"HcnOpen" Word, open_##word, 0}, \
  {"HcnModify" Word, modify_##word, 0}, {"HcnQuery" Properties, query_##word, 0}, {"HcnDelete" Word, delete_##word, 0}

static const struct handler handlers_table[] = {
  ROWS("Network", "Networks", "NetworkProperties", network),
  ROWS("Endpoint", "Endpoints", "EndpointProperties", endpoint),
  ROWS("Namespace", "Namespaces", "NamespaceProperties", namespace),
  ROWS("LoadBalancer", "LoadBalancers", "LoadBalancerProperties", balancer),
  ROWS("SdnRoute", "SdnRoutes", "SdnRouteProperties", route),
  {"HcnCreateGuestNetworkService", create_guest_service, 0},
  {"HcnModifyGuestNetworkService", modify_guest_service, 0},
  {"HcnDeleteGuestNetworkService", delete_guest_service, 0},
  {"HcnRegisterServiceCallback", register_service_callback, 0},
  {"HcnRegisterGuestNetworkServiceCallback", register_guest_callback, 0},
  {"HcnReserveGuestNetworkServicePort", reserve_ports, 0},
  {"HcnReserveGuestNetworkServicePortRange", reserve_ports, 0},
  {"HcnEnumerateGuestNetworkPortReservations", enumerate_ports, 0},
  {"HNSCall", hns_call, 0},
  {NULL, NULL, 0},
};

const struct service_table network_table = {.handlers = handlers_table, .count = count, .reset = reset};
