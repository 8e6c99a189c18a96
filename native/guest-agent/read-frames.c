/*
 * For tests: reads frames from standard input in pieces of random length, as a port gives them, and the
 * requests in them, and says what it met: frames, requests that were understood, whether the bytes were broken.
 */
#include "frames.h"
#include "protocol.h"
#include "request.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int count, char **arguments) {
  struct buffer received = {0};
  unsigned frames = 0, requests = 0;
  enum next next = NEXT_NONE;
  srand(count > 1 ? (unsigned)atoi(arguments[1]) : 1);
  for (;;) {
    size_t wanted = 1 + (size_t)rand() % 5000;
    uint8_t *room = buffer_reserve(&received, wanted);
    ssize_t length = room == NULL ? 0 : read(0, room, wanted);
    if (length <= 0) break;
    received.end += (size_t)length;
    struct frame frame;
    while ((next = next_frame(&received, &frame)) == NEXT_FRAME) {
      frames += 1;
      struct request *request = read_request(frame.payload, frame.length);
      if (request != NULL) requests += 1;
      free_request(request);
      drop_frame(&received, &frame);
    }
    if (next == NEXT_BROKEN) break;
  }
  printf("%u %u %s\n", frames, requests, next == NEXT_BROKEN ? "broken" : "whole");
  buffer_free(&received);
  return 0;
}
