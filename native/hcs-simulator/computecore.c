/* The exports of computecore.dll but those of operations (operations.c). virtualization/api/hcs/Reference. */
#include <stdlib.h>

#include "client-internal.h"
#include "event-target.h"

/* HCS_EVENT_OPTIONS.md; 4 (live migration) is what hcsshim passes. */
enum { option_operations = 1, option_live_migration = 4 };

struct event_target {
  HCS_EVENT_CALLBACK callback;
  void *context;
  DWORD options;
};

static struct event_target *target_of(void *handle, enum handle_kind kind) { return handle == NULL ? NULL : handle_context(handle, kind); }

bool event_target_takes_operations(HCS_SYSTEM system, HCS_PROCESS process) {
  struct event_target *targets[] = {target_of(system, HANDLE_SYSTEM), target_of(process, HANDLE_PROCESS)};
  return (targets[0] != NULL && targets[0]->options == option_operations) || (targets[1] != NULL && targets[1]->options == option_operations);
}

void event_target_operation(HCS_SYSTEM system, HCS_PROCESS process, HCS_OPERATION operation) {
  struct event_target *targets[] = {target_of(process, HANDLE_PROCESS), target_of(system, HANDLE_SYSTEM)};
  for (int index = 0; index < 2; index++) {
    if (targets[index] == NULL || targets[index]->options != option_operations) continue;
    HCS_EVENT event = {.Type = 0x01000000, .Operation = operation};
    targets[index]->callback(&event, targets[index]->context);
    return;
  }
}

static void give_event(void *handle, uint32_t type, HRESULT status, const char *data, void *context) {
  (void)handle;
  (void)status;
  struct event_target *target = context;
  PWSTR text = text_for_caller(data, LOCAL_MEMORY);
  HCS_EVENT event = {.Type = type, .EventData = text};
  target->callback(&event, target->context);
  LocalFree(text);
}

static HRESULT set_callback(void *handle, enum handle_kind kind, DWORD options, const void *context, HCS_EVENT_CALLBACK callback) {
  if (!handle_is_open(handle, kind)) return E_HANDLE;
  if (options != 0 && options != option_operations && options != option_live_migration) return E_INVALIDARG;
  struct event_target *old = handle_context(handle, kind);
  if (callback == NULL) {
    HRESULT code = handle_receive(handle, kind, NULL, NULL);
    if (old != NULL) run_later(free, old);
    return code;
  }
  struct event_target *target = must_allocate(sizeof *target);
  *target = (struct event_target){.callback = callback, .context = (void *)context, .options = options};
  HRESULT code = handle_receive(handle, kind, give_event, target);
  if (FAILED(code)) {
    free(target);
    return code;
  }
  /* What happened to the handle before is told now. */
  struct call *call = call_new("SimulatorReceive");
  call_handle(call, "Handle", handle, kind);
  return call_finish(call, LOCAL_MEMORY, NULL, NULL);
}

static void close_with_target(void *handle, enum handle_kind kind) {
  struct event_target *target = target_of(handle, kind);
  handle_close(handle, kind);
  /* Behind whatever callback is on its way. */
  if (target != NULL) run_later(free, target);
}

/* A call of a system or process with one document. */
static HRESULT start(const char *function, enum operation_type type, HCS_SYSTEM system, HCS_PROCESS process, HCS_OPERATION operation, const char *name, PCWSTR document) {
  struct call *call = call_new(function);
  if (process != NULL) call_handle(call, "Handle", process, HANDLE_PROCESS);
  else call_handle(call, "Handle", system, HANDLE_SYSTEM);
  if (name != NULL) call_text(call, name, document);
  return call_start(call, operation, type, system, process);
}

EXPORT HRESULT WINAPI HcsEnumerateComputeSystems(PCWSTR query, HCS_OPERATION operation) {
  struct call *call = call_new("HcsEnumerateComputeSystems");
  call_text(call, "Query", query);
  return call_start(call, operation, OPERATION_ENUMERATE, NULL, NULL);
}


EXPORT HRESULT WINAPI HcsCreateComputeSystem(PCWSTR id, PCWSTR configuration, HCS_OPERATION operation, const void *security, HCS_SYSTEM *system) {
  if (system == NULL) return E_POINTER;
  *system = NULL;
  if (id == NULL || *id == 0 || configuration == NULL || security != NULL) return E_INVALIDARG;
  struct call *call = call_new("HcsCreateComputeSystem");
  call_text(call, "Id", id);
  call_text(call, "Configuration", configuration);
  HCS_SYSTEM opened = call_new_handle(call, HANDLE_SYSTEM);
  HRESULT code = call_start(call, operation, OPERATION_CREATE, opened, NULL);
  if (SUCCEEDED(code)) *system = opened;
  else if (opened != NULL) handle_forget(opened, HANDLE_SYSTEM);
  return code;
}

