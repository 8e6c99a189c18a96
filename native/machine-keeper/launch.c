#define _GNU_SOURCE
#include "launch.h"
#include "share.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
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

static void in_child(pid_t keeper) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != keeper) _exit(127);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGPIPE, SIG_DFL);
  signal(SIGHUP, SIG_DFL);
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


/* A tap in the namespace that we are in; it goes with the last descriptor of it. */
static int make_tap(size_t index) {
  struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
  snprintf(request.ifr_name, sizeof request.ifr_name, "machine%u", (unsigned)index & 0xff);
  int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
  if (fd < 0 || ioctl(fd, TUNSETIFF, &request) != 0) return -1;
  int inet = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  request.ifr_flags = IFF_UP;
  int result = ioctl(inet, SIOCSIFFLAGS, &request);
  close(inet);
  return result == 0 ? fd : -1;
}

/* What arrives at the link goes to the tap, and what the guest sends goes out by the link; nothing of it reaches this system's own stack. */
static bool join_links(const struct plan *plan, char *reason, size_t size) {
  int lines[2];
  if (pipe2(lines, O_CLOEXEC) != 0) return failed(reason, size, "pipe");
  pid_t keeper = getpid(), pid = fork();
  if (pid == 0) {
    in_child(keeper);
    dup2(lines[0], 0);
    execlp("tc", "tc", "-batch", "-", NULL);
    _exit(127);
  }
  close(lines[0]);
  for (size_t at = 0; at < plan->link_count; at++) {
    const char *filter = "protocol all u32 match u8 0 0 action mirred egress redirect dev";
    dprintf(lines[1], "qdisc replace dev %s ingress\nqdisc replace dev machine%zu ingress\n", plan->links[at], at);
    dprintf(lines[1], "filter replace dev %s parent ffff: pref 1 handle 800::800 %s machine%zu\n", plan->links[at], filter, at);
    dprintf(lines[1], "filter add dev machine%zu parent ffff: pref 1 %s %s\n", at, filter, plan->links[at]);
  }
  close(lines[1]);
  int status = 0;
  waitpid(pid, &status, 0);
  if (status == 0) return true;
  snprintf(reason, size, "tc cannot join the network's links to the machine");
  return false;
}

static bool make_taps(const struct plan *plan, int taps[most_links], char *reason, size_t size) {
  if (plan->network_namespace == NULL) return true;
  int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  int wanted = open(plan->network_namespace, O_RDONLY | O_CLOEXEC);
  if (own < 0 || wanted < 0 || setns(wanted, CLONE_NEWNET) != 0) return failed(reason, size, plan->network_namespace);
  close(wanted);
  bool made = true;
  for (size_t at = 0; made && at < plan->link_count; at++) {
    taps[at] = make_tap(at);
    if (taps[at] < 0) made = failed(reason, size, "tap");
  }
  if (made && plan->link_count > 0) made = join_links(plan, reason, size);
  /* QEMU and we need no network: the namespace may go when its engine wants it. */
  int back = setns(own, CLONE_NEWNET);
  close(own);
  return made && back == 0;
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* An emulated processor counts as this one does, and the guest has nothing to measure that by. */
static unsigned long counter_kilohertz(void) {
  double begin = seconds(), end;
  unsigned long long first = __rdtsc(), last;
  do {
    usleep(2000);
    end = seconds();
    last = __rdtsc();
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
  int taps[most_links], ports[2], console[2];
  if (!make_share(plan, reason, size) || !let_share_grow(reason, size) || !make_taps(plan, taps, reason, size)) return false;
  int files = listen_for_files();
  int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (files < 0 || nothing < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ports) != 0 || pipe2(console, O_CLOEXEC) != 0) return failed(reason, size, "sockets");
  for (size_t at = 0; at < plan->qemu_count; at++) if (!fill_in(&plan->qemu[at])) return failed(reason, size, "memory");
  const int file_descriptors[][2] = {{files, share_fd}};
  machine->virtiofsd = spawn(plan->virtiofsd, nothing, console[1], file_descriptors, 1);
  int passed[1 + most_links][2] = {{ports[1], agent_fd}};
  for (size_t at = 0; at < plan->link_count; at++) {
    passed[1 + at][0] = taps[at];
    passed[1 + at][1] = first_tap_fd + (int)at;
  }
  machine->qemu = spawn(plan->qemu, nothing, console[1], (const int(*)[2])passed, 1 + plan->link_count);
  machine->port = ports[0];
  machine->console = console[0];
  for (size_t at = 0; at < plan->link_count; at++) close(taps[at]);
  close(files);
  close(nothing);
  close(ports[1]);
  close(console[1]);
  fcntl(machine->port, F_SETFL, O_NONBLOCK);
  fcntl(machine->console, F_SETFL, O_NONBLOCK);
  return machine->virtiofsd > 0 && machine->qemu > 0 ? true : failed(reason, size, "fork");
}
