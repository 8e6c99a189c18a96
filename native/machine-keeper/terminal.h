/* A terminal on the host whose other end conmon holds: what passes it is the guest's terminal, unchanged. */
#ifndef SILO_TERMINAL_H
#define SILO_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Makes it the controlling terminal and standard stream 0 and 1; the master goes to conmon's socket. False with errno. */
bool open_terminal(const char *console_socket);
/* Rows and columns as FRAME_RESIZE has them; false where there are none. */
bool terminal_size(uint8_t size[4]);
/* Sends bytes with descriptors. */
bool send_with_descriptors(int socket, const void *bytes, size_t length, const int *fds, size_t count);

#endif
