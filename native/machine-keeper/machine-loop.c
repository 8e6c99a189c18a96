#define _GNU_SOURCE
#include "machine-loop.h"
#include "../guest-agent/protocol.h"
#include "adapters.h"
#include "monitor.h"
#include "share.h"
#include "terminal.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { most_clients = 64, most_processes = 128, most_requests = 256, console_bytes = 8192, farewell_seconds = 2, lost_code = 255, ended_code = 137 };

/* A program of the host that asks something; one that stands for a process stays until that ends. */
struct client {
  int fd;
  uint32_t generation;
  struct buffer in, out;
  /* Streams of a process, and the files of a container that joins the machine. */
  int fds[4];
  size_t fd_count;
  bool runs_process;
  uint32_t process;
};

struct stream {
  int fd;
  struct buffer waiting;
  bool gone;
};

struct process {
  /* `joined`: the first process of a container that joined the machine; its files have the same number. */
  bool used, exited, terminal, joined;
  uint32_t number;
  int in;
  uint32_t in_credit;
  struct stream outputs[2];
  uint32_t exit_code, flags;
  int client; /* -1: the container's own */
};

struct request {
  bool used;
  uint32_t id, client_id, generation;
  int client; /* -1: ours */
  int process; /* index of the process that begins with it, or -1 */
};

static const struct plan *plan;
static const struct machine *machine;
static int word = -1;
static struct buffer received, sending;
static struct client clients[most_clients];
static struct process processes[most_processes];
static struct request requests[most_requests];
static uint32_t last_id, last_number, last_generation;
static char console[console_bytes + 1];
static size_t console_length;
static bool greeted, is_created;
/* When the machine goes although others have not read all of what its containers said; 0 while its own runs. */
static double end_time;

static void write_note(const char *name, const char *text) {
  char temporary[64];
  snprintf(temporary, sizeof temporary, "%s.new", name);
  int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return;
  size_t length = strlen(text);
  bool written = write(fd, text, length) == (ssize_t)length;
  close(fd);
  if (written) rename(temporary, name);
}

static void end_machine(void) {
  kill(machine->qemu, SIGKILL);
  kill(machine->virtiofsd, SIGKILL);
  while (waitpid(-1, NULL, 0) > 0 || errno == EINTR) { }
}

