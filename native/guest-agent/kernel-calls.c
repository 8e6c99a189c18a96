#define _GNU_SOURCE
#include "kernel-calls.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/mount.h; it clashes with the C library's. */
enum { tree_clone = 1, tree_close_on_exec = O_CLOEXEC, at_recursive = 0x8000, move_empty_path = 4 };

int open_tree_copy(const char *path) { return (int)syscall(SYS_open_tree, AT_FDCWD, path, tree_clone | tree_close_on_exec | at_recursive); }

int move_mount_fd(int tree, const char *target) { return (int)syscall(SYS_move_mount, tree, "", AT_FDCWD, target, move_empty_path); }

int set_mount_read_only(int tree) {
  struct mount_attributes attributes = {.set = mount_read_only};
  return (int)syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | at_recursive, &attributes, sizeof attributes);
}

int load_module(const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  int result = (int)syscall(SYS_finit_module, fd, "", 0);
  int reason = errno;
  close(fd);
  errno = reason;
  return result < 0 && errno == EEXIST ? 0 : result;
}

pid_t fork_with(uint64_t flags) { return (pid_t)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL); }

int open_pid(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int set_capabilities(uint64_t capabilities) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2] = {0};
  for (int half = 0; half < 2; half++) data[half].effective = data[half].permitted = (uint32_t)(capabilities >> (32 * half));
  return (int)syscall(SYS_capset, &header, data);
}

int write_file(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  size_t length = strlen(text);
  ssize_t written = write(fd, text, length);
  int reason = errno;
  close(fd);
  errno = reason;
  return written == (ssize_t)length ? 0 : -1;
}

int make_folders(const char *path, mode_t mode) {
  char part[PATH_MAX];
  size_t length = strlen(path);
  if (length >= sizeof part) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memcpy(part, path, length + 1);
  for (char *at = part + 1; *at != '\0'; at++) {
    if (*at != '/') continue;
    *at = '\0';
    if (mkdir(part, mode) != 0 && errno != EEXIST) return -1;
    *at = '/';
  }
  if (mkdir(part, mode) == 0 || errno == EEXIST) return 0;
  return -1;
}
