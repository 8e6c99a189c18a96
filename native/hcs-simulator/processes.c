/* Processes of compute systems. */
#include <stdlib.h>
#include <string.h>

#include "compute.h"

static struct process *process_argument(struct request *request, HRESULT *code) {
  struct process *process = argument_handle(request, "Handle", HANDLE_PROCESS);
  if (process == NULL) *code = answer_error(request, E_NOT_FOUND, "The handle stands for no process");
  return process;
}

/* One that still runs. */
static struct process *running_argument(struct request *request, HRESULT *code) {
  struct process *process = process_argument(request, code);
  if (process == NULL || (!process->exited && process->child != NULL)) return process;
  *code = answer_error(request, HCS_PROCESS_ALREADY_STOPPED, "The process %u has exited", process->id);
  return NULL;
}

int processes_running(void) {
  int count = 0;
  for (struct system *system = systems; system != NULL; system = system->next)
    for (struct process *process = system->processes; process != NULL; process = process->next) count += process->child != NULL;
  return count;
}

static void release(struct process *process) {
  if (process->child != NULL || !process->exited || handles_of(HANDLE_PROCESS, process) > 0) return;
  struct system *system = process->system;
  struct process **link = &system->processes;
  while (*link != process) link = &(*link)->next;
  *link = process->next;
  end_close(process->ends.input);
  end_close(process->ends.output);
  end_close(process->ends.error);
  free(process);
  system_release(system);
}

void process_handle_closed(void *object, bool client_gone) {
  (void)client_gone;
  release(object);
}

static struct json *status_of(const struct process *process) {
  struct json *status = json_new(JSON_OBJECT);
  json_set_whole(status, "ProcessId", process->id);
  json_set_bool(status, "Exited", process->exited);
  json_set_whole(status, "ExitCode", process->exited ? process->exit_code : 0);
  json_set_whole(status, "LastWaitResult", 0);
  return status;
}

static void exited(void *owner, uint32_t exit_code) {
  struct process *process = owner;
  process->exited = true;
  process->exit_code = exit_code;
  end_close(process->ends.input);
  process->ends.input = NO_END;
  struct json *status = status_of(process);
  char *text = json_text(status);
  json_free(status);
  send_event(HANDLE_PROCESS, process, EVENT_PROCESS_EXITED, S_OK, text);
  complete_waiters(&process->waiters, S_OK, text);
  free(text);
  struct system *system = process->system;
  /* A container of the Open Container Initiative is as long as its first process. */
  if (process->is_init) system_end(system, "GracefulExit", S_OK);
  else system_check(system);
}

static void gone(void *owner) {
  struct process *process = owner;
  process->child = NULL;
  /* A holder that was killed itself told nothing. */
  if (!process->exited) exited(process, 137);
  struct system *system = process->system;
  system->starting++;
  release(process);
  system->starting--;
  system_check(system);
}

static void give_information(struct request *request, const struct process *process) {
  answer_whole(request, "ProcessId", process->id);
  end_give(request, "StdInput", process->ends.input);
  end_give(request, "StdOutput", process->ends.output);
  end_give(request, "StdError", process->ends.error);
}

/* Whether a process may be started in it now. */
static HRESULT may_start(struct request *request, const struct system *system) {
  if (system->state == SYSTEM_STOPPED || system->ending) return answer_error(request, HCS_SYSTEM_ALREADY_STOPPED, "The compute system '%s' has stopped", system->id);
  if (system->state != SYSTEM_RUNNING || (system->host != NULL && system->host->state != SYSTEM_RUNNING)) return answer_error(request, HCS_INVALID_STATE, "The compute system '%s' does not run", system->id);
  if (!system->has_guest) return answer_error(request, HCS_CONNECT_FAILED, "The virtual machine '%s' has no GuestConnection", system->id);
  if (system->guest_gone || (system->host != NULL && system->host->guest_gone)) return answer_error(request, HCS_CONNECTION_CLOSED, "The connection with the guest of '%s' was closed", system->id);
  return S_OK;
}

static HRESULT register_child(struct request *request, struct system *system, struct child *child, struct child_ends ends, const struct json *parameters, bool is_init) {
  struct process *process = must_allocate(sizeof *process);
  *process = (struct process){.system = system, .child = child, .id = child_process_id(child), .is_init = is_init, .is_console = json_true(parameters, "Console"), .ends = ends, .next = system->processes};
  system->processes = process;
  open_handle(request, HANDLE_PROCESS, process);
  bool late = system->ending;
  if (!late) give_information(request, process);
  child_own(child, (struct child_owner){.exited = exited, .gone = gone, .owner = process});
  if (system->state == SYSTEM_PAUSED) child_pause(child, true);
  if (!late) return S_OK;
  child_kill(child);
  return answer_error(request, HCS_SYSTEM_ALREADY_STOPPED, "The compute system '%s' has stopped meanwhile", system->id);
}