static void read_console(void) {
  char piece[1024];
  ssize_t length;
  while ((length = read(machine->console, piece, sizeof piece)) > 0) {
    size_t over = console_length + (size_t)length > console_bytes ? console_length + (size_t)length - console_bytes : 0;
    memmove(console, console + over, console_length - over);
    console_length -= over;
    memcpy(console + console_length, piece, (size_t)length);
    console_length += (size_t)length;
  }
  console[console_length] = '\0';
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The last words of this keeper to those that stand for containers in its machine. */
static void say_farewell(void) {
  double deadline = now() + farewell_seconds;
  for (size_t at = 0; at < most_clients; at++) {
    struct client *client = &clients[at];
    while (client->fd >= 0 && buffer_length(&client->out) > 0 && now() < deadline) {
      struct pollfd polled = {.fd = client->fd, .events = POLLOUT};
      if (poll(&polled, 1, 100) <= 0) continue;
      ssize_t sent = send(client->fd, client->out.bytes + client->out.start, buffer_length(&client->out), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0 && errno != EAGAIN && errno != EINTR) break;
      if (sent > 0) buffer_consume(&client->out, (size_t)sent);
    }
  }
}

static struct client *client_of_member(const struct process *process) { return process->used && process->joined && process->client >= 0 ? &clients[process->client] : NULL; }

static void tell_members_of_loss(const char *reason) {
  for (size_t at = 0; at < most_processes; at++) {
    struct client *client = client_of_member(&processes[at]);
    if (client != NULL) put_frame(&client->out, FRAME_LOST, processes[at].number, reason, strlen(reason));
  }
  say_farewell();
}

static void tell_members_of_end(void) {
  for (size_t at = 0; at < most_processes; at++) {
    const struct process *process = &processes[at];
    struct client *client = client_of_member(process);
    uint8_t payload[8];
    write_u32(payload, process->exited ? process->exit_code : ended_code);
    write_u32(payload + 4, process->exited ? process->flags : EXIT_WITH_MACHINE);
    if (client != NULL) put_frame(&client->out, FRAME_EXIT, process->number, payload, sizeof payload);
  }
  say_farewell();
}

/* Says why there is no container, or why its machine has gone, with what the guest's kernel said last. */
_Noreturn static void lose(const char *reason) {
  end_machine();
  read_console();
  char *panic = strstr(console, "Kernel panic");
  char *line = panic == NULL ? NULL : strndup(panic, strcspn(panic, "\r\n"));
  char *text = NULL;
  if (asprintf(&text, "%s\n%s", line == NULL ? reason : line, console) < 0) _exit(lost_code);
  if (is_created) {
    write_note("lost", text);
    /* Whoever reads the container's log shall see it too. */
    dprintf(plan->terminal ? 1 : 2, "silo: the utility VM has gone: %s\n", text);
    tell_members_of_loss(text);
  }
  else dprintf(word, "Fmachine\n%s", text);
  _exit(lost_code);
}

_Noreturn static void end_with(const struct process *process) {
  char text[32];
  snprintf(text, sizeof text, "%u", process->exit_code);
  if ((process->flags & 1) != 0) write_note("oom", "");
  write_note("ended", text);
  tell_members_of_end();
  end_machine();
  _exit((int)process->exit_code & 0xff);
}

static void put(uint16_t type, uint32_t id, const void *payload, size_t length) {
  if (!put_frame(&sending, type, id, payload, length)) lose("its keeper has no memory");
}

static struct process *find_process(uint32_t number) {
  for (size_t at = 0; at < most_processes; at++) if (processes[at].used && processes[at].number == number) return &processes[at];
  return NULL;
}

static void close_fd(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

static void keep_from_blocking(int fd) {
  if (fd >= 0) fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static struct process *add_process(uint32_t number, const int fds[3], bool terminal, int client) {
  for (size_t at = 0; at < most_processes; at++) {
    if (processes[at].used) continue;
    processes[at] = (struct process){.used = true, .number = number, .in = fds[0], .in_credit = stream_window, .terminal = terminal, .client = client, .outputs = {{.fd = fds[1]}, {.fd = fds[2]}}};
    for (int fd = 0; fd < 3; fd++) keep_from_blocking(fds[fd]);
    return &processes[at];
  }
  return NULL;
}

static void drop_process(struct process *process) {
  close_fd(&process->in);
  for (int stream = 0; stream < 2; stream++) {
    close_fd(&process->outputs[stream].fd);
    buffer_free(&process->outputs[stream].waiting);
  }
  if (process->joined) remove_share(process->number);
  process->used = false;
}

/* Nobody sees what it says any more, and nobody could end it. */
static void end_orphan(struct process *process) {
  uint8_t payload[20];
  write_u16(payload, FIELD_PROCESS);
  write_u32(payload + 2, 4);
  write_u32(payload + 6, process->number);
  write_u16(payload + 10, FIELD_SIGNAL);
  write_u32(payload + 12, 4);
  write_u32(payload + 16, SIGKILL);
  put(FRAME_SIGNAL, 0, payload, sizeof payload);
  process->client = -1;
}

static void drop_client(struct client *client) {
  for (size_t at = 0; at < client->fd_count; at++) close(client->fds[at]);
  if (client->runs_process) {
    struct process *process = find_process(client->process);
    if (process != NULL && process->client == (int)(client - clients)) end_orphan(process);
  }
  close(client->fd);
  buffer_free(&client->in);
  buffer_free(&client->out);
  *client = (struct client){.fd = -1};
}

static void write_client(struct client *client) {
  ssize_t length = send(client->fd, client->out.bytes + client->out.start, buffer_length(&client->out), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (length > 0) buffer_consume(&client->out, (size_t)length);
  else if (length < 0 && errno != EAGAIN && errno != EINTR) drop_client(client);
}

/* Sent at once: the container may end, and we with it, before the next turn. */
static void answer(struct client *client, uint16_t type, uint32_t id, const void *payload, size_t length) {
  if (put_frame(&client->out, type, id, payload, length)) write_client(client);
  else drop_client(client);
}

static void refuse(struct client *client, uint32_t id, const char *reason) {
  uint8_t payload[256];
  size_t length = strlen(reason);
  write_u32(payload, FAILURE_OTHER);
  memcpy(payload + 4, reason, length);
  answer(client, FRAME_FAILED, id, payload, 4 + length);
}

static struct request *add_request(int client, uint32_t client_id) {
  for (size_t at = 0; at < most_requests; at++) {
    if (requests[at].used) continue;
    /* Answers to id 0 are nobody's. */
    if (++last_id == 0) last_id = 1;
    requests[at] = (struct request){.used = true, .id = last_id, .client = client, .client_id = client_id, .generation = client < 0 ? 0 : clients[client].generation, .process = -1};
    return &requests[at];
  }
  return NULL;
}

/* The process's number is ours to give; it stands before what the client wrote. */
static void begin_process(struct client *client, const struct frame *frame) {
  bool joins = frame->type == FRAME_CREATE;
  if (client->fd_count != (joins ? 4 : 3) || client->runs_process || frame->length > largest_payload - 10) return refuse(client, frame->id, "the request has no streams");
  struct request *request = add_request((int)(client - clients), frame->id);
  if (++last_number == 0) last_number = 1;
  struct process *process = request == NULL ? NULL : add_process(last_number, client->fds, false, (int)(client - clients));
  if (process == NULL) {
    if (request != NULL) request->used = false;
    return refuse(client, frame->id, "there are too many processes");
  }
  if (joins) {
    bool added = add_share(last_number, client->fds[3]);
    close(client->fds[3]);
    client->fd_count = 0;
    if (!added) {
      request->used = false;
      drop_process(process);
      return refuse(client, frame->id, "the machine cannot be shown its files");
    }
    process->joined = true;
  }
  client->fd_count = 0;
  client->runs_process = true;
  client->process = last_number;
  request->process = (int)(process - processes);
  uint8_t *payload = malloc(10 + (size_t)frame->length);
  if (payload == NULL) lose("its keeper has no memory");
  write_u16(payload, FIELD_PROCESS);
  write_u32(payload + 2, 4);
  write_u32(payload + 6, last_number);
  memcpy(payload + 10, frame->payload, frame->length);
  put(frame->type, request->id, payload, 10 + (size_t)frame->length);
  free(payload);
}

static void handle_answer(const struct frame *frame);

/* QEMU has done what a request asked it for, or said why not. */
static void conclude(uint32_t id, const char *problem) {
  uint8_t payload[256];
  struct frame frame = {.type = FRAME_DONE, .id = id, .payload = payload};
  adapter_changed(id, problem == NULL);
  if (problem != NULL) {
    write_u32(payload, FAILURE_OTHER);
    memcpy(payload + 4, problem, strlen(problem));
    frame.type = FRAME_FAILED;
    frame.length = (uint32_t)(4 + strlen(problem));
  }
  handle_answer(&frame);
}

static void begin_change(struct client *client, const struct frame *frame) {
  char reason[200];
  struct request *request = add_request((int)(client - clients), frame->id);
  if (request == NULL) return refuse(client, frame->id, "there are too many requests");
  enum change change = change_adapter(plan, frame, request->id, reason, sizeof reason);
  if (change == CHANGE_BEGUN) return;
  request->used = false;
  if (change == CHANGE_DONE) answer(client, FRAME_DONE, frame->id, NULL, 0);
  else refuse(client, frame->id, reason);
}

static void tell_adapters(struct client *client, uint32_t id) {
  char text[2048];
  answer(client, FRAME_DONE, id, text, list_adapters(text, sizeof text));
}

static void handle_client_frame(struct client *client, const struct frame *frame) {
  if (frame->type == FRAME_EXEC || frame->type == FRAME_CREATE) return begin_process(client, frame);
  if (frame->type == FRAME_RESIZE) {
    if (client->runs_process) put(FRAME_RESIZE, client->process, frame->payload, frame->length);
    return;
  }
  if (frame->type == FRAME_ADAPTERS) return tell_adapters(client, frame->id);
  if (frame->type == FRAME_PLUG || frame->type == FRAME_UNPLUG) return begin_change(client, frame);
  if (frame->type != FRAME_START && frame->type != FRAME_SIGNAL && frame->type != FRAME_STATISTICS && frame->type != FRAME_UPDATE && frame->type != FRAME_NETWORK) return refuse(client, frame->id, "the keeper does not know the request");
  struct request *request = add_request((int)(client - clients), frame->id);
  if (request == NULL) return refuse(client, frame->id, "there are too many requests");
  put(frame->type, request->id, frame->payload, frame->length);
}

static void read_client(struct client *client) {
  uint8_t *room = buffer_reserve(&client->in, 16 * 1024);
  struct iovec part = {.iov_base = room, .iov_len = 16 * 1024};
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(4 * sizeof(int))];
  } control;
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.bytes};
  ssize_t length = room == NULL ? 0 : recvmsg(client->fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (length <= 0) return drop_client(client);
  client->in.end += (size_t)length;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header != NULL; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t at = 0; at < count; at++) {
      int fd;
      memcpy(&fd, CMSG_DATA(header) + at * sizeof fd, sizeof fd);
      if (client->fd_count < 4) client->fds[client->fd_count++] = fd;
      else close(fd);
    }
  }
  struct frame frame;
  enum next next = NEXT_NONE;
  uint32_t generation = client->generation;
  while (client->fd >= 0 && client->generation == generation && (next = next_frame(&client->in, &frame)) == NEXT_FRAME) {
    handle_client_frame(client, &frame);
    if (client->fd >= 0) drop_frame(&client->in, &frame);
  }
  if (client->fd >= 0 && next == NEXT_BROKEN) drop_client(client);
}

