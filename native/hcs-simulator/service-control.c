/* What tests ask of the simulator itself. */
#include "compute.h"


static HRESULT hello(struct request *request) {
  client_is(request->client, (uint32_t)argument_whole(request, "ProcessId", 0));
  return S_OK;
}

static HRESULT close_service_handle(struct request *request) { return close_client_handle(request->client, (uint64_t)argument_whole(request, "Handle", 0)) ? S_OK : E_HANDLE; }

static HRESULT receive(struct request *request) {
  receive_events(request->client, (uint64_t)argument_whole(request, "Handle", 0));
  return S_OK;
}

static HRESULT client_counts_came(struct request *request) {
  client_counted(request->client, argument_whole(request, "Operations", 0), argument_whole(request, "Files", 0));
  return S_OK;
}

/* Clients tell what they hold themselves; one that is stopped is not waited for longer than a second. */
static HRESULT counts(struct request *request) {
  service_lock();
  ask_clients_for_counts();
  for (uint64_t until = milliseconds() + 1000; !all_clients_counted() && milliseconds() < until;) {
    service_unlock();
    sleep_milliseconds(1);
    service_lock();
  }
  struct json *document = json_new(JSON_OBJECT);
  client_counts(document);
  answer_document(request, "Result", document);
  service_unlock();
  return S_OK;
}

/* Answers when nothing runs any more. */
static HRESULT reset(struct request *request) {
  (void)request;
  service_lock();
  reset_host();
  for (uint64_t until = milliseconds() + 10000; processes_running() > 0 && milliseconds() < until;) {
    service_unlock();
    sleep_milliseconds(1);
    service_lock();
  }
  service_unlock();
  return S_OK;
}

static HRESULT stop(struct request *request) {
  (void)request;
  service_end();
  return S_OK;
}

static const struct handler handlers[] = {
  {"SimulatorHello", hello, 0},
  {"SimulatorReceive", receive, 0},
  {"SimulatorClientCounts", client_counts_came, 0},
  {"SimulatorCounts", counts, ON_THREAD},
  {"SimulatorReset", reset, ON_THREAD},
  {"SimulatorStop", stop, 0},
  {"CloseServiceHandle", close_service_handle, 0},
  {NULL, NULL, 0},
};

const struct service_table simulator_table = {.handlers = handlers};
