/* The exports of computenetwork.dll. virtualization/api/hcn/Reference. Those of SDN routes are not in it: their form is that of the others. */
#include <stdlib.h>
#include <string.h>

#include "client-internal.h"

typedef void(CALLBACK *HCN_NOTIFICATION_CALLBACK)(DWORD type, void *context, HRESULT status, PCWSTR data);

typedef struct HCN_PORT_RANGE_RESERVATION {
  uint16_t startingPort;
  uint16_t endingPort;
} HCN_PORT_RANGE_RESERVATION;

typedef struct HCN_PORT_RANGE_ENTRY {
  GUID OwningPartitionId;
  GUID TargetPartitionId;
  int32_t Protocol;
  uint64_t Priority;
  uint32_t ReservationType;
  uint32_t SharingFlags;
  uint32_t DeliveryMode;
  uint16_t StartingPort;
  uint16_t EndingPort;
} HCN_PORT_RANGE_ENTRY;

static HRESULT enumerate(const char *function, PCWSTR query, PWSTR *found, PWSTR *record) {
  struct call *call = call_new(function);
  call_text(call, "Query", query);
  if (found == NULL) call_refuse(call, E_POINTER);
  return call_finish(call, TASK_MEMORY, found, record);
}

static HRESULT create(const char *function, enum handle_kind kind, const GUID *id, PCWSTR settings, void **handle, PWSTR *record) {
  struct call *call = call_new(function);
  call_guid(call, "Id", id);
  call_text(call, "Settings", settings);
  if (settings == NULL || handle == NULL) call_refuse(call, E_POINTER);
  return call_finish_handle(call, kind, handle, TASK_MEMORY, NULL, record);
}

static HRESULT open(const char *function, enum handle_kind kind, const GUID *id, void **handle, PWSTR *record) {
  struct call *call = call_new(function);
  call_guid(call, "Id", id);
  if (id == NULL || handle == NULL) call_refuse(call, E_POINTER);
  return call_finish_handle(call, kind, handle, TASK_MEMORY, NULL, record);
}

static HRESULT modify(const char *function, const char *name, enum handle_kind kind, void *handle, PCWSTR settings, PWSTR *record) {
  struct call *call = call_new(function);
  call_handle(call, name, handle, kind);
  call_text(call, "Settings", settings);
  if (settings == NULL) call_refuse(call, E_POINTER);
  return call_finish(call, TASK_MEMORY, NULL, record);
}

static HRESULT query(const char *function, const char *name, enum handle_kind kind, void *handle, PCWSTR text, PWSTR *properties, PWSTR *record) {
  struct call *call = call_new(function);
  call_handle(call, name, handle, kind);
  call_text(call, "Query", text);
  if (properties == NULL) call_refuse(call, E_POINTER);
  return call_finish(call, TASK_MEMORY, properties, record);
}

static HRESULT delete_object(const char *function, const GUID *id, PWSTR *record) {
  struct call *call = call_new(function);
  call_guid(call, "Id", id);
  if (id == NULL) call_refuse(call, E_POINTER);
  return call_finish(call, TASK_MEMORY, NULL, record);
}

#define OBJECTS(Word, Words, kind, name) \
  EXPORT HRESULT WINAPI HcnEnumerate##Words(PCWSTR text, PWSTR *found, PWSTR *record) { return enumerate("HcnEnumerate" #Words, text, found, record); } \
  EXPORT HRESULT WINAPI HcnOpen##Word(const GUID *id, void **handle, PWSTR *record) { return open("HcnOpen" #Word, kind, id, handle, record); } \
  EXPORT HRESULT WINAPI HcnModify##Word(void *handle, PCWSTR settings, PWSTR *record) { return modify("HcnModify" #Word, name, kind, handle, settings, record); } \
  EXPORT HRESULT WINAPI HcnQuery##Word##Properties(void *handle, PCWSTR text, PWSTR *properties, PWSTR *record) { return query("HcnQuery" #Word "Properties", name, kind, handle, text, properties, record); } \
  EXPORT HRESULT WINAPI HcnDelete##Word(const GUID *id, PWSTR *record) { return delete_object("HcnDelete" #Word, id, record); } \
  EXPORT HRESULT WINAPI HcnClose##Word(void *handle) { return handle_close(handle, kind); }

#define CREATES(Word, kind) \
  EXPORT HRESULT WINAPI HcnCreate##Word(const GUID *id, PCWSTR settings, void **handle, PWSTR *record) { return create("HcnCreate" #Word, kind, id, settings, handle, record); }

