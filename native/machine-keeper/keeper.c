/*
 * The keeper of a utility VM, as conmon calls it in place of an OCI runtime: `create` starts the machine and
 * leaves a process that holds it and is the container to conmon; `exec` leaves one that stands for a further
 * process. Both give conmon their exit codes. What they carry and for whom is in machine-loop.c.
 */
#define _GNU_SOURCE
#include "../guest-agent/protocol.h"
#include "launch.h"
#include "machine-loop.h"
#include "terminal.h"
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <poll.h>
#include <unistd.h>

enum { lost_code = 255 };

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

_Noreturn static void say(int word, const char *kind, const char *reason) {
  dprintf(word, "F%s\n%s", kind, reason);
  _exit(1);
}

static void say_errno(int word, const char *what) {
  char reason[512];
  snprintf(reason, sizeof reason, "%s: %s", what, strerror(errno));
  say(word, "keeper", reason);
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

_Noreturn static void keep_machine(const struct call *call, int word) {
  struct buffer content = {0};
  struct plan plan;
  struct machine machine;
  char reason[512];
  if (!read_file("plan", &content)) say_errno(word, "plan");
  if (!read_plan(&content, &plan)) say(word, "keeper", "the plan is broken");
  if (plan.terminal && (call->console_socket == NULL || !open_terminal(call->console_socket))) say_errno(word, "terminal");
  int listener = listen_for_clients();
  if (listener < 0) say_errno(word, "control");
  if (!launch_machine(&plan, &machine, reason, sizeof reason)) say(word, "keeper", reason);
  _exit(run_machine(&plan, &machine, listener, word));
}

static int connect_to_keeper(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strcpy(address.sun_path, "control");
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  return fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0 ? fd : -1;
}

/* Beside the pid file, for whoever wants to signal the process, or know that its exit code is lost. */
static void write_beside(const char *pid_file, const char *name, uint32_t number) {
  char path[4096];
  const char *slash = strrchr(pid_file, '/');
  snprintf(path, sizeof path, "%.*s/%s", slash == NULL ? 1 : (int)(slash - pid_file), slash == NULL ? "." : pid_file, name);
  FILE *file = fopen(path, "we");
  if (file == NULL) return;
  fprintf(file, "%u", number);
  fclose(file);
}

_Noreturn static void stand_for_process(const struct call *call, int word) {
  struct buffer request = {0}, answers = {0};
  if (!read_file(call->process_file, &request)) say_errno(word, "process");
  if (call->console_socket != NULL && !open_terminal(call->console_socket)) say_errno(word, "terminal");
  if (chdir(call->state) != 0) say_errno(word, "machine");
  int keeper = connect_to_keeper();
  if (keeper < 0) say_errno(word, "machine");
  struct buffer frame = {0};
  if (!put_frame(&frame, FRAME_EXEC, 1, request.bytes, buffer_length(&request))) say(word, "keeper", "the request is too long");
  const int fds[3] = {0, 1, 2};
  /* The descriptors come with the first byte; the rest may take several calls. */
  if (!send_with_descriptors(keeper, frame.bytes, 1, fds, 3)) say_errno(word, "machine");
  for (size_t sent = 1; sent < frame.end;) {
    ssize_t length = send(keeper, frame.bytes + sent, frame.end - sent, MSG_NOSIGNAL);
    if (length <= 0) say_errno(word, "machine");
    sent += (size_t)length;
  }
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGWINCH);
  sigaddset(&set, SIGTERM);
  int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  bool runs = false;
  for (;;) {
    struct pollfd polled[2] = {{.fd = keeper, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    if (poll(polled, 2, -1) < 0) continue;
    if (polled[1].revents != 0) {
      struct signalfd_siginfo information;
      uint8_t size[4];
      while (read(signals, &information, sizeof information) > 0) {
        if (information.ssi_signo == SIGTERM) _exit(lost_code);
        struct buffer resize = {0};
        if (runs && terminal_size(size) && put_frame(&resize, FRAME_RESIZE, 0, size, sizeof size) && send(keeper, resize.bytes, resize.end, MSG_NOSIGNAL) < 0) _exit(lost_code);
        buffer_free(&resize);
      }
    }
    if (polled[0].revents == 0) continue;
    uint8_t *room = buffer_reserve(&answers, 4096);
    ssize_t length = room == NULL ? 0 : recv(keeper, room, 4096, 0);
    if (length <= 0) {
      if (!runs) say(word, "machine", "the machine has gone\n");
      write_beside(call->pid_file, "lost", 1);
      _exit(lost_code);
    }
    answers.end += (size_t)length;
    struct frame answer;
    while (next_frame(&answers, &answer) == NEXT_FRAME) {
      if (answer.type == FRAME_FAILED) {
        char kind[16];
        char *reason = answer.length < 4 ? NULL : field_text(answer.payload + 4, answer.length - 4);
        snprintf(kind, sizeof kind, "%u", answer.length < 4 ? 0 : read_u32(answer.payload));
        say(word, kind, reason == NULL ? "" : reason);
      }
      if (answer.type == FRAME_DONE && answer.length == 4) {
        uint8_t size[4];
        struct buffer resize = {0};
        write_beside(call->pid_file, "number", read_u32(answer.payload));
        runs = true;
        if (call->console_socket != NULL && terminal_size(size) && put_frame(&resize, FRAME_RESIZE, 0, size, sizeof size) && send(keeper, resize.bytes, resize.end, MSG_NOSIGNAL) < 0) _exit(lost_code);
        buffer_free(&resize);
        dprintf(word, "K");
        close(word);
        /* The streams are the keeper's now: their end must not wait for ours. */
        int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (call->console_socket == NULL) dup2(nothing, 0);
        if (call->console_socket == NULL) dup2(nothing, 1);
        dup2(nothing, 2);
      }
      if (answer.type == FRAME_EXIT && answer.length == 8) _exit((int)read_u32(answer.payload) & 0xff);
      drop_frame(&answers, &answer);
    }
  }
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
