/* A program that runs in a system, with everything it starts. */
#ifndef CHILD_H
#define CHILD_H

#include "json.h"
#include "windows-types.h"

/* One end of a pipe: a descriptor on Linux, a HANDLE on Windows. */
typedef intptr_t pipe_end;
#define NO_END ((pipe_end)-1)

/* The service's ends; the child's are closed. On a console input and output are one. */
struct child_ends {
  pipe_end input, output, error;
};

struct child;

/* Called on a thread of the child's own with the service's lock held. */
struct child_owner {
  /* The program has ended; its descendants may run on. */
  void (*exited)(void *owner, uint32_t code);
  /* Nothing of it runs any more. The child is freed behind this. */
  void (*gone)(void *owner);
  void *owner;
};

/*
 * Starts what `spec` says: Arguments (strings) or CommandLine; Application; Environment (NAME=VALUE strings);
 * Folder (of the system); Root (where it is the root file system as well); WorkingDirectory; Uid, Gid, Groups;
 * Pipes ("i", "o", "e"); Console with Height and Width. Without the service's lock. NULL where it doesn't
 * start: *code and *problem (free() it) tell why.
 */
struct child *child_start(const struct json *spec, struct child_ends *ends, HRESULT *code, char **problem);
/* From here on `owner` is told. Once for each child, with the lock held. */
void child_own(struct child *child, struct child_owner owner);
uint32_t child_process_id(const struct child *child);

/* All with the lock held, before `gone`. */
void child_kill(struct child *child);                      /* the program and every descendant */
bool child_signal(struct child *child, int64_t signal, const char *name); /* the program alone: a number, or ProcessSignal's name */
void child_terminate(struct child *child);                 /* the program alone */
void child_pause(struct child *child, bool paused);
/* Adds a ProcessDetails for the program and each descendant, as far as the system tells. */
void child_processes(const struct child *child, struct json *list);

/* Another handle on the same end; closes one. */
pipe_end end_copy(pipe_end end);
void end_close(pipe_end end);
/* Puts a copy of an end into the answer under this name, for the client to have. */
struct request;
void end_give(struct request *request, const char *name, pipe_end end);
void console_resize(pipe_end end, int64_t height, int64_t width);
/* Says "no more" to whoever reads a console. */
void console_end_input(pipe_end end);

#endif
