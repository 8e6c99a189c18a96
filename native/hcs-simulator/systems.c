/* Compute systems: what they are made of, and their way through the states. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compute.h"
#include "guest-mounts.h"

/* How long what is shut down has, as WaitToKillServiceTimeout gives it on Windows. */
enum { grace_milliseconds = 5000 };

struct system *systems;

static const char *const state_words[] = {"created", "running", "paused", "stopped", "saved as a template"};

/* Ids are compared without regard to case, as all names of Windows are. */
static bool same_id(const char *one, const char *other) {
  for (; *one != 0 && *other != 0; one++, other++) {
    char first = *one >= 'A' && *one <= 'Z' ? (char)(*one + 32) : *one, second = *other >= 'A' && *other <= 'Z' ? (char)(*other + 32) : *other;
    if (first != second) return false;
  }
  return *one == *other;
}

struct system *system_find(const char *id) {
  struct system *system = systems;
  while (system != NULL && (system->state == SYSTEM_STOPPED || !same_id(system->id, id))) system = system->next;
  return system;
}

struct system *system_argument(struct request *request, HRESULT *code) {
  struct system *system = argument_handle(request, "Handle", HANDLE_SYSTEM);
  if (system == NULL) *code = answer_error(request, HCS_SYSTEM_NOT_FOUND, "The handle stands for no compute system");
  else if (system->state == SYSTEM_STOPPED) *code = answer_error(request, HCS_SYSTEM_ALREADY_STOPPED, "The compute system '%s' has stopped", system->id);
  else return system;
  return NULL;
}

static HRESULT wrong_state(struct request *request, const struct system *system) {
  return answer_error(request, HCS_INVALID_STATE, "The compute system '%s' is %s: %s is not valid now", system->id, system->ending ? "ending" : state_words[system->state], request->handler->function);
}

void system_release(struct system *system) {
  if (system->state != SYSTEM_STOPPED || system->processes != NULL || system->starting > 0 || handles_of(HANDLE_SYSTEM, system) > 0) return;
  for (struct system *other = systems; other != NULL; other = other->next) if (other->host == system) return;
  struct system **link = &systems;
  while (*link != system) link = &(*link)->next;
  *link = system->next;
  struct system *host = system->host;
  free(system->id);
  free(system->owner);
  free(system->folder);
  json_free(system->document);
  json_free(system->resources);
  json_free(system->mounts);
  free(system);
  if (host != NULL) system_release(host);
}

/* What a container's document says of its files. */
static HRESULT find_files(struct request *request, struct system *system) {
  const struct json *container = system->is_vm ? NULL : system->host == NULL ? system->document : json_member(system->document, "Container");
  const struct json *specification = json_member(system->document, "OciSpecification");
  const char *path = NULL;
  if (system->is_vm) return S_OK;
  if (container != NULL) {
    path = json_string(json_member(container, "Storage"), "Path");
    if (path == NULL) return answer_error(request, HCS_INVALID_JSON, "Container.Storage.Path: a container needs one");
    const struct json *layers = json_member(json_member(container, "Storage"), "Layers");
    for (const struct json *layer = layers == NULL ? NULL : layers->first; layer != NULL; layer = layer->next) {
      char *folder = guest_path(system, json_string(layer, "Path"));
      bool there = folder != NULL;
      free(folder);
      if (!there) return answer_error(request, E_PATH_NOT_FOUND, "Container.Storage.Layers: there is no layer at '%s'", json_string(layer, "Path") == NULL ? "" : json_string(layer, "Path"));
    }
  } else if (specification != NULL) {
    system->is_linux = true;
    path = json_string(json_member(specification, "root"), "path");
    if (path == NULL) return answer_error(request, HCS_INVALID_JSON, "OciSpecification.root.path: a container needs one");
  } else {
    return answer_error(request, HCS_INVALID_JSON, "HostedSystem: neither Container nor OciSpecification is there");
  }
  const char *bundle = json_string(system->document, "OciBundlePath");
  system->folder = guest_path(system, path);
  if (system->folder == NULL && bundle != NULL && *path != '/') {
    char *inside = join_paths(bundle, path);
    system->folder = guest_path(system, inside);
    free(inside);
  }
  return system->folder != NULL ? S_OK : answer_error(request, E_PATH_NOT_FOUND, "There is no folder at '%s'", path);
}

