#define _GNU_SOURCE
#include "child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "process-tree.h"
#include "service.h"

extern char **environ;

struct child {
  struct channel *control; /* to the holder */
  pid_t holder;
  uint32_t process_id;
  struct child_owner owner;
};

pipe_end end_copy(pipe_end end) { return end < 0 ? NO_END : fcntl((int)end, F_DUPFD_CLOEXEC, 3); }

void end_close(pipe_end end) {
  if (end >= 0) close((int)end);
}

void end_give(struct request *request, const char *name, pipe_end end) {
  pipe_end copy = end_copy(end);
  if (copy < 0) return;
  answer_whole(request, name, request->descriptor_count);
  request->descriptors[request->descriptor_count++] = (int)copy;
}

void console_resize(pipe_end end, int64_t height, int64_t width) {
  struct winsize size = {.ws_row = (unsigned short)height, .ws_col = (unsigned short)width};
  ioctl((int)end, TIOCSWINSZ, &size);
}

void console_end_input(pipe_end end) {
  if (write((int)end, "\4", 1) < 0) return;
}

/* `ours` and `theirs` of a pipe in this direction, or of /dev/null. */
static bool make_pipe(bool wanted, bool input, pipe_end *ours, int *theirs) {
  int ends[2];
  *ours = NO_END;
  if (!wanted) return (*theirs = open("/dev/null", O_RDWR | O_CLOEXEC)) >= 0;
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  *ours = ends[input ? 1 : 0];
  *theirs = ends[input ? 0 : 1];
  /* Clients read and write without waiting; the program's own end is another file. */
  fcntl((int)*ours, F_SETFL, fcntl((int)*ours, F_GETFL) | O_NONBLOCK);
  return true;
}

static bool make_console(const struct json *spec, struct child_ends *ends, int theirs[3]) {
  int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  char name[64];
  if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0 || ptsname_r(master, name, sizeof name) != 0) {
    if (master >= 0) close(master);
    return false;
  }
  int slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (slave < 0) {
    close(master);
    return false;
  }
  console_resize(master, json_whole(spec, "Height", 25), json_whole(spec, "Width", 80));
  fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK);
  theirs[0] = slave;
  theirs[1] = (int)end_copy(slave);
  theirs[2] = (int)end_copy(slave);
  *ends = (struct child_ends){.input = master, .output = end_copy(master), .error = NO_END};
  return true;
}

static pid_t spawn_holder(int control, const int theirs[3]) {
  posix_spawn_file_actions_t actions;
  if (posix_spawn_file_actions_init(&actions) != 0) return -1;
  /* Through numbers that none of them has, so that none is overwritten before it was copied. */
  for (int index = 0; index < 3; index++) posix_spawn_file_actions_adddup2(&actions, theirs[index], 1000 + index);
  posix_spawn_file_actions_adddup2(&actions, control, 1003);
  for (int index = 0; index < 4; index++) posix_spawn_file_actions_adddup2(&actions, 1000 + index, index);
  posix_spawn_file_actions_addclosefrom_np(&actions, 4);
  char *arguments[] = {"hcs-simulator", "--hold", NULL};
  pid_t holder;
  int problem = posix_spawn(&holder, "/proc/self/exe", &actions, NULL, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  return problem == 0 ? holder : -1;
}

static struct json *receive_json(struct channel *channel) {
  char *bytes;
  size_t length;
  int descriptors[most_descriptors], count;
  if (!channel_receive(channel, &bytes, &length, descriptors, &count)) return NULL;
  struct json *message = json_read(bytes, length, NULL);
  free(bytes);
  return message;
}

static void send_json(struct channel *channel, const struct json *message) {
  char *text = json_text(message);
  channel_send(channel, text, strlen(text), NULL, 0);
  free(text);
}

static void reap(pid_t holder) {
  while (waitpid(holder, NULL, 0) < 0 && errno == EINTR) continue;
}

struct child *child_start(const struct json *spec, struct child_ends *ends, HRESULT *code, char **problem) {
  const char *pipes = json_string(spec, "Pipes");
  int theirs[3] = {-1, -1, -1}, control[2] = {-1, -1};
  *ends = (struct child_ends){NO_END, NO_END, NO_END};
  *problem = NULL;
  *code = E_OUTOFMEMORY;
  bool made = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) == 0;
  if (json_true(spec, "Console")) made = made && make_console(spec, ends, theirs);
  else made = made && make_pipe(strchr(pipes, 'i') != NULL, true, &ends->input, &theirs[0]) && make_pipe(strchr(pipes, 'o') != NULL, false, &ends->output, &theirs[1]) && make_pipe(strchr(pipes, 'e') != NULL, false, &ends->error, &theirs[2]);
  pid_t holder = made ? spawn_holder(control[1], theirs) : -1;
  for (int index = 0; index < 3; index++) end_close(theirs[index]);
  end_close(control[1]);
  struct channel *channel = control[0] < 0 ? NULL : channel_of_descriptor(control[0]);
  if (holder > 0) {
    send_json(channel, spec);
    struct json *answer = receive_json(channel);
    int64_t process_id = json_whole(answer, "ProcessId", 0);
    if (process_id > 0) {
      json_free(answer);
      struct child *child = must_allocate(sizeof *child);
      *child = (struct child){.control = channel, .holder = holder, .process_id = (uint32_t)process_id};
      return child;
    }
    *code = (HRESULT)json_whole(answer, "Code", E_FAIL);
    *problem = copy_text(json_string(answer, "Problem"));
    json_free(answer);
  }
  if (channel != NULL) channel_free(channel);
  if (holder > 0) reap(holder);
  end_close(ends->input);
  end_close(ends->output);
  end_close(ends->error);
  *ends = (struct child_ends){NO_END, NO_END, NO_END};
  if (*problem == NULL) *problem = copy_text("the process could not be started");
  return NULL;
}

