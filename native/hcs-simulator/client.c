#include "client-internal.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <io.h>
#else
#include <unistd.h>
#endif

/* One connection of this process to the service; another takes its place after the service has gone. */
struct connection {
  struct channel *channel;
  pthread_mutex_t sending;
  uint64_t number;
  bool gone;
  int users; /* threads that may touch the channel; the last one frees it */
};

struct handle {
  enum handle_kind kind;
  uint64_t id;         /* the service's name of it */
  uint64_t connection; /* it was opened on */
  event_receiver receiver;
  void *context;
  struct handle *next; /* in its bucket */
};

struct work {
  void (*run)(void *argument);
  void *argument;
  struct work *next;
};

struct event {
  struct handle *handle; /* only compared: it may be closed before the event's turn comes */
  uint64_t id;
  enum handle_kind kind;
  uint32_t type;
  HRESULT status;
  char *data;
};

enum { buckets = 1024 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t answered = PTHREAD_COND_INITIALIZER;
static pthread_mutex_t connecting = PTHREAD_MUTEX_INITIALIZER;
static struct connection *current;
static uint64_t connections;
static struct call *waiting[buckets];
static struct handle *handles[buckets];
static uint64_t last_id;
static struct work *first_work, *last_work;
static pthread_cond_t work_came = PTHREAD_COND_INITIALIZER;
static bool worker_runs;

/* computecore.dll's, where it is loaded. */
struct operation_functions operation_functions;

static void *local_allocate(size_t bytes) {
#ifdef _WIN32
  return LocalAlloc(LMEM_FIXED, bytes);
#else
  return malloc(bytes);
#endif
}

static void *task_allocate(size_t bytes) {
#ifdef _WIN32
  return CoTaskMemAlloc(bytes);
#else
  return malloc(bytes);
#endif
}

PWSTR text_for_caller(const char *text, enum memory memory) { return utf16_from_utf8(text, memory == TASK_MEMORY ? task_allocate : local_allocate); }

const char *simulator_root(void) {
  static pthread_mutex_t once = PTHREAD_MUTEX_INITIALIZER;
  static char *root;
  pthread_mutex_lock(&once);
  if (root == NULL || !folder_exists(root)) {
    /* An old value is not freed: another thread may be reading it. A program sets its folder once or twice. */
    char *setting = environment_setting("HCS_SIMULATOR_ROOT");
    root = setting == NULL ? NULL : full_path(setting);
    free(setting);
  }
  const char *found = root;
  pthread_mutex_unlock(&once);
  return found;
}

static bool start_thread(void *(*run)(void *argument), void *argument) {
  pthread_t thread;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  int problem = pthread_create(&thread, &attributes, run, argument);
  pthread_attr_destroy(&attributes);
  return problem == 0;
}

/* Callbacks */

static void *work_loop(void *argument) {
  pthread_mutex_lock(&lock);
  for (;;) {
    while (first_work == NULL) pthread_cond_wait(&work_came, &lock);
    struct work *work = first_work;
    first_work = work->next;
    if (first_work == NULL) last_work = NULL;
    pthread_mutex_unlock(&lock);
    work->run(work->argument);
    free(work);
    pthread_mutex_lock(&lock);
  }
  return argument;
}

void run_later(void (*run)(void *argument), void *argument) {
  struct work *work = must_allocate(sizeof *work);
  work->run = run;
  work->argument = argument;
  pthread_mutex_lock(&lock);
  if (!worker_runs) worker_runs = start_thread(work_loop, NULL);
  if (last_work == NULL) first_work = work;
  else last_work->next = work;
  last_work = work;
  pthread_cond_signal(&work_came);
  pthread_mutex_unlock(&lock);
}

static struct handle **handle_link(void *handle) {
  struct handle **link = &handles[((uintptr_t)handle >> 4) % buckets];
  while (*link != NULL && *link != handle) link = &(*link)->next;
  return link;
}

/* Under the lock. NULL where it is no open handle of this kind. */
static struct handle *handle_find(void *handle, enum handle_kind kind) {
  struct handle *found = *handle_link(handle);
  return found != NULL && found->kind == kind ? found : NULL;
}

void *handle_context(void *handle, enum handle_kind kind) {
  pthread_mutex_lock(&lock);
  struct handle *found = handle_find(handle, kind);
  void *context = found == NULL ? NULL : found->context;
  pthread_mutex_unlock(&lock);
  return context;
}

bool handle_is_open(void *handle, enum handle_kind kind) {
  pthread_mutex_lock(&lock);
  bool open = handle_find(handle, kind) != NULL;
  pthread_mutex_unlock(&lock);
  return open;
}

static void give_event(void *argument) {
  struct event *event = argument;
  pthread_mutex_lock(&lock);
  struct handle *handle = handle_find(event->handle, event->kind);
  if (handle != NULL && handle->id != event->id) handle = NULL;
  event_receiver receiver = handle == NULL ? NULL : handle->receiver;
  void *context = handle == NULL ? NULL : handle->context;
  pthread_mutex_unlock(&lock);
  if (receiver != NULL) receiver(event->handle, event->type, event->status, event->data, context);
  free(event->data);
  free(event);
}

static void queue_event(struct event event, const char *data) {
  struct event *queued = must_allocate(sizeof *queued);
  *queued = event;
  queued->data = copy_text(data);
  run_later(give_event, queued);
}

void handle_event(void *handle, enum handle_kind kind, uint32_t type, HRESULT status, const char *data) {
  pthread_mutex_lock(&lock);
  struct handle *found = handle_find(handle, kind);
  struct event event = {.handle = found, .id = found == NULL ? 0 : found->id, .kind = kind, .type = type, .status = status};
  pthread_mutex_unlock(&lock);
  if (event.handle != NULL) queue_event(event, data);
}

HRESULT handle_receive(void *handle, enum handle_kind kind, event_receiver receiver, void *context) {
  pthread_mutex_lock(&lock);
  struct handle *found = handle_find(handle, kind);
  HRESULT code = found == NULL ? E_HANDLE : found->receiver != NULL && receiver != NULL ? HCS_CALLBACK_ALREADY_SET : S_OK;
  if (SUCCEEDED(code)) {
    found->receiver = receiver;
    found->context = context;
  }
  pthread_mutex_unlock(&lock);
  return code;
}

/* The connection */

static struct call *take_waiting(uint64_t id) {
  struct call **link = &waiting[id % buckets];
  while (*link != NULL && (*link)->id != id) link = &(*link)->next;
  struct call *call = *link;
  if (call != NULL) *link = call->next;
  return call;
}

static struct handle *handle_of_id(uint64_t id, uint64_t connection) {
  for (int index = 0; index < buckets; index++)
    for (struct handle *handle = handles[index]; handle != NULL; handle = handle->next)
      if (handle->id == id && handle->connection == connection) return handle;
  return NULL;
}

static void leave(struct connection *connection) {
  pthread_mutex_lock(&lock);
  bool last = --connection->users == 0;
  pthread_mutex_unlock(&lock);
  if (!last) return;
  channel_free(connection->channel);
  pthread_mutex_destroy(&connection->sending);
  free(connection);
}

static bool send_on(struct connection *connection, const struct json *frame) {
  char *bytes = json_text(frame);
  pthread_mutex_lock(&connection->sending);
  bool went = channel_send(connection->channel, bytes, strlen(bytes), NULL, 0);
  pthread_mutex_unlock(&connection->sending);
  free(bytes);
  return went;
}

/* A line of the call's log, written at once so that several processes may write one file. */
static void log_call(const struct call *call) {
  static pthread_mutex_t once = PTHREAD_MUTEX_INITIALIZER;
  char *path = environment_setting("HCS_SIMULATOR_LOG");
  if (path == NULL) return;
  struct json *line = json_new(JSON_OBJECT);
  json_set_string(line, "Function", call->function);
  json_set(line, "Arguments", json_copy(call->arguments));
  char code[16];
  snprintf(code, sizeof code, "0x%08" PRIx32, (uint32_t)call->code);
  json_set_string(line, "HResult", code);
  if (call->answer != NULL) {
    const char *members[] = {"Result", "ErrorRecord"};
    for (int index = 0; index < 2; index++) json_set_string(line, members[index], json_string(call->answer, members[index]));
  }
  json_set_whole(line, "DurationInMicroseconds", (int64_t)(microseconds() - call->began));
  json_set_whole(line, "ProcessId", own_process_id());
  struct text text = {0};
  json_write(&text, line);
  text_add(&text, "\n", 1);
  pthread_mutex_lock(&once);
  int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (file >= 0) {
    if (write(file, text.bytes, (unsigned)text.length) < 0) perror(path);
    close(file);
  }
  pthread_mutex_unlock(&once);
  free(text.bytes);
  json_free(line);
  free(path);
}

/* On the thread that receives. */
static void call_answered(struct call *call) {
  log_call(call);
  pthread_mutex_lock(&lock);
  bool refused = call->acceptance != NULL;
  if (refused) *call->acceptance = (struct acceptance){.done = true, .code = SUCCEEDED(call->code) ? E_UNEXPECTED : call->code};
  call->answered = true;
  struct operation *operation = call->operation;
  pthread_cond_broadcast(&answered);
  pthread_mutex_unlock(&lock);
  /* Without an operation the call belongs to the thread that waits, which may have freed it by now. */
  if (operation == NULL) return;
  if (!refused) operation_functions.answered(operation, call);
  call_free(call);
}

static void tell_counts(struct connection *connection) {
  struct json *frame = json_new(JSON_OBJECT);
  json_set_string(frame, "Call", "SimulatorClientCounts");
  struct json *arguments = json_set(frame, "Arguments", json_new(JSON_OBJECT));
  json_set_whole(arguments, "Operations", operation_functions.open == NULL ? 0 : operation_functions.open());
#ifndef _WIN32
  json_set_whole(arguments, "Files", file_handles_open());
#endif
  send_on(connection, frame);
  json_free(frame);
}

static void got_event(struct connection *connection, const struct json *frame) {
  if (json_true(frame, "Count")) {
    tell_counts(connection);
    return;
  }
  pthread_mutex_lock(&lock);
  struct handle *handle = handle_of_id((uint64_t)json_whole(frame, "Handle", 0), connection->number);
  struct event event = {.handle = handle, .type = (uint32_t)json_whole(frame, "Event", 0), .status = (HRESULT)json_whole(frame, "Status", 0)};
  if (handle != NULL) {
    event.id = handle->id;
    event.kind = handle->kind;
  }
  pthread_mutex_unlock(&lock);
  if (handle != NULL) queue_event(event, json_string(frame, "Data"));
}

static void got_frame(struct connection *connection, const char *bytes, size_t length, int *descriptors, int count) {
  struct json *frame = json_read(bytes, length, NULL);
  if (frame == NULL || json_member(frame, "Event") != NULL || json_true(frame, "Count")) {
    if (frame != NULL) got_event(connection, frame);
    json_free(frame);
    return;
  }
  uint64_t id = (uint64_t)json_whole(frame, "Id", 0);
  pthread_mutex_lock(&lock);
  struct call *call = take_waiting(id);
  if (call != NULL && json_true(frame, "Accepted")) {
    if (call->acceptance != NULL) *call->acceptance = (struct acceptance){.done = true, .code = S_OK};
    call->acceptance = NULL;
    call->next = waiting[id % buckets];
    waiting[id % buckets] = call;
    pthread_cond_broadcast(&answered);
    call = NULL;
  }
  pthread_mutex_unlock(&lock);
  if (call == NULL) {
    json_free(frame);
    return;
  }
  call->answer = frame;
  call->code = (HRESULT)json_whole(frame, "Code", E_UNEXPECTED);
  memcpy(call->descriptors, descriptors, sizeof(int) * (size_t)count);
  call->descriptor_count = count;
  call_answered(call);
}

/* The service has gone: every call gets its answer, every handle its event. */
static void disconnected(struct connection *connection) {
  struct call *lost = NULL;
  struct event *events = NULL;
  size_t count = 0;
  pthread_mutex_lock(&lock);
  connection->gone = true;
  if (current == connection) current = NULL;
  for (int index = 0; index < buckets; index++) {
    struct call **link = &waiting[index];
    while (*link != NULL) {
      struct call *call = *link;
      if (call->connection != connection->number) {
        link = &call->next;
        continue;
      }
      *link = call->next;
      call->next = lost;
      lost = call;
    }
    for (struct handle *handle = handles[index]; handle != NULL; handle = handle->next) {
      if (handle->connection != connection->number) continue;
      events = realloc(events, (count + 1) * sizeof *events);
      if (events == NULL) abort();
      events[count++] = (struct event){.handle = handle, .id = handle->id, .kind = handle->kind, .type = 0x02000000, .status = HCS_SERVICE_DISCONNECT};
    }
  }
  pthread_mutex_unlock(&lock);
  while (lost != NULL) {
    struct call *call = lost;
    lost = call->next;
    call->code = HCS_SERVICE_DISCONNECT;
    call_answered(call);
  }
  for (size_t index = 0; index < count; index++) queue_event(events[index], NULL);
  free(events);
}

static void *receive_loop(void *argument) {
  struct connection *connection = argument;
  char *bytes;
  size_t length;
  int descriptors[most_descriptors];
  int count;
  while (channel_receive(connection->channel, &bytes, &length, descriptors, &count)) {
    got_frame(connection, bytes, length, descriptors, count);
    free(bytes);
  }
  disconnected(connection);
  leave(connection);
  return NULL;
}

static struct channel *connect_or_start(void) {
  const char *root = simulator_root();
  if (root == NULL) return NULL;
  struct channel *channel = channel_connect(root);
  if (channel != NULL) return channel;
  char *program = environment_setting("HCS_SIMULATOR_SERVICE");
  if (program == NULL) {
    char *folder = own_folder();
    struct text path = {0};
#ifdef _WIN32
    text_print(&path, "%s\\hcs-simulator.exe", folder == NULL ? "." : folder);
#else
    text_print(&path, "%s/hcs-simulator", folder == NULL ? "." : folder);
#endif
    free(folder);
    program = path.bytes;
  }
  bool started = start_service(program, root);
  free(program);
  /* Another process may have started it at the same time; either will do. */
  for (uint64_t until = milliseconds() + 20000; channel == NULL && started && milliseconds() < until; ) {
    channel = channel_connect(root);
    if (channel == NULL) sleep_milliseconds(5);
  }
  return channel;
}

/* The connection, with one more user; NULL where there can't be one. */
static struct connection *enter(void) {
  pthread_mutex_lock(&connecting);
  pthread_mutex_lock(&lock);
  struct connection *connection = current;
  if (connection != NULL) connection->users++;
  pthread_mutex_unlock(&lock);
  if (connection == NULL) {
    struct channel *channel = connect_or_start();
    if (channel != NULL) {
      connection = must_allocate(sizeof *connection);
      connection->channel = channel;
      pthread_mutex_init(&connection->sending, NULL);
      connection->users = 2;
      pthread_mutex_lock(&lock);
      connection->number = ++connections;
      current = connection;
      pthread_mutex_unlock(&lock);
      struct json *hello = json_new(JSON_OBJECT);
      json_set_string(hello, "Call", "SimulatorHello");
      json_set_whole(json_set(hello, "Arguments", json_new(JSON_OBJECT)), "ProcessId", own_process_id());
      send_on(connection, hello);
      json_free(hello);
      if (!start_thread(receive_loop, connection)) abort();
    }
  }
  pthread_mutex_unlock(&connecting);
  return connection;
}

/* Calls */

struct call *call_new(const char *function) {
  struct call *call = must_allocate(sizeof *call);
  call->function = copy_text(function);
  call->arguments = json_new(JSON_OBJECT);
  call->began = microseconds();
  return call;
}

void call_free(struct call *call) {
#ifndef _WIN32
  while (call->descriptor_count > 0) close(call->descriptors[--call->descriptor_count]);
#endif
  json_free(call->arguments);
  json_free(call->answer);
  free(call->function);
  free(call);
}

void call_utf8(struct call *call, const char *name, const char *value) { json_set_string(call->arguments, name, value); }

void call_text(struct call *call, const char *name, PCWSTR value) {
  char *text = utf8_from_utf16(value);
  call_utf8(call, name, text);
  free(text);
}

void call_whole(struct call *call, const char *name, int64_t value) { json_set_whole(call->arguments, name, value); }

void call_bool(struct call *call, const char *name, bool value) { json_set_bool(call->arguments, name, value); }

void call_json(struct call *call, const char *name, struct json *value) { json_set(call->arguments, name, value); }

void call_guid(struct call *call, const char *name, const GUID *value) {
  if (value == NULL) return;
  char text[40];
  const uint8_t *rest = value->Data4;
  snprintf(text, sizeof text, "%08" PRIx32 "-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", (uint32_t)value->Data1, value->Data2, value->Data3, rest[0], rest[1], rest[2], rest[3], rest[4], rest[5], rest[6], rest[7]);
  call_utf8(call, name, text);
}

void call_refuse(struct call *call, HRESULT code) {
  if (SUCCEEDED(call->refused)) call->refused = code;
}

void call_handle(struct call *call, const char *name, void *pointer, enum handle_kind kind) {
  pthread_mutex_lock(&lock);
  struct handle *handle = handle_find(pointer, kind);
  uint64_t id = handle == NULL ? 0 : handle->id;
  bool lost = handle != NULL && (current == NULL || handle->connection != current->number);
  pthread_mutex_unlock(&lock);
  if (handle == NULL) call_refuse(call, E_HANDLE);
  else if (lost) call_refuse(call, HCS_SERVICE_DISCONNECT);
  else call_whole(call, name, (int64_t)id);
}

void *call_new_handle(struct call *call, enum handle_kind kind) {
  struct connection *connection = enter();
  if (connection == NULL) {
    call_refuse(call, HCS_SERVICE_NOT_AVAILABLE);
    return NULL;
  }
  struct handle *handle = must_allocate(sizeof *handle);
  handle->kind = kind;
  pthread_mutex_lock(&lock);
  handle->id = ++last_id;
  handle->connection = connection->number;
  struct handle **link = handle_link(handle);
  *link = handle;
  pthread_mutex_unlock(&lock);
  leave(connection);
  call_whole(call, "NewHandle", (int64_t)handle->id);
  call_whole(call, "NewHandleKind", kind);
  return handle;
}

/* The code to fail with at once, or S_OK: then the answer comes through the thread that receives, and the call may be gone already. */
static HRESULT send_call(struct call *call) {
  if (FAILED(call->refused)) return call->refused;
  struct connection *connection = enter();
  if (connection == NULL) return HCS_SERVICE_NOT_AVAILABLE;
  struct text frame = {0};
  char *arguments = json_text(call->arguments);
  pthread_mutex_lock(&lock);
  bool gone = connection->gone;
  if (!gone) {
    call->id = ++last_id;
    call->connection = connection->number;
    text_print(&frame, "{\"Id\":%" PRIu64 ",\"Call\":\"%s\",\"Arguments\":%s}", call->id, call->function, arguments);
    call->next = waiting[call->id % buckets];
    waiting[call->id % buckets] = call;
  }
  pthread_mutex_unlock(&lock);
  free(arguments);
  if (!gone) {
    pthread_mutex_lock(&connection->sending);
    /* What can't be sent has no peer any more: the thread that receives sees that too, and answers the call. */
    if (!channel_send(connection->channel, frame.bytes, frame.length, NULL, 0)) channel_shut(connection->channel);
    pthread_mutex_unlock(&connection->sending);
  }
  free(frame.bytes);
  leave(connection);
  return gone ? HCS_SERVICE_DISCONNECT : S_OK;
}

HRESULT call_send(struct call *call) {
  HRESULT problem = send_call(call);
  if (FAILED(problem)) {
    call->code = problem;
    log_call(call);
    return problem;
  }
  pthread_mutex_lock(&lock);
  while (!call->answered) pthread_cond_wait(&answered, &lock);
  pthread_mutex_unlock(&lock);
  return call->code;
}

HRESULT call_send_async(struct call *call, struct operation *operation) {
  struct acceptance acceptance = {0};
  call->operation = operation;
  call->acceptance = &acceptance;
  HRESULT problem = send_call(call);
  if (FAILED(problem)) {
    call->code = problem;
    log_call(call);
    call_free(call);
    return problem;
  }
  pthread_mutex_lock(&lock);
  while (!acceptance.done) pthread_cond_wait(&answered, &lock);
  pthread_mutex_unlock(&lock);
  return acceptance.code;
}

const struct json *call_answer(const struct call *call) { return call->answer; }

HRESULT call_take(struct call *call, const char *name, enum memory memory, PWSTR *to) {
  if (to == NULL) return S_OK;
  const char *text = call->answer == NULL ? NULL : json_string(call->answer, name);
  *to = text == NULL ? NULL : text_for_caller(text, memory);
  return text != NULL && *to == NULL ? E_OUTOFMEMORY : S_OK;
}

static HRESULT take_texts(struct call *call, enum memory memory, PWSTR *result, PWSTR *record) {
  HRESULT code = call_send(call);
  HRESULT first = call_take(call, "Result", memory, result);
  HRESULT second = call_take(call, "ErrorRecord", memory, record);
  call_free(call);
  return FAILED(code) ? code : FAILED(first) ? first : FAILED(second) ? second : code;
}

HRESULT call_finish(struct call *call, enum memory memory, PWSTR *result, PWSTR *record) { return take_texts(call, memory, result, record); }

HRESULT call_finish_handle(struct call *call, enum handle_kind kind, void **handle, enum memory memory, PWSTR *result, PWSTR *record) {
  if (handle == NULL) call_refuse(call, E_POINTER);
  void *opened = handle == NULL ? NULL : call_new_handle(call, kind);
  HRESULT code = take_texts(call, memory, result, record);
  if (FAILED(code) && opened != NULL) {
    handle_forget(opened, kind);
    opened = NULL;
  }
  if (handle != NULL) *handle = opened;
  return code;
}

/* Out of this library's table; the service's name of it, or 0 where it has none (any more). */
static HRESULT forget(void *pointer, enum handle_kind kind, uint64_t *id) {
  pthread_mutex_lock(&lock);
  struct handle *handle = handle_find(pointer, kind);
  if (handle != NULL) {
    *id = current != NULL && handle->connection == current->number ? handle->id : 0;
    *handle_link(handle) = handle->next;
    free(handle);
  }
  pthread_mutex_unlock(&lock);
  return handle == NULL ? E_HANDLE : S_OK;
}

void handle_forget(void *handle, enum handle_kind kind) {
  uint64_t id;
  forget(handle, kind, &id);
}

HRESULT handle_close(void *handle, enum handle_kind kind) {
  uint64_t id = 0;
  HRESULT code = forget(handle, kind, &id);
  if (FAILED(code) || id == 0) return code;
  struct call *call = call_new("CloseServiceHandle");
  call_whole(call, "Handle", (int64_t)id);
  call_send(call);
  call_free(call);
  return S_OK;
}
