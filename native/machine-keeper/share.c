#define _GNU_SOURCE
#include "share.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/mount.h; it clashes with the C library's. */
enum { tree_clone = 1, at_recursive = 0x8000, move_empty_path = 4 };

static const char share_folder[] = "share";

static bool failed(char *reason, size_t size, const char *what) {
  snprintf(reason, size, "%s: %s", what, strerror(errno));
  return false;
}

bool make_share(const struct plan *plan, char *reason, size_t size) {
  if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) != 0) return failed(reason, size, "mount namespace");
  if (mkdir(share_folder, 0700) != 0 && errno != EEXIST) return failed(reason, size, share_folder);
  if (mount("tmpfs", share_folder, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m") != 0) return failed(reason, size, share_folder);
  for (size_t at = 0; at < plan->bind_count; at++) {
    char place[64];
    struct stat status;
    snprintf(place, sizeof place, "%s/%s", share_folder, plan->binds[at].name);
    if (stat(plan->binds[at].source, &status) != 0) return failed(reason, size, plan->binds[at].source);
    int made = S_ISDIR(status.st_mode) ? mkdir(place, 0755) : mknod(place, S_IFREG | 0644, 0);
    if (made != 0 || mount(plan->binds[at].source, place, NULL, MS_BIND | MS_REC, NULL) != 0) return failed(reason, size, plan->binds[at].source);
  }
  return true;
}

bool let_share_grow(char *reason, size_t size) { return mount(NULL, share_folder, NULL, MS_SHARED, NULL) == 0 || failed(reason, size, share_folder); }

int give_share(char *reason, size_t size) {
  int tree = (int)syscall(SYS_open_tree, AT_FDCWD, share_folder, tree_clone | O_CLOEXEC | at_recursive);
  if (tree < 0) failed(reason, size, share_folder);
  umount2(share_folder, MNT_DETACH);
  return tree;
}

static void place_of(uint32_t number, char *place, size_t size) { snprintf(place, size, "%s/joined-%u", share_folder, number); }

bool add_share(uint32_t number, int tree) {
  char place[64];
  place_of(number, place, sizeof place);
  if (mkdir(place, 0755) != 0) return false;
  if (syscall(SYS_move_mount, tree, "", AT_FDCWD, place, move_empty_path) == 0) return true;
  int reason = errno;
  rmdir(place);
  errno = reason;
  return false;
}

void remove_share(uint32_t number) {
  char place[64];
  place_of(number, place, sizeof place);
  umount2(place, MNT_DETACH);
  rmdir(place);
}
