/* computecore.dll's functions on the service's side. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compute.h"

bool file_exists(const char *path) {
  if (folder_exists(path)) return true;
  FILE *file = fopen(path, "rb");
  if (file != NULL) fclose(file);
  return file != NULL;
}

void compute_fault(const struct fault *fault) {
  struct system *ends = fault->exits == NULL ? NULL : system_find(fault->exits);
  if (ends != NULL) system_end(ends, "UnexpectedExit", HCS_UNEXPECTED_EXIT);
  struct system *loses = fault->disconnects == NULL ? NULL : system_find(fault->disconnects);
  if (loses != NULL) system_lose_guest(loses);
}

static HRESULT submit_report(struct request *request) {
  HRESULT code = S_OK;
  struct json *report = document_argument(request, "Settings", "CrashReport", false, &code);
  json_free(report);
  return code;
}

/* Access lists are kept as they were granted: a file of this host belongs to whoever runs the simulator. */
static struct json *grants;

static HRESULT change_access(struct request *request) {
  const char *machine = argument_text(request, "VmId"), *path = argument_text(request, "FilePath");
  if (path == NULL || !file_exists(path)) return E_FILE_NOT_FOUND;
  if (grants == NULL) grants = json_new(JSON_OBJECT);
  struct text key = {0};
  text_print(&key, "%s|%s", machine == NULL ? "*" : machine, path);
  struct json *old = json_member(grants, key.bytes);
  bool gives = strncmp(request->handler->function, "HcsGrant", 8) == 0;
  if (gives) json_set_bool(grants, key.bytes, true);
  else if (old != NULL) json_free(json_take(grants, old));
  free(key.bytes);
  return S_OK;
}

static HRESULT create_empty_file(struct request *request) {
  const char *path = argument_text(request, "FilePath");
  if (path == NULL) return E_INVALIDARG;
  if (file_exists(path)) return (HRESULT)0x80070050;
  FILE *file = fopen(path, "wbx");
  if (file == NULL) return E_PATH_NOT_FOUND;
  return fclose(file) == 0 ? S_OK : E_FAIL;
}

static HRESULT processor_compatibility(struct request *request) {
  const char *path = argument_text(request, "RuntimeFileName");
  if (path == NULL || !file_exists(path)) return E_FILE_NOT_FOUND;
  struct json *requirements = json_new(JSON_OBJECT);
  json_set(requirements, "ProcessorFeatures", json_new(JSON_OBJECT));
  answer_document(request, "Result", requirements);
  return S_OK;
}

static const struct handler handlers[] = {
  {"HcsEnumerateComputeSystems", systems_enumerate, ASYNCHRONOUS},
  {"HcsCreateComputeSystem", system_create, ASYNCHRONOUS},
  {"HcsOpenComputeSystem", system_open, 0},
  {"HcsStartComputeSystem", system_start, ASYNCHRONOUS},
  {"HcsShutDownComputeSystem", system_shut_down, ASYNCHRONOUS},
  {"HcsTerminateComputeSystem", system_terminate, ASYNCHRONOUS},
  {"HcsCrashComputeSystem", system_crash, ASYNCHRONOUS},
  {"HcsPauseComputeSystem", system_pause, ASYNCHRONOUS},
  {"HcsResumeComputeSystem", system_resume, ASYNCHRONOUS},
  {"HcsSaveComputeSystem", system_save, ASYNCHRONOUS},
  {"HcsGetComputeSystemProperties", system_properties, ASYNCHRONOUS},
  {"HcsModifyComputeSystem", system_modify, ASYNCHRONOUS},
  {"HcsWaitForComputeSystemExit", system_wait, 0},
  {"HcsCreateProcess", process_create, ASYNCHRONOUS | ON_THREAD},
  {"HcsOpenProcess", process_open, 0},
  {"HcsTerminateProcess", process_terminate, ASYNCHRONOUS},
  {"HcsSignalProcess", process_signal, ASYNCHRONOUS},
  {"HcsGetProcessInfo", process_info, ASYNCHRONOUS},
  {"HcsGetProcessProperties", process_properties, ASYNCHRONOUS},
  {"HcsModifyProcess", process_modify, ASYNCHRONOUS},
  {"HcsWaitForProcessExit", process_wait, 0},
  {"HcsGetServiceProperties", service_properties, 0},
  {"HcsModifyServiceSettings", service_modify, 0},
  {"HcsSubmitWerReport", submit_report, 0},
  {"HcsGrantVmAccess", change_access, 0},
  {"HcsRevokeVmAccess", change_access, 0},
  {"HcsGrantVmGroupAccess", change_access, 0},
  {"HcsRevokeVmGroupAccess", change_access, 0},
  {"HcsCreateEmptyGuestStateFile", create_empty_file, 0},
  {"HcsCreateEmptyRuntimeStateFile", create_empty_file, 0},
  {"HcsGetProcessorCompatibilityFromSavedState", processor_compatibility, 0},
  {NULL, NULL, 0},
};

static void count(struct json *counts) {
  int number = 0;
  for (const struct system *system = systems; system != NULL; system = system->next) number += system->state != SYSTEM_STOPPED;
  json_set_whole(counts, "systems", number);
  json_set_whole(counts, "processes", processes_running());
  json_set_whole(counts, "credentials", credentials_count());
}

static void reset(void) {
  credentials_drop_all();
  for (bool more = true; more;) {
    more = false;
    for (struct system *system = systems; system != NULL && !more; system = system->next) {
      if (system->ending || system->state == SYSTEM_STOPPED) continue;
      system_end(system, "ForcedExit", S_OK);
      more = true;
    }
  }
}

const struct service_table compute_table = {.handlers = handlers, .count = count, .reset = reset};