static void accept_client(int listener) {
  int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return;
  for (size_t at = 0; at < most_clients; at++) {
    if (clients[at].fd >= 0) continue;
    clients[at] = (struct client){.fd = fd, .generation = ++last_generation};
    return;
  }
  close(fd);
}

static void send_size(uint32_t number) {
  uint8_t size[4];
  if (terminal_size(size)) put(FRAME_RESIZE, number, size, sizeof size);
}

static void handle_answer(const struct frame *frame) {
  for (size_t at = 0; at < most_requests; at++) {
    struct request *request = &requests[at];
    if (!request->used || request->id != frame->id) continue;
    request->used = false;
    bool is_failure = frame->type == FRAME_FAILED;
    if (request->client < 0) {
      if (is_failure) {
        end_machine();
        dprintf(word, "F%u\n%.*s", frame->length < 4 ? 0 : read_u32(frame->payload), frame->length < 4 ? 0 : (int)(frame->length - 4), (const char *)frame->payload + 4);
        _exit(1);
      }
      is_created = true;
      if (plan->terminal) send_size(0);
      dprintf(word, "K");
      close_fd(&word);
      return;
    }
    struct client *client = &clients[request->client];
    bool there = client->fd >= 0 && client->generation == request->generation;
    if (is_failure && request->process >= 0) {
      drop_process(&processes[request->process]);
      if (there) client->runs_process = false;
    }
    if (!there) return;
    uint8_t number[4];
    write_u32(number, client->process);
    if (!is_failure && request->process >= 0) answer(client, frame->type, request->client_id, number, sizeof number);
    else answer(client, frame->type, request->client_id, frame->payload, frame->length);
    return;
  }
}

