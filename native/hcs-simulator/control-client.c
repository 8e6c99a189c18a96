#include "control-client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channel.h"
#include "json.h"

static bool is_over(const char *root) {
  struct channel *channel = channel_connect(root);
  if (channel == NULL) return true;
  channel_free(channel);
  return false;
}

int control(const char *root, const char *command) {
  const char *function = strcmp(command, "counts") == 0 ? "SimulatorCounts" : strcmp(command, "reset") == 0 ? "SimulatorReset" : strcmp(command, "stop") == 0 ? "SimulatorStop" : NULL;
  if (function == NULL) {
    fprintf(stderr, "hcs-simulator: %s is no command\n", command);
    return 64;
  }
  struct channel *channel = channel_connect(root);
  if (channel == NULL) {
    /* No service has nothing, and need not be stopped. */
    puts("{}");
    return 0;
  }
  struct text frame = {0};
  text_print(&frame, "{\"Id\":1,\"Call\":\"%s\",\"Arguments\":{}}", function);
  char *bytes = NULL;
  size_t length;
  int descriptors[most_descriptors];
  int count;
  bool answered = channel_send(channel, frame.bytes, frame.length, NULL, 0) && channel_receive(channel, &bytes, &length, descriptors, &count);
  free(frame.bytes);
  struct json *answer = answered ? json_read(bytes, length, NULL) : NULL;
  const char *result = json_string(answer, "Result");
  puts(result == NULL ? "{}" : result);
  bool stopped = strcmp(command, "stop") == 0;
  int code = stopped || json_whole(answer, "Code", -1) == 0 ? 0 : 1;
  json_free(answer);
  free(bytes);
  channel_free(channel);
  /* Whoever has stopped it may take its folder away. */
  for (int tries = 0; stopped && !is_over(root) && tries < 500; tries++) sleep_milliseconds(10);
  return code;
}
