/* Between client.c and operations.c. */
#ifndef CLIENT_INTERNAL_H
#define CLIENT_INTERNAL_H

#include <pthread.h>

#include "client.h"
#include "channel.h"

struct acceptance {
  bool done;
  HRESULT code;
};

struct call {
  char *function;
  struct json *arguments;
  struct json *answer;
  HRESULT code;
  HRESULT refused;
  uint64_t id, connection;
  uint64_t began;              /* microseconds */
  bool answered;
  struct acceptance *acceptance; /* somebody waits until the service has taken the call on */
  int descriptors[most_descriptors];
  int descriptor_count;
  struct operation *operation; /* the answer goes to it, and the call is freed with that */
  struct call *next;
};

/*
 * Sends, and waits until the service has taken the call on or refused it. In the first case the answer goes to
 * `operation_functions.answered`, maybe before this returns. The call is freed in either case.
 */
HRESULT call_send_async(struct call *call, struct operation *operation);
/* Where operations live: `answered` is called on the thread that receives, and the call is freed behind it; `open` counts them. */
struct operation_functions {
  void (*answered)(struct operation *operation, struct call *call);
  int (*open)(void);
};
extern struct operation_functions operation_functions;

/* Runs `work` on the thread that callbacks come from. */
void run_later(void (*work)(void *argument), void *argument);
/* Takes a handle out of the table without telling the service. */
void handle_forget(void *handle, enum handle_kind kind);
/* What handle_receive was given; NULL where there is none. */
void *handle_context(void *handle, enum handle_kind kind);
bool handle_is_open(void *handle, enum handle_kind kind);
/* The handle's event receiver gets this too, in its turn. */
void handle_event(void *handle, enum handle_kind kind, uint32_t type, HRESULT status, const char *data);
#ifndef _WIN32
int file_handles_open(void);
#endif

#endif
