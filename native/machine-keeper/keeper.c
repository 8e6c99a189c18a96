/*
 * The keeper of a utility VM, as conmon calls it in place of an OCI runtime: `create` starts the machine and
 * leaves a process that holds it and is the container to conmon, or one that stands for a container in the machine of
 * another; `exec` leaves one that stands for a further process. All give conmon their exit codes. What a machine's
 * keeper carries and for whom is in machine-loop.c.
 */
#define _GNU_SOURCE
#include "../guest-agent/protocol.h"
#include "launch.h"
#include "machine-loop.h"
#include "share.h"
#include "stand-in.h"
#include "terminal.h"
#include "word.h"
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct call {
  const char *state, *verb, *pid_file, *console_socket, *process_file;
};

static bool read_call(int count, char **arguments, struct call *call) {
  static const struct option options[] = {
    {"state", required_argument, NULL, 's'}, {"bundle", required_argument, NULL, 'b'}, {"pid-file", required_argument, NULL, 'p'}, {"console-socket", required_argument, NULL, 'c'},
    {"process", required_argument, NULL, 'x'}, {"detach", no_argument, NULL, 'd'}, {"tty", no_argument, NULL, 't'}, {"no-pivot", no_argument, NULL, 'n'}, {"no-new-keyring", no_argument, NULL, 'k'}, {NULL, 0, NULL, 0},
  };
  int option;
  while ((option = getopt_long(count, arguments, "dt", options, NULL)) != -1) {
    if (option == 's') call->state = optarg;
    else if (option == 'p') call->pid_file = optarg;
    else if (option == 'c') call->console_socket = optarg;
    else if (option == 'x') call->process_file = optarg;
    else if (option == '?') return false;
  }
  call->verb = optind < count ? arguments[optind] : "";
  return call->state != NULL && call->pid_file != NULL;
}

static void block_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGWINCH);
  sigprocmask(SIG_BLOCK, &set, NULL);
  signal(SIGPIPE, SIG_IGN);
  /* conmon's end of a terminal may go; the container stays. */
  signal(SIGHUP, SIG_IGN);
  signal(SIGINT, SIG_IGN);
}

static int listen_for_clients(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strcpy(address.sun_path, "control");
  unlink("control");
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 64) != 0) return -1;
  return fd;
}

/* Its files go to the machine as one tree; nothing of them stays mounted here. */
_Noreturn static void join_machine(const struct call *call, const struct plan *plan, int word) {
  char reason[512];
  int tree = make_share(plan, reason, sizeof reason) ? give_share(reason, sizeof reason) : -1;
  if (tree < 0) say(word, "keeper", reason);
  const struct stand_in container = {
    .type = FRAME_CREATE, .payload = plan->create, .length = plan->create_length, .tree = tree, .machine = plan->join, .notes = call->state, .terminal = plan->terminal, .patience = plan->patience,
  };
  stand_in(&container, word);
}

_Noreturn static void keep_machine(const struct call *call, int word) {
  struct buffer content = {0};
  struct plan plan;
  struct machine machine;
  char reason[512];
  if (!read_file("plan", &content)) say_errno(word, "plan");
  if (!read_plan(&content, &plan)) say(word, "keeper", "the plan is broken");
  if (plan.terminal && (call->console_socket == NULL || !open_terminal(call->console_socket))) say_errno(word, "terminal");
  if (plan.join != NULL) join_machine(call, &plan, word);
  int listener = listen_for_clients();
  if (listener < 0) say_errno(word, "control");
  if (!launch_machine(&plan, &machine, reason, sizeof reason)) say(word, "keeper", reason);
  _exit(run_machine(&plan, &machine, listener, word));
}

static const char *folder_of(const char *path) {
  char *folder = strdup(path);
  char *slash = folder == NULL ? NULL : strrchr(folder, '/');
  if (slash == NULL) return ".";
  *slash = '\0';
  return folder;
}

_Noreturn static void stand_for_process(const struct call *call, int word) {
  struct buffer request = {0};
  if (!read_file(call->process_file, &request)) say_errno(word, "process");
  if (call->console_socket != NULL && !open_terminal(call->console_socket)) say_errno(word, "terminal");
  const struct stand_in process = {
    .type = FRAME_EXEC, .payload = request.bytes, .length = (uint32_t)buffer_length(&request), .tree = -1, .machine = call->state, .notes = folder_of(call->pid_file), .terminal = call->console_socket != NULL,
  };
  stand_in(&process, word);
}

/* Waits for the word of the one that stays, and tells conmon who that is. */
static int report(const struct call *call, int word, pid_t pid) {
  char text[12288];
  size_t length = 0;
  ssize_t got;
  while (length < sizeof text && (got = read(word, text + length, sizeof text - length)) > 0) length += (size_t)got;
  if (length == 0 || text[0] != 'K') {
    const char nothing[] = "keeper\nit ended without a word";
    if (length == 0) return (int)write(2, nothing, sizeof nothing - 1) < 0 ? 2 : 1;
    return (int)write(2, text + 1, length - 1) < 0 ? 2 : 1;
  }
  FILE *file = fopen(call->pid_file, "we");
  if (file == NULL) return 1;
  fprintf(file, "%d", pid);
  return fclose(file) == 0 ? 0 : 1;
}

int main(int count, char **arguments) {
  struct call call = {0};
  bool understood = read_call(count, arguments, &call);
  bool creates = understood && strcmp(call.verb, "create") == 0, executes = understood && strcmp(call.verb, "exec") == 0 && call.process_file != NULL;
  if (!creates && !executes) {
    fprintf(stderr, "keeper\nit does not know what conmon asks for\n");
    return 1;
  }
  int word[2];
  if (pipe2(word, O_CLOEXEC) != 0) return 1;
  pid_t pid = fork();
  if (pid < 0) return 1;
  if (pid > 0) {
    close(word[1]);
    return report(&call, word[0], pid);
  }
  close(word[0]);
  for (int fd = 3; fd < 256; fd++) if (fd != word[1]) close(fd);
  setsid();
  block_signals();
  umask(0077);
  if (executes) stand_for_process(&call, word[1]);
  if (chdir(call.state) != 0) say_errno(word[1], "folder");
  keep_machine(&call, word[1]);
}