/* Which of the three kinds of systems the document describes; it stays the document's. */
static HRESULT kind_of_document(struct request *request, const struct json *document, const struct json **part) {
  static const char *const names[] = {"Container", "VirtualMachine", "HostedSystem"};
  int count = 0;
  for (int index = 0; index < 3; index++) {
    const struct json *found = json_member(document, names[index]);
    if (found == NULL || found->kind == JSON_NULL) continue;
    count++;
    *part = found;
  }
  if (count != 1) return answer_error(request, HCS_INVALID_JSON, "ComputeSystem: exactly one of Container, VirtualMachine and HostedSystem must be there");
  if ((strcmp((*part)->name, "HostedSystem") == 0) != (json_string(document, "HostingSystemId") != NULL)) return answer_error(request, HCS_INVALID_JSON, "ComputeSystem: HostedSystem and HostingSystemId belong together");
  if (json_whole(json_member(document, "SchemaVersion"), "Major", 0) != 2) return answer_error(request, HCS_INVALID_JSON, "ComputeSystem.SchemaVersion: only version 2 is known");
  if (strcmp((*part)->name, "HostedSystem") == 0) {
    char *problem;
    if (!document_is(*part, "HostedSystem", &problem)) {
      HRESULT code = answer_error(request, HCS_INVALID_JSON, "HostedSystem.%s", problem);
      free(problem);
      return code;
    }
  }
  return S_OK;
}

static HRESULT find_host(struct request *request, const struct json *document, struct system **host) {
  const char *id = json_string(document, "HostingSystemId");
  if (id == NULL) return S_OK;
  *host = system_find(id);
  if (*host == NULL) return answer_error(request, HCS_SYSTEM_NOT_FOUND, "HostingSystemId: there is no system '%s'", id);
  if (!(*host)->is_vm) return answer_error(request, E_INVALIDARG, "HostingSystemId: '%s' is no virtual machine", id);
  if ((*host)->state != SYSTEM_RUNNING || (*host)->ending) return answer_error(request, HCS_INVALID_STATE, "HostingSystemId: '%s' does not run", id);
  if (!(*host)->has_guest) return answer_error(request, HCS_CONNECT_FAILED, "HostingSystemId: '%s' has no GuestConnection", id);
  return (*host)->guest_gone ? answer_error(request, HCS_CONNECTION_CLOSED, "HostingSystemId: the connection with '%s' was closed", id) : S_OK;
}

HRESULT system_create(struct request *request) {
  HRESULT code = S_OK;
  const char *id = argument_text(request, "Id");
  if (id == NULL || *id == 0) return E_INVALIDARG;
  struct json *document = document_argument(request, "Configuration", "ComputeSystem", false, &code);
  if (document == NULL) return code;
  const struct json *part = NULL;
  struct system *host = NULL;
  code = kind_of_document(request, document, &part);
  if (SUCCEEDED(code) && system_find(id) != NULL) code = answer_error(request, HCS_SYSTEM_ALREADY_EXISTS, "The compute system '%s' exists already", id);
  if (SUCCEEDED(code)) code = find_host(request, document, &host);
  if (FAILED(code)) {
    json_free(document);
    return code;
  }
  struct system *system = must_allocate(sizeof *system);
  system->id = copy_text(id);
  system->owner = copy_text(json_string(document, "Owner"));
  new_guid(system->runtime_id);
  system->is_vm = strcmp(part->name, "VirtualMachine") == 0;
  const struct json *chipset = json_member(part, "Chipset");
  system->is_linux = json_member(chipset, "LinuxKernelDirect") != NULL || json_member(json_member(part, "GuestConnection"), "UseVsock") != NULL;
  system->has_guest = !system->is_vm || json_member(part, "GuestConnection") != NULL;
  system->terminates_on_close = json_true(document, "ShouldTerminateOnLastHandleClosed");
  system->host = host;
  system->document = json_copy(part);
  system->resources = json_new(JSON_OBJECT);
  system->mounts = json_new(JSON_OBJECT);
  json_free(document);
  system->next = systems;
  systems = system;
  resources_of_document(system);
  code = find_files(request, system);
  if (SUCCEEDED(code) && !open_handle(request, HANDLE_SYSTEM, system)) code = E_UNEXPECTED;
  if (FAILED(code)) {
    system->state = SYSTEM_STOPPED;
    system_release(system);
    return code;
  }
  system->was_held = true;
  answer_document(request, "Result", system_summary(system));
  return S_OK;
}

