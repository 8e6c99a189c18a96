/* faults.json of the state folder, read at each call (README.md tells its members). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service.h"

/* Faults with "Times" are counted until the file's content changes. */
static uint64_t counted_content;
enum { most_counted = 64 };
static int64_t used[most_counted];

static char *read_file(const char *name, size_t *length) {
  struct text path = {0};
  text_print(&path, "%s/%s", service_root(), name);
  FILE *file = fopen(path.bytes, "rb");
  free(path.bytes);
  if (file == NULL) return NULL;
  struct text content = {0};
  text_add(&content, "", 0);
  char piece[4096];
  size_t got;
  while ((got = fread(piece, 1, sizeof piece, file)) > 0 && content.length < 1024 * 1024) text_add(&content, piece, got);
  fclose(file);
  *length = content.length;
  return content.bytes;
}

static uint64_t hash(const char *bytes, size_t length) {
  uint64_t value = 14695981039346656037u;
  for (size_t index = 0; index < length; index++) value = (value ^ (unsigned char)bytes[index]) * 1099511628211u;
  return value;
}

static HRESULT code_of(const struct json *fault) {
  const char *text = json_string(fault, "HResult");
  return text == NULL ? (HRESULT)json_whole(fault, "HResult", S_OK) : (HRESULT)strtoul(text, NULL, 0);
}

/* "*" is every function but those of the simulator itself. */
static bool concerns(const struct json *fault, const struct request *request) {
  const char *function = json_string(fault, "Function");
  if (function == NULL) return false;
  if (strcmp(function, "*") == 0) return strncmp(request->handler->function, "Simulator", 9) != 0 && strcmp(request->handler->function, "CloseServiceHandle") != 0;
  return strcmp(function, request->handler->function) == 0;
}

bool fault_for(const struct request *request, struct fault *result) {
  size_t length;
  char *content = read_file("faults.json", &length);
  if (content == NULL) return false;
  struct json *document = json_read(content, length, NULL);
  uint64_t now = hash(content, length);
  free(content);
  if (now != counted_content) {
    counted_content = now;
    memset(used, 0, sizeof used);
  }
  struct json *faults = json_member(document, "Faults");
  int index = 0;
  bool found = false;
  for (struct json *fault = faults == NULL ? NULL : faults->first; fault != NULL && !found; fault = fault->next, index++) {
    if (!concerns(fault, request)) continue;
    int64_t times = json_whole(fault, "Times", INT64_MAX);
    if (index < most_counted && used[index]++ >= times) continue;
    found = true;
    *result = (struct fault){
      .delay = (uint64_t)json_whole(fault, "DelayInMs", 0),
      .code = code_of(fault),
      .at_call = json_true(fault, "AtCall"),
      .never = json_true(fault, "Never"),
      .service_gone = json_true(fault, "ServiceGone"),
      .malformed_result = json_true(fault, "MalformedResult"),
      .exits = copy_text(json_string(fault, "SystemExits")),
      .disconnects = copy_text(json_string(fault, "GuestConnectionCloses")),
    };
  }
  json_free(document);
  return found;
}
