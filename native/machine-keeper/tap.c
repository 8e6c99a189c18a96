#define _GNU_SOURCE
#include "tap.h"
#include "child.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static bool failed(char *reason, size_t size, const char *what) {
  snprintf(reason, size, "%s: %s", what, strerror(errno));
  return false;
}

bool read_adapter(const struct field *field, struct adapter *adapter) {
  enum { before_name = 10 };
  *adapter = (struct adapter){0};
  if (field->length <= before_name || field->length - before_name >= sizeof adapter->name) return false;
  memcpy(adapter->mac, field->bytes, sizeof adapter->mac);
  memcpy(adapter->name, field->bytes + before_name, field->length - before_name);
  /* It becomes a word of what tc is told. */
  return strlen(adapter->name) == field->length - before_name && strpbrk(adapter->name, " \t\n\"'\\/#") == NULL;
}

/* Our own namespace, to go back to; -1 where the other cannot be entered. */
static int enter_namespace(const char *path) {
  int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  int wanted = open(path, O_RDONLY | O_CLOEXEC);
  bool entered = own >= 0 && wanted >= 0 && setns(wanted, CLONE_NEWNET) == 0;
  int reason = errno;
  if (wanted >= 0) close(wanted);
  if (!entered && own >= 0) close(own);
  errno = reason;
  return entered ? own : -1;
}

/* QEMU and we need no network: the namespace may go when its engine wants it. */
static bool leave_namespace(int own) {
  int result = setns(own, CLONE_NEWNET);
  close(own);
  return result == 0;
}

/* A tap in the namespace that we are in; it goes with the last descriptor of it. */
static int make_tap(unsigned number) {
  struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
  snprintf(request.ifr_name, sizeof request.ifr_name, "machine%u", number);
  int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
  if (fd < 0) return -1;
  int inet = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  int result = ioctl(fd, TUNSETIFF, &request);
  request.ifr_flags = IFF_UP;
  if (result == 0) result = ioctl(inet, SIOCSIFFLAGS, &request);
  int reason = errno;
  close(inet);
  if (result != 0) close(fd);
  errno = reason;
  return result == 0 ? fd : -1;
}

/* What arrives at the link goes to the tap, and what the guest sends goes out by the link; nothing of it reaches this system's own stack. */
static bool join_links(const struct adapter *adapters, size_t count, char *reason, size_t size) {
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
  for (size_t at = 0; at < count; at++) {
    const char *name = adapters[at].name, *filter = "parent ffff: pref 1 handle 800::800 protocol all u32 match u8 0 0 action mirred egress redirect dev";
    unsigned number = adapters[at].number;
    dprintf(lines[1], "qdisc replace dev %s ingress\nqdisc replace dev machine%u ingress\n", name, number);
    dprintf(lines[1], "filter replace dev %s %s machine%u\nfilter replace dev machine%u %s %s\n", name, filter, number, number, filter, name);
  }
  close(lines[1]);
  int status = 0;
  waitpid(pid, &status, 0);
  if (status == 0) return true;
  snprintf(reason, size, "tc cannot join the network's links to the machine");
  return false;
}

bool make_taps(const char *network_namespace, struct adapter *adapters, size_t count, int *taps, char *reason, size_t size) {
  if (count == 0) return true;
  int own = network_namespace == NULL ? -1 : enter_namespace(network_namespace);
  if (own < 0) return failed(reason, size, network_namespace == NULL ? "no network" : network_namespace);
  bool made = true;
  size_t open_taps = 0;
  for (size_t at = 0; made && at < count; at++) {
    adapters[at].link_index = if_nametoindex(adapters[at].name);
    if (taps == NULL) continue;
    taps[at] = make_tap(adapters[at].number);
    if (taps[at] < 0) made = failed(reason, size, "tap");
    else open_taps += 1;
  }
  if (made) made = join_links(adapters, count, reason, size);
  if (!leave_namespace(own)) made = failed(reason, size, "network namespace");
  for (size_t at = 0; !made && at < open_taps; at++) close(taps[at]);
  return made;
}
