/* The service: clients, their handles, and the way of a call from its frame to its answer. */
#include "service.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifndef _WIN32
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "holder.h"
#endif

#include "control-client.h"

/* What the client's enum handle_kind stands for here: what is done when such a handle is closed. */
static void nothing_closed(void *object, bool client_gone) {
  (void)object;
  (void)client_gone;
}

static void memory_closed(void *object, bool client_gone) {
  (void)client_gone;
  free(object);
}

static void (*const handle_kinds[])(void *object, bool client_gone) = {
  [HANDLE_SYSTEM] = system_handle_closed,
  [HANDLE_PROCESS] = process_handle_closed,
  /* Objects of these are memory of the handle alone, such as a copy of an id. */
  [HANDLE_NETWORK] = memory_closed,
  [HANDLE_ENDPOINT] = memory_closed,
  [HANDLE_NAMESPACE] = memory_closed,
  [HANDLE_LOAD_BALANCER] = memory_closed,
  [HANDLE_SDN_ROUTE] = memory_closed,
  [HANDLE_GUEST_SERVICE] = nothing_closed,
  [HANDLE_NETWORK_CALLBACK] = nothing_closed,
  [HANDLE_PORTS] = port_handle_closed,
  [HANDLE_LEGACY_CALLBACK] = memory_closed,
  [HANDLE_DISK] = disk_handle_closed,
  [HANDLE_OTHER] = nothing_closed,
};

static const struct service_table *const service_tables[] = {&compute_table, &network_table, &storage_table, &simulator_table};
enum { table_count = sizeof service_tables / sizeof service_tables[0] };

struct pending_event {
  char *frame;
  struct pending_event *next;
};

struct handle {
  uint64_t id;
  enum handle_kind kind;
  void *object;
  bool receives;
  struct pending_event *events, *last_event; /* what came before it had a receiver */
  struct handle *next;
};

/* A handle that was closed before the call that opens it was done. */
struct closed_early {
  uint64_t id;
  struct closed_early *next;
};

struct outgoing {
  char *bytes;
  size_t length;
  int descriptors[most_descriptors];
  int count;
  struct outgoing *next;
};

struct service_client {
  struct channel *channel;
  int references; /* the list's, and one of each request under way */
  uint32_t process_id;
  bool gone;
  bool counted;
  int64_t operations, files;
  struct handle *handles;
  struct closed_early *closed_early;
  struct outgoing *first_out, *last_out;
  pthread_cond_t to_send;
  struct service_client *next;
};

struct timer {
  uint64_t number;
  uint64_t due;
  void (*run)(void *argument);
  void *argument;
  struct timer *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t timers_changed = PTHREAD_COND_INITIALIZER;
static pthread_cond_t client_left = PTHREAD_COND_INITIALIZER;
static struct service_client *clients;
static struct timer *timers;
static uint64_t last_timer;
static char *root;
static struct listener *listener;
static bool ending;

void service_lock(void) { pthread_mutex_lock(&lock); }
void service_unlock(void) { pthread_mutex_unlock(&lock); }
const char *service_root(void) { return root; }

void new_guid(char guid[37]) {
  uint8_t bytes[16];
#ifdef _WIN32
  CoCreateGuid((GUID *)bytes);
#else
  if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) abort();
#endif
  bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40);
  bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
  char *at = guid;
  for (int index = 0; index < 16; index++) {
    if (index == 4 || index == 6 || index == 8 || index == 10) *at++ = '-';
    at += sprintf(at, "%02x", bytes[index]);
  }
}

struct thread_start {
  void (*run)(void *argument);
  void *argument;
};

static void *thread_main(void *argument) {
  struct thread_start start = *(struct thread_start *)argument;
  free(argument);
  start.run(start.argument);
  return NULL;
}