EXPORT HRESULT WINAPI HcsOpenComputeSystem(PCWSTR id, DWORD access, HCS_SYSTEM *system) {
  if (system != NULL) *system = NULL;
  if (id == NULL) return E_INVALIDARG;
  struct call *call = call_new("HcsOpenComputeSystem");
  call_text(call, "Id", id);
  call_whole(call, "RequestedAccess", access);
  return call_finish_handle(call, HANDLE_SYSTEM, system, LOCAL_MEMORY, NULL, NULL);
}

EXPORT void WINAPI HcsCloseComputeSystem(HCS_SYSTEM system) { close_with_target(system, HANDLE_SYSTEM); }

EXPORT HRESULT WINAPI HcsStartComputeSystem(HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR options) {
  return start("HcsStartComputeSystem", OPERATION_START, system, NULL, operation, "Options", options);
}

EXPORT HRESULT WINAPI HcsShutDownComputeSystem(HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR options) {
  return start("HcsShutDownComputeSystem", OPERATION_SHUTDOWN, system, NULL, operation, "Options", options);
}

EXPORT HRESULT WINAPI HcsTerminateComputeSystem(HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR options) {
  return start("HcsTerminateComputeSystem", OPERATION_TERMINATE, system, NULL, operation, "Options", options);
}

EXPORT HRESULT WINAPI HcsCrashComputeSystem(HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR options) {
  return start("HcsCrashComputeSystem", OPERATION_CRASH, system, NULL, operation, "Options", options);
}

EXPORT HRESULT WINAPI HcsPauseComputeSystem(HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR options) {
  return start("HcsPauseComputeSystem", OPERATION_PAUSE, system, NULL, operation, "Options", options);
}

EXPORT HRESULT WINAPI HcsResumeComputeSystem(HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR options) {
  return start("HcsResumeComputeSystem", OPERATION_RESUME, system, NULL, operation, "Options", options);
}

EXPORT HRESULT WINAPI HcsSaveComputeSystem(HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR options) {
  return start("HcsSaveComputeSystem", OPERATION_SAVE, system, NULL, operation, "Options", options);
}

EXPORT HRESULT WINAPI HcsGetComputeSystemProperties(HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR query) {
  return start("HcsGetComputeSystemProperties", OPERATION_GET_PROPERTIES, system, NULL, operation, "Query", query);
}

EXPORT HRESULT WINAPI HcsModifyComputeSystem(HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR configuration, HANDLE identity) {
  if (configuration == NULL) return E_INVALIDARG;
  struct call *call = call_new("HcsModifyComputeSystem");
  call_handle(call, "Handle", system, HANDLE_SYSTEM);
  call_text(call, "Configuration", configuration);
  call_bool(call, "HasIdentity", identity != NULL);
  return call_start(call, operation, OPERATION_MODIFY, system, NULL);
}

EXPORT HRESULT WINAPI HcsSetComputeSystemCallback(HCS_SYSTEM system, DWORD options, const void *context, HCS_EVENT_CALLBACK callback) {
  return set_callback(system, HANDLE_SYSTEM, options, context, callback);
}

static HRESULT wait_for_exit(const char *function, void *handle, enum handle_kind kind, DWORD duration, PWSTR *result) {
  struct call *call = call_new(function);
  call_handle(call, "Handle", handle, kind);
  call_whole(call, "TimeoutInMs", duration);
  return call_finish(call, LOCAL_MEMORY, result, NULL);
}

EXPORT HRESULT WINAPI HcsWaitForComputeSystemExit(HCS_SYSTEM system, DWORD duration, PWSTR *result) {
  return wait_for_exit("HcsWaitForComputeSystemExit", system, HANDLE_SYSTEM, duration, result);
}

EXPORT HRESULT WINAPI HcsCreateProcess(HCS_SYSTEM system, PCWSTR parameters, HCS_OPERATION operation, const void *security, HCS_PROCESS *process) {
  if (process == NULL) return E_POINTER;
  *process = NULL;
  if (parameters == NULL || security != NULL) return E_INVALIDARG;
  struct call *call = call_new("HcsCreateProcess");
  call_handle(call, "Handle", system, HANDLE_SYSTEM);
  call_text(call, "ProcessParameters", parameters);
  HCS_PROCESS opened = call_new_handle(call, HANDLE_PROCESS);
  HRESULT code = call_start(call, operation, OPERATION_CREATE_PROCESS, system, opened);
  if (SUCCEEDED(code)) *process = opened;
  else if (opened != NULL) handle_forget(opened, HANDLE_PROCESS);
  return code;
}

EXPORT HRESULT WINAPI HcsOpenProcess(HCS_SYSTEM system, DWORD process_id, DWORD access, HCS_PROCESS *process) {
  if (process != NULL) *process = NULL;
  struct call *call = call_new("HcsOpenProcess");
  call_handle(call, "Handle", system, HANDLE_SYSTEM);
  call_whole(call, "ProcessId", process_id);
  call_whole(call, "RequestedAccess", access);
  return call_finish_handle(call, HANDLE_PROCESS, process, LOCAL_MEMORY, NULL, NULL);
}

EXPORT void WINAPI HcsCloseProcess(HCS_PROCESS process) { close_with_target(process, HANDLE_PROCESS); }

