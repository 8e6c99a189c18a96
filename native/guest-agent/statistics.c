#define _GNU_SOURCE
#include "statistics.h"
#include "network.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long long value_of(const char *group, const char *file, const char *name) {
  char path[128], word[64];
  unsigned long long value = 0, number;
  snprintf(path, sizeof path, "%s/%s", group, file);
  FILE *open_file = fopen(path, "re");
  if (open_file == NULL) return 0;
  if (name == NULL) {
    /* "max" stands for no limit, and stays 0. */
    if (fscanf(open_file, "%llu", &value) != 1) value = 0;
  } else {
    while (fscanf(open_file, "%63s %llu", word, &number) == 2) if (strcmp(word, name) == 0) value = number;
  }
  fclose(open_file);
  return value;
}

size_t read_statistics(const char *group, char *text, size_t size) {
  uint64_t received, sent;
  count_network(&received, &sent);
  int length = snprintf(text, size, "cpu %llu\nmemory %llu\ninactive %llu\nlimit %llu\nprocesses %llu\nreceived %llu\nsent %llu\n",
    value_of(group, "cpu.stat", "usage_usec"), value_of(group, "memory.current", NULL), value_of(group, "memory.stat", "inactive_file"), value_of(group, "memory.max", NULL),
    value_of(group, "pids.current", NULL), (unsigned long long)received, (unsigned long long)sent);
  return length < 0 ? 0 : (size_t)length < size ? (size_t)length : size - 1;
}
