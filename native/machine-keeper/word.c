#include "word.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void say(int word, const char *kind, const char *reason) {
  dprintf(word, "F%s\n%s", kind, reason);
  _exit(1);
}

void say_errno(int word, const char *what) {
  char reason[512];
  snprintf(reason, sizeof reason, "%s: %s", what, strerror(errno));
  say(word, "keeper", reason);
}