void run_on_thread(void (*run)(void *argument), void *argument) {
  struct thread_start *start = must_allocate(sizeof *start);
  *start = (struct thread_start){run, argument};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, 512 * 1024);
  pthread_t thread;
  if (pthread_create(&thread, &attributes, thread_main, start) != 0) abort();
  pthread_attr_destroy(&attributes);
}

/* Timers */

uint64_t run_after(uint64_t duration, void (*run)(void *argument), void *argument) {
  struct timer *timer = must_allocate(sizeof *timer);
  *timer = (struct timer){.number = ++last_timer, .due = milliseconds() + duration, .run = run, .argument = argument};
  struct timer **link = &timers;
  while (*link != NULL && (*link)->due <= timer->due) link = &(*link)->next;
  timer->next = *link;
  *link = timer;
  pthread_cond_signal(&timers_changed);
  return timer->number;
}

void run_never(uint64_t number) {
  struct timer **link = &timers;
  while (*link != NULL && (*link)->number != number) link = &(*link)->next;
  struct timer *timer = *link;
  if (timer == NULL) return;
  *link = timer->next;
  free(timer);
}

static void timer_loop(void *argument) {
  (void)argument;
  pthread_mutex_lock(&lock);
  for (;;) {
    uint64_t now = milliseconds();
    struct timer *timer = timers;
    if (timer != NULL && timer->due <= now) {
      timers = timer->next;
      timer->run(timer->argument);
      free(timer);
      continue;
    }
    uint64_t duration = timer == NULL ? 1000 : timer->due - now;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (time_t)(duration / 1000);
    until.tv_nsec += (long)(duration % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
      until.tv_sec++;
      until.tv_nsec -= 1000000000;
    }
    pthread_cond_timedwait(&timers_changed, &lock, &until);
  }
}

/* Clients */

/* With the lock. The last one to leave frees it. */
static void client_leave(struct service_client *client) {
  if (--client->references > 0) return;
  while (client->closed_early != NULL) {
    struct closed_early *closed = client->closed_early;
    client->closed_early = closed->next;
    free(closed);
  }
  channel_free(client->channel);
  pthread_cond_destroy(&client->to_send);
  free(client);
}

static void post(struct service_client *client, char *bytes, const int *descriptors, int count) {
  if (client->gone) {
    free(bytes);
#ifndef _WIN32
    for (int index = 0; index < count; index++) close(descriptors[index]);
#endif
    return;
  }
  struct outgoing *out = must_allocate(sizeof *out);
  out->bytes = bytes;
  out->length = strlen(bytes);
  out->count = count;
  for (int index = 0; index < count; index++) out->descriptors[index] = descriptors[index];
  if (client->last_out == NULL) client->first_out = out;
  else client->last_out->next = out;
  client->last_out = out;
  pthread_cond_signal(&client->to_send);
}

static void outgoing_free(struct outgoing *out) {
#ifndef _WIN32
  for (int index = 0; index < out->count; index++) close(out->descriptors[index]);
#endif
  free(out->bytes);
  free(out);
}

/* A slow client makes nobody else wait: what is for it is sent from here. */
static void send_loop(void *argument) {
  struct service_client *client = argument;
  pthread_mutex_lock(&lock);
  for (;;) {
    while (client->first_out == NULL && !client->gone) pthread_cond_wait(&client->to_send, &lock);
    struct outgoing *out = client->first_out;
    if (out == NULL) break;
    client->first_out = out->next;
    if (client->first_out == NULL) client->last_out = NULL;
    bool send = !client->gone;
    pthread_mutex_unlock(&lock);
    if (send && !channel_send(client->channel, out->bytes, out->length, out->descriptors, out->count)) channel_shut(client->channel);
    outgoing_free(out);
    pthread_mutex_lock(&lock);
  }
  client_leave(client);
  pthread_mutex_unlock(&lock);
}

/* Handles */

static void handle_free(struct handle *handle, bool client_gone) {
  while (handle->events != NULL) {
    struct pending_event *event = handle->events;
    handle->events = event->next;
    free(event->frame);
    free(event);
  }
  void (*closed)(void *object, bool client_gone) = handle_kinds[handle->kind];
  void *object = handle->object;
  free(handle);
  closed(object, client_gone);
}

