/* The containers of the machine: the one that it was made for, and those that joined it since. */
#ifndef SILO_CONTAINER_H
#define SILO_CONTAINER_H

#include "start-process.h"

/* The container that a machine is made for, and its first process. */
enum { own_container = 0 };

struct container {
  bool used;
  /* That of its first process. */
  uint32_t number;
  /* Its control group, and its root and volumes in the share. */
  char group[64], share[64];
  pid_t first;
  /* Its processes are among another's: the end of the first one is not that of the others. */
  bool shares_pid;
  /* Its first process until it starts; `status` is -1 afterwards. */
  struct started begun;
};

/* Makes its control group; NULL with `refusal`. */
struct container *add_container(uint32_t number, struct refusal *refusal);
/* NULL where there is none. */
struct container *find_container(uint32_t number);
/* The one after it of those that joined, or the first of them for NULL; NULL at the end. */
struct container *next_member(const struct container *container);
bool apply_controls(const struct container *container, const struct request *request, struct refusal *refusal);
void signal_container(const struct container *container, uint32_t signal);
/* All of its processes at once, frozen ones too. */
void kill_container(const struct container *container);
/* All of its processes, and waits a moment until they have gone. */
void end_rest(const struct container *container);
/* Whoever enters it stands still until it thaws. */
bool is_frozen(const struct container *container);
bool ran_out_of_memory(const struct container *container);
void remove_container(struct container *container);

#endif