static HRESULT start_of_process(const char *function, enum operation_type type, HCS_PROCESS process, HCS_OPERATION operation, const char *name, PCWSTR document) {
  return process == NULL ? E_HANDLE : start(function, type, NULL, process, operation, name, document);
}

EXPORT HRESULT WINAPI HcsTerminateProcess(HCS_PROCESS process, HCS_OPERATION operation, PCWSTR options) {
  /* HCS_OPERATION_TYPE has no type of its own for it. */
  return start_of_process("HcsTerminateProcess", OPERATION_SIGNAL_PROCESS, process, operation, "Options", options);
}

EXPORT HRESULT WINAPI HcsSignalProcess(HCS_PROCESS process, HCS_OPERATION operation, PCWSTR options) {
  return start_of_process("HcsSignalProcess", OPERATION_SIGNAL_PROCESS, process, operation, "Options", options);
}

EXPORT HRESULT WINAPI HcsGetProcessInfo(HCS_PROCESS process, HCS_OPERATION operation) {
  return start_of_process("HcsGetProcessInfo", OPERATION_GET_PROCESS_INFO, process, operation, NULL, NULL);
}

EXPORT HRESULT WINAPI HcsGetProcessProperties(HCS_PROCESS process, HCS_OPERATION operation, PCWSTR query) {
  return start_of_process("HcsGetProcessProperties", OPERATION_GET_PROCESS_PROPERTIES, process, operation, "Query", query);
}

EXPORT HRESULT WINAPI HcsModifyProcess(HCS_PROCESS process, HCS_OPERATION operation, PCWSTR settings) {
  return start_of_process("HcsModifyProcess", OPERATION_MODIFY_PROCESS, process, operation, "Settings", settings);
}

EXPORT HRESULT WINAPI HcsSetProcessCallback(HCS_PROCESS process, DWORD options, const void *context, HCS_EVENT_CALLBACK callback) {
  return set_callback(process, HANDLE_PROCESS, options, context, callback);
}

EXPORT HRESULT WINAPI HcsWaitForProcessExit(HCS_PROCESS process, DWORD duration, PWSTR *result) {
  return wait_for_exit("HcsWaitForProcessExit", process, HANDLE_PROCESS, duration, result);
}

static HRESULT finish_with_text(const char *function, const char *name, PCWSTR text, PWSTR *result) {
  struct call *call = call_new(function);
  call_text(call, name, text);
  return call_finish(call, LOCAL_MEMORY, result, NULL);
}

EXPORT HRESULT WINAPI HcsGetServiceProperties(PCWSTR query, PWSTR *result) { return finish_with_text("HcsGetServiceProperties", "Query", query, result); }

EXPORT HRESULT WINAPI HcsModifyServiceSettings(PCWSTR settings, PWSTR *result) { return finish_with_text("HcsModifyServiceSettings", "Settings", settings, result); }

EXPORT HRESULT WINAPI HcsSubmitWerReport(PCWSTR settings) { return finish_with_text("HcsSubmitWerReport", "Settings", settings, NULL); }

static HRESULT access_call(const char *function, PCWSTR vm, PCWSTR path) {
  struct call *call = call_new(function);
  call_text(call, "VmId", vm);
  call_text(call, "FilePath", path);
  return call_finish(call, LOCAL_MEMORY, NULL, NULL);
}

EXPORT HRESULT WINAPI HcsGrantVmAccess(PCWSTR vm, PCWSTR path) { return vm == NULL || path == NULL ? E_INVALIDARG : access_call("HcsGrantVmAccess", vm, path); }

EXPORT HRESULT WINAPI HcsRevokeVmAccess(PCWSTR vm, PCWSTR path) { return vm == NULL || path == NULL ? E_INVALIDARG : access_call("HcsRevokeVmAccess", vm, path); }

EXPORT HRESULT WINAPI HcsGrantVmGroupAccess(PCWSTR path) { return path == NULL ? E_INVALIDARG : access_call("HcsGrantVmGroupAccess", NULL, path); }

EXPORT HRESULT WINAPI HcsRevokeVmGroupAccess(PCWSTR path) { return path == NULL ? E_INVALIDARG : access_call("HcsRevokeVmGroupAccess", NULL, path); }

EXPORT HRESULT WINAPI HcsCreateEmptyGuestStateFile(PCWSTR path) { return path == NULL ? E_INVALIDARG : finish_with_text("HcsCreateEmptyGuestStateFile", "FilePath", path, NULL); }

EXPORT HRESULT WINAPI HcsCreateEmptyRuntimeStateFile(PCWSTR path) { return path == NULL ? E_INVALIDARG : finish_with_text("HcsCreateEmptyRuntimeStateFile", "FilePath", path, NULL); }

EXPORT HRESULT WINAPI HcsGetProcessorCompatibilityFromSavedState(PCWSTR path, PWSTR *result) {
  return path == NULL ? E_INVALIDARG : finish_with_text("HcsGetProcessorCompatibilityFromSavedState", "RuntimeFileName", path, result);
}
