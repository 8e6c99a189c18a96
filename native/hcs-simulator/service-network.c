/* computenetwork.dll's functions and HNSCall on the service's side. */
#include "service.h"

static const struct handler handlers[] = {
  {NULL, NULL, 0},
};

const struct service_table network_table = {.handlers = handlers};
