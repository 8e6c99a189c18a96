#define _GNU_SOURCE
#include "monitor.h"
#include "../guest-agent/frames.h"
#include "terminal.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { most_commands = 32, longest_line = 64 * 1024 };

static int monitor = -1;
static bool greeted;
static struct buffer heard;
/* Said and not yet answered, the oldest first. */
static struct { uint32_t request; bool is_last; } commands[most_commands];
static size_t command_count;
/* The first of the request that is being answered. */
static char problem[200];

void open_monitor(int fd) { monitor = fd; }
int monitor_socket(void) { return monitor; }

static bool say(const char *command, int passed, uint32_t request, bool is_last) {
  if (monitor < 0 || command_count == most_commands || !send_with_descriptors(monitor, command, strlen(command), &passed, passed < 0 ? 0 : 1)) return false;
  commands[command_count].request = request;
  commands[command_count++].is_last = is_last;
  return true;
}

/* Until it is greeted it tells no events, so a machine whose adapters never change says nothing here. */
bool tell_monitor(const char *command, int passed, uint32_t request, bool is_last) {
  if (!greeted) greeted = say("{\"execute\":\"qmp_capabilities\"}\n", -1, 0, true);
  return greeted && say(command, passed, request, is_last);
}

static void take_line(const char *line, void (*done)(uint32_t request, const char *problem)) {
  bool is_error = strncmp(line, "{\"error\"", 8) == 0;
  /* The greeting, and events. */
  if ((!is_error && strncmp(line, "{\"return\"", 9) != 0) || command_count == 0) return;
  const char *text = strstr(line, "\"desc\": \"");
  if (is_error && problem[0] == '\0') snprintf(problem, sizeof problem, "QEMU: %.*s", text == NULL ? 0 : (int)strcspn(text + 9, "\"}"), text == NULL ? "" : text + 9);
  uint32_t request = commands[0].request;
  bool is_last = commands[0].is_last;
  memmove(commands, commands + 1, --command_count * sizeof *commands);
  if (!is_last) return;
  char said[sizeof problem];
  strcpy(said, problem);
  problem[0] = '\0';
  if (request != 0) done(request, said[0] == '\0' ? NULL : said);
}

void hear_monitor(void (*done)(uint32_t request, const char *problem)) {
  uint8_t *room = buffer_reserve(&heard, 4096);
  ssize_t length = room == NULL ? -1 : recv(monitor, room, 4096, MSG_DONTWAIT);
  if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (length > 0) heard.end += (size_t)length;
  uint8_t *end;
  while (buffer_length(&heard) > 0 && (end = memchr(heard.bytes + heard.start, '\n', buffer_length(&heard))) != NULL) {
    *end = '\0';
    size_t whole = (size_t)(end - (heard.bytes + heard.start)) + 1;
    take_line((const char *)heard.bytes + heard.start, done);
    buffer_consume(&heard, whole);
  }
  if (length > 0 && buffer_length(&heard) <= longest_line) return;
  /* Its exit says more. */
  close(monitor);
  monitor = -1;
  buffer_free(&heard);
  while (command_count > 0) take_line("{\"error\": {\"desc\": \"it has gone\"}}", done);
}
