/* computecore.dll's functions on the service's side. */
#include <stdlib.h>
#include <string.h>

#include "service.h"

void system_handle_closed(void *object, bool client_gone) {
  (void)object;
  (void)client_gone;
}

void process_handle_closed(void *object, bool client_gone) {
  (void)object;
  (void)client_gone;
}

void compute_fault(const struct fault *fault) { (void)fault; }

static HRESULT enumerate(struct request *request) {
  answer_document(request, "Result", json_new(JSON_ARRAY));
  return S_OK;
}

static HRESULT service_properties(struct request *request) {
  struct json *properties = json_new(JSON_OBJECT);
  struct json *basic = json_push(json_set(properties, "Properties", json_new(JSON_ARRAY)), json_new(JSON_OBJECT));
  struct json *version = json_push(json_set(basic, "SupportedSchemaVersions", json_new(JSON_ARRAY)), json_new(JSON_OBJECT));
  json_set_whole(version, "Major", 2);
  json_set_whole(version, "Minor", 6);
  answer_document(request, "Result", properties);
  return S_OK;
}

static const struct handler handlers[] = {
  {"HcsEnumerateComputeSystems", enumerate, ASYNCHRONOUS},
  {"HcsGetServiceProperties", service_properties, 0},
  {NULL, NULL, 0},
};

const struct service_table compute_table = {.handlers = handlers};
