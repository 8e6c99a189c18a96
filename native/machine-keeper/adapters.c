#define _GNU_SOURCE
#include "adapters.h"
#include "../guest-agent/protocol.h"
#include "monitor.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { most_adapters = most_links + slot_count, at_boot = -1 };

struct held {
  bool used, is_leaving;
  struct adapter adapter;
  /* Number of the slot that it is in; `at_boot` where it has been there from the beginning, and its place cannot be given to another. */
  int slot;
  /* What is under way with it; 0: nothing. */
  uint32_t request;
};

static struct held adapters[most_adapters];
static unsigned next_number;

void keep_adapters(const struct machine *machine) {
  for (size_t at = 0; at < machine->adapter_count; at++) adapters[at] = (struct held){.used = true, .adapter = machine->adapters[at], .slot = at_boot};
  next_number = (unsigned)machine->adapter_count;
}

static void format_mac(const uint8_t mac[6], char text[18]) { snprintf(text, 18, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]); }

size_t list_adapters(char *text, size_t size) {
  size_t length = 0;
  for (size_t at = 0; at < most_adapters && size - length > 64; at++) {
    const struct held *held = &adapters[at];
    if (!held->used) continue;
    char mac[18];
    format_mac(held->adapter.mac, mac);
    length += (size_t)snprintf(text + length, size - length, "%s %s %u %d\n", held->adapter.name, mac, held->adapter.link_index, held->slot == at_boot ? 0 : 1);
  }
  return length;
}

static struct held *find_adapter(const struct adapter *wanted) {
  for (size_t at = 0; at < most_adapters; at++) {
    struct held *held = &adapters[at];
    if (held->used && memcmp(held->adapter.mac, wanted->mac, sizeof wanted->mac) == 0 && strcmp(held->adapter.name, wanted->name) == 0) return held;
  }
  return NULL;
}

static int free_slot(void) {
  bool taken[slot_count] = {false};
  for (size_t at = 0; at < most_adapters; at++) if (adapters[at].used && adapters[at].slot != at_boot) taken[adapters[at].slot] = true;
  for (int slot = 0; slot < slot_count; slot++) if (!taken[slot]) return slot;
  return -1;
}

static struct held *free_place(void) {
  for (size_t at = 0; at < most_adapters; at++) if (!adapters[at].used) return &adapters[at];
  return NULL;
}

static bool remove_backend(unsigned number, uint32_t request) {
  char command[96];
  snprintf(command, sizeof command, "{\"execute\":\"netdev_del\",\"arguments\":{\"id\":\"link%u\"}}\n", number);
  return tell_monitor(command, -1, request, true);
}

static bool add_device(const struct adapter *adapter, int slot, int tap, uint32_t request) {
  char command[256], mac[18];
  format_mac(adapter->mac, mac);
  if (!tell_monitor("{\"execute\":\"getfd\",\"arguments\":{\"fdname\":\"tap\"}}\n", tap, request, false)) return false;
  snprintf(command, sizeof command, "{\"execute\":\"netdev_add\",\"arguments\":{\"type\":\"tap\",\"id\":\"link%u\",\"fd\":\"tap\"}}\n", adapter->number);
  if (!tell_monitor(command, -1, request, false)) return false;
  snprintf(command, sizeof command, "{\"execute\":\"device_add\",\"arguments\":{\"driver\":\"virtio-net-pci\",\"disable-legacy\":\"on\",\"romfile\":\"\",\"netdev\":\"link%u\",\"mac\":\"%s\",\"bus\":\"slot%d\"}}\n", adapter->number, mac, slot);
  return tell_monitor(command, -1, request, true);
}

static enum change plug(const struct plan *plan, const struct adapter *wanted, uint32_t request, char *reason, size_t size) {
  struct held *held = find_adapter(wanted);
  /* The link was made anew since. */
  if (held != NULL) return make_taps(plan->network_namespace, &held->adapter, 1, NULL, reason, size) ? CHANGE_DONE : CHANGE_REFUSED;
  int slot = free_slot(), tap;
  held = free_place();
  if (slot < 0 || held == NULL) {
    snprintf(reason, size, "the machine has no room for another adapter");
    return CHANGE_REFUSED;
  }
  struct adapter adapter = *wanted;
  adapter.number = next_number++;
  if (!make_taps(plan->network_namespace, &adapter, 1, &tap, reason, size)) return CHANGE_REFUSED;
  bool told = add_device(&adapter, slot, tap, request);
  close(tap);
  if (!told) {
    snprintf(reason, size, "QEMU does not listen");
    return CHANGE_REFUSED;
  }
  *held = (struct held){.used = true, .adapter = adapter, .slot = slot, .request = request};
  return CHANGE_BEGUN;
}

enum change change_adapter(const struct plan *plan, const struct frame *frame, uint32_t request, char *reason, size_t size) {
  const uint8_t *at = frame->payload;
  bool broken = false;
  struct field field;
  struct adapter wanted;
  if (!next_field(&at, frame->payload + frame->length, &field, &broken) || field.tag != FIELD_LINK || !read_adapter(&field, &wanted)) {
    snprintf(reason, size, "the keeper does not understand the request");
    return CHANGE_REFUSED;
  }
  struct held *held = find_adapter(&wanted);
  if (held != NULL && held->request != 0) {
    snprintf(reason, size, "%s is being changed", wanted.name);
    return CHANGE_REFUSED;
  }
  if (frame->type == FRAME_PLUG) return plug(plan, &wanted, request, reason, size);
  if (held == NULL) return CHANGE_DONE;
  if (!remove_backend(held->adapter.number, request)) {
    snprintf(reason, size, "QEMU does not listen");
    return CHANGE_REFUSED;
  }
  held->request = request;
  held->is_leaving = true;
  return CHANGE_BEGUN;
}

void adapter_changed(uint32_t request, bool succeeded) {
  for (size_t at = 0; at < most_adapters; at++) {
    struct held *held = &adapters[at];
    if (!held->used || held->request != request) continue;
    held->request = 0;
    if (!succeeded && !held->is_leaving) remove_backend(held->adapter.number, 0);
    if (!succeeded || held->is_leaving) held->used = false;
  }
}