OBJECTS(Network, Networks, HANDLE_NETWORK, "Network")
OBJECTS(Endpoint, Endpoints, HANDLE_ENDPOINT, "Endpoint")
OBJECTS(Namespace, Namespaces, HANDLE_NAMESPACE, "Namespace")
OBJECTS(LoadBalancer, LoadBalancers, HANDLE_LOAD_BALANCER, "LoadBalancer")
OBJECTS(SdnRoute, SdnRoutes, HANDLE_SDN_ROUTE, "Route")
CREATES(Network, HANDLE_NETWORK)
CREATES(Namespace, HANDLE_NAMESPACE)
CREATES(LoadBalancer, HANDLE_LOAD_BALANCER)
CREATES(SdnRoute, HANDLE_SDN_ROUTE)
CREATES(GuestNetworkService, HANDLE_GUEST_SERVICE)

EXPORT HRESULT WINAPI HcnCreateEndpoint(void *network, const GUID *id, PCWSTR settings, void **handle, PWSTR *record) {
  struct call *call = call_new("HcnCreateEndpoint");
  call_handle(call, "Network", network, HANDLE_NETWORK);
  call_guid(call, "Id", id);
  call_text(call, "Settings", settings);
  if (settings == NULL || handle == NULL) call_refuse(call, E_POINTER);
  return call_finish_handle(call, HANDLE_ENDPOINT, handle, TASK_MEMORY, NULL, record);
}

EXPORT HRESULT WINAPI HcnModifyGuestNetworkService(void *service, PCWSTR settings, PWSTR *record) { return modify("HcnModifyGuestNetworkService", "GuestNetworkService", HANDLE_GUEST_SERVICE, service, settings, record); }
EXPORT HRESULT WINAPI HcnDeleteGuestNetworkService(const GUID *id, PWSTR *record) { return delete_object("HcnDeleteGuestNetworkService", id, record); }
EXPORT HRESULT WINAPI HcnCloseGuestNetworkService(void *service) { return handle_close(service, HANDLE_GUEST_SERVICE); }

/* Callbacks */

struct notified {
  HCN_NOTIFICATION_CALLBACK callback;
  void *context;
};

static void give_notification(void *handle, uint32_t type, HRESULT status, const char *data, void *context) {
  (void)handle;
  const struct notified *notified = context;
  PWSTR text = data == NULL ? NULL : text_for_caller(data, TASK_MEMORY);
  notified->callback(type, notified->context, status, text);
  CoTaskMemFree(text);
}

static HRESULT register_callback(struct call *call, HCN_NOTIFICATION_CALLBACK callback, void *context, void **handle) {
  if (callback == NULL || handle == NULL) call_refuse(call, E_POINTER);
  HRESULT code = call_finish_handle(call, HANDLE_NETWORK_CALLBACK, handle, TASK_MEMORY, NULL, NULL);
  if (FAILED(code)) return code;
  struct notified *notified = must_allocate(sizeof *notified);
  *notified = (struct notified){callback, context};
  handle_receive(*handle, HANDLE_NETWORK_CALLBACK, give_notification, notified);
  struct call *receive = call_new("SimulatorReceive");
  call_handle(receive, "Handle", *handle, HANDLE_NETWORK_CALLBACK);
  return call_finish(receive, TASK_MEMORY, NULL, NULL);
}

EXPORT HRESULT WINAPI HcnRegisterServiceCallback(HCN_NOTIFICATION_CALLBACK callback, void *context, void **handle) { return register_callback(call_new("HcnRegisterServiceCallback"), callback, context, handle); }

EXPORT HRESULT WINAPI HcnRegisterGuestNetworkServiceCallback(void *service, HCN_NOTIFICATION_CALLBACK callback, void *context, void **handle) {
  struct call *call = call_new("HcnRegisterGuestNetworkServiceCallback");
  call_handle(call, "GuestNetworkService", service, HANDLE_GUEST_SERVICE);
  return register_callback(call, callback, context, handle);
}

static HRESULT unregister_callback(void *handle) {
  void *notified = handle_is_open(handle, HANDLE_NETWORK_CALLBACK) ? handle_context(handle, HANDLE_NETWORK_CALLBACK) : NULL;
  HRESULT code = handle_close(handle, HANDLE_NETWORK_CALLBACK);
  /* Behind whatever callback is on its way. */
  if (notified != NULL) run_later(free, notified);
  return code;
}

