#define _GNU_SOURCE
#include "plan.h"
#include "../guest-agent/protocol.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { largest_file = 1024 * 1024 };

bool read_file(const char *path, struct buffer *content) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ssize_t length = 0;
  while (buffer_length(content) <= largest_file) {
    uint8_t *room = buffer_reserve(content, 64 * 1024);
    length = room == NULL ? -1 : read(fd, room, 64 * 1024);
    if (length <= 0) break;
    content->end += (size_t)length;
  }
  close(fd);
  return length == 0;
}

static bool add_argument(char ***arguments, size_t *count, const struct field *field) {
  char **grown = realloc(*arguments, (*count + 2) * sizeof *grown);
  if (grown == NULL) return false;
  *arguments = grown;
  grown[*count] = field_text(field->bytes, field->length);
  grown[*count + 1] = NULL;
  return grown[(*count)++] != NULL;
}

static bool add_bind(struct plan *plan, const struct field *field) {
  void *grown = realloc(plan->binds, (plan->bind_count + 1) * sizeof *plan->binds);
  if (grown == NULL) return false;
  plan->binds = grown;
  char *name, *source;
  if (!field_pair(field->bytes, field->length, &name, &source)) return false;
  plan->binds[plan->bind_count].name = name;
  plan->binds[plan->bind_count++].source = source;
  return strchr(name, '/') == NULL && name[0] != '.' && name[0] != '\0';
}

static bool add_field(struct plan *plan, const struct field *field) {
  uint64_t number = 0;
  switch (field->tag) {
    case PLAN_QEMU: return add_argument(&plan->qemu, &plan->qemu_count, field);
    case PLAN_VIRTIOFSD: return add_argument(&plan->virtiofsd, &plan->virtiofsd_count, field);
    case PLAN_NAMESPACE: return (plan->network_namespace = field_text(field->bytes, field->length)) != NULL;
    case PLAN_JOIN: return (plan->join = field_text(field->bytes, field->length)) != NULL;
    case PLAN_BIND: return add_bind(plan, field);
    case PLAN_CREATE: plan->create = field->bytes; plan->create_length = field->length; return true;
    case PLAN_TERMINAL: plan->terminal = true; return true;
    case PLAN_PATIENCE:
      if (!field_number(field, &number)) return false;
      plan->patience = (uint32_t)number;
      return true;
    default: return false;
  }
}

static bool read_adapters(struct plan *plan) {
  const uint8_t *at = plan->create, *end = plan->create + plan->create_length;
  bool broken = false;
  struct field field;
  while (next_field(&at, end, &field, &broken)) {
    if (field.tag != FIELD_LINK) continue;
    if (plan->adapter_count == most_links || !read_adapter(&field, &plan->adapters[plan->adapter_count])) return false;
    plan->adapters[plan->adapter_count].number = (unsigned)plan->adapter_count;
    plan->adapter_count += 1;
  }
  return !broken;
}

bool read_plan(const struct buffer *content, struct plan *plan) {
  const uint8_t *at = content->bytes + content->start, *end = content->bytes + content->end;
  bool broken = false;
  struct field field;
  *plan = (struct plan){.patience = 60};
  while (next_field(&at, end, &field, &broken)) if (!add_field(plan, &field)) return false;
  return !broken && (plan->join != NULL || (plan->qemu_count > 0 && plan->virtiofsd_count > 0)) && plan->create != NULL && read_adapters(plan);
}
