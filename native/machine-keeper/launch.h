/* Starts the programs of a machine: the one that serves its files, and QEMU. Both end when their keeper does. */
#ifndef SILO_LAUNCH_H
#define SILO_LAUNCH_H

#include "plan.h"
#include <sys/types.h>

struct machine {
  pid_t qemu, virtiofsd;
  /* Ends of the agent's port, and of a pipe with what QEMU and the guest's console say. */
  int port, console;
  /* Socket to QEMU's monitor. */
  int monitor;
  struct adapter adapters[most_links];
  size_t adapter_count;
};

/* Works in the folder of the machine; false with `reason`. */
bool launch_machine(const struct plan *plan, struct machine *machine, char *reason, size_t size);

#endif
