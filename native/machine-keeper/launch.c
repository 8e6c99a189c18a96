#define _GNU_SOURCE
#include "launch.h"
#include "child.h"
#include "share.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

static const char share_socket[] = "share.sock";

static bool failed(char *reason, size_t size, const char *what) {
  snprintf(reason, size, "%s: %s", what, strerror(errno));
  return false;
}

static int listen_for_files(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strcpy(address.sun_path, share_socket);
  unlink(share_socket);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 1) != 0) return -1;
  return fd;
}

/* `passed`: pairs of a descriptor here and its number there. */
static pid_t spawn(char **arguments, int input, int output, const int (*passed)[2], size_t count) {
  pid_t keeper = getpid(), pid = fork();
  if (pid != 0) return pid;
  in_child(keeper);
  int held[32];
  /* Out of the way first: a number that is wanted may be another's. */
  for (size_t at = 0; at < count; at++) held[at] = fcntl(passed[at][0], F_DUPFD_CLOEXEC, 64);
  if (input >= 0) dup2(input, 0);
  dup2(output, 1);
  dup2(output, 2);
  for (size_t at = 0; at < count; at++) dup2(held[at], passed[at][1]);
  execv(arguments[0], arguments);
  dprintf(2, "%s: %s\n", arguments[0], strerror(errno));
  _exit(127);
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The counter at a time. Whoever is put aside between the two looks again: a guest told of ten times the frequency is ten times as slow. */
static double read_both(unsigned long long *counter) {
  unsigned long long before, least = ~0ULL;
  double time = 0;
  for (int tries = 0; tries < 8; tries++) {
    before = __rdtsc();
    double now = seconds();
    unsigned long long after = __rdtsc();
    if (after - before >= least) continue;
    least = after - before;
    *counter = before + least / 2;
    time = now;
  }
  return time;
}

/* An emulated processor counts as this one does, and the guest has nothing to measure that by. */
static unsigned long counter_kilohertz(void) {
  unsigned long long first, last;
  double begin = read_both(&first), end;
  do {
    usleep(2000);
    end = read_both(&last);
  } while (end - begin < 0.008);
  return (unsigned long)((double)(last - first) / (end - begin) / 1000.0);
}

static bool fill_in(char **argument) {
  static const char token[] = "@TSC@";
  char *place = strstr(*argument, token);
  if (place == NULL) return true;
  char *filled = NULL;
  if (asprintf(&filled, "%.*s%lu%s", (int)(place - *argument), *argument, counter_kilohertz(), place + sizeof token - 1) < 0) return false;
  *argument = filled;
  return true;
}

bool launch_machine(const struct plan *plan, struct machine *machine, char *reason, size_t size) {
  machine->adapter_count = plan->adapter_count;
  for (size_t at = 0; at < plan->adapter_count; at++) machine->adapters[at] = plan->adapters[at];
  int taps[most_links], ports[2], monitor[2], console[2];
  if (!make_share(plan, reason, size) || !let_share_grow(reason, size) || !make_taps(plan->network_namespace, machine->adapters, plan->adapter_count, taps, reason, size)) return false;
  int files = listen_for_files();
  int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (files < 0 || nothing < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ports) != 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, monitor) != 0 || pipe2(console, O_CLOEXEC) != 0) return failed(reason, size, "sockets");
  for (size_t at = 0; at < plan->qemu_count; at++) if (!fill_in(&plan->qemu[at])) return failed(reason, size, "memory");
  const int file_descriptors[][2] = {{files, share_fd}};
  machine->virtiofsd = spawn(plan->virtiofsd, nothing, console[1], file_descriptors, 1);
  int passed[2 + most_links][2] = {{ports[1], agent_fd}, {monitor[1], monitor_fd}};
  for (size_t at = 0; at < plan->adapter_count; at++) {
    passed[2 + at][0] = taps[at];
    passed[2 + at][1] = first_tap_fd + (int)at;
  }
  machine->qemu = spawn(plan->qemu, nothing, console[1], (const int(*)[2])passed, 2 + plan->adapter_count);
  machine->port = ports[0];
  machine->monitor = monitor[0];
  machine->console = console[0];
  for (size_t at = 0; at < plan->adapter_count; at++) close(taps[at]);
  close(files);
  close(nothing);
  close(ports[1]);
  close(monitor[1]);
  close(console[1]);
  fcntl(machine->port, F_SETFL, O_NONBLOCK);
  fcntl(machine->monitor, F_SETFL, O_NONBLOCK);
  fcntl(machine->console, F_SETFL, O_NONBLOCK);
  return machine->virtiofsd > 0 && machine->qemu > 0 ? true : failed(reason, size, "fork");
}
