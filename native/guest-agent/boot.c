#define _GNU_SOURCE
#include "boot.h"
#include "kernel-calls.h"
#include "start-process.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <unistd.h>

/* Name of the port, as the host gives it to QEMU. */
static const char port_name[] = "silo";

void power_off(void) {
  reboot(RB_POWER_OFF);
  for (;;) pause();
}

int load_modules(const char *name) {
  char path[128], module[64];
  if (strchr(name, '/') != NULL || snprintf(path, sizeof path, "/modules/%s", name) >= (int)sizeof path) {
    errno = EINVAL;
    return -1;
  }
  FILE *list = fopen(path, "re");
  if (list == NULL) return -1;
  int result = 0;
  while (result == 0 && fscanf(list, "%63s", module) == 1) {
    snprintf(path, sizeof path, "/modules/%s.ko", module);
    result = load_module(path);
  }
  int reason = errno;
  fclose(list);
  errno = reason;
  return result;
}

/* A port's device appears with its driver; the driver probes before its loading ends. */
static int open_port(void) {
  DIR *ports = opendir("/sys/class/virtio-ports");
  if (ports == NULL) return -1;
  struct dirent *entry;
  int fd = -1;
  while (fd < 0 && (entry = readdir(ports)) != NULL) {
    char path[320], name[64] = "";
    snprintf(path, sizeof path, "/sys/class/virtio-ports/%s/name", entry->d_name);
    FILE *file = fopen(path, "re");
    if (file == NULL) continue;
    if (fscanf(file, "%63s", name) == 1 && strcmp(name, port_name) == 0) {
      snprintf(path, sizeof path, "/dev/%s", entry->d_name);
      fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    }
    fclose(file);
  }
  closedir(ports);
  return fd;
}

int boot(void) {
  make_folders("/proc", 0755);
  make_folders("/sys", 0755);
  make_folders("/dev", 0755);
  make_folders(SHARE, 0755);
  mount("proc", "/proc", "proc", 0, NULL);
  mount("sysfs", "/sys", "sysfs", 0, NULL);
  mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
  if (load_modules("boot") != 0) {
    fprintf(stderr, "silo: modules: %s\n", strerror(errno));
    return -1;
  }
  for (int attempt = 0; attempt < 500; attempt++) {
    int port = open_port();
    if (port >= 0) return port;
    usleep(10000);
  }
  fprintf(stderr, "silo: the machine has no port to its host\n");
  return -1;
}

int mount_share(const char **what) {
  *what = "virtiofs";
  if (load_modules("virtiofs") != 0) return -1;
  *what = SHARE;
  return mount("share", SHARE, "virtiofs", 0, NULL);
}

int mount_control_groups(const char **what) {
  *what = "cgroup2";
  if (mount("cgroup2", CONTROL_GROUPS, "cgroup2", 0, NULL) != 0) return -1;
  return write_file(CONTROL_GROUPS "/cgroup.subtree_control", "+cpu +memory +pids");
}
