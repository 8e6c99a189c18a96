/* What a machine is made of, as the runtime wrote it to the file `plan` of its folder. */
#ifndef SILO_PLAN_H
#define SILO_PLAN_H

#include "tap.h"

enum plan_tag {
  PLAN_QEMU = 1,       /* an argument; @TSC@ stands for the frequency of the time stamp counter in kHz */
  PLAN_VIRTIOFSD = 2,  /* an argument */
  PLAN_NAMESPACE = 3,  /* path of the network namespace */
  PLAN_BIND = 4,       /* name in the share, NUL, path on the host */
  PLAN_CREATE = 6,     /* the request to the agent; the machine's adapters are those of its links, in the same order */
  PLAN_TERMINAL = 7,
  PLAN_PATIENCE = 8,   /* seconds until the container must be there, u32 */
  PLAN_JOIN = 9,       /* folder of the machine that it joins, in place of one of its own */
};

/* Slots are those that adapters are plugged into while the machine runs. */
enum { most_links = 16, first_tap_fd = 20, agent_fd = 10, share_fd = 11, monitor_fd = 12, slot_count = 4 };

struct plan {
  char **qemu, **virtiofsd;
  size_t qemu_count, virtiofsd_count;
  char *network_namespace, *join;
  struct { char *name, *source; } *binds;
  size_t bind_count;
  struct adapter adapters[most_links];
  size_t adapter_count;
  const uint8_t *create;
  uint32_t create_length;
  bool terminal;
  uint32_t patience;
};

/* Reads a whole file; false with errno. */
bool read_file(const char *path, struct buffer *content);
/* The plan points into `content`. False where it is none. */
bool read_plan(const struct buffer *content, struct plan *plan);

#endif
