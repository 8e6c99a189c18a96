#define _GNU_SOURCE
#include "start-process.h"
#include "boot.h"
#include "container-root.h"
#include "container.h"
#include "kernel-calls.h"
#include "protocol.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the child says: the kind, and for a failure which and why. */
struct word {
  char kind; /* R: ready, F: failed, P: the pid of a further process */
  uint32_t number;
  char reason[most_reason];
};

static void refuse(struct refusal *refusal, uint32_t failure, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  refusal->failure = failure;
  vsnprintf(refusal->reason, sizeof refusal->reason, format, arguments);
  va_end(arguments);
}

static void send_word(int status, const struct word *word, int fd) {
  struct iovec part = {.iov_base = (void *)word, .iov_len = sizeof *word};
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control = {0};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (fd >= 0) {
    message.msg_control = &control;
    message.msg_controllen = sizeof control.bytes;
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
  }
  while (sendmsg(status, &message, MSG_NOSIGNAL) < 0 && errno == EINTR) { }
}

static bool receive_word(int status, struct word *word, int *fd) {
  struct iovec part = {.iov_base = word, .iov_len = sizeof *word};
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control = {0};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.bytes};
  ssize_t length;
  while ((length = recvmsg(status, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) { }
  if (length != (ssize_t)sizeof *word) return false;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (fd != NULL) *fd = -1;
  if (header != NULL && header->cmsg_type == SCM_RIGHTS && fd != NULL) memcpy(fd, CMSG_DATA(header), sizeof *fd);
  return true;
}

static void fail(int status, uint32_t failure, const char *format, ...) {
  struct word word = {.kind = 'F', .number = failure};
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(word.reason, sizeof word.reason, format, arguments);
  va_end(arguments);
  send_word(status, &word, -1);
  _exit(1);
}

static int open_terminal(int status) {
  int master = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
  int unlocked = 0;
  if (master < 0 || ioctl(master, TIOCSPTLCK, &unlocked) != 0) fail(status, FAILURE_OTHER, "no terminal: %s", strerror(errno));
  int slave = ioctl(master, TIOCGPTPEER, O_RDWR);
  if (slave < 0 || ioctl(slave, TIOCSCTTY, 0) != 0) fail(status, FAILURE_OTHER, "no terminal: %s", strerror(errno));
  for (int fd = 0; fd < 3; fd++) dup2(slave, fd);
  if (slave > 2) close(slave);
  return master;
}

static void limit(const struct process_request *process, int status) {
  for (size_t at = 0; at < process->limit_count; at++) {
    struct rlimit wanted = {.rlim_cur = process->limits[at].soft, .rlim_max = process->limits[at].hard};
    if (setrlimit((int)process->limits[at].resource, &wanted) != 0) fail(status, FAILURE_LIMIT, "limit %u: %s", process->limits[at].resource, strerror(errno));
  }
  char score[16];
  snprintf(score, sizeof score, "%d", process->oom_score);
  if (process->has_oom_score && write_file("/proc/self/oom_score_adj", score) != 0) fail(status, FAILURE_LIMIT, "OOM score: %s", strerror(errno));
}

static void become_user(const struct process_request *process, int status) {
  for (int capability = 0; capability < 64; capability++) {
    if ((process->bounding >> capability & 1) != 0) continue;
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0 && errno == EINVAL) break;
  }
  if (process->terminal && fchown(0, process->uid, (gid_t)-1) != 0 && errno != EROFS) fail(status, FAILURE_OTHER, "terminal: %s", strerror(errno));
  if (setgroups(process->group_count, process->groups) != 0 || setresgid(process->gid, process->gid, process->gid) != 0 || setresuid(process->uid, process->uid, process->uid) != 0) {
    fail(status, FAILURE_OTHER, "user: %s", strerror(errno));
  }
  if (process->uid == 0 && set_capabilities(process->effective) != 0) fail(status, FAILURE_OTHER, "capabilities: %s", strerror(errno));
  if (process->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail(status, FAILURE_OTHER, "privileges: %s", strerror(errno));
}

static const char *search_path(const struct process_request *process) {
  for (size_t at = 0; at < process->environment.count; at++) if (strncmp(process->environment.items[at], "PATH=", 5) == 0) return process->environment.items[at] + 5;
  return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

/* Why a path is no program; NULL where it is one. */
static const char *why_no_program(const char *path) {
  struct stat about;
  if (stat(path, &about) != 0) return errno == ENOENT || errno == ENOTDIR ? "there is no such file (or its interpreter is missing)" : strerror(errno);
  if (S_ISDIR(about.st_mode)) return "it is a folder";
  return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0 ? NULL : "it is not executable";
}

static void find_program(const struct process_request *process, char found[PATH_MAX], int status) {
  const char *name = process->arguments.count == 0 ? "" : process->arguments.items[0];
  if (strchr(name, '/') != NULL) {
    const char *reason = why_no_program(name);
    if (reason != NULL || strlen(name) >= PATH_MAX) fail(status, FAILURE_EXECUTABLE, "%s", reason == NULL ? "its path is too long" : reason);
    strcpy(found, name);
    return;
  }
  for (const char *at = search_path(process); *name != '\0';) {
    size_t length = strcspn(at, ":");
    int written = snprintf(found, PATH_MAX, "%.*s/%s", length == 0 ? 1 : (int)length, length == 0 ? "." : at, name);
    if (written > 0 && written < PATH_MAX && why_no_program(found) == NULL) return;
    if (at[length] == '\0') break;
    at += length + 1;
  }
  fail(status, FAILURE_EXECUTABLE, "it is not on the container's PATH");
}

static void default_signals(void) {
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In the child, in its namespaces, with its stdio: everything up to the program itself. */
static void run(const struct request *request, bool is_first, int status) {
  const struct process_request *process = &request->process;
  setsid();
  int master = process->terminal ? open_terminal(status) : -1;
  if (is_first && process->terminal) {
    int place = open("/dev/console", O_CREAT | O_CLOEXEC | O_NOCTTY, 0620);
    close(place);
    char name[32];
    if (ttyname_r(0, name, sizeof name) == 0) mount(name, "/dev/console", NULL, MS_BIND, NULL);
  }
  limit(process, status);
  umask(0022);
  become_user(process, status);
  if (chdir(process->directory == NULL ? "/" : process->directory) != 0) fail(status, FAILURE_DIRECTORY, "%s", strerror(errno));
  char program[PATH_MAX];
  find_program(process, program, status);
  struct word ready = {.kind = 'R'};
  send_word(status, &ready, master);
  if (master >= 0) close(master);
  char start;
  ssize_t got;
  while ((got = read(status, &start, 1)) < 0 && errno == EINTR) { }
  if (got != 1) _exit(1);
  default_signals();
  char *nothing[] = {NULL};
  execve(program, process->arguments.items, process->environment.items == NULL ? nothing : process->environment.items);
  fail(status, FAILURE_EXECUTABLE, "%s", errno == ENOEXEC ? "it is made for another kind of processor, or is no program" : errno == ENOENT ? "there is no such file (or its interpreter is missing)" : errno == EACCES ? "it is not executable" : strerror(errno));
}

static bool enter_group(const struct container *container) {
  char path[128];
  snprintf(path, sizeof path, "%s/cgroup.procs", container->group);
  return write_file(path, "0") == 0;
}

static int enter_namespace(pid_t pid, const char *name) {
  char path[64];
  /* Not by a descriptor of the process: we are in a process namespace that has no number for it. */
  snprintf(path, sizeof path, "/proc/%d/ns/%s", pid, name);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  int result = fd < 0 ? -1 : setns(fd, 0);
  close(fd);
  return result;
}

/* Enters the ipc namespace of another container; a copy of its /dev/shm, or -1 with errno. */
static int join_ipc(uint32_t number) {
  const struct container *other = find_container(number);
  int own = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
  if (other == NULL) errno = ESRCH;
  if (own < 0 || other == NULL || enter_namespace(other->first, "ipc") != 0 || enter_namespace(other->first, "mnt") != 0) return -1;
  int shared_memory = open_tree_copy("/dev/shm");
  if (setns(own, CLONE_NEWNS) != 0) return -1;
  close(own);
  return shared_memory;
}

static void run_first(const struct container *container, const struct request *request, int status) {
  const char *what = "";
  if (!enter_group(container) || unshare(CLONE_NEWCGROUP) != 0) fail(status, FAILURE_OTHER, "control group: %s", strerror(errno));
  if (request->host_name != NULL && sethostname(request->host_name, strlen(request->host_name)) != 0) fail(status, FAILURE_OTHER, "host name: %s", strerror(errno));
  int shared_memory = request->shares_ipc ? join_ipc(request->ipc_of) : -1;
  if (request->shares_ipc && shared_memory < 0) fail(status, FAILURE_OTHER, "the ipc namespace of the other container: %s", strerror(errno));
  if (enter_container_root(container->share, shared_memory, request, &what) != 0) fail(status, FAILURE_MOUNT, "%s: %s", what, strerror(errno));
  run(request, true, status);
}

static void run_further(const struct container *container, const struct request *request, int status) {
  int first = open_pid(container->first);
  if (!enter_group(container)) fail(status, FAILURE_OTHER, "control group: %s", strerror(errno));
  if (first < 0 || setns(first, CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP) != 0) fail(status, FAILURE_OTHER, "the container cannot be entered: %s", strerror(errno));
  close(first);
  /* Only children are in the new process namespace; the agent shall be their parent. */
  pid_t pid = fork_with(CLONE_PARENT);
  if (pid < 0) fail(status, FAILURE_OTHER, "fork: %s", strerror(errno));
  if (pid == 0) run(request, false, status);
  struct word word = {.kind = 'P', .number = (uint32_t)pid};
  send_word(status, &word, -1);
  _exit(0);
}

/* Its first process, in namespaces of its own or among the processes of another container; -1 with errno. */
static pid_t fork_first(const struct request *request) {
  const int own_namespaces = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC;
  if (!request->shares_pid) return fork_with(own_namespaces | CLONE_NEWPID);
  const struct container *other = find_container(request->pid_of);
  int own = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
  pid_t pid = -1;
  if (other == NULL) errno = ESRCH;
  /* Only children come to be in the process namespace that is entered; what the agent starts later belongs elsewhere. */
  if (own >= 0 && other != NULL && enter_namespace(other->first, "pid") == 0) {
    pid = fork_with(own_namespaces);
    int error = errno;
    if (pid != 0 && setns(own, CLONE_NEWPID) != 0) power_off();
    errno = error;
  }
  if (own >= 0) close(own);
  return pid;
}

static void close_all(int *fds, size_t count) {
  for (size_t at = 0; at < count; at++) {
    if (fds[at] >= 0) close(fds[at]);
    fds[at] = -1;
  }
}

/* Reads the child's words until it is ready; false where it failed. */
static bool await_ready(struct started *started, bool is_first, struct refusal *refusal) {
  bool ready = false, known = is_first;
  while (!ready || !known) {
    struct word word;
    int master = -1;
    if (!receive_word(started->status, &word, &master)) {
      refuse(refusal, FAILURE_OTHER, "the process ended before its program");
      return false;
    }
    word.reason[sizeof word.reason - 1] = '\0';
    if (word.kind == 'F') {
      refuse(refusal, word.number, "%s", word.reason);
      return false;
    }
    if (word.kind == 'P') {
      /* The one in between has done its work. */
      waitpid(started->pid, NULL, 0);
      started->pid = (pid_t)word.number;
      known = true;
    } else {
      ready = true;
      started->in = master >= 0 ? master : started->in;
    }
  }
  return true;
}

bool start_process(const struct container *container, const struct request *request, struct started *started, struct refusal *refusal) {
  int sockets[2], pipes[6] = {-1, -1, -1, -1, -1, -1};
  *started = (struct started){.pid = -1, .in = -1, .out = -1, .err = -1, .status = -1};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0) {
    refuse(refusal, FAILURE_OTHER, "socket: %s", strerror(errno));
    return false;
  }
  bool terminal = request->process.terminal, is_first = container->first == 0;
  if (!terminal && (pipe2(pipes, O_CLOEXEC) != 0 || pipe2(pipes + 2, O_CLOEXEC) != 0 || pipe2(pipes + 4, O_CLOEXEC) != 0)) {
    refuse(refusal, FAILURE_OTHER, "pipes: %s", strerror(errno));
    close_all(pipes, 6);
    close_all(sockets, 2);
    return false;
  }
  pid_t pid = is_first ? fork_first(request) : fork();
  if (pid == 0) {
    if (!terminal) {
      dup2(pipes[0], 0);
      dup2(pipes[3], 1);
      dup2(pipes[5], 2);
    }
    if (is_first) run_first(container, request, sockets[1]);
    run_further(container, request, sockets[1]);
  }
  close(sockets[1]);
  if (!terminal) {
    close(pipes[0]);
    close(pipes[3]);
    close(pipes[5]);
  }
  *started = (struct started){.pid = pid, .in = pipes[1], .out = pipes[2], .err = pipes[4], .status = sockets[0]};
  bool ready = false;
  if (pid < 0) refuse(refusal, FAILURE_OTHER, "fork: %s", strerror(errno));
  else ready = await_ready(started, is_first, refusal);
  if (ready) return true;
  if (started->pid > 0) {
    kill(started->pid, SIGKILL);
    waitpid(started->pid, NULL, 0);
  }
  int fds[] = {started->in, started->out, started->err, started->status};
  close_all(fds, 4);
  return false;
}

bool release_process(struct started *started, struct refusal *refusal) {
  struct word word;
  bool failed = send(started->status, "S", 1, MSG_NOSIGNAL) != 1 || receive_word(started->status, &word, NULL);
  close(started->status);
  started->status = -1;
  if (!failed) return true;
  word.reason[sizeof word.reason - 1] = '\0';
  refuse(refusal, word.number, "%s", word.reason);
  return false;
}
