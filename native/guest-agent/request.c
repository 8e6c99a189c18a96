#include "request.h"
#include "protocol.h"
#include <stdlib.h>
#include <string.h>

/* One more item at the end of an array; NULL where there are too many, or there is no memory. */
static void *grow(void **items, size_t *count, size_t size) {
  if (*count >= most_items) return NULL;
  void *grown = realloc(*items, (*count + 1) * size);
  if (grown == NULL) return NULL;
  *items = grown;
  uint8_t *item = (uint8_t *)grown + *count * size;
  memset(item, 0, size);
  *count += 1;
  return item;
}

/* The array always ends with NULL, as execve wants it. */
static bool add_text(struct texts *texts, const struct field *field) {
  if (texts->count >= most_items) return false;
  char **grown = realloc(texts->items, (texts->count + 2) * sizeof *grown);
  if (grown == NULL) return false;
  texts->items = grown;
  texts->items[texts->count] = field_text(field->bytes, field->length);
  texts->items[texts->count + 1] = NULL;
  if (texts->items[texts->count] == NULL) return false;
  texts->count += 1;
  return true;
}

static bool set_text(char **text, const struct field *field) {
  free(*text);
  *text = field_text(field->bytes, field->length);
  return *text != NULL;
}

static bool add_pair(struct pair **pairs, size_t *count, const struct field *field) {
  struct pair *pair = grow((void **)pairs, count, sizeof *pair);
  return pair != NULL && field_pair(field->bytes, field->length, &pair->name, &pair->value);
}

static bool add_mount(struct request *request, enum mount_kind kind, const struct field *field) {
  if (field->length < 1) return false;
  struct mount_request *mount = grow((void **)&request->mounts, &request->mount_count, sizeof *mount);
  if (mount == NULL) return false;
  mount->kind = kind;
  mount->read_only = field->bytes[0] != 0;
  return field_pair(field->bytes + 1, field->length - 1, &mount->source, &mount->target) && mount->target[0] == '/';
}

static bool add_file(struct request *request, const struct field *field) {
  enum { before_target = 13 };
  const uint8_t *target = field->bytes + before_target;
  const uint8_t *nul = field->length <= before_target ? NULL : memchr(target, 0, field->length - before_target);
  if (nul == NULL) return false;
  struct mount_request *mount = grow((void **)&request->mounts, &request->mount_count, sizeof *mount);
  if (mount == NULL) return false;
  mount->kind = MOUNT_FILE;
  mount->read_only = field->bytes[0] != 0;
  mount->mode = read_u32(field->bytes + 1) & 07777;
  mount->uid = read_u32(field->bytes + 5);
  mount->gid = read_u32(field->bytes + 9);
  mount->target = field_text(target, (uint32_t)(nul - target));
  mount->length = (size_t)(field->bytes + field->length - (nul + 1));
  mount->content = malloc(mount->length + 1);
  if (mount->target == NULL || mount->content == NULL) return false;
  memcpy(mount->content, nul + 1, mount->length);
  return mount->target[0] == '/';
}

static bool add_link(struct request *request, const struct field *field) {
  if (field->length < 11) return false;
  struct link_request *link = grow((void **)&request->links, &request->link_count, sizeof *link);
  if (link == NULL) return false;
  memcpy(link->mac, field->bytes, 6);
  link->mtu = read_u32(field->bytes + 6);
  link->name = field_text(field->bytes + 10, field->length - 10);
  return link->name != NULL && strlen(link->name) < 16;
}

static bool add_address(struct address_request **items, size_t *count, const struct field *field, bool with_gateway) {
  if (field->length != (with_gateway ? 40u : 24u)) return false;
  struct address_request *item = grow((void **)items, count, sizeof *item);
  if (item == NULL) return false;
  memcpy(item->mac, field->bytes, 6);
  item->family = field->bytes[6];
  item->prefix = field->bytes[7];
  memcpy(item->address, field->bytes + 8, 16);
  if (with_gateway) memcpy(item->gateway, field->bytes + 24, 16);
  return (item->family == 4 && item->prefix <= 32) || (item->family == 6 && item->prefix <= 128);
}

static bool add_user_limit(struct process_request *process, const struct field *field) {
  if (field->length != 20 || process->limit_count == sizeof process->limits / sizeof *process->limits) return false;
  process->limits[process->limit_count++] = (struct user_limit){.resource = read_u32(field->bytes), .soft = read_u64(field->bytes + 4), .hard = read_u64(field->bytes + 12)};
  return true;
}

