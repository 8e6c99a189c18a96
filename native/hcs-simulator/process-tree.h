/* On Linux: who descends from a process. */
#ifndef PROCESS_TREE_H
#define PROCESS_TREE_H

#include <stddef.h>
#include <sys/types.h>

/* Without the process itself; free() it. What starts meanwhile may be missing. */
pid_t *descendants_of(pid_t ancestor, size_t *count);

#endif
