/* Carries what guest and host say to each other until the container ends, its machine is lost, or somebody ends it. */
#ifndef SILO_MACHINE_LOOP_H
#define SILO_MACHINE_LOOP_H

#include "launch.h"

/*
 * Serves the socket `listener`. Once the container is there `word` gets the byte K, or F and a line of why
 * there is none. The exit code that conmon shall see; files in the folder say what became of the container:
 * `ended` its exit code, `oom`, `lost` why the machine went without it.
 */
int run_machine(const struct plan *plan, const struct machine *machine, int listener, int word);

#endif