static bool add_group(struct process_request *process, uint64_t group) {
  if (process->group_count == sizeof process->groups / sizeof *process->groups) return false;
  process->groups[process->group_count++] = (gid_t)group;
  return true;
}

static bool add_field(struct request *request, const struct field *field) {
  struct process_request *process = &request->process;
  uint64_t number = 0;
  bool is_number = field_number(field, &number);
  switch (field->tag) {
    case FIELD_ARGUMENT: return add_text(&process->arguments, field);
    case FIELD_ENVIRONMENT: return add_text(&process->environment, field);
    case FIELD_DIRECTORY: return set_text(&process->directory, field);
    case FIELD_UID: process->uid = (uid_t)number; return is_number;
    case FIELD_GID: process->gid = (gid_t)number; return is_number;
    case FIELD_GROUP: return is_number && add_group(process, number);
    case FIELD_TERMINAL: process->terminal = true; return true;
    case FIELD_BOUNDING: process->bounding = number; return is_number;
    case FIELD_EFFECTIVE: process->effective = number; return is_number;
    case FIELD_USER_LIMIT: return add_user_limit(process, field);
    case FIELD_OOM_SCORE: process->has_oom_score = true; process->oom_score = (int32_t)(uint32_t)number; return is_number;
    case FIELD_NO_NEW_PRIVILEGES: process->no_new_privileges = true; return true;
    case FIELD_PROCESS: process->number = (uint32_t)number; return is_number;
    case FIELD_CONTAINER: request->container = (uint32_t)number; return is_number;
    case FIELD_IPC_OF: request->shares_ipc = true; request->ipc_of = (uint32_t)number; return is_number;
    case FIELD_PID_OF: request->shares_pid = true; request->pid_of = (uint32_t)number; return is_number;
    case FIELD_HOST_NAME: return set_text(&request->host_name, field);
    case FIELD_READ_ONLY_ROOT: request->read_only_root = true; return true;
    case FIELD_BIND: return add_mount(request, MOUNT_BIND, field);
    case FIELD_MEMORY_MOUNT: return add_mount(request, MOUNT_MEMORY, field);
    case FIELD_MODULE: return add_text(&request->modules, field);
    case FIELD_PRIVILEGED: request->privileged = true; return true;
    case FIELD_KERNEL_PARAMETER: return add_pair(&request->parameters, &request->parameter_count, field);
    case FIELD_SHARED_MEMORY: request->shared_memory = number; return is_number;
    case FIELD_LINK: return add_link(request, field);
    case FIELD_ADDRESS: return add_address(&request->addresses, &request->address_count, field, false);
    case FIELD_ROUTE: return add_address(&request->routes, &request->route_count, field, true);
    case FIELD_CONTROL: return add_pair(&request->controls, &request->control_count, field);
    case FIELD_LAYER: return add_text(&request->layers, field);
    case FIELD_FILE: return add_file(request, field);
    case FIELD_SIGNAL: request->signal = (uint32_t)number; return is_number && number <= 64;
    case FIELD_ALL: request->all = true; return true;
    /* A newer host may know more; what it asks for then would be missing without a word. */
    default: return false;
  }
}

struct request *read_request(const uint8_t *payload, uint32_t length) {
  struct request *request = calloc(1, sizeof *request);
  if (request == NULL) return NULL;
  const uint8_t *at = payload, *end = payload + length;
  bool broken = false;
  struct field field;
  while (next_field(&at, end, &field, &broken)) {
    if (add_field(request, &field)) continue;
    broken = true;
    break;
  }
  if (!broken) return request;
  free_request(request);
  return NULL;
}

static void free_texts(struct texts *texts) {
  for (size_t index = 0; index < texts->count; index++) free(texts->items[index]);
  free(texts->items);
}

static void free_pairs(struct pair *pairs, size_t count) {
  for (size_t index = 0; index < count; index++) {
    free(pairs[index].name);
    free(pairs[index].value);
  }
  free(pairs);
}

void free_request(struct request *request) {
  if (request == NULL) return;
  free_texts(&request->process.arguments);
  free_texts(&request->process.environment);
  free_texts(&request->modules);
  free_texts(&request->layers);
  free(request->process.directory);
  free(request->host_name);
  for (size_t index = 0; index < request->mount_count; index++) {
    free(request->mounts[index].source);
    free(request->mounts[index].target);
    free(request->mounts[index].content);
  }
  for (size_t index = 0; index < request->link_count; index++) free(request->links[index].name);
  free_pairs(request->parameters, request->parameter_count);
  free_pairs(request->controls, request->control_count);
  free(request->mounts);
  free(request->links);
  free(request->addresses);
  free(request->routes);
  free(request);
}
