#include "operations.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifndef _WIN32
#include <fcntl.h>
#include <unistd.h>
#endif

#include "client-internal.h"
#include "event-target.h"

enum state { NOT_STARTED, PENDING, DONE };

struct operation {
  int references;
  bool open;
  uint64_t id;
  enum state state;
  int type;
  void *context;
  HCS_OPERATION_COMPLETION callback;
  HCS_SYSTEM system;
  HCS_PROCESS process;
  HRESULT code;
  char *result;
  bool has_information;
  HCS_PROCESS_INFORMATION information;
  struct operation *next; /* in its bucket */
};

enum { buckets = 256 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct operation *operations[buckets];
static uint64_t last_id;
static int open_operations;

static void operation_answered(struct operation *operation, struct call *call);

static int operations_open(void) {
  pthread_mutex_lock(&lock);
  int count = open_operations;
  pthread_mutex_unlock(&lock);
  return count;
}

static struct operation **link_of(void *operation) {
  struct operation **link = &operations[((uintptr_t)operation >> 4) % buckets];
  while (*link != NULL && *link != operation) link = &(*link)->next;
  return link;
}

/* Under the lock. */
static struct operation *find(HCS_OPERATION operation) { return *link_of(operation); }

static void close_file(HANDLE file) {
  if (file != NULL) CloseHandle(file);
}

static void drop(struct operation *operation) {
  pthread_mutex_lock(&lock);
  bool last = --operation->references == 0;
  pthread_mutex_unlock(&lock);
  if (!last) return;
  close_file(operation->information.StdInput);
  close_file(operation->information.StdOutput);
  close_file(operation->information.StdError);
  free(operation->result);
  free(operation);
}

EXPORT HCS_OPERATION WINAPI HcsCreateOperation(const void *context, HCS_OPERATION_COMPLETION callback) {
  struct operation *operation = must_allocate(sizeof *operation);
  operation->references = 1;
  operation->open = true;
  operation->type = OPERATION_NONE;
  operation->context = (void *)context;
  operation->callback = callback;
  pthread_mutex_lock(&lock);
  operation_functions = (struct operation_functions){.answered = operation_answered, .open = operations_open};
  operation->id = ++last_id;
  struct operation **link = link_of(operation);
  *link = operation;
  open_operations++;
  pthread_mutex_unlock(&lock);
  return operation;
}

EXPORT void WINAPI HcsCloseOperation(HCS_OPERATION handle) {
  pthread_mutex_lock(&lock);
  struct operation **link = link_of(handle);
  struct operation *operation = *link;
  if (operation != NULL) {
    *link = operation->next;
    operation->open = false;
    open_operations--;
  }
  pthread_mutex_unlock(&lock);
  if (operation != NULL) drop(operation);
}

/* The reference's own words: "this function is not implemented". */
EXPORT HRESULT WINAPI HcsCancelOperation(HCS_OPERATION handle) {
  (void)handle;
  return E_NOTIMPL;
}

EXPORT void *WINAPI HcsGetOperationContext(HCS_OPERATION handle) {
  pthread_mutex_lock(&lock);
  struct operation *operation = find(handle);
  void *context = operation == NULL ? NULL : operation->context;
  pthread_mutex_unlock(&lock);
  return context;
}

EXPORT HRESULT WINAPI HcsSetOperationContext(HCS_OPERATION handle, const void *context) {
  pthread_mutex_lock(&lock);
  struct operation *operation = find(handle);
  if (operation != NULL) operation->context = (void *)context;
  pthread_mutex_unlock(&lock);
  return operation == NULL ? E_HANDLE : S_OK;
}

EXPORT HRESULT WINAPI HcsSetOperationCallback(HCS_OPERATION handle, const void *context, HCS_OPERATION_COMPLETION callback) {
  pthread_mutex_lock(&lock);
  struct operation *operation = find(handle);
  HRESULT code = operation == NULL ? E_HANDLE : operation->state != NOT_STARTED ? HCS_OPERATION_ALREADY_STARTED : S_OK;
  if (SUCCEEDED(code)) {
    operation->context = (void *)context;
    operation->callback = callback;
  }
  pthread_mutex_unlock(&lock);
  return code;
}

EXPORT int32_t WINAPI HcsGetOperationType(HCS_OPERATION handle) {
  pthread_mutex_lock(&lock);
  struct operation *operation = find(handle);
  int type = operation == NULL ? OPERATION_NONE : operation->type;
  pthread_mutex_unlock(&lock);
  return type;
}

EXPORT uint64_t WINAPI HcsGetOperationId(HCS_OPERATION handle) {
  pthread_mutex_lock(&lock);
  struct operation *operation = find(handle);
  uint64_t id = operation == NULL ? 0 : operation->id;
  pthread_mutex_unlock(&lock);
  return id;
}

EXPORT HCS_SYSTEM WINAPI HcsGetComputeSystemFromOperation(HCS_OPERATION handle) {
  pthread_mutex_lock(&lock);
  struct operation *operation = find(handle);
  HCS_SYSTEM system = operation == NULL ? NULL : operation->system;
  pthread_mutex_unlock(&lock);
  return system;
}

EXPORT HCS_PROCESS WINAPI HcsGetProcessFromOperation(HCS_OPERATION handle) {
  pthread_mutex_lock(&lock);
  struct operation *operation = find(handle);
  HCS_PROCESS process = operation == NULL ? NULL : operation->process;
  pthread_mutex_unlock(&lock);
  return process;
}

/* An answer's member names a descriptor by its place on Linux and is the handle itself on Windows. */
static HANDLE file_of_answer(struct call *call, const char *name) {
  int64_t value = json_whole(call->answer, name, -1);
  if (value < 0) return NULL;
#ifdef _WIN32
  return (HANDLE)(intptr_t)value;
#else
  if (value >= call->descriptor_count) return NULL;
  return file_handle_new(fcntl(call->descriptors[value], F_DUPFD_CLOEXEC, 3));
#endif
}

static void tell_completion(void *argument) {
  struct operation *operation = argument;
  pthread_mutex_lock(&lock);
  HCS_OPERATION_COMPLETION callback = operation->open ? operation->callback : NULL;
  void *context = operation->context;
  bool open = operation->open;
  pthread_mutex_unlock(&lock);
  if (callback != NULL) callback(operation, context);
  else if (open) event_target_operation(operation->system, operation->process, operation);
  drop(operation);
}

static void operation_answered(struct operation *operation, struct call *call) {
  HCS_PROCESS_INFORMATION information = {0};
  bool has_information = SUCCEEDED(call->code) && json_member(call->answer, "ProcessId") != NULL;
  if (has_information) {
    information.ProcessId = (DWORD)json_whole(call->answer, "ProcessId", 0);
    information.StdInput = file_of_answer(call, "StdInput");
    information.StdOutput = file_of_answer(call, "StdOutput");
    information.StdError = file_of_answer(call, "StdError");
  }
  pthread_mutex_lock(&lock);
  operation->state = DONE;
  operation->code = call->code;
  operation->result = copy_text(json_string(call->answer, "Result"));
  operation->has_information = has_information;
  operation->information = information;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
  run_later(tell_completion, operation);
}

HRESULT call_start(struct call *call, HCS_OPERATION handle, int type, HCS_SYSTEM system, HCS_PROCESS process) {
  bool events = event_target_takes_operations(system, process);
  pthread_mutex_lock(&lock);
  struct operation *operation = find(handle);
  HRESULT code = operation == NULL ? E_HANDLE : operation->state == PENDING ? HCS_OPERATION_ALREADY_STARTED : events && operation->callback != NULL ? HCS_CALLBACK_ALREADY_SET : S_OK;
  if (SUCCEEDED(code)) {
    close_file(operation->information.StdInput);
    close_file(operation->information.StdOutput);
    close_file(operation->information.StdError);
    free(operation->result);
    operation->result = NULL;
    operation->has_information = false;
    operation->information = (HCS_PROCESS_INFORMATION){0};
    operation->state = PENDING;
    operation->type = type;
    operation->system = system;
    operation->process = process;
    operation->references += 2; /* the answer's, and ours until we know whether there will be one */
  }
  pthread_mutex_unlock(&lock);
  if (FAILED(code)) {
    call_free(call);
    return code;
  }
  code = call_send_async(call, operation);
  if (FAILED(code)) {
    pthread_mutex_lock(&lock);
    operation->state = NOT_STARTED;
    operation->type = OPERATION_NONE;
    operation->system = operation->process = NULL;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    drop(operation);
  }
  drop(operation);
  return code;
}

/* Waits at most so long for a change, under the lock. */
static void wait_for_change(uint64_t duration) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += (time_t)(duration / 1000);
  until.tv_nsec += (long)(duration % 1000) * 1000000;
  if (until.tv_nsec >= 1000000000) {
    until.tv_sec++;
    until.tv_nsec -= 1000000000;
  }
  pthread_cond_timedwait(&changed, &lock, &until);
}