/* Somebody has not read all that another container said. */
static bool has_unheard(const struct process *own) {
  for (size_t at = 0; at < most_processes; at++) if (&processes[at] != own && processes[at].used && processes[at].joined) return true;
  return false;
}

static void finish(struct process *process) {
  for (int stream = 0; stream < 2; stream++) if (!process->outputs[stream].gone && buffer_length(&process->outputs[stream].waiting) > 0) return;
  if (process->number == 0) {
    /* Those that joined have ended before; what they said is given a moment to be read. */
    if (end_time == 0) end_time = now() + farewell_seconds;
    if (now() < end_time && has_unheard(process)) return;
    end_with(process);
  }
  if (process->client >= 0) {
    uint8_t payload[8];
    write_u32(payload, process->exit_code);
    write_u32(payload + 4, process->flags);
    struct client *client = &clients[process->client];
    client->runs_process = false;
    answer(client, FRAME_EXIT, process->number, payload, sizeof payload);
  }
  drop_process(process);
}

static void write_output(struct process *process, int stream) {
  struct stream *output = &process->outputs[stream];
  while (!output->gone && buffer_length(&output->waiting) > 0) {
    ssize_t length = write(output->fd, output->waiting.bytes + output->waiting.start, buffer_length(&output->waiting));
    if (length < 0 && errno == EINTR) continue;
    if (length < 0 && errno == EAGAIN) return;
    uint8_t payload[8];
    write_u32(payload, (uint32_t)stream + 1);
    if (length <= 0) {
      output->gone = true;
      buffer_free(&output->waiting);
      put(FRAME_OUTPUT_CLOSED, process->number, payload, 4);
      return;
    }
    buffer_consume(&output->waiting, (size_t)length);
    write_u32(payload + 4, (uint32_t)length);
    put(FRAME_CREDIT, process->number, payload, sizeof payload);
  }
}

