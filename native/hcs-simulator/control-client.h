/* The command line: asks a running service and prints its answer. */
#ifndef CONTROL_CLIENT_H
#define CONTROL_CLIENT_H

/* counts, reset or stop; the program's exit code. */
int control(const char *root, const char *command);

#endif
