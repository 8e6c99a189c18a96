/*
 * What a function of the service is written with. It is named in the table of its file (see `service_tables` in
 * service.c) and gets the call's arguments; the state of the service is its alone while it runs:
 *
 *   static HRESULT delete_network(struct request *request) {
 *     const char *id = argument_text(request, "Id");
 *     if (id == NULL) return E_INVALIDARG;
 *     …
 *     answer_text(request, "ErrorRecord", record);
 *     return S_OK;
 *   }
 */
#ifndef SERVICE_H
#define SERVICE_H

#include "channel.h"
#include "client.h"
#include "json.h"
#include "text.h"

struct service_client;

struct request {
  const struct handler *handler;
  struct service_client *client;
  int64_t id;
  struct json *arguments;
  struct json *answer;
  int descriptors[most_descriptors]; /* go with the answer, and are closed then */
  int descriptor_count;
  bool malformed; /* a fault: the result document is cut in half */
};

typedef HRESULT (*handler_function)(struct request *request);

enum handler_flags {
  /* The client waits for an operation: it is told at once that the call was taken on. */
  ASYNCHRONOUS = 1,
  /* Runs on a thread of its own and without the state, for what takes long: service_lock() and service_unlock() around what touches it. */
  ON_THREAD = 2,
};

struct handler {
  const char *function;
  handler_function run;
  int flags;
};

/* A handler that answers later gives this back, and calls `request_complete` once, with the lock held. */
#define ANSWERED_LATER ((HRESULT)0x0fffffff)
void request_complete(struct request *request, HRESULT code);

const char *argument_text(const struct request *request, const char *name);
int64_t argument_whole(const struct request *request, const char *name, int64_t otherwise);
/* A document among the arguments; NULL where it is absent, empty or not JSON (`problem` tells which; free() it). json_free() the result. */
struct json *argument_document(const struct request *request, const char *name, char **problem);

/* Members of the answer: Result and ErrorRecord are what the client's functions know. A document is freed here. */
void answer_text(struct request *request, const char *name, const char *text);
void answer_document(struct request *request, const char *name, struct json *document);
void answer_whole(struct request *request, const char *name, int64_t value);

/*
 * Handles. A handle of a client stands for an object; each kind has functions in `handle_kinds` (service.c).
 * `open_handle` binds the handle that the client asked for with this request (call_new_handle) to the object.
 */
bool open_handle(struct request *request, enum handle_kind kind, void *object);
/* NULL where the argument names no handle of this kind that is open. */
void *argument_handle(const struct request *request, const char *name, enum handle_kind kind);
/* Sends an event to every handle of this object, of every client. `data` may be NULL. A handle that has no receiver yet gets it when it has one. */
void send_event(enum handle_kind kind, const void *object, uint32_t type, HRESULT status, const char *data);
/* How many handles of every client stand for this object. */
int handles_of(enum handle_kind kind, const void *object);

/* The state. */
void service_lock(void);
void service_unlock(void);
const char *service_root(void);
/* Runs after so many milliseconds, with the lock held. The number takes it back; 0 is none. */
uint64_t run_after(uint64_t duration, void (*run)(void *argument), void *argument);
void run_never(uint64_t timer);
/* A detached thread; it must not hold on to what can be freed. */
void run_on_thread(void (*run)(void *argument), void *argument);
/* A new random GUID in lower case. */
void new_guid(char guid[37]);

/* What each file of functions has: its table (ending in a zero row), what `counts` tells of it, and what a restart of the host drops. */
struct service_table {
  const struct handler *handlers;
  void (*count)(struct json *counts);
  void (*reset)(void);
};
extern const struct service_table compute_table;    /* service-compute.c: computecore.dll */
extern const struct service_table network_table;    /* service-network.c: computenetwork.dll, HNSCall */
extern const struct service_table storage_table;    /* service-storage.c: computestorage.dll, vmcompute.dll's layers */
extern const struct service_table simulator_table;  /* service-control.c: what tests ask for */

/* Called with the lock held when a client's handle is closed, or its client has gone. */
void system_handle_closed(void *object, bool client_gone);
void process_handle_closed(void *object, bool client_gone);
void disk_handle_closed(void *object, bool client_gone);
void port_handle_closed(void *object, bool client_gone);

/* faults.c */
struct fault {
  uint64_t delay;      /* milliseconds */
  HRESULT code;        /* S_OK: none */
  bool at_call;        /* the call itself fails, not the operation */
  bool never;          /* no answer comes */
  bool service_gone;   /* the service ends now */
  bool malformed_result;
  char *exits;         /* the id of a system that exits unexpectedly first */
  char *disconnects;   /* the id of a system whose guest connection closes first */
};
/* The fault that faults.json asks for here and now; false where there is none. */
bool fault_for(const struct request *request, struct fault *fault);
void compute_fault(const struct fault *fault);

/* Of the service as a whole, for service-control.c. */
void service_end(void);
/* As a restart of the host does: systems and attached filters are gone. */
void reset_host(void);
int open_handles(void);
int connected_clients(void);
void ask_clients_for_counts(void);
bool all_clients_counted(void);
void client_counts(struct json *counts);
void client_is(struct service_client *client, uint32_t process_id);
void client_counted(struct service_client *client, int64_t operations, int64_t files);
uint32_t client_process_id(const struct service_client *client);
/* Those handles that were made with this request's client, for ending what ends with its creator. */
bool close_client_handle(struct service_client *client, uint64_t id);
void receive_events(struct service_client *client, uint64_t id);

#endif
