#include <stdlib.h>

#include "compute.h"

static void unlink_waiter(struct waiter *waiter) {
  struct waiter **link = waiter->list;
  while (*link != waiter) link = &(*link)->next;
  *link = waiter->next;
}

static void too_late(void *argument) {
  struct waiter *waiter = argument;
  unlink_waiter(waiter);
  request_complete(waiter->request, HCS_OPERATION_TIMEOUT);
  free(waiter);
}

HRESULT wait_in(struct waiter **list, struct request *request) {
  struct waiter *waiter = must_allocate(sizeof *waiter);
  *waiter = (struct waiter){.request = request, .list = list, .next = *list};
  *list = waiter;
  int64_t duration = argument_whole(request, "TimeoutInMs", (int64_t)INFINITE);
  if (duration != (int64_t)INFINITE) waiter->timer = run_after((uint64_t)duration, too_late, waiter);
  return ANSWERED_LATER;
}

void complete_waiters(struct waiter **list, HRESULT code, const char *result) {
  while (*list != NULL) {
    struct waiter *waiter = *list;
    *list = waiter->next;
    run_never(waiter->timer);
    answer_text(waiter->request, "Result", result);
    request_complete(waiter->request, code);
    free(waiter);
  }
}
