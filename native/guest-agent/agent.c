/*
 * The agent of a utility VM: its first process. It does what the host asks over one virtio-serial port:
 * makes the container, starts processes in it, carries their stdio, tells how they ended. When the port
 * closes nobody asks any more, and the machine powers off.
 */
#define _GNU_SOURCE
#include "boot.h"
#include "container.h"
#include "frames.h"
#include "kernel-calls.h"
#include "layered-root.h"
#include "network.h"
#include "protocol.h"
#include "request.h"
#include "start-process.h"
#include "statistics.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { most_processes = 256 };

struct output {
  int fd;
  /* Bytes that the host still takes. */
  uint32_t credit;
};

struct process {
  bool used, ended, terminal, ended_with_machine;
  uint32_t number;
  pid_t pid;
  int exit_code;
  int in;
  bool in_ending;
  struct buffer input;
  struct output outputs[2]; /* stdout (or the terminal), stderr */
};

static int port;
static struct buffer received, sending;
static bool heard;
static struct process processes[most_processes];
/* The machine's own container has ended. */
static bool ending;
/* When the module is loaded that gives free memory back to the host; 0: not now. */
static double memory_due;
/* Seconds: the container's first words need not wait for it, and a container that ends at once needs none. */
static const double memory_delay = 0.5;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void put(uint16_t type, uint32_t id, const void *payload, size_t length) {
  if (!put_frame(&sending, type, id, payload, length)) power_off();
}

static void done(uint32_t id, const void *payload, size_t length) { put(FRAME_DONE, id, payload, length); }