static struct handle *find_handle(const struct service_client *client, uint64_t id) {
  struct handle *handle = client->handles;
  while (handle != NULL && handle->id != id) handle = handle->next;
  return handle;
}

struct late_close {
  struct service_client *client;
  uint64_t id;
};

static void close_late(void *argument) {
  struct late_close *late = argument;
  close_client_handle(late->client, late->id);
  client_leave(late->client);
  free(late);
}

bool open_handle(struct request *request, enum handle_kind kind, void *object) {
  uint64_t id = (uint64_t)argument_whole(request, "NewHandle", 0);
  if (id == 0 || argument_whole(request, "NewHandleKind", 0) != (int64_t)kind || find_handle(request->client, id) != NULL || request->client->gone) return false;
  struct handle *handle = must_allocate(sizeof *handle);
  handle->id = id;
  handle->kind = kind;
  handle->object = object;
  handle->next = request->client->handles;
  request->client->handles = handle;
  for (struct closed_early **link = &request->client->closed_early; *link != NULL; link = &(*link)->next) {
    struct closed_early *closed = *link;
    if (closed->id != id) continue;
    *link = closed->next;
    free(closed);
    struct late_close *late = must_allocate(sizeof *late);
    *late = (struct late_close){request->client, id};
    request->client->references++;
    run_after(0, close_late, late);
    break;
  }
  return true;
}

void *argument_handle(const struct request *request, const char *name, enum handle_kind kind) {
  struct handle *handle = find_handle(request->client, (uint64_t)argument_whole(request, name, 0));
  return handle != NULL && handle->kind == kind ? handle->object : NULL;
}

bool close_client_handle(struct service_client *client, uint64_t id) {
  struct handle **link = &client->handles;
  while (*link != NULL && (*link)->id != id) link = &(*link)->next;
  struct handle *handle = *link;
  if (handle == NULL) {
    struct closed_early *closed = must_allocate(sizeof *closed);
    *closed = (struct closed_early){id, client->closed_early};
    client->closed_early = closed;
    return false;
  }
  *link = handle->next;
  handle_free(handle, false);
  return true;
}

void receive_events(struct service_client *client, uint64_t id) {
  struct handle *handle = find_handle(client, id);
  if (handle == NULL) return;
  handle->receives = true;
  while (handle->events != NULL) {
    struct pending_event *event = handle->events;
    handle->events = event->next;
    post(client, event->frame, NULL, 0);
    free(event);
  }
  handle->last_event = NULL;
}

void send_event(enum handle_kind kind, const void *object, uint32_t type, HRESULT status, const char *data) {
  for (struct service_client *client = clients; client != NULL; client = client->next) {
    for (struct handle *handle = client->handles; handle != NULL; handle = handle->next) {
      if (handle->kind != kind || handle->object != object) continue;
      struct json *frame = json_new(JSON_OBJECT);
      json_set_whole(frame, "Event", type);
      json_set_whole(frame, "Handle", (int64_t)handle->id);
      json_set_whole(frame, "Status", status);
      json_set_string(frame, "Data", data);
      char *bytes = json_text(frame);
      json_free(frame);
      if (handle->receives) {
        post(client, bytes, NULL, 0);
        continue;
      }
      struct pending_event *event = must_allocate(sizeof *event);
      event->frame = bytes;
      if (handle->events == NULL) handle->events = event;
      else handle->last_event->next = event;
      handle->last_event = event;
    }
  }
}

int handles_of(enum handle_kind kind, const void *object) {
  int count = 0;
  for (struct service_client *client = clients; client != NULL; client = client->next)
    for (struct handle *handle = client->handles; handle != NULL; handle = handle->next) count += handle->kind == kind && handle->object == object;
  return count;
}