HRESULT system_open(struct request *request) {
  const char *id = argument_text(request, "Id");
  struct system *system = id == NULL ? NULL : system_find(id);
  if (system == NULL) return HCS_SYSTEM_NOT_FOUND;
  return open_handle(request, HANDLE_SYSTEM, system) ? S_OK : E_UNEXPECTED;
}

void system_handle_closed(void *object, bool client_gone) {
  (void)client_gone;
  struct system *system = object;
  if (handles_of(HANDLE_SYSTEM, system) > 0) return;
  if (system->state != SYSTEM_STOPPED && system->terminates_on_close && !system->ending) system_end(system, "ForcedExit", S_OK);
  else system_release(system);
}

/* "Reserved for future use. Must be NULL." */
static HRESULT no_options(struct request *request) { return argument_text(request, "Options") == NULL || *argument_text(request, "Options") == 0 ? S_OK : answer_error(request, E_INVALIDARG, "Options: must be NULL"); }

HRESULT system_start(struct request *request) {
  HRESULT code = S_OK;
  struct system *system = system_argument(request, &code);
  if (system == NULL) return code;
  if (FAILED(no_options(request))) return E_INVALIDARG;
  if (system->state != SYSTEM_CREATED || system->ending) return wrong_state(request, system);
  if (system->host != NULL && system->host->state != SYSTEM_RUNNING) return answer_error(request, HCS_INVALID_STATE, "The virtual machine of '%s' does not run", system->id);
  system->state = SYSTEM_RUNNING;
  system->started_at = milliseconds();
  now_as_text(system->started);
  return S_OK;
}

static void stopped(struct system *system) {
  run_never(system->grace);
  system->grace = 0;
  system->state = SYSTEM_STOPPED;
  if (system->is_vm) free(guest_mounts_end(system, NULL));
  struct json *status = json_new(JSON_OBJECT);
  json_set_whole(status, "Status", system->exit_status);
  json_set_string(status, "ExitType", system->exit_type);
  char *text = json_text(status);
  json_free(status);
  send_event(HANDLE_SYSTEM, system, EVENT_SYSTEM_EXITED, system->exit_status, text);
  complete_waiters(&system->waiters, S_OK, text);
  complete_waiters(&system->enders, S_OK, NULL);
  free(text);
  struct system *host = system->host;
  system_release(system);
  if (host != NULL) system_check(host);
}

static void check_end(struct system *system) {
  for (struct system *other = systems; other != NULL; other = other->next) if (other->host == system && other->state != SYSTEM_STOPPED) return;
  bool live = false, mains = false;
  for (struct process *process = system->processes; process != NULL; process = process->next) {
    live = live || process->child != NULL;
    mains = mains || !process->exited;
  }
  if (!live) stopped(system);
  /* What the programs left behind when they shut down ends with the system. */
  else if (!mains) for (struct process *process = system->processes; process != NULL; process = process->next) if (process->child != NULL) child_kill(process->child);
}