EXPORT HRESULT WINAPI HcnUnregisterServiceCallback(void *handle) { return unregister_callback(handle); }
EXPORT HRESULT WINAPI HcnUnregisterGuestNetworkServiceCallback(void *handle) { return unregister_callback(handle); }

/* Ports */

EXPORT HRESULT WINAPI HcnReserveGuestNetworkServicePort(void *service, int32_t protocol, int32_t access, uint16_t port, HANDLE *reservation) {
  struct call *call = call_new("HcnReserveGuestNetworkServicePort");
  call_handle(call, "GuestNetworkService", service, HANDLE_GUEST_SERVICE);
  call_whole(call, "Protocol", protocol);
  call_whole(call, "Access", access);
  call_whole(call, "Port", port);
  if (reservation == NULL) call_refuse(call, E_POINTER);
  else if (protocol < 1 || protocol > 3 || access < 1 || access > 2 || port == 0) call_refuse(call, E_INVALIDARG);
  return call_finish_handle(call, HANDLE_PORTS, reservation, TASK_MEMORY, NULL, NULL);
}

EXPORT HRESULT WINAPI HcnReserveGuestNetworkServicePortRange(void *service, uint16_t count, HCN_PORT_RANGE_RESERVATION *range, HANDLE *reservation) {
  struct call *call = call_new("HcnReserveGuestNetworkServicePortRange");
  call_handle(call, "GuestNetworkService", service, HANDLE_GUEST_SERVICE);
  call_whole(call, "Count", count);
  if (range == NULL || reservation == NULL) call_refuse(call, E_POINTER);
  else if (count == 0) call_refuse(call, E_INVALIDARG);
  PWSTR first = NULL;
  HRESULT code = call_finish_handle(call, HANDLE_PORTS, reservation, TASK_MEMORY, &first, NULL);
  if (FAILED(code)) return code;
  char *text = utf8_from_utf16(first);
  range->startingPort = (uint16_t)strtoul(text == NULL ? "0" : text, NULL, 10);
  range->endingPort = (uint16_t)(range->startingPort + count - 1);
  free(text);
  CoTaskMemFree(first);
  return S_OK;
}

EXPORT HRESULT WINAPI HcnReleaseGuestNetworkServicePortReservationHandle(HANDLE reservation) { return handle_close(reservation, HANDLE_PORTS); }

static void read_guid(const char *text, GUID *guid) {
  memset(guid, 0, sizeof *guid);
  if (text == NULL || strlen(text) != 36) return;
  guid->Data1 = (uint32_t)strtoul(text, NULL, 16);
  guid->Data2 = (uint16_t)strtoul(text + 9, NULL, 16);
  guid->Data3 = (uint16_t)strtoul(text + 14, NULL, 16);
  for (int index = 0; index < 8; index++) {
    char digits[3] = {text[19 + index * 2 + (index > 1)], text[20 + index * 2 + (index > 1)], 0};
    guid->Data4[index] = (uint8_t)strtoul(digits, NULL, 16);
  }
}

EXPORT HRESULT WINAPI HcnEnumerateGuestNetworkPortReservations(uint32_t *count, HCN_PORT_RANGE_ENTRY **entries) {
  struct call *call = call_new("HcnEnumerateGuestNetworkPortReservations");
  if (count == NULL || entries == NULL) {
    call_free(call);
    return E_POINTER;
  }
  *count = 0;
  *entries = NULL;
  HRESULT code = call_send(call);
  const char *text = SUCCEEDED(code) ? json_string(call_answer(call), "Result") : NULL;
  struct json *list = text == NULL ? NULL : json_read(text, strlen(text), NULL);
  size_t number = json_count(list);
  if (number > 0) {
    *entries = CoTaskMemAlloc(number * sizeof **entries);
    memset(*entries, 0, number * sizeof **entries);
    for (const struct json *from = list->first; from != NULL; from = from->next) {
      HCN_PORT_RANGE_ENTRY *entry = &(*entries)[(*count)++];
      read_guid(json_string(from, "OwningPartitionId"), &entry->OwningPartitionId);
      entry->Protocol = (int32_t)json_whole(from, "Protocol", 0);
      entry->SharingFlags = json_true(from, "Shared");
      entry->StartingPort = (uint16_t)json_whole(from, "StartingPort", 0);
      entry->EndingPort = (uint16_t)json_whole(from, "EndingPort", 0);
    }
  }
  json_free(list);
  call_free(call);
  return code;
}

EXPORT void WINAPI HcnFreeGuestNetworkPortReservations(HCN_PORT_RANGE_ENTRY *entries) { CoTaskMemFree(entries); }