int open_handles(void) {
  int count = 0;
  for (struct service_client *client = clients; client != NULL; client = client->next)
    for (struct handle *handle = client->handles; handle != NULL; handle = handle->next) count++;
  return count;
}

int connected_clients(void) {
  int count = 0;
  for (struct service_client *client = clients; client != NULL; client = client->next) count += client->process_id != 0;
  return count;
}

/* Requests */

const char *argument_text(const struct request *request, const char *name) { return json_string(request->arguments, name); }

int64_t argument_whole(const struct request *request, const char *name, int64_t otherwise) { return json_whole(request->arguments, name, otherwise); }

struct json *argument_document(const struct request *request, const char *name, char **problem) {
  const char *text = argument_text(request, name);
  if (problem != NULL) *problem = NULL;
  return text == NULL || *text == 0 ? NULL : json_read(text, strlen(text), problem);
}

void answer_text(struct request *request, const char *name, const char *text) { json_set_string(request->answer, name, text); }

void answer_whole(struct request *request, const char *name, int64_t value) { json_set_whole(request->answer, name, value); }

void answer_document(struct request *request, const char *name, struct json *document) {
  char *text = json_text(document);
  answer_text(request, name, text);
  free(text);
  json_free(document);
}

static void request_free(struct request *request) {
#ifndef _WIN32
  while (request->descriptor_count > 0) close(request->descriptors[--request->descriptor_count]);
#endif
  json_free(request->arguments);
  json_free(request->answer);
  client_leave(request->client);
  free(request);
}

void request_complete(struct request *request, HRESULT code) {
  if (request->id != 0) {
    const char *result = json_string(request->answer, "Result");
    if (request->malformed && result != NULL) {
      char *half = copy_text(result);
      size_t end = strlen(half) / 2;
      while (end > 0 && ((unsigned char)half[end] & 0xc0) == 0x80) end--;
      half[end] = 0;
      json_set_string(request->answer, "Result", half);
      free(half);
    }
    json_set_whole(request->answer, "Id", request->id);
    json_set_whole(request->answer, "Code", code);
    post(request->client, json_text(request->answer), request->descriptors, request->descriptor_count);
    request->descriptor_count = 0;
  }
  request_free(request);
}

static const struct handler *find_handler(const char *function) {
  for (int index = 0; index < table_count; index++)
    for (const struct handler *handler = service_tables[index]->handlers; handler->function != NULL; handler++)
      if (strcmp(handler->function, function) == 0) return handler;
  return NULL;
}

static void run_thread(void *argument) {
  struct request *request = argument;
  HRESULT code = request->handler->run(request);
  if (code == ANSWERED_LATER) return;
  pthread_mutex_lock(&lock);
  request_complete(request, code);
  pthread_mutex_unlock(&lock);
}

/* With the lock. */
static void run_request(void *argument) {
  struct request *request = argument;
  if (request->handler->flags & ON_THREAD) {
    run_on_thread(run_thread, request);
    return;
  }
  HRESULT code = request->handler->run(request);
  if (code != ANSWERED_LATER) request_complete(request, code);
}

static void accept_request(struct request *request) {
  if (!(request->handler->flags & ASYNCHRONOUS)) return;
  char bytes[64];
  snprintf(bytes, sizeof bytes, "{\"Id\":%" PRId64 ",\"Accepted\":true}", request->id);
  post(request->client, copy_text(bytes), NULL, 0);
}

struct failure {
  struct request *request;
  HRESULT code;
};

static void fail_request(void *argument) {
  struct failure *failure = argument;
  request_complete(failure->request, failure->code);
  free(failure);
}

