#define _GNU_SOURCE
#include "container-root.h"
#include "kernel-calls.h"
#include "layered-root.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define OWN_FILES "/run/files"

static int mount_at(const char *type, const char *target, unsigned long flags, const char *options, const char **what) {
  *what = target;
  if (make_folders(target, 0755) != 0) return -1;
  return mount(type, target, type, flags, options);
}

static int make_devices(void) {
  umask(0);
  static const struct { const char *path; mode_t mode; int major, minor; } nodes[] = {
    {"/dev/null", 0666, 1, 3}, {"/dev/zero", 0666, 1, 5}, {"/dev/full", 0666, 1, 7}, {"/dev/random", 0666, 1, 8}, {"/dev/urandom", 0666, 1, 9}, {"/dev/tty", 0666, 5, 0},
  };
  static const char *links[][2] = {{"/proc/self/fd", "/dev/fd"}, {"/proc/self/fd/0", "/dev/stdin"}, {"/proc/self/fd/1", "/dev/stdout"}, {"/proc/self/fd/2", "/dev/stderr"}, {"pts/ptmx", "/dev/ptmx"}};
  for (size_t at = 0; at < sizeof nodes / sizeof *nodes; at++) {
    if (mknod(nodes[at].path, S_IFCHR | nodes[at].mode, makedev(nodes[at].major, nodes[at].minor)) != 0) return -1;
  }
  for (size_t at = 0; at < sizeof links / sizeof *links; at++) if (symlink(links[at][0], links[at][1]) != 0) return -1;
  return 0;
}