static HRESULT result(HCS_OPERATION handle, bool waits, DWORD duration, bool wants_information, HCS_PROCESS_INFORMATION *information, PWSTR *document) {
  if (document != NULL) *document = NULL;
  if (information != NULL) *information = (HCS_PROCESS_INFORMATION){0};
  uint64_t until = milliseconds() + duration;
  pthread_mutex_lock(&lock);
  struct operation *operation = find(handle);
  if (operation == NULL) {
    pthread_mutex_unlock(&lock);
    return E_HANDLE;
  }
  operation->references++;
  while (waits && operation->state == PENDING) {
    uint64_t now = milliseconds();
    if (duration == INFINITE) pthread_cond_wait(&changed, &lock);
    else if (now < until) wait_for_change(until - now);
    else break;
  }
  HRESULT code = operation->state == NOT_STARTED ? HCS_OPERATION_NOT_STARTED : operation->state == PENDING ? (waits ? HCS_OPERATION_TIMEOUT : HCS_OPERATION_PENDING) : operation->code;
  if (operation->state == DONE) {
    if (document != NULL && operation->result != NULL) *document = text_for_caller(operation->result, LOCAL_MEMORY);
    if (SUCCEEDED(code) && wants_information && !operation->has_information) code = HCS_PROCESS_INFO_NOT_AVAILABLE;
    else if (SUCCEEDED(code) && information != NULL) {
      *information = operation->information;
      /* They are the caller's from here on. */
      operation->information.StdInput = operation->information.StdOutput = operation->information.StdError = NULL;
    }
  }
  pthread_mutex_unlock(&lock);
  drop(operation);
  return code;
}

EXPORT HRESULT WINAPI HcsGetOperationResult(HCS_OPERATION operation, PWSTR *document) { return result(operation, false, 0, false, NULL, document); }

EXPORT HRESULT WINAPI HcsGetOperationResultAndProcessInfo(HCS_OPERATION operation, HCS_PROCESS_INFORMATION *information, PWSTR *document) { return result(operation, false, 0, true, information, document); }

EXPORT HRESULT WINAPI HcsWaitForOperationResult(HCS_OPERATION operation, DWORD duration, PWSTR *document) { return result(operation, true, duration, false, NULL, document); }

EXPORT HRESULT WINAPI HcsWaitForOperationResultAndProcessInfo(HCS_OPERATION operation, DWORD duration, HCS_PROCESS_INFORMATION *information, PWSTR *document) {
  return result(operation, true, duration, true, information, document);
}
