/* Compute systems and their processes, shared by the files of computecore.dll's functions on the service's side. */
#ifndef COMPUTE_H
#define COMPUTE_H

#include "child.h"
#include "document.h"
#include "service.h"

enum system_state { SYSTEM_CREATED, SYSTEM_RUNNING, SYSTEM_PAUSED, SYSTEM_STOPPED, SYSTEM_TEMPLATE };

/* HCS_EVENT_TYPE.md */
enum { EVENT_SYSTEM_EXITED = 1, EVENT_CRASH_INITIATED = 2, EVENT_CRASH_REPORT = 3, EVENT_GUEST_CONNECTION_CLOSED = 6, EVENT_PROCESS_EXITED = 0x10000 };

/* A request that is answered when something ends. */
struct waiter {
  struct request *request;
  uint64_t timer;
  struct waiter **list;
  struct waiter *next;
};

struct process;

struct system {
  char *id, *owner;
  char runtime_id[37];
  bool is_vm, is_linux, has_guest;
  bool terminates_on_close, was_held;
  struct system *host;          /* of a hosted container: its virtual machine */
  enum system_state state;
  char *folder;                 /* what its processes see as their files; NULL for a virtual machine */
  struct json *document;        /* Container or VirtualMachine or HostedSystem */
  struct json *resources;       /* what it has, by resource path and name: see modify.c */
  struct json *mounts;          /* of a virtual machine: paths of its guest, and where they are here */
  struct process *processes;
  int starting;                 /* processes under way to be started */
  bool ending, guest_gone;
  const char *exit_type;
  HRESULT exit_status;
  uint64_t grace;               /* the timer that ends what doesn't shut down */
  struct waiter *waiters;       /* for its exit */
  struct waiter *enders;        /* shut down and terminate calls */
  char started[40];
  uint64_t started_at;          /* milliseconds of the monotonic clock */
  int64_t ended_cpu_user, ended_cpu_kernel;
  struct system *next;
};

struct process {
  struct system *system;
  struct child *child;          /* NULL when nothing of it runs any more */
  uint32_t id;
  bool exited, is_init, is_console;
  uint32_t exit_code;
  struct child_ends ends;
  struct waiter *waiters;
  struct process *next;
};

/* systems.c */
extern struct system *systems;
struct system *system_find(const char *id);
/* The argument's system; NULL and *code where there is none or it has stopped. */
struct system *system_argument(struct request *request, HRESULT *code);
HRESULT system_create(struct request *request);
HRESULT system_open(struct request *request);
HRESULT system_start(struct request *request);
HRESULT system_shut_down(struct request *request);
HRESULT system_terminate(struct request *request);
HRESULT system_pause(struct request *request);
HRESULT system_resume(struct request *request);
HRESULT system_save(struct request *request);
HRESULT system_crash(struct request *request);
HRESULT system_wait(struct request *request);
/* Ends it with all its processes; `type` is a NotificationType. */
void system_end(struct system *system, const char *type, HRESULT status);
/* To be called when something of it has ended. */
void system_check(struct system *system);
/* Frees it where nothing refers to it any more. */
void system_release(struct system *system);
void system_lose_guest(struct system *system);

/* processes.c */
HRESULT process_create(struct request *request);
HRESULT process_open(struct request *request);
HRESULT process_terminate(struct request *request);
HRESULT process_signal(struct request *request);
HRESULT process_info(struct request *request);
HRESULT process_properties(struct request *request);
HRESULT process_modify(struct request *request);
HRESULT process_wait(struct request *request);
int processes_running(void);

/* process-spec.c: what child_start needs, out of ProcessParameters. NULL and *code (the request has its error) where that can't be. */
struct json *process_spec(struct request *request, const struct system *system, const struct json *parameters, bool *is_init, HRESULT *code);

/* properties.c */
struct json *system_summary(const struct system *system);
HRESULT systems_enumerate(struct request *request);
HRESULT system_properties(struct request *request);
HRESULT service_properties(struct request *request);
HRESULT service_modify(struct request *request);
int64_t credentials_count(void);
void credentials_drop_all(void);
void now_as_text(char text[40]);

/* modify.c */
HRESULT system_modify(struct request *request);
void resources_of_document(struct system *system);

/* guest-path.c: where a path of the system's guest is here; free() it. NULL where there is nothing. */
char *guest_path(const struct system *system, const char *path);
char *join_paths(const char *folder, const char *name);
bool file_exists(const char *path);
/* Where the content of a virtual disk lies: storage keeps it beside the disk's file. */
char *disk_contents(const char *path);

/* Whether a virtual machine that has not ended has the disk, which nobody else can attach then. */
bool disk_is_held(const char *path);

/* service-storage.c: whether the host has attached the disk. */
bool disk_is_attached(const char *path);
/* Answers when `list` is completed, or after the time of the argument TimeoutInMs. */
HRESULT wait_in(struct waiter **list, struct request *request);
void complete_waiters(struct waiter **list, HRESULT code, const char *result);

#endif