static int mount_kernel_file_systems(const struct request *request, int shared_memory, const char **what) {
  unsigned long system_flags = MS_NOSUID | MS_NOEXEC | MS_NODEV | (request->privileged ? 0 : MS_RDONLY);
  char size[64];
  snprintf(size, sizeof size, "mode=1777,size=%llu", (unsigned long long)request->shared_memory);
  if (mount_at("proc", "/proc", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL, what) != 0) return -1;
  if (mount_at("tmpfs", "/dev", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k", what) != 0) return -1;
  if (mount_at("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620,gid=5", what) != 0) return -1;
  if (mount_at("sysfs", "/sys", system_flags, NULL, what) != 0) return -1;
  if (mount_at("cgroup2", "/sys/fs/cgroup", system_flags, NULL, what) != 0) return -1;
  if (mount_at("mqueue", "/dev/mqueue", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL, what) != 0) return -1;
  if (shared_memory < 0 && mount_at("tmpfs", "/dev/shm", MS_NOSUID | MS_NOEXEC | MS_NODEV, size, what) != 0) return -1;
  *what = "/dev/shm";
  if (shared_memory >= 0 && (make_folders("/dev/shm", 0755) != 0 || move_mount_fd(shared_memory, "/dev/shm") != 0)) return -1;
  *what = "/dev";
  return make_devices();
}

/* Where the volume is a file, its place must be one. */
static int make_place(const char *target, bool is_folder) {
  if (is_folder) return make_folders(target, 0755);
  char *above = strdup(target);
  if (above == NULL) return -1;
  char *slash = strrchr(above, '/');
  int result = 0;
  if (slash != NULL && slash != above) {
    *slash = '\0';
    result = make_folders(above, 0755);
  }
  free(above);
  if (result != 0) return -1;
  int fd = open(target, O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644);
  if (fd < 0) return -1;
  close(fd);
  return 0;
}

/* A file that the request brought: written where only the agent sees it. */
static int open_own_file(const struct mount_request *wanted, size_t index) {
  char path[64];
  snprintf(path, sizeof path, OWN_FILES "/%zu", index);
  int fd = make_folders(OWN_FILES, 0700) != 0 ? -1 : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return -1;
  bool whole = true;
  for (size_t written = 0; whole && written < wanted->length;) {
    ssize_t length = write(fd, wanted->content + written, wanted->length - written);
    whole = length > 0;
    if (whole) written += (size_t)length;
  }
  whole = whole && fchown(fd, wanted->uid, wanted->gid) == 0 && fchmod(fd, wanted->mode) == 0;
  close(fd);
  return whole ? open_tree_copy(path) : -1;
}

/* Copies of the volumes' mounts: the share is out of reach once the container's root is entered. */
static int *open_volumes(const char *share, const struct request *request, const char **what) {
  int *trees = calloc(request->mount_count + 1, sizeof *trees);
  for (size_t at = 0; trees != NULL && at < request->mount_count; at++) {
    const struct mount_request *mount = &request->mounts[at];
    trees[at] = -1;
    if (mount->kind == MOUNT_MEMORY) continue;
    char path[128];
    *what = mount->target;
    if (mount->kind == MOUNT_FILE) trees[at] = open_own_file(mount, at);
    else if (strchr(mount->source, '/') != NULL || snprintf(path, sizeof path, "%s/%s", share, mount->source) >= (int)sizeof path) errno = EINVAL;
    else trees[at] = open_tree_copy(path);
    if (trees[at] < 0) return NULL;
  }
  return trees;
}

static int place_mount(const struct mount_request *wanted, int tree) {
  if (wanted->kind == MOUNT_MEMORY) {
    if (make_folders(wanted->target, 0755) != 0) return -1;
    return mount("tmpfs", wanted->target, "tmpfs", MS_NOSUID | MS_NODEV | (wanted->read_only ? MS_RDONLY : 0), wanted->source);
  }
  struct stat status;
  if (fstat(tree, &status) != 0) return -1;
  if (wanted->read_only && set_mount_read_only(tree) != 0) return -1;
  if (make_place(wanted->target, S_ISDIR(status.st_mode)) != 0) return -1;
  return move_mount_fd(tree, wanted->target);
}

static int set_parameters(const struct request *request, const char **what) {
  for (size_t at = 0; at < request->parameter_count; at++) {
    char path[256];
    *what = request->parameters[at].name;
    if (strstr(request->parameters[at].name, "..") != NULL || snprintf(path, sizeof path, "/proc/sys/%s", request->parameters[at].name) >= (int)sizeof path) {
      errno = EINVAL;
      return -1;
    }
    if (write_file(path, request->parameters[at].value) != 0) return -1;
  }
  return 0;
}

/* Kernel files that change the machine or tell of it; the same as with process isolation (moby, oci/defaults.go). */
static int hide_kernel_files(const char **what) {
  static const char *hidden[] = {"/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap"};
  static const char *fixed[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
  for (size_t at = 0; at < sizeof hidden / sizeof *hidden; at++) {
    struct stat status;
    *what = hidden[at];
    if (stat(hidden[at], &status) != 0) continue;
    int result = S_ISDIR(status.st_mode) ? mount("tmpfs", hidden[at], "tmpfs", MS_RDONLY, "size=0") : mount("/dev/null", hidden[at], NULL, MS_BIND, NULL);
    if (result != 0) return -1;
  }
  for (size_t at = 0; at < sizeof fixed / sizeof *fixed; at++) {
    *what = fixed[at];
    if (mount(fixed[at], fixed[at], NULL, MS_BIND | MS_REC, NULL) != 0 && errno != ENOENT) return -1;
    if (mount(NULL, fixed[at], NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0 && errno != ENOENT && errno != EINVAL) return -1;
  }
  return 0;
}

int enter_container_root(const char *share, int shared_memory, const struct request *request, const char **what) {
  *what = "/";
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return -1;
  int *trees = open_volumes(share, request, what);
  if (trees == NULL) return -1;
  char path[128];
  if (request->layers.count > 0) strcpy(path, LAYERED_ROOT);
  else snprintf(path, sizeof path, "%s/root", share);
  *what = "/";
  /* The root of an initramfs cannot be pivoted away: the container's is mounted over it. */
  int root = open_tree_copy(path);
  if (root < 0 || move_mount_fd(root, "/") != 0 || fchdir(root) != 0 || chroot(".") != 0) return -1;
  close(root);
  if (mount_kernel_file_systems(request, shared_memory, what) != 0) return -1;
  for (size_t at = 0; at < request->mount_count; at++) {
    *what = request->mounts[at].target;
    if (place_mount(&request->mounts[at], trees[at]) != 0) return -1;
    if (trees[at] >= 0) close(trees[at]);
  }
  free(trees);
  if (set_parameters(request, what) != 0) return -1;
  if (!request->privileged && hide_kernel_files(what) != 0) return -1;
  *what = request->process.directory == NULL ? "/" : request->process.directory;
  if (request->process.directory != NULL && make_folders(request->process.directory, 0755) != 0) return -1;
  *what = "/";
  return request->read_only_root ? mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) : 0;
}