static void take_output(struct process *process, int stream, const struct frame *frame) {
  struct stream *output = &process->outputs[process->terminal ? 0 : stream];
  if (output->gone || output->fd < 0) return;
  if (buffer_length(&output->waiting) + frame->length > stream_window) lose("the guest sends more than it may");
  if (!buffer_append(&output->waiting, frame->payload, frame->length)) lose("its keeper has no memory");
  write_output(process, process->terminal ? 0 : stream);
}

static void handle_guest_frame(const struct frame *frame) {
  if (frame->type == FRAME_HELLO) {
    if (greeted || frame->length != 4 || read_u32(frame->payload) != protocol_version) lose("the guest's agent speaks another version");
    greeted = true;
    put(FRAME_CREATE, add_request(-1, 0)->id, plan->create, plan->create_length);
    return;
  }
  if (frame->type == FRAME_DONE || frame->type == FRAME_FAILED) return handle_answer(frame);
  struct process *process = find_process(frame->id);
  if (process == NULL) return;
  if (frame->type == FRAME_STDOUT || frame->type == FRAME_STDERR) take_output(process, frame->type - FRAME_STDOUT, frame);
  else if (frame->type == FRAME_STDIN_CREDIT && frame->length == 4) {
    uint32_t bytes = read_u32(frame->payload);
    process->in_credit = bytes > stream_window - process->in_credit ? stream_window : process->in_credit + bytes;
  } else if (frame->type == FRAME_EXIT && frame->length == 8) {
    process->exited = true;
    process->exit_code = read_u32(frame->payload);
    process->flags = read_u32(frame->payload + 4);
  }
}