static void watch(void *argument) {
  struct child *child = argument;
  struct json *message;
  while ((message = receive_json(child->control)) != NULL) {
    uint32_t code = (uint32_t)json_whole(message, "ExitCode", 0);
    json_free(message);
    service_lock();
    child->owner.exited(child->owner.owner, code);
    service_unlock();
  }
  reap(child->holder);
  service_lock();
  child->owner.gone(child->owner.owner);
  service_unlock();
  channel_free(child->control);
  free(child);
}

void child_own(struct child *child, struct child_owner owner) {
  child->owner = owner;
  run_on_thread(watch, child);
}

uint32_t child_process_id(const struct child *child) { return child->process_id; }

static void order(struct child *child, const char *name, int64_t value) {
  struct json *message = json_new(JSON_OBJECT);
  json_set_whole(message, name, value);
  send_json(child->control, message);
  json_free(message);
}

void child_kill(struct child *child) { order(child, "Kill", 1); }

void child_terminate(struct child *child) { order(child, "Signal", SIGKILL); }

bool child_signal(struct child *child, int64_t signal, const char *name) {
  static const struct {
    const char *name;
    int signal;
  } names[] = {{"CtrlC", SIGINT}, {"CtrlBreak", SIGINT}, {"CtrlClose", SIGHUP}, {"CtrlLogOff", SIGHUP}, {"CtrlShutdown", SIGTERM}};
  for (size_t index = 0; name != NULL && index < sizeof names / sizeof names[0]; index++) if (strcmp(names[index].name, name) == 0) signal = names[index].signal;
  if (signal <= 0 || signal > SIGRTMAX) return false;
  order(child, "Signal", signal);
  return true;
}

void child_pause(struct child *child, bool paused) { order(child, "Pause", paused); }

static char *process_text(pid_t process, const char *name) {
  char path[64], bytes[4096];
  snprintf(path, sizeof path, "/proc/%d/%s", process, name);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return NULL;
  ssize_t length = read(file, bytes, sizeof bytes - 1);
  close(file);
  if (length < 0) return NULL;
  bytes[length] = 0;
  return copy_text(bytes);
}

static int64_t kilobytes_of(const char *status, const char *name) {
  const char *found = strstr(status, name);
  return found == NULL ? 0 : strtoll(found + strlen(name), NULL, 10) * 1024;
}

static void iso_time(time_t seconds, int milliseconds_of, char text[40]) {
  struct tm parts;
  gmtime_r(&seconds, &parts);
  size_t length = strftime(text, 32, "%Y-%m-%dT%H:%M:%S", &parts);
  snprintf(text + length, 40 - length, ".%03dZ", milliseconds_of);
}

/* proc(5): /proc/pid/stat, behind the name, which may hold anything. */
static void add_details(pid_t process, struct json *list) {
  char *stat = process_text(process, "stat"), *status = process_text(process, "status");
  char *open = stat == NULL ? NULL : strchr(stat, '('), *close = stat == NULL ? NULL : strrchr(stat, ')');
  unsigned long long user = 0, kernel = 0, start = 0;
  if (open != NULL && close != NULL && status != NULL && sscanf(close + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %*d %*d %*d %*d %*d %*d %llu", &user, &kernel, &start) == 3) {
    *close = 0;
    unsigned long long ticks = (unsigned long long)sysconf(_SC_CLK_TCK);
    struct timespec now, up;
    clock_gettime(CLOCK_REALTIME, &now);
    clock_gettime(CLOCK_BOOTTIME, &up);
    char began[40];
    iso_time(now.tv_sec - up.tv_sec + (time_t)(start / ticks), (int)(start % ticks * 1000 / ticks), began);
    struct json *details = json_push(list, json_new(JSON_OBJECT));
    json_set_whole(details, "ProcessId", process);
    json_set_string(details, "ImageName", open + 1);
    json_set_string(details, "CreateTimestamp", began);
    json_set_whole(details, "UserTime100ns", (int64_t)(user * (10000000 / ticks)));
    json_set_whole(details, "KernelTime100ns", (int64_t)(kernel * (10000000 / ticks)));
    json_set_whole(details, "MemoryCommitBytes", kilobytes_of(status, "\nVmData:"));
    json_set_whole(details, "MemoryWorkingSetPrivateBytes", kilobytes_of(status, "\nRssAnon:"));
    json_set_whole(details, "MemoryWorkingSetSharedBytes", kilobytes_of(status, "\nRssFile:") + kilobytes_of(status, "\nRssShmem:"));
  }
  free(stat);
  free(status);
}

void child_processes(const struct child *child, struct json *list) {
  size_t count;
  pid_t *processes = descendants_of(child->holder, &count);
  for (size_t index = 0; index < count; index++) add_details(processes[index], list);
  free(processes);
}
