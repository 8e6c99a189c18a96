/*
 * The process between the service and a program: whatever the program starts stays below it, also what has lost
 * its parent, so all of it can be found, stopped and ended. It ends everything when the service has gone.
 */
#define _GNU_SOURCE
#include "holder.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "json.h"
#include "process-tree.h"

enum { control_descriptor = 3 };

/* What went wrong in the program's process before it was the program. */
struct failure {
  int error;
  char step[32];
};

static void tell(struct channel *control, struct json *message) {
  char *text = json_text(message);
  channel_send(control, text, strlen(text), NULL, 0);
  free(text);
  json_free(message);
}

static struct json *hear(struct channel *control) {
  char *bytes;
  size_t length;
  int descriptors[most_descriptors], count;
  if (!channel_receive(control, &bytes, &length, descriptors, &count)) return NULL;
  struct json *message = json_read(bytes, length, NULL);
  free(bytes);
  return message;
}

static char **words(const struct json *array) {
  char **list = must_allocate((json_count(array) + 1) * sizeof *list);
  size_t index = 0;
  for (const struct json *word = array == NULL ? NULL : array->first; word != NULL; word = word->next) list[index++] = word->text == NULL ? "" : word->text;
  return list;
}

static void give_up(int report, const char *step) {
  struct failure failure = {.error = errno};
  snprintf(failure.step, sizeof failure.step, "%s", step);
  if (write(report, &failure, sizeof failure) < 0) _exit(126);
  _exit(127);
}

/* Below the root; a link out of it is not followed. */
static bool inside(const char *root, const char *path, char *full, size_t size) {
  if (snprintf(full, size, "%s/%s", root, path) >= (int)size) return false;
  struct stat status;
  for (char *slash = full + strlen(root);;) {
    slash = strchr(slash + 1, '/');
    if (slash != NULL) *slash = 0;
    bool there = lstat(full, &status) == 0;
    bool right = there ? S_ISDIR(status.st_mode) : mkdir(full, 0755) == 0;
    if (slash == NULL) return right;
    *slash = '/';
    if (!right) return false;
  }
}

/* What a container's runtime gives every root file system, seen by this process and its descendants alone. */
static void give_devices(const char *root) {
  static const struct {
    const char *name;
    unsigned major, minor;
  } devices[] = {{"null", 1, 3}, {"zero", 1, 5}, {"full", 1, 7}, {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0}};
  char path[4096];
  if (inside(root, "dev", path, sizeof path) && mount("tmpfs", path, "tmpfs", MS_NOSUID, "mode=755,size=64k") == 0) {
    size_t length = strlen(path);
    for (size_t index = 0; index < sizeof devices / sizeof devices[0]; index++) {
      snprintf(path + length, sizeof path - length, "/%s", devices[index].name);
      if (mknod(path, S_IFCHR | 0666, makedev(devices[index].major, devices[index].minor)) == 0) chmod(path, 0666);
    }
  }
  /* Where another one may not be mounted, the process goes without. */
  if (inside(root, "proc", path, sizeof path)) mount("proc", path, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}

static bool give_folders(const char *root, const struct json *mounts) {
  for (const struct json *mapped = mounts == NULL ? NULL : mounts->first; mapped != NULL; mapped = mapped->next) {
    char path[4096];
    if (!inside(root, json_string(mapped, "Target"), path, sizeof path) || mount(json_string(mapped, "Source"), path, NULL, MS_BIND | MS_REC, NULL) != 0) return false;
    if (json_true(mapped, "ReadOnly") && mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) != 0) return false;
  }
  return true;
}

