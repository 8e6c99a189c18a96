/* QEMU's monitor (QMP): commands in the order that they are given, each answered by one line. */
#ifndef SILO_MONITOR_H
#define SILO_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

void open_monitor(int fd);
/* Where to hear what QEMU says; -1 after it has closed it. */
int monitor_socket(void);
/*
 * A command of a request; `passed` goes with it where it is not -1. False where QEMU takes no more; then nothing of it was said.
 * Requests with the number 0 are nobody's.
 */
bool tell_monitor(const char *command, int passed, uint32_t request, bool is_last);
/* Reads what was said, and calls `done` for each request whose last command has been answered; `problem` is NULL where all went well. */
void hear_monitor(void (*done)(uint32_t request, const char *problem));

#endif