static void failed(uint32_t id, uint32_t failure, const char *reason) {
  uint8_t payload[4 + most_reason];
  size_t length = strnlen(reason, most_reason);
  write_u32(payload, failure);
  memcpy(payload + 4, reason, length);
  put(FRAME_FAILED, id, payload, 4 + length);
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

static struct process *add_process(const struct started *started, uint32_t number, bool terminal) {
  for (size_t at = 0; at < most_processes; at++) {
    if (processes[at].used) continue;
    int out = terminal ? fcntl(started->in, F_DUPFD_CLOEXEC, 3) : started->out;
    processes[at] = (struct process){
      .used = true, .number = number, .pid = started->pid, .terminal = terminal, .in = started->in,
      .outputs = {{.fd = out, .credit = stream_window}, {.fd = started->err, .credit = stream_window}},
    };
    keep_from_blocking(started->in);
    keep_from_blocking(out);
    keep_from_blocking(started->err);
    return &processes[at];
  }
  return NULL;
}

static bool has_room(void) {
  for (size_t at = 0; at < most_processes; at++) if (!processes[at].used) return true;
  return false;
}

/* Where the host's share is of no use to a container. */
static bool wants_share(const struct request *request) {
  if (request->layers.count == 0) return true;
  for (size_t at = 0; at < request->mount_count; at++) if (request->mounts[at].kind == MOUNT_BIND) return true;
  return false;
}

/* The first container that wants the share has it mounted. */
static bool bring_share(const struct request *request, struct refusal *refusal) {
  static bool is_mounted;
  const char *what = "";
  if (is_mounted || !wants_share(request)) return true;
  is_mounted = mount_share(&what) == 0;
  if (is_mounted) return true;
  refusal->failure = FAILURE_OTHER;
  snprintf(refusal->reason, sizeof refusal->reason, "%s: %s", what, strerror(errno));
  return false;
}

static bool load_wanted(const struct request *request, struct refusal *refusal) {
  for (size_t at = 0; at < request->modules.count; at++) {
    if (load_modules(request->modules.items[at]) == 0) continue;
    snprintf(refusal->reason, sizeof refusal->reason, "module %s: %s", request->modules.items[at], strerror(errno));
    return false;
  }
  return true;
}

/* What the machine needs once, before its own container. */
static bool prepare(const struct request *request, struct refusal *refusal) {
  const char *what = "";
  *refusal = (struct refusal){.failure = FAILURE_OTHER};
  if (!load_wanted(request, refusal)) return false;
  if (request->layers.count > 0 && !mount_layered_root(request, refusal)) return false;
  if (mount_control_groups(&what) == 0 && set_up_network(request, &what) == 0) return true;
  snprintf(refusal->reason, sizeof refusal->reason, "%s: %s", what, strerror(errno));
  return false;
}

static void create(uint32_t id, const struct request *request) {
  uint32_t number = request->process.number;
  struct refusal refusal;
  struct container *container;
  if (number == own_container ? find_container(own_container) != NULL : find_container(own_container) == NULL || ending) return failed(id, FAILURE_OTHER, number == own_container ? "the container is there already" : "the machine has no container to join");
  if (!has_room() || find_process(number) != NULL) return failed(id, FAILURE_OTHER, "there are too many processes");
  if ((number == own_container && !prepare(request, &refusal)) || !bring_share(request, &refusal) || (container = add_container(number, &refusal)) == NULL) return failed(id, refusal.failure, refusal.reason);
  if (apply_controls(container, request, &refusal) && start_process(container, request, &container->begun, &refusal)) {
    container->first = container->begun.pid;
    container->shares_pid = request->shares_pid;
    add_process(&container->begun, number, request->process.terminal);
    return done(id, NULL, 0);
  }
  failed(id, refusal.failure, refusal.reason);
  remove_container(container);
}

/* For want of it the container does not fail. Blocks of 64 KB: of the kernel's own choice, 2 MB, a tenth of what is free has none. */
static void give_memory_back(void) {
  if (load_modules("memory") == 0) write_file("/sys/module/page_reporting/parameters/page_reporting_order", "4");
}

static void start(uint32_t id, const struct request *request) {
  struct refusal refusal;
  struct container *container = find_container(request->container);
  if (container == NULL || container->begun.status < 0) failed(id, FAILURE_OTHER, "nothing waits for its start");
  else if (release_process(&container->begun, &refusal)) {
    done(id, NULL, 0);
    if (request->container == own_container) memory_due = now() + memory_delay;
  } else failed(id, refusal.failure, refusal.reason);
}

static void execute(uint32_t id, const struct request *request) {
  struct refusal refusal;
  struct started started;
  struct process *first = find_process(request->container);
  struct container *container = find_container(request->container);
  if (container == NULL || first == NULL || first->ended || container->begun.status >= 0) failed(id, FAILURE_OTHER, "the container does not run");
  else if (is_frozen(container)) failed(id, FAILURE_OTHER, "the container is paused");
  else if (!has_room() || find_process(request->process.number) != NULL) failed(id, FAILURE_OTHER, "there are too many processes");
  else if (!start_process(container, request, &started, &refusal)) failed(id, refusal.failure, refusal.reason);
  else if (!release_process(&started, &refusal)) {
    int fds[] = {started.in, started.out, started.err};
    for (size_t at = 0; at < 3; at++) close_fd(&fds[at]);
    failed(id, refusal.failure, refusal.reason);
  } else {
    add_process(&started, request->process.number, request->process.terminal);
    done(id, NULL, 0);
  }
}

static void send_signal(uint32_t id, const struct request *request) {
  struct process *process = find_process(request->process.number);
  struct container *container = find_container(request->container);
  if (request->all && container != NULL) signal_container(container, request->signal);
  else if (!request->all && process != NULL && !process->ended) kill(process->pid, (int)request->signal);
  done(id, NULL, 0);
}

static void tell_statistics(uint32_t id, const struct request *request) {
  char text[1024];
  struct container *container = find_container(request->container);
  if (container == NULL) failed(id, FAILURE_OTHER, "the container does not run");
  else done(id, text, read_statistics(container->group, text, sizeof text));
}

static void update(uint32_t id, const struct request *request) {
  struct refusal refusal = {.failure = FAILURE_OTHER, .reason = "the container does not run"};
  struct container *container = find_container(request->container);
  if (container != NULL && apply_controls(container, request, &refusal)) done(id, NULL, 0);
  else failed(id, refusal.failure, refusal.reason);
}

static void connect_links(uint32_t id, const struct request *request) {
  struct refusal refusal = {.failure = FAILURE_OTHER};
  const char *what = "";
  if (!load_wanted(request, &refusal)) return failed(id, refusal.failure, refusal.reason);
  if (change_network(request, &what) == 0) return done(id, NULL, 0);
  snprintf(refusal.reason, sizeof refusal.reason, "%s: %s", what, strerror(errno));
  failed(id, refusal.failure, refusal.reason);
}

static void resize(const struct process *process, const struct frame *frame) {
  if (!process->terminal || frame->length != 4) return;
  struct winsize size = {.ws_row = read_u16(frame->payload), .ws_col = read_u16(frame->payload + 2)};
  ioctl(process->in, TIOCSWINSZ, &size);
}

static void take_input(struct process *process, const struct frame *frame) {
  if (process->in < 0 || process->in_ending) return;
  if (buffer_length(&process->input) + frame->length > stream_window || !buffer_append(&process->input, frame->payload, frame->length)) power_off();
}

static void give_credit(struct process *process, const struct frame *frame) {
  if (frame->length != 8) return;
  uint32_t stream = read_u32(frame->payload), bytes = read_u32(frame->payload + 4);
  if (stream < 1 || stream > 2 || bytes > stream_window) return;
  uint32_t *credit = &process->outputs[stream - 1].credit;
  *credit = *credit + bytes > stream_window ? stream_window : *credit + bytes;
}

static void handle_process_frame(const struct frame *frame) {
  struct process *process = find_process(frame->id);
  if (process == NULL) return;
  if (frame->type == FRAME_RESIZE) resize(process, frame);
  else if (frame->type == FRAME_STDIN) take_input(process, frame);
  else if (frame->type == FRAME_STDIN_END) process->in_ending = true;
  else if (frame->type == FRAME_CREDIT) give_credit(process, frame);
  else if (frame->type == FRAME_OUTPUT_CLOSED && frame->length == 4) {
    uint32_t stream = read_u32(frame->payload);
    if (stream == 1 || stream == 2) close_fd(&process->outputs[stream - 1].fd);
  }
}

static void handle_request(const struct frame *frame) {
  struct request *request = read_request(frame->payload, frame->length);
  if (request == NULL) return failed(frame->id, FAILURE_OTHER, "the agent does not understand the request");
  switch (frame->type) {
    case FRAME_CREATE: create(frame->id, request); break;
    case FRAME_START: start(frame->id, request); break;
    case FRAME_EXEC: execute(frame->id, request); break;
    case FRAME_SIGNAL: send_signal(frame->id, request); break;
    case FRAME_STATISTICS: tell_statistics(frame->id, request); break;
    case FRAME_UPDATE: update(frame->id, request); break;
    case FRAME_NETWORK: connect_links(frame->id, request); break;
    default: failed(frame->id, FAILURE_OTHER, "the agent does not know the request");
  }
  free_request(request);
}

static void handle_frames(void) {
  struct frame frame;
  enum next next;
  while ((next = next_frame(&received, &frame)) == NEXT_FRAME) {
    if (frame.type >= FRAME_RESIZE && frame.type <= FRAME_OUTPUT_CLOSED) handle_process_frame(&frame);
    else handle_request(&frame);
    drop_frame(&received, &frame);
  }
  if (next == NEXT_BROKEN) power_off();
}

/* Input that the process has not taken yet. A terminal ends its input by its own character. */
static void write_input(struct process *process) {
  size_t length = buffer_length(&process->input);
  ssize_t written = length == 0 ? 0 : write(process->in, process->input.bytes + process->input.start, length);
  if (written > 0) {
    uint8_t credit[4];
    write_u32(credit, (uint32_t)written);
    buffer_consume(&process->input, (size_t)written);
    put(FRAME_STDIN_CREDIT, process->number, credit, sizeof credit);
  } else if (written < 0 && errno != EAGAIN && errno != EINTR) {
    process->in_ending = true;
    buffer_free(&process->input);
  }
  if (!process->in_ending || buffer_length(&process->input) > 0) return;
  if (process->terminal) {
    process->in_ending = false;
    struct termios settings;
    if (tcgetattr(process->in, &settings) == 0 && write(process->in, &settings.c_cc[VEOF], 1) != 1) return;
  } else close_fd(&process->in);
}

/* False where nothing was there. */
static bool read_output(struct process *process, int stream) {
  struct output *output = &process->outputs[stream];
  uint8_t bytes[largest_data];
  size_t most = output->credit < sizeof bytes ? output->credit : sizeof bytes;
  if (output->fd < 0 || most == 0) return false;
  ssize_t length = read(output->fd, bytes, most);
  if (length > 0) {
    output->credit -= (uint32_t)length;
    put(stream == 0 ? FRAME_STDOUT : FRAME_STDERR, process->number, bytes, (size_t)length);
    return true;
  }
  if (length < 0 && errno == EINTR) return true;
  /* A terminal that nobody has open gives EIO until somebody opens it again. */
  if (length == 0 || (errno != EAGAIN && !(errno == EIO && process->terminal && !process->ended))) close_fd(&output->fd);
  return false;
}

/* Containers that joined the machine end with its own. False while some have not. */
static bool end_members(void) {
  bool left = false;
  ending = true;
  for (struct container *member = next_member(NULL); member != NULL; member = next_member(member)) {
    struct process *first = find_process(member->number);
    if (first != NULL && !first->ended) {
      first->ended_with_machine = true;
      kill_container(member);
    }
    left = true;
  }
  return !left;
}

/* What it wrote before its end is read first, as far as the host takes it. */
static void finish(struct process *process) {
  struct container *container = find_container(process->number);
  if (process->number == own_container && !end_members()) return;
  for (int stream = 0; stream < 2; stream++) {
    while (read_output(process, stream)) { }
    /* The host has not taken all yet: its credit brings us here again. The machine's end waits for no reader of another container. */
    if (process->outputs[stream].fd >= 0 && process->outputs[stream].credit == 0 && !(ending && process->number != own_container)) return;
  }
  uint8_t payload[8];
  uint32_t flags = (container != NULL && ran_out_of_memory(container) ? EXIT_OUT_OF_MEMORY : 0) | (process->ended_with_machine ? EXIT_WITH_MACHINE : 0);
  write_u32(payload, (uint32_t)process->exit_code);
  write_u32(payload + 4, flags);
  close_fd(&process->in);
  for (int stream = 0; stream < 2; stream++) close_fd(&process->outputs[stream].fd);
  buffer_free(&process->input);
  process->used = false;
  if (container != NULL) {
    close_fd(&container->begun.status);
    if (container->shares_pid) end_rest(container);
    /*
     * What it wrote is with the host: files of the share are written through, and mapped pages when whoever mapped them ends.
     * sync() would have the host write all that it has to its disk, and meanwhile nobody could ask the agent for anything.
     */
    remove_container(container);
  }
  put(FRAME_EXIT, process->number, payload, sizeof payload);
}

static void finish_ended(void) {
  for (size_t at = 0; at < most_processes; at++) if (processes[at].used && processes[at].ended && processes[at].number != own_container) finish(&processes[at]);
  struct process *own = find_process(own_container);
  if (own != NULL && own->ended) finish(own);
}

static void reap(void) {
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
    for (size_t at = 0; at < most_processes; at++) {
      struct process *process = &processes[at];
      if (!process->used || process->ended || process->pid != pid) continue;
      process->ended = true;
      process->exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
  }
}

static void exchange(short events) {
  if ((events & (POLLIN | POLLHUP)) != 0) {
    uint8_t *room = buffer_reserve(&received, 64 * 1024);
    if (room == NULL) power_off();
    ssize_t length = read(port, room, 64 * 1024);
    /* The host is gone, or the kernel has not heard yet that it is there: it tells the port's name first. */
    if ((length == 0 && heard) || (length < 0 && errno != EAGAIN && errno != EINTR)) power_off();
    if (length == 0) usleep(1000);
    if (length > 0) {
      heard = true;
      received.end += (size_t)length;
    }
    handle_frames();
  }
  while (buffer_length(&sending) > 0) {
    ssize_t length = write(port, sending.bytes + sending.start, buffer_length(&sending));
    if (length <= 0) return;
    buffer_consume(&sending, (size_t)length);
  }
}

static void serve(int signals) {
  struct pollfd polled[2 + most_processes * 3];
  struct { struct process *process; int stream; } owners[2 + most_processes * 3];
  for (;;) {
    nfds_t count = 2;
    polled[0] = (struct pollfd){.fd = port, .events = (short)(POLLIN | (buffer_length(&sending) > 0 ? POLLOUT : 0))};
    polled[1] = (struct pollfd){.fd = signals, .events = POLLIN};
    for (size_t at = 0; at < most_processes; at++) {
      struct process *process = &processes[at];
      if (!process->used) continue;
      if (process->in >= 0 && (buffer_length(&process->input) > 0 || process->in_ending)) {
        owners[count].process = process;
        owners[count].stream = -1;
        polled[count++] = (struct pollfd){.fd = process->in, .events = POLLOUT};
      }
      for (int stream = 0; stream < 2; stream++) {
        /* What the host does not take stays in the pipe, and its writer waits. */
        if (process->outputs[stream].fd < 0 || process->outputs[stream].credit == 0 || buffer_length(&sending) > 4 * stream_window) continue;
        owners[count].process = process;
        owners[count].stream = stream;
        polled[count++] = (struct pollfd){.fd = process->outputs[stream].fd, .events = POLLIN};
      }
    }
    if (poll(polled, count, memory_due > 0 ? (int)(memory_delay * 1000) : -1) < 0) continue;
    if (memory_due > 0 && now() >= memory_due) {
      memory_due = 0;
      give_memory_back();
    }
    if (polled[1].revents != 0) {
      struct signalfd_siginfo information;
      while (read(signals, &information, sizeof information) > 0) { }
      reap();
    }
    for (nfds_t at = 2; at < count; at++) {
      if (polled[at].revents == 0 || !owners[at].process->used) continue;
      if (owners[at].stream < 0) write_input(owners[at].process);
      else if (!read_output(owners[at].process, owners[at].stream) && owners[at].process->terminal && (polled[at].revents & POLLHUP) != 0) usleep(1000);
    }
    exchange(polled[0].revents);
    finish_ended();
    exchange(0);
  }
}

int main(void) {
  port = boot();
  if (port < 0) power_off();
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigprocmask(SIG_BLOCK, &set, NULL);
  signal(SIGPIPE, SIG_IGN);
  uint8_t hello[4];
  write_u32(hello, protocol_version);
  put(FRAME_HELLO, 0, hello, sizeof hello);
  exchange(0);
  serve(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}
