#define _GNU_SOURCE
#include "slots.h"
#include "frames.h"
#include "kernel-calls.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char devices[] = "/sys/bus/pci/devices";

/* linux/pci_regs.h */
enum { header_status = 6, status_has_list = 0x10, first_capability = 0x34, express = 0x10, flags = 2, has_slot = 0x100, control = 24, status = 26 };
enum { indicator = 0x300, indicator_on = 0x100, indicator_off = 0x300, power_off = 0x400, is_occupied = 0x40 };

/* A port with a slot: its configuration, and where that has what controls the slot. */
struct port {
  int fd;
  off_t express;
};

static uint16_t read_word(int fd, off_t offset) {
  uint8_t bytes[2] = {0};
  return pread(fd, bytes, sizeof bytes, offset) == sizeof bytes ? read_u16(bytes) : 0;
}

/* Both bytes at once: QEMU looks at what is written, not at what stands there afterwards. */
static bool write_word(int fd, off_t offset, uint16_t value) {
  uint8_t bytes[2];
  write_u16(bytes, value);
  return pwrite(fd, bytes, sizeof bytes, offset) == sizeof bytes;
}

static bool open_port(const char *device, struct port *port) {
  char path[PATH_MAX];
  if (snprintf(path, sizeof path, "%s/config", device) >= (int)sizeof path) return false;
  port->fd = open(path, O_RDWR | O_CLOEXEC);
  if (port->fd < 0) return false;
  uint8_t place = (read_word(port->fd, header_status) & status_has_list) == 0 ? 0 : (uint8_t)read_word(port->fd, first_capability);
  for (int left = 48; place >= 0x40 && left > 0; left--) {
    uint16_t head = read_word(port->fd, place);
    port->express = place;
    if ((head & 0xff) == express && (read_word(port->fd, place + flags) & has_slot) != 0) return true;
    place = (uint8_t)(head >> 8);
  }
  close(port->fd);
  return false;
}

static bool set_power(const struct port *port, bool on) {
  uint16_t rest = read_word(port->fd, port->express + control) & (uint16_t)~(indicator | power_off);
  return write_word(port->fd, port->express + control, rest | (on ? indicator_on : indicator_off | power_off));
}

/* Only the bus behind the port: what was given back elsewhere would come again. */
static void rescan(const char *device) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/pci_bus", device);
  DIR *buses = opendir(path);
  if (buses == NULL) return;
  struct dirent *entry;
  while ((entry = readdir(buses)) != NULL) {
    if (entry->d_name[0] == '.' || snprintf(path, sizeof path, "%s/pci_bus/%s/rescan", device, entry->d_name) >= (int)sizeof path) continue;
    write_file(path, "1");
  }
  closedir(buses);
}

void find_plugged(void) {
  DIR *all = opendir(devices);
  if (all == NULL) return;
  struct dirent *entry;
  while ((entry = readdir(all)) != NULL) {
    char device[320];
    struct port port;
    snprintf(device, sizeof device, "%s/%s", devices, entry->d_name);
    if (entry->d_name[0] == '.' || !open_port(device, &port)) continue;
    bool waits = (read_word(port.fd, port.express + status) & is_occupied) != 0 && (read_word(port.fd, port.express + control) & power_off) != 0;
    if (waits && set_power(&port, true)) rescan(device);
    close(port.fd);
  }
  closedir(all);
}

int give_back(const char *interface) {
  char path[PATH_MAX], device[PATH_MAX], *slash;
  snprintf(path, sizeof path, "/sys/class/net/%s/device", interface);
  /* .../port/device/virtio */
  if (realpath(path, device) == NULL) return -1;
  if ((slash = strrchr(device, '/')) != NULL) *slash = '\0';
  if (snprintf(path, sizeof path, "%s/remove", device) >= (int)sizeof path || write_file(path, "1") != 0) return -1;
  if ((slash = strrchr(device, '/')) != NULL) *slash = '\0';
  struct port port;
  if (!open_port(device, &port)) return 0;
  int result = set_power(&port, false) ? 0 : -1;
  int reason = errno;
  close(port.fd);
  errno = reason;
  return result;
}
