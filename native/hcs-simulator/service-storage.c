/* The functions of computestorage.dll, virtdisk.dll and vmcompute.dll's layers on the service's side. */
#include "service.h"

static const struct handler handlers[] = {
  {NULL, NULL, 0},
};

const struct service_table storage_table = {.handlers = handlers};
