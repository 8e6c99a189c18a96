#include "process-tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct family {
  pid_t process, parent;
};

static pid_t parent_of(const char *process) {
  char path[64], bytes[512];
  snprintf(path, sizeof path, "/proc/%.20s/stat", process);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  ssize_t length = read(file, bytes, sizeof bytes - 1);
  close(file);
  if (length <= 0) return 0;
  bytes[length] = 0;
  const char *behind = strrchr(bytes, ')');
  int parent = 0;
  return behind != NULL && sscanf(behind + 2, "%*c %d", &parent) == 1 ? parent : 0;
}

static bool is_in(const pid_t *list, size_t count, pid_t process) {
  for (size_t index = 0; index < count; index++) if (list[index] == process) return true;
  return false;
}

pid_t *descendants_of(pid_t ancestor, size_t *count) {
  *count = 0;
  DIR *folder = opendir("/proc");
  if (folder == NULL) return NULL;
  struct family *families = NULL;
  size_t known = 0, room = 0;
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
    if (known == room) {
      room = room == 0 ? 256 : room * 2;
      families = realloc(families, room * sizeof *families);
      if (families == NULL) abort();
    }
    families[known++] = (struct family){(pid_t)atoi(entry->d_name), parent_of(entry->d_name)};
  }
  closedir(folder);
  pid_t *found = calloc(known + 1, sizeof *found);
  if (found == NULL) abort();
  for (bool more = true; more;) {
    more = false;
    for (size_t index = 0; index < known; index++) {
      struct family *family = &families[index];
      if (family->parent == 0 || (family->parent != ancestor && !is_in(found, *count, family->parent)) || is_in(found, *count, family->process)) continue;
      found[(*count)++] = family->process;
      more = true;
    }
  }
  free(families);
  return found;
}
