#define _GNU_SOURCE
#include "stand-in.h"
#include "../guest-agent/protocol.h"
#include "plan.h"
#include "terminal.h"
#include "word.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { request_id = 1, end_id = 2, lost_code = 255 };

static const struct stand_in *process;
static int keeper = -1, notes = -1, voice = -1, word;
static uint32_t number;
static bool runs;

static int connect_to_keeper(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strcpy(address.sun_path, "control");
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  return fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0 ? fd : -1;
}

static void note(const char *name, const char *text) {
  char temporary[64];
  snprintf(temporary, sizeof temporary, "%s.new", name);
  int fd = openat(notes, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return;
  size_t length = strlen(text);
  bool written = write(fd, text, length) == (ssize_t)length;
  close(fd);
  if (written) renameat(notes, temporary, notes, name);
}

static void note_number(const char *name, uint32_t value) {
  char text[16];
  snprintf(text, sizeof text, "%u", value);
  note(name, text);
}

_Noreturn static void lose(const char *reason) {
  if (!runs) say(word, "machine", reason);
  note("lost", reason);
  /* Whoever reads the container's log shall see it too. */
  if (process->type == FRAME_CREATE) dprintf(voice, "silo: the utility VM has gone: %s\n", reason);
  _exit(lost_code);
}

static void send_request(void) {
  const int fds[4] = {0, 1, 2, process->tree};
  struct buffer frame = {0};
  if (!put_frame(&frame, process->type, request_id, process->payload, process->length)) say(word, "keeper", "the request is too long");
  /* The descriptors come with the first byte; the rest may take several calls. */
  if (!send_with_descriptors(keeper, frame.bytes, 1, fds, process->tree < 0 ? 3 : 4)) say_errno(word, "machine");
  for (size_t sent = 1; sent < frame.end;) {
    ssize_t length = send(keeper, frame.bytes + sent, frame.end - sent, MSG_NOSIGNAL);
    if (length <= 0) say_errno(word, "machine");
    sent += (size_t)length;
  }
  buffer_free(&frame);
}

static void send_frame(uint16_t type, uint32_t id, const uint8_t *payload, size_t length) {
  struct buffer frame = {0};
  if (put_frame(&frame, type, id, payload, length) && send(keeper, frame.bytes, frame.end, MSG_NOSIGNAL) < 0) lose("its keeper has gone");
  buffer_free(&frame);
}

static void send_size(void) {
  uint8_t size[4];
  if (runs && terminal_size(size)) send_frame(FRAME_RESIZE, 0, size, sizeof size);
}

/* Whoever takes a container away ends all of it; its end comes as any other. */
static void end(void) {
  if (process->type != FRAME_CREATE || !runs) _exit(lost_code);
  uint8_t payload[26];
  write_u16(payload, FIELD_CONTAINER);
  write_u32(payload + 2, 4);
  write_u32(payload + 6, number);
  write_u16(payload + 10, FIELD_SIGNAL);
  write_u32(payload + 12, 4);
  write_u32(payload + 16, SIGKILL);
  write_u16(payload + 20, FIELD_ALL);
  write_u32(payload + 22, 0);
  send_frame(FRAME_SIGNAL, end_id, payload, sizeof payload);
}

static void begin(const struct frame *answer) {
  number = read_u32(answer->payload);
  note_number("number", number);
  runs = true;
  if (process->terminal) send_size();
  voice = fcntl(process->terminal ? 1 : 2, F_DUPFD_CLOEXEC, 3);
  dprintf(word, "K");
  close(word);
  /* The streams are the keeper's now: their end must not wait for ours. */
  int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (!process->terminal) dup2(nothing, 0);
  if (!process->terminal) dup2(nothing, 1);
  dup2(nothing, 2);
}

static void take(const struct frame *answer) {
  if (answer->type == FRAME_FAILED && answer->id == request_id) {
    char kind[16];
    char *reason = answer->length < 4 ? NULL : field_text(answer->payload + 4, answer->length - 4);
    snprintf(kind, sizeof kind, "%u", answer->length < 4 ? 0 : read_u32(answer->payload));
    say(word, kind, reason == NULL ? "" : reason);
  }
  if (answer->type == FRAME_DONE && answer->id == request_id && answer->length == 4) begin(answer);
  if (answer->type == FRAME_LOST) {
    char *reason = field_text(answer->payload, answer->length);
    lose(reason == NULL ? "it gave no reason" : reason);
  }
  if (answer->type != FRAME_EXIT || answer->length != 8) return;
  uint32_t code = read_u32(answer->payload), flags = read_u32(answer->payload + 4);
  if (process->type == FRAME_CREATE) {
    if ((flags & EXIT_OUT_OF_MEMORY) != 0) note("oom", "");
    if ((flags & EXIT_WITH_MACHINE) != 0) note("with-machine", "");
    note_number("ended", code);
  }
  _exit((int)code & 0xff);
}

static void handle_signals(int signals) {
  struct signalfd_siginfo information;
  while (read(signals, &information, sizeof information) > 0) {
    if (information.ssi_signo == SIGTERM) end();
    else send_size();
  }
}

void stand_in(const struct stand_in *the_process, int the_word) {
  process = the_process;
  word = the_word;
  notes = open(process->notes, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (notes < 0 || chdir(process->machine) != 0 || (keeper = connect_to_keeper()) < 0) say_errno(word, "machine");
  send_request();
  if (process->tree >= 0) close(process->tree);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGWINCH);
  sigaddset(&set, SIGTERM);
  int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  struct buffer answers = {0};
  for (;;) {
    struct pollfd polled[2] = {{.fd = keeper, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    int ready = poll(polled, 2, runs || process->patience == 0 ? -1 : (int)process->patience * 1000);
    if (ready == 0) say(word, "machine", "the guest's agent does not answer");
    if (ready < 0) continue;
    if (polled[1].revents != 0) handle_signals(signals);
    if (polled[0].revents == 0) continue;
    uint8_t *room = buffer_reserve(&answers, 4096);
    ssize_t length = room == NULL ? 0 : recv(keeper, room, 4096, 0);
    if (length <= 0) lose("its keeper has gone");
    answers.end += (size_t)length;
    struct frame answer;
    while (next_frame(&answers, &answer) == NEXT_FRAME) {
      take(&answer);
      drop_frame(&answers, &answer);
    }
  }
}
