#define _GNU_SOURCE
#include "container.h"
#include "kernel-calls.h"
#include "protocol.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { most_containers = 64 };

static struct container containers[most_containers];

struct container *find_container(uint32_t number) {
  for (size_t at = 0; at < most_containers; at++) if (containers[at].used && containers[at].number == number) return &containers[at];
  return NULL;
}

struct container *next_member(const struct container *container) {
  for (size_t at = container == NULL ? 0 : (size_t)(container - containers) + 1; at < most_containers; at++) if (containers[at].used && containers[at].number != own_container) return &containers[at];
  return NULL;
}

static void path_in(const struct container *container, const char *name, char *path, size_t size) { snprintf(path, size, "%s/%s", container->group, name); }

struct container *add_container(uint32_t number, struct refusal *refusal) {
  *refusal = (struct refusal){.failure = FAILURE_OTHER};
  for (size_t at = 0; at < most_containers && find_container(number) == NULL; at++) {
    struct container *container = &containers[at];
    if (container->used) continue;
    *container = (struct container){.number = number, .begun = {.pid = -1, .in = -1, .out = -1, .err = -1, .status = -1}};
    if (number == own_container) {
      strcpy(container->group, CONTROL_GROUPS "/container");
      strcpy(container->share, SHARE);
    } else {
      snprintf(container->group, sizeof container->group, CONTROL_GROUPS "/container-%u", number);
      snprintf(container->share, sizeof container->share, SHARE "/joined-%u", number);
    }
    if (make_folders(container->group, 0755) != 0) {
      snprintf(refusal->reason, sizeof refusal->reason, "control group: %s", strerror(errno));
      return NULL;
    }
    container->used = true;
    return container;
  }
  snprintf(refusal->reason, sizeof refusal->reason, "%s", find_container(number) == NULL ? "the machine has too many containers" : "the container is there already");
  return NULL;
}

bool apply_controls(const struct container *container, const struct request *request, struct refusal *refusal) {
  for (size_t at = 0; at < request->control_count; at++) {
    char path[256];
    const struct pair *control = &request->controls[at];
    path_in(container, control->name, path, sizeof path);
    if (strchr(control->name, '/') != NULL || strlen(control->name) > 64) errno = EINVAL;
    else if (write_file(path, control->value) == 0) continue;
    refusal->failure = FAILURE_LIMIT;
    snprintf(refusal->reason, sizeof refusal->reason, "%s: %s", control->name, strerror(errno));
    return false;
  }
  return true;
}

void signal_container(const struct container *container, uint32_t signal) {
  char path[128];
  path_in(container, "cgroup.procs", path, sizeof path);
  FILE *list = fopen(path, "re");
  int pid;
  if (list == NULL) return;
  while (fscanf(list, "%d", &pid) == 1) if (pid > 0) kill(pid, (int)signal);
  fclose(list);
}

void kill_container(const struct container *container) {
  char path[128];
  path_in(container, "cgroup.kill", path, sizeof path);
  if (write_file(path, "1") != 0) signal_container(container, SIGKILL);
}

static bool has_processes(const struct container *container) {
  char path[128], name[32];
  path_in(container, "cgroup.events", path, sizeof path);
  FILE *file = fopen(path, "re");
  int value;
  bool found = false;
  while (file != NULL && fscanf(file, "%31s %d", name, &value) == 2) if (strcmp(name, "populated") == 0 && value != 0) found = true;
  if (file != NULL) fclose(file);
  return found;
}

void end_rest(const struct container *container) {
  kill_container(container);
  for (int look = 0; look < 200 && has_processes(container); look++) usleep(1000);
}

bool is_frozen(const struct container *container) {
  char path[128];
  path_in(container, "cgroup.freeze", path, sizeof path);
  FILE *file = fopen(path, "re");
  bool frozen = file != NULL && fgetc(file) == '1';
  if (file != NULL) fclose(file);
  return frozen;
}

bool ran_out_of_memory(const struct container *container) {
  char path[128], name[32];
  path_in(container, "memory.events", path, sizeof path);
  FILE *file = fopen(path, "re");
  unsigned long long count;
  bool found = false;
  while (file != NULL && fscanf(file, "%31s %llu", name, &count) == 2) if (strcmp(name, "oom_kill") == 0 && count > 0) found = true;
  if (file != NULL) fclose(file);
  return found;
}

void remove_container(struct container *container) {
  container->used = false;
  if (container->number == own_container) return;
  rmdir(container->group);
  /* The host takes its files away now: what the kernel remembers of them holds them there. */
  write_file("/proc/sys/vm/drop_caches", "2");
}