void system_check(struct system *system) {
  if (system->state == SYSTEM_STOPPED) system_release(system);
  else if (system->ending && system->starting == 0) check_end(system);
}

static void begin_end(struct system *system, const char *type, HRESULT status) {
  if (system->ending) return;
  system->ending = true;
  system->exit_type = type;
  system->exit_status = status;
}

void system_end(struct system *system, const char *type, HRESULT status) {
  if (system->state == SYSTEM_STOPPED) return;
  begin_end(system, type, status);
  /* Keeps it alive here. Ending one may free others, so it is looked for anew each time. */
  system->starting++;
  for (bool more = true; more;) {
    more = false;
    for (struct system *other = systems; other != NULL && !more; other = other->next) {
      if (other->host != system || other->ending || other->state == SYSTEM_STOPPED) continue;
      system_end(other, type, status);
      more = true;
    }
  }
  for (struct process *process = system->processes; process != NULL; process = process->next) if (process->child != NULL) child_kill(process->child);
  system->starting--;
  system_check(system);
}

HRESULT system_terminate(struct request *request) {
  HRESULT code = S_OK;
  struct system *system = system_argument(request, &code);
  if (system == NULL) return code;
  if (FAILED(no_options(request))) return E_INVALIDARG;
  wait_in(&system->enders, request);
  system_end(system, "ForcedExit", S_OK);
  return ANSWERED_LATER;
}

static void grace_is_over(void *argument) {
  struct system *system = argument;
  system->grace = 0;
  system_end(system, system->exit_type, system->exit_status);
}

static void shut_down(struct system *system) {
  if (system->ending) return;
  begin_end(system, "GracefulExit", S_OK);
  system->grace = run_after(grace_milliseconds, grace_is_over, system);
  system->starting++;
  for (bool more = true; more;) {
    more = false;
    for (struct system *other = systems; other != NULL && !more; other = other->next) {
      if (other->host != system || other->ending || other->state == SYSTEM_STOPPED) continue;
      shut_down(other);
      more = true;
    }
  }
  for (struct process *process = system->processes; process != NULL; process = process->next) if (!process->exited && process->child != NULL) child_signal(process->child, 0, "CtrlShutdown");
  system->starting--;
  system_check(system);
}

HRESULT system_shut_down(struct request *request) {
  HRESULT code = S_OK;
  struct system *system = system_argument(request, &code);
  if (system == NULL) return code;
  if (system->ending) return answer_error(request, HCS_SYSTEM_ALREADY_STOPPED, "The compute system '%s' is ending already", system->id);
  if (system->state != SYSTEM_RUNNING) return wrong_state(request, system);
  if (system->guest_gone || !system->has_guest) return answer_error(request, HCS_CONNECTION_CLOSED, "The connection with '%s' was closed", system->id);
  struct json *options = document_argument(request, "Options", "ShutdownOptions", true, &code);
  if (options == NULL) return code;
  json_free(options);
  wait_in(&system->enders, request);
  shut_down(system);
  return ANSWERED_LATER;
}

static void pause_processes(const struct system *system, bool paused) {
  for (struct process *process = system->processes; process != NULL; process = process->next) if (process->child != NULL) child_pause(process->child, paused);
  for (const struct system *other = systems; other != NULL; other = other->next) if (other->host == system && other->state == SYSTEM_RUNNING) pause_processes(other, paused);
}

HRESULT system_pause(struct request *request) {
  HRESULT code = S_OK;
  struct system *system = system_argument(request, &code);
  struct json *options = system == NULL ? NULL : document_argument(request, "Options", "PauseOptions", true, &code);
  if (options == NULL) return code;
  json_free(options);
  if (system->state != SYSTEM_RUNNING || system->ending) return wrong_state(request, system);
  system->state = SYSTEM_PAUSED;
  pause_processes(system, true);
  return S_OK;
}

