/* What a request asks for, with every field checked: the rest of the agent reads no bytes of the host. */
#ifndef SILO_REQUEST_H
#define SILO_REQUEST_H

#include "frames.h"
#include <sys/types.h>

enum { most_items = 4096 };

struct texts {
  char **items;
  size_t count;
};

struct user_limit {
  uint32_t resource;
  uint64_t soft, hard;
};

struct process_request {
  struct texts arguments, environment;
  char *directory;
  uid_t uid;
  gid_t gid;
  gid_t groups[64];
  size_t group_count;
  bool terminal, no_new_privileges, has_oom_score;
  int32_t oom_score;
  uint64_t bounding, effective;
  struct user_limit limits[16];
  size_t limit_count;
  uint32_t number;
};

enum mount_kind { MOUNT_BIND, MOUNT_MEMORY, MOUNT_FILE };

struct mount_request {
  enum mount_kind kind;
  bool read_only;
  /* Name in the share, or options of a tmpfs. */
  char *source;
  char *target;
  /* Of a file that the request brings along. */
  mode_t mode;
  uid_t uid;
  gid_t gid;
  uint8_t *content;
  size_t length;
};

struct pair {
  char *name, *value;
};

struct link_request {
  uint8_t mac[6];
  uint32_t mtu;
  char *name;
};

struct address_request {
  uint8_t mac[6];
  uint8_t family, prefix;
  uint8_t address[16], gateway[16];
};

/* Everything that a request of any kind can hold. */
struct request {
  struct process_request process;
  char *host_name;
  bool read_only_root, privileged, all, shares_ipc, shares_pid;
  uint64_t shared_memory;
  uint32_t signal, container, ipc_of, pid_of;
  struct mount_request *mounts;
  struct pair *parameters, *controls;
  struct link_request *links;
  struct address_request *addresses, *routes;
  struct texts modules, layers;
  size_t mount_count, parameter_count, control_count, link_count, address_count, route_count;
};

/* NULL where the bytes are no request, or there is no memory. */
struct request *read_request(const uint8_t *payload, uint32_t length);
void free_request(struct request *request);

#endif