static void exchange(short events) {
  if ((events & (POLLIN | POLLHUP)) != 0) {
    uint8_t *room = buffer_reserve(&received, 64 * 1024);
    ssize_t length = room == NULL ? -1 : read(machine->port, room, 64 * 1024);
    /* QEMU is ending: its exit says more. */
    if (length == 0) usleep(1000);
    if (length > 0) received.end += (size_t)length;
    struct frame frame;
    enum next next;
    while ((next = next_frame(&received, &frame)) == NEXT_FRAME) {
      handle_guest_frame(&frame);
      drop_frame(&received, &frame);
    }
    if (next == NEXT_BROKEN) lose("the guest does not keep to the protocol");
  }
  while (buffer_length(&sending) > 0) {
    ssize_t length = send(machine->port, sending.bytes + sending.start, buffer_length(&sending), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (length <= 0) return;
    buffer_consume(&sending, (size_t)length);
  }
}

static void read_input(struct process *process) {
  uint8_t bytes[largest_data];
  size_t most = process->in_credit < sizeof bytes ? process->in_credit : sizeof bytes;
  ssize_t length = read(process->in, bytes, most);
  if (length > 0) {
    process->in_credit -= (uint32_t)length;
    put(FRAME_STDIN, process->number, bytes, (size_t)length);
  } else if (length == 0 || (errno != EAGAIN && errno != EINTR)) {
    put(FRAME_STDIN_END, process->number, NULL, 0);
    if (process->in != process->outputs[0].fd) close_fd(&process->in);
    else process->in = -1;
  }
}

/* True where the process ends within a second. */
static bool await_end(pid_t pid, int *status) {
  struct timespec moment = {.tv_nsec = 10 * 1000 * 1000};
  for (int tries = 0; tries < 100; tries++) {
    int found;
    pid_t ended = waitpid(pid, &found, WNOHANG);
    if (ended == pid) {
      *status = found;
      return true;
    }
    if (ended < 0 && errno != EINTR) return false;
    nanosleep(&moment, NULL);
  }
  return false;
}

static void handle_signals(int signals) {
  struct signalfd_siginfo information;
  bool ended = false;
  while (read(signals, &information, sizeof information) > 0) {
    if (information.ssi_signo == SIGTERM) ended = true;
    if (information.ssi_signo == SIGWINCH && is_created) send_size(0);
  }
  if (ended) {
    /* Whoever takes the container away ends all of it, as SIGKILL would. */
    write_note("ended", "137");
    end_machine();
    tell_members_of_end();
    _exit(ended_code);
  }
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
    if (pid != machine->qemu && pid != machine->virtiofsd) continue;
    /* It ends in order when QEMU has closed their socket, which QEMU may do before it can be waited for. */
    if (pid == machine->virtiofsd && WIFEXITED(status) && WEXITSTATUS(status) == 0 && await_end(machine->qemu, &status)) pid = machine->qemu;
    /* What it had sent before counts. */
    exchange(POLLIN);
    struct process *first = find_process(0);
    if (first != NULL && first->exited) {
      end_time = now();
      finish(first);
    }
    char reason[96];
    snprintf(reason, sizeof reason, "%s ended with %s %d", pid == machine->qemu ? "QEMU" : "virtiofsd", WIFSIGNALED(status) ? "signal" : "exit code", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    lose(reason);
  }
}

enum { polled_fixed = 5, polled_most = polled_fixed + most_clients + most_processes * 3 };
enum owner_kind { OWNER_CLIENT, OWNER_INPUT, OWNER_OUTPUT };
struct owner {
  enum owner_kind kind;
  int index, stream;
};

static nfds_t gather(struct pollfd *polled, struct owner *owners) {
  nfds_t count = polled_fixed;
  for (int at = 0; at < most_clients; at++) {
    if (clients[at].fd < 0) continue;
    owners[count] = (struct owner){OWNER_CLIENT, at, 0};
    polled[count++] = (struct pollfd){.fd = clients[at].fd, .events = (short)(POLLIN | (buffer_length(&clients[at].out) > 0 ? POLLOUT : 0))};
  }
  for (int at = 0; at < most_processes; at++) {
    struct process *process = &processes[at];
    if (!process->used) continue;
    if (is_created && process->in >= 0 && !process->exited && process->in_credit > 0 && buffer_length(&sending) < 4 * stream_window) {
      owners[count] = (struct owner){OWNER_INPUT, at, 0};
      polled[count++] = (struct pollfd){.fd = process->in, .events = POLLIN};
    }
    for (int stream = 0; stream < 2; stream++) {
      if (process->outputs[stream].gone || buffer_length(&process->outputs[stream].waiting) == 0) continue;
      owners[count] = (struct owner){OWNER_OUTPUT, at, stream};
      polled[count++] = (struct pollfd){.fd = process->outputs[stream].fd, .events = POLLOUT};
    }
  }
  return count;
}

static void serve_owner(const struct owner *owner, short events) {
  struct process *process = &processes[owner->index];
  if (owner->kind == OWNER_CLIENT) {
    struct client *client = &clients[owner->index];
    if ((events & POLLOUT) != 0) write_client(client);
    if (client->fd >= 0 && (events & (POLLIN | POLLHUP | POLLERR)) != 0) read_client(client);
  } else if (!process->used) return;
  else if (owner->kind == OWNER_INPUT) read_input(process);
  else write_output(process, owner->stream);
}

/* The machine's own container last: it takes the others with it. */
static void finish_exited(void) {
  struct process *own = find_process(0);
  for (size_t at = 0; at < most_processes; at++) if (processes[at].used && processes[at].exited && &processes[at] != own) finish(&processes[at]);
  if (own != NULL && own->exited) finish(own);
}

int run_machine(const struct plan *the_plan, const struct machine *the_machine, int listener, int the_word) {
  plan = the_plan;
  machine = the_machine;
  word = the_word;
  for (size_t at = 0; at < most_clients; at++) clients[at].fd = -1;
  const int standard[3] = {0, 1, plan->terminal ? -1 : 2};
  add_process(0, standard, plan->terminal, -1);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGWINCH);
  int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  static struct pollfd polled[polled_most];
  static struct owner owners[polled_most];
  char pid[16];
  snprintf(pid, sizeof pid, "%d", machine->qemu);
  write_note("qemu-pid", pid);
  keep_adapters(machine);
  open_monitor(machine->monitor);
  double deadline = now() + plan->patience;
  for (;;) {
    polled[0] = (struct pollfd){.fd = machine->port, .events = (short)(POLLIN | (buffer_length(&sending) > 0 ? POLLOUT : 0))};
    polled[1] = (struct pollfd){.fd = signals, .events = POLLIN};
    polled[2] = (struct pollfd){.fd = machine->console, .events = POLLIN};
    polled[3] = (struct pollfd){.fd = listener, .events = POLLIN};
    polled[4] = (struct pollfd){.fd = monitor_socket(), .events = POLLIN};
    nfds_t count = gather(polled, owners);
    if (poll(polled, count, end_time != 0 ? 50 : is_created ? -1 : 1000) < 0) continue;
    if (!is_created && now() > deadline) lose(greeted ? "the guest's agent does not answer" : "the guest's agent did not start in time");
    if ((polled[2].revents & POLLIN) != 0) read_console();
    if (polled[0].revents != 0) exchange(polled[0].revents);
    if (polled[1].revents != 0) handle_signals(signals);
    if (polled[3].revents != 0) accept_client(listener);
    if (polled[4].revents != 0) hear_monitor(conclude);
    for (nfds_t at = polled_fixed; at < count; at++) if (polled[at].revents != 0) serve_owner(&owners[at], polled[at].revents);
    finish_exited();
    exchange(0);
  }
}