HRESULT system_resume(struct request *request) {
  HRESULT code = S_OK;
  struct system *system = system_argument(request, &code);
  if (system == NULL) return code;
  if (FAILED(no_options(request))) return E_INVALIDARG;
  if (system->state != SYSTEM_PAUSED || system->ending) return wrong_state(request, system);
  system->state = SYSTEM_RUNNING;
  pause_processes(system, false);
  return S_OK;
}

/* The reference: "cannot be saved as it is still running". A saved system has ended; a template stays to be cloned. */
HRESULT system_save(struct request *request) {
  HRESULT code = S_OK;
  struct system *system = system_argument(request, &code);
  struct json *options = system == NULL ? NULL : document_argument(request, "Options", "SaveOptions", true, &code);
  if (options == NULL) return code;
  const char *type = json_string(options, "SaveType"), *path = json_string(options, "SaveStateFilePath");
  bool template = type != NULL && strcmp(type, "AsTemplate") == 0;
  if (!system->is_vm) code = answer_error(request, E_NOTIMPL, "Only virtual machines can be saved");
  else if (system->state != SYSTEM_PAUSED || system->ending) code = wrong_state(request, system);
  else if (!template && path != NULL) {
    FILE *file = fopen(path, "wb");
    if (file == NULL) code = answer_error(request, E_PATH_NOT_FOUND, "SaveStateFilePath: '%s' can't be written", path);
    else {
      fprintf(file, "{\"Id\":\"%s\"}\n", system->runtime_id);
      if (fclose(file) != 0) code = E_FAIL;
    }
  }
  json_free(options);
  if (FAILED(code)) return code;
  if (template) system->state = SYSTEM_TEMPLATE;
  else system_end(system, "GracefulExit", S_OK);
  return S_OK;
}

static void report_crash(const struct system *system, HRESULT status) {
  struct json *report = json_new(JSON_OBJECT);
  char activity[37];
  new_guid(activity);
  json_set_string(report, "SystemId", system->id);
  json_set_string(report, "ActivityId", activity);
  json_set_whole(report, "Status", status);
  char *text = json_text(report);
  json_free(report);
  send_event(HANDLE_SYSTEM, system, EVENT_CRASH_INITIATED, status, text);
  send_event(HANDLE_SYSTEM, system, EVENT_CRASH_REPORT, status, text);
  free(text);
}

HRESULT system_crash(struct request *request) {
  HRESULT code = S_OK;
  struct system *system = system_argument(request, &code);
  struct json *options = system == NULL ? NULL : document_argument(request, "Options", "CrashOptions", true, &code);
  if (options == NULL) return code;
  json_free(options);
  if (!system->is_vm) return answer_error(request, E_NOTIMPL, "Only the guest of a virtual machine can be crashed");
  if (system->state != SYSTEM_RUNNING || system->ending) return wrong_state(request, system);
  report_crash(system, HCS_GUEST_CRITICAL_ERROR);
  system_end(system, "UnexpectedExit", HCS_UNEXPECTED_EXIT);
  return S_OK;
}

/* Also of a system that has stopped, as long as there is a handle. */
HRESULT system_wait(struct request *request) {
  struct system *system = argument_handle(request, "Handle", HANDLE_SYSTEM);
  if (system == NULL) return HCS_SYSTEM_NOT_FOUND;
  if (system->state != SYSTEM_STOPPED) return wait_in(&system->waiters, request);
  struct json *status = json_new(JSON_OBJECT);
  json_set_whole(status, "Status", system->exit_status);
  json_set_string(status, "ExitType", system->exit_type);
  answer_document(request, "Result", status);
  return S_OK;
}

void system_lose_guest(struct system *system) {
  if (!system->is_vm || system->guest_gone) return;
  system->guest_gone = true;
  send_event(HANDLE_SYSTEM, system, EVENT_GUEST_CONNECTION_CLOSED, HCS_CONNECTION_CLOSED, NULL);
}