/* What faults.json asks for happens before the function, or in its place. */
static void begin_request(struct request *request) {
  struct fault fault;
  if (!fault_for(request, &fault)) {
    accept_request(request);
    run_request(request);
    return;
  }
  if (fault.service_gone) service_end();
  compute_fault(&fault);
  free(fault.exits);
  free(fault.disconnects);
  request->malformed = fault.malformed_result;
  if (!fault.at_call) accept_request(request);
  if (fault.never) {
    /* Its client waits until it gives up; the request goes with the client. */
    request_free(request);
    return;
  }
  if (FAILED(fault.code)) {
    struct failure *failure = must_allocate(sizeof *failure);
    *failure = (struct failure){request, fault.code};
    if (fault.delay > 0) run_after(fault.delay, fail_request, failure);
    else fail_request(failure);
    return;
  }
  if (fault.delay > 0) run_after(fault.delay, run_request, request);
  else run_request(request);
}

/* With the lock. False where the frame is garbage: its client is not listened to any longer. */
static bool got_frame(struct service_client *client, const char *bytes, size_t length) {
  struct json *frame = json_read(bytes, length, NULL);
  const char *function = json_string(frame, "Call");
  struct json *arguments = json_member(frame, "Arguments");
  int64_t id = json_whole(frame, "Id", 0);
  if (function == NULL || arguments == NULL || arguments->kind != JSON_OBJECT || id < 0) {
    json_free(frame);
    return false;
  }
  static const struct handler unknown = {"", NULL, 0};
  const struct handler *handler = find_handler(function);
  struct request *request = must_allocate(sizeof *request);
  request->handler = handler == NULL ? &unknown : handler;
  request->client = client;
  client->references++;
  request->id = id;
  request->arguments = json_take(frame, arguments);
  request->answer = json_new(JSON_OBJECT);
  json_free(frame);
  if (handler == NULL) request_complete(request, E_NOTIMPL);
  else begin_request(request);
  return true;
}

static void client_loop(void *argument) {
  struct service_client *client = argument;
  char *bytes;
  size_t length;
  int descriptors[most_descriptors];
  int count;
  bool sane = true;
  while (sane && channel_receive(client->channel, &bytes, &length, descriptors, &count)) {
#ifndef _WIN32
    while (count > 0) close(descriptors[--count]);
#endif
    pthread_mutex_lock(&lock);
    sane = got_frame(client, bytes, length);
    pthread_mutex_unlock(&lock);
    free(bytes);
  }
  channel_shut(client->channel);
  pthread_mutex_lock(&lock);
  client->gone = true;
  while (client->handles != NULL) {
    struct handle *handle = client->handles;
    client->handles = handle->next;
    handle_free(handle, true);
  }
  struct service_client **link = &clients;
  while (*link != client) link = &(*link)->next;
  *link = client->next;
  pthread_cond_signal(&client->to_send);
  client_leave(client);
  pthread_cond_broadcast(&client_left);
  pthread_mutex_unlock(&lock);
}

/* For service-control.c */

void client_is(struct service_client *client, uint32_t process_id) { client->process_id = process_id; }

uint32_t client_process_id(const struct service_client *client) { return client->process_id; }

void client_counted(struct service_client *client, int64_t operations, int64_t files) {
  client->counted = true;
  client->operations = operations;
  client->files = files;
}

void ask_clients_for_counts(void) {
  for (struct service_client *client = clients; client != NULL; client = client->next) {
    if (client->process_id == 0) continue;
    client->counted = false;
    post(client, copy_text("{\"Count\":true}"), NULL, 0);
  }
}

bool all_clients_counted(void) {
  for (struct service_client *client = clients; client != NULL; client = client->next) if (client->process_id != 0 && !client->counted) return false;
  return true;
}

void client_counts(struct json *counts) {
  int64_t operations = 0, files = 0;
  for (struct service_client *client = clients; client != NULL; client = client->next) {
    operations += client->operations;
    files += client->files;
  }
  json_set_whole(counts, "handles", open_handles());
  json_set_whole(counts, "operations", operations);
  json_set_whole(counts, "files", files);
  json_set_whole(counts, "clients", connected_clients());
  for (int index = 0; index < table_count; index++) if (service_tables[index]->count != NULL) service_tables[index]->count(counts);
}