/* Without the lock, but around what it shares: a process takes milliseconds to start. */
HRESULT process_create(struct request *request) {
  HRESULT code = S_OK;
  bool is_init = false;
  service_lock();
  struct system *system = system_argument(request, &code);
  struct json *parameters = system == NULL ? NULL : document_argument(request, "ProcessParameters", "ProcessParameters", false, &code);
  if (parameters != NULL) code = may_start(request, system);
  struct json *spec = parameters == NULL || FAILED(code) ? NULL : process_spec(request, system, parameters, &is_init, &code);
  json_free(parameters);
  if (spec != NULL) system->starting++;
  service_unlock();
  if (spec == NULL) return code;
  struct child_ends ends;
  char *problem = NULL;
  struct child *child = child_start(spec, &ends, &code, &problem);
  service_lock();
  if (child != NULL) code = register_child(request, system, child, ends, spec, is_init);
  else answer_error(request, code, "The process could not be started in '%s': %s", system->id, problem);
  system->starting--;
  system_check(system);
  service_unlock();
  free(problem);
  json_free(spec);
  return code;
}

HRESULT process_open(struct request *request) {
  HRESULT code = S_OK;
  struct system *system = system_argument(request, &code);
  if (system == NULL) return code;
  int64_t id = argument_whole(request, "ProcessId", -1);
  struct process *process = system->processes;
  while (process != NULL && (process->id != id || (process->exited && handles_of(HANDLE_PROCESS, process) == 0))) process = process->next;
  if (process == NULL) return E_NOT_FOUND;
  return open_handle(request, HANDLE_PROCESS, process) ? S_OK : E_UNEXPECTED;
}

HRESULT process_terminate(struct request *request) {
  HRESULT code = S_OK;
  struct process *process = running_argument(request, &code);
  if (process == NULL) return code;
  if (argument_text(request, "Options") != NULL && *argument_text(request, "Options") != 0) return answer_error(request, E_INVALIDARG, "Options: must be NULL");
  child_terminate(process->child);
  return S_OK;
}

/* Windows' signals have names, those of Linux containers numbers; without options it is the end. */
HRESULT process_signal(struct request *request) {
  HRESULT code = S_OK;
  struct process *process = running_argument(request, &code);
  if (process == NULL) return code;
  const char *options = argument_text(request, "Options");
  if (options == NULL || *options == 0) {
    child_terminate(process->child);
    return S_OK;
  }
  char *problem = NULL;
  struct json *document = argument_document(request, "Options", &problem);
  const struct json *number = json_member(document, "Signal");
  bool linux_signal = process->system->is_linux && number != NULL && number->kind == JSON_NUMBER && number->integer && json_count(document) == 1;
  if (!linux_signal) {
    json_free(document);
    free(problem);
    document = document_argument(request, "Options", "SignalProcessOptions", false, &code);
    if (document == NULL) return code;
  }
  if (!child_signal(process->child, linux_signal ? number->whole : 0, json_string(document, "Signal"))) code = answer_error(request, E_INVALIDARG, "Signal: not one that can be sent");
  json_free(document);
  return code;
}

HRESULT process_info(struct request *request) {
  HRESULT code = S_OK;
  struct process *process = process_argument(request, &code);
  if (process == NULL) return code;
  give_information(request, process);
  return S_OK;
}

HRESULT process_properties(struct request *request) {
  HRESULT code = S_OK;
  struct process *process = process_argument(request, &code);
  if (process == NULL) return code;
  answer_document(request, "Result", status_of(process));
  return S_OK;
}

static HRESULT close_end(struct request *request, struct process *process, const char *name) {
  bool all = name != NULL && strcmp(name, "All") == 0;
  if (name == NULL) return answer_error(request, HCS_INVALID_JSON, "ProcessModifyRequest.CloseHandle.Handle: absent");
  pipe_end *const ends[] = {&process->ends.input, &process->ends.output, &process->ends.error};
  static const char *const names[] = {"StdIn", "StdOut", "StdErr"};
  bool closed = false;
  for (int index = 0; index < 3; index++) {
    if ((!all && strcmp(name, names[index]) != 0) || *ends[index] == NO_END) continue;
    if (process->is_console && index == 0) console_end_input(*ends[index]);
    end_close(*ends[index]);
    *ends[index] = NO_END;
    closed = true;
  }
  return closed ? S_OK : answer_error(request, E_INVALIDARG, "The process has no %s that is open", name);
}

HRESULT process_modify(struct request *request) {
  HRESULT code = S_OK;
  struct process *process = running_argument(request, &code);
  struct json *settings = process == NULL ? NULL : document_argument(request, "Settings", "ProcessModifyRequest", false, &code);
  if (settings == NULL) return code;
  const char *operation = json_string(settings, "Operation");
  const struct json *size = json_member(settings, "ConsoleSize");
  if (operation == NULL) code = answer_error(request, HCS_INVALID_JSON, "ProcessModifyRequest.Operation: absent");
  else if (strcmp(operation, "CloseHandle") == 0) code = close_end(request, process, json_string(json_member(settings, "CloseHandle"), "Handle"));
  else if (size == NULL) code = answer_error(request, HCS_INVALID_JSON, "ProcessModifyRequest.ConsoleSize: absent");
  else if (!process->is_console) code = answer_error(request, E_INVALIDARG, "The process has no console");
  else console_resize(process->ends.input == NO_END ? process->ends.output : process->ends.input, json_whole(size, "Height", 0), json_whole(size, "Width", 0));
  json_free(settings);
  return code;
}

HRESULT process_wait(struct request *request) {
  HRESULT code = S_OK;
  struct process *process = process_argument(request, &code);
  if (process == NULL) return code;
  if (!process->exited) return wait_in(&process->waiters, request);
  answer_document(request, "Result", status_of(process));
  return S_OK;
}