static void enter_root(const char *root, const struct json *spec, int report) {
  if (unshare(CLONE_NEWNS | CLONE_NEWUTS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0) {
    const char *host_name = json_string(spec, "HostName");
    if (host_name != NULL && sethostname(host_name, strlen(host_name)) != 0) give_up(report, "host name");
    give_devices(root);
    if (!give_folders(root, json_member(spec, "Mounts"))) give_up(report, "mapped folder");
  }
  if (chroot(root) != 0 || chdir("/") != 0) give_up(report, "root");
}

static void become(const struct json *spec, int report) {
  const char *root = json_string(spec, "Root"), *folder = json_string(spec, "Folder"), *working = json_string(spec, "WorkingDirectory");
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  setsid();
  if (json_true(spec, "Console") && ioctl(0, TIOCSCTTY, 0) != 0) give_up(report, "console");
  if (root != NULL) enter_root(root, spec, report);
  if (root == NULL && folder != NULL && chdir(folder) != 0) give_up(report, "folder");
  const struct json *groups = json_member(spec, "Groups");
  if (geteuid() == 0) {
    gid_t list[64];
    size_t count = 0;
    for (const struct json *group = groups == NULL ? NULL : groups->first; group != NULL && count < 64; group = group->next) list[count++] = (gid_t)group->whole;
    if (json_member(spec, "Uid") != NULL) {
      uid_t user = (uid_t)json_whole(spec, "Uid", 0);
      gid_t group = (gid_t)json_whole(spec, "Gid", 0);
      if (setgroups(count, list) != 0 || setresgid(group, group, group) != 0 || setresuid(user, user, user) != 0) give_up(report, "user");
    }
  }
  if (working != NULL && *working != 0 && chdir(working) != 0) give_up(report, "working directory");
  umask(022);
  char **environment = words(json_member(spec, "Environment"));
  char **arguments = words(json_member(spec, "Arguments"));
  /* execvpe looks the program up in this process's PATH, which has to be the program's. */
  clearenv();
  for (char **setting = environment; *setting != NULL; setting++) if (strncmp(*setting, "PATH=", 5) == 0) setenv("PATH", *setting + 5, 1);
  if (getenv("PATH") == NULL) setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
  const char *program = json_string(spec, "Application");
  if (arguments[0] == NULL) {
    errno = EINVAL;
    give_up(report, "command");
  }
  execvpe(program == NULL ? arguments[0] : program, arguments, environment);
  give_up(report, "command");
}

/* HRESULT_FROM_WIN32 of what Windows says in the same case. */
static int64_t code_of(const struct failure *failure) {
  if (strcmp(failure->step, "working directory") == 0) return (int32_t)0x8007010b;
  switch (failure->error) {
    case ENOENT: return E_FILE_NOT_FOUND;
    case EACCES: case EPERM: return E_ACCESSDENIED;
    case ENOEXEC: return (int32_t)0x800700c1;
    case ENOMEM: case EAGAIN: return E_OUTOFMEMORY;
    case EINVAL: return E_INVALIDARG;
    default: return E_FAIL;
  }
}

static pid_t start(struct channel *control, const struct json *spec) {
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) return -1;
  pid_t program = fork();
  if (program == 0) become(spec, report[1]);
  close(report[1]);
  struct failure failure = {.error = errno, .step = "fork"};
  ssize_t length = program < 0 ? (ssize_t)sizeof failure : read(report[0], &failure, sizeof failure);
  close(report[0]);
  struct json *message = json_new(JSON_OBJECT);
  if (length == 0) {
    json_set_whole(message, "ProcessId", program);
  } else {
    char problem[256];
    snprintf(problem, sizeof problem, "%s: %s", failure.step, strerror(failure.error));
    json_set_whole(message, "Code", code_of(&failure));
    json_set_string(message, "Problem", problem);
    if (program > 0) waitpid(program, NULL, 0);
    program = -1;
  }
  tell(control, message);
  return program;
}

static void signal_all(int number) {
  size_t count;
  pid_t *processes = descendants_of(getpid(), &count);
  for (size_t index = 0; index < count; index++) kill(processes[index], number);
  free(processes);
}

/* Reaps whatever has ended. False when nobody is left. */
static bool reap(struct channel *control, pid_t *program, bool *running) {
  for (;;) {
    int status;
    pid_t ended = waitpid(-1, &status, WNOHANG);
    if (ended == 0) return true;
    if (ended < 0) return errno == EINTR;
    if (ended != *program || !*running) continue;
    *running = false;
    struct json *message = json_new(JSON_OBJECT);
    json_set_whole(message, "ExitCode", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    tell(control, message);
  }
}

/* Nobody escapes by starting others meanwhile: it is said again until nobody is left. */
static void end_all(struct channel *control, pid_t *program, bool *running) {
  do {
    signal_all(SIGKILL);
    usleep(1000);
  } while (reap(control, program, running));
}

static bool obey(struct channel *control, pid_t *program, bool *running) {
  struct json *order = hear(control);
  int64_t number = json_whole(order, "Signal", 0);
  bool pause = json_whole(order, "Pause", 0) != 0, pauses = json_member(order, "Pause") != NULL;
  bool ends = order == NULL || json_member(order, "Kill") != NULL;
  json_free(order);
  if (number > 0 && *running) {
    kill(*program, (int)number);
    return true;
  }
  if (pauses) {
    /* Twice: what was started between looking and stopping is stopped now. */
    signal_all(pause ? SIGSTOP : SIGCONT);
    if (pause) signal_all(SIGSTOP);
  }
  if (ends) end_all(control, program, running);
  return !ends;
}

int hold(void) {
  sigset_t watched;
  sigemptyset(&watched);
  sigaddset(&watched, SIGCHLD);
  sigprocmask(SIG_BLOCK, &watched, NULL);
  signal(SIGPIPE, SIG_IGN);
  setsid();
  int children = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
  fcntl(control_descriptor, F_SETFD, FD_CLOEXEC);
  struct channel *control = channel_of_descriptor(control_descriptor);
  struct json *spec = hear(control);
  if (children < 0 || spec == NULL || prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return 1;
  pid_t program = start(control, spec);
  json_free(spec);
  if (program < 0) _exit(1);
  /* The program has its ends of the pipes; here they would keep them open. */
  int nothing = open("/dev/null", O_RDWR);
  for (int index = 0; index < 3; index++) dup2(nothing, index);
  if (nothing > 2) close(nothing);
  bool running = true;
  for (bool goes_on = true; goes_on;) {
    struct pollfd sources[] = {{.fd = children, .events = POLLIN}, {.fd = control_descriptor, .events = POLLIN}};
    if (poll(sources, 2, -1) < 0 && errno != EINTR) break;
    if (sources[0].revents != 0) {
      struct signalfd_siginfo information;
      while (read(children, &information, sizeof information) > 0) continue;
      goes_on = reap(control, &program, &running);
    }
    if (goes_on && sources[1].revents != 0) goes_on = obey(control, &program, &running);
  }
  /* Nothing is freed for the end. */
  _exit(0);
}
