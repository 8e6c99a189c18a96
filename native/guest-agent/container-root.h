/* The file system that a container sees: its root, the kernel's file systems in it, its volumes. */
#ifndef SILO_CONTAINER_ROOT_H
#define SILO_CONTAINER_ROOT_H

#include "request.h"

/* In the child, in a mount namespace of its own; `share`: folder of its root and its volumes; `shared_memory`: copy of a mount for /dev/shm, or -1 for one of its own. -1 with errno and `what` of what failed. */
int enter_container_root(const char *share, int shared_memory, const struct request *request, const char **what);

#endif