void reset_host(void) {
  for (int index = 0; index < table_count; index++) if (service_tables[index]->reset != NULL) service_tables[index]->reset();
}

/* With the lock: nobody sees half a state. Systems end with the service, as what holds their processes sees it go. */
void service_end(void) {
  ending = true;
  reset_host();
  _Exit(0);
}

/* Nobody is connected, and nothing would be lost. */
static bool is_idle(void) {
  if (clients != NULL) return false;
  struct json *counts = json_new(JSON_OBJECT);
  client_counts(counts);
  bool idle = true;
  for (const struct json *count = counts->first; count != NULL; count = count->next) idle = idle && count->whole == 0;
  json_free(counts);
  return idle;
}

/* One that was forgotten, by a test that was killed, does not stay for ever. */
enum { look_milliseconds = 500, most_idle_looks = 1200 };

static void look_after_folder(void *argument) {
  (void)argument;
#ifndef _WIN32
  static ino_t first;
  struct stat status;
  bool there = stat(root, &status) == 0 && (first == 0 || first == status.st_ino);
  if (there) first = status.st_ino;
#else
  bool there = folder_exists(root);
#endif
  static int idle_looks;
  idle_looks = is_idle() ? idle_looks + 1 : 0;
  if (!there || idle_looks > most_idle_looks) service_end();
  run_after(look_milliseconds, look_after_folder, NULL);
}

/* For whoever looks for the process. */
static void write_process_id(void) {
  struct text path = {0};
  text_print(&path, "%s/service.pid", root);
  FILE *file = fopen(path.bytes, "wb");
  free(path.bytes);
  if (file == NULL) return;
  fprintf(file, "%u\n", (unsigned)own_process_id());
  fclose(file);
}

static int serve(void) {
  listener = listener_open(root);
  /* Another one was quicker, and serves. */
  if (listener == NULL) return 0;
  write_process_id();
  run_on_thread(timer_loop, NULL);
  pthread_mutex_lock(&lock);
  look_after_folder(NULL);
  pthread_mutex_unlock(&lock);
  for (;;) {
    struct channel *channel = listener_accept(listener);
    if (channel == NULL) return 1;
    struct service_client *client = must_allocate(sizeof *client);
    client->channel = channel;
    client->references = 2;
    pthread_cond_init(&client->to_send, NULL);
    pthread_mutex_lock(&lock);
    client->next = clients;
    clients = client;
    pthread_mutex_unlock(&lock);
    run_on_thread(client_loop, client);
    run_on_thread(send_loop, client);
  }
}

#ifndef _WIN32
/* Out of the session of whoever started it. The first process ends when the socket listens, or somebody else's does. */
static bool into_background(void) {
  pid_t child = fork();
  if (child < 0) _exit(1);
  if (child > 0) _exit(0);
  setsid();
  return true;
}
#endif

static int usage(void) {
  fputs("usage: hcs-simulator --root FOLDER [--background | counts | reset | stop]\n", stderr);
  return 64;
}

int main(int count, char **words) {
#ifndef _WIN32
  if (count == 2 && strcmp(words[1], "--hold") == 0) return hold();
  signal(SIGPIPE, SIG_IGN);
#endif
  const char *folder = NULL, *command = NULL;
  bool background = false;
  for (int index = 1; index < count; index++) {
    if (strcmp(words[index], "--root") == 0 && index + 1 < count) folder = words[++index];
    else if (strcmp(words[index], "--background") == 0) background = true;
    else if (command == NULL) command = words[index];
    else return usage();
  }
  if (folder == NULL) return usage();
  root = full_path(folder);
  if (root == NULL) {
    fprintf(stderr, "hcs-simulator: %s is no folder\n", folder);
    return 66;
  }
  if (command != NULL) return control(root, command);
#ifndef _WIN32
  if (background) into_background();
#else
  (void)background;
#endif
  return serve();
}
