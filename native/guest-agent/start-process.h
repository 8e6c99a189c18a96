/*
 * Starts processes: the first of a container, in namespaces of its own, and further ones in those. The child
 * does everything up to execve and says over a socket when it is ready, or what failed.
 */
#ifndef SILO_START_PROCESS_H
#define SILO_START_PROCESS_H

#include "request.h"

enum { most_reason = 512 };

struct started {
  pid_t pid;
  /* Ends of the process's stdio; with a terminal `in` is the terminal's master and the others are -1. */
  int in, out, err;
  /* Socket to the child until it has become the program: a byte starts it, its end is the program's start. */
  int status;
};

struct refusal {
  uint32_t failure;
  char reason[most_reason];
};

#define CONTROL_GROUPS "/sys/fs/cgroup"
#define SHARE "/run/share"

struct container;

/* The container's first process where that is not there yet, else a further one. False with `refusal`. */
bool start_process(const struct container *container, const struct request *request, struct started *started, struct refusal *refusal);
/* Lets a child that is ready become its program; false with `refusal`. */
bool release_process(struct started *started, struct refusal *refusal);

#endif
