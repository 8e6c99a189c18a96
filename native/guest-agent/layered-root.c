#define _GNU_SOURCE
#include "layered-root.h"
#include "boot.h"
#include "kernel-calls.h"
#include "protocol.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define LAYERS "/run/layers"
#define WRITTEN "/run/written"

static bool refuse(struct refusal *refusal, uint32_t failure, const char *what) {
  refusal->failure = failure;
  snprintf(refusal->reason, sizeof refusal->reason, "%s: %s", what, strerror(errno));
  return false;
}

/* Path of the disk that the host gave that number; false where there is none. */
static bool find_disk(const char *serial, char *path, size_t size) {
  DIR *disks = opendir("/sys/block");
  struct dirent *entry;
  bool found = false;
  while (disks != NULL && !found && (entry = readdir(disks)) != NULL) {
    char name[320], text[32] = "";
    snprintf(name, sizeof name, "/sys/block/%s/serial", entry->d_name);
    FILE *file = fopen(name, "re");
    if (file == NULL) continue;
    found = fscanf(file, "%31s", text) == 1 && strcmp(text, serial) == 0;
    fclose(file);
    if (found) snprintf(path, size, "/dev/%s", entry->d_name);
  }
  if (disks != NULL) closedir(disks);
  if (!found) errno = ENODEV;
  return found;
}

static bool mount_layer(const char *serial, size_t index, struct refusal *refusal) {
  char disk[320], place[64];
  snprintf(place, sizeof place, LAYERS "/%zu", index);
  if (make_folders(place, 0755) != 0) return refuse(refusal, FAILURE_MOUNT, place);
  if (!find_disk(serial, disk, sizeof disk) || mount(disk, place, "erofs", MS_RDONLY | MS_NODEV, NULL) != 0) return refuse(refusal, FAILURE_LAYER, serial);
  return true;
}

/* The root shows the owner and mode of the folder that is written to. */
static int inherit_root(const char *top, const char *upper) {
  struct stat status;
  if (stat(top, &status) != 0 || chown(upper, status.st_uid, status.st_gid) != 0) return -1;
  return chmod(upper, status.st_mode & 07777);
}

bool mount_layered_root(const struct request *request, struct refusal *refusal) {
  if (load_modules("layers") != 0) return refuse(refusal, FAILURE_OTHER, "modules of layers");
  size_t count = request->layers.count;
  char *options = NULL;
  size_t size;
  FILE *text = open_memstream(&options, &size);
  if (text == NULL) return refuse(refusal, FAILURE_OTHER, "memory");
  fprintf(text, "lowerdir=");
  bool mounted = true;
  for (size_t at = 0; mounted && at < count; at++) {
    mounted = mount_layer(request->layers.items[at], at, refusal);
    fprintf(text, "%s" LAYERS "/%zu", at == 0 ? "" : ":", at);
  }
  fprintf(text, ",upperdir=" WRITTEN "/upper,workdir=" WRITTEN "/work,redirect_dir=off,metacopy=off");
  fclose(text);
  if (mounted) {
    bool made = make_folders(WRITTEN, 0700) == 0 && mount("tmpfs", WRITTEN, "tmpfs", MS_NOSUID | MS_NODEV, "mode=700") == 0
      && mkdir(WRITTEN "/upper", 0755) == 0 && mkdir(WRITTEN "/work", 0700) == 0 && inherit_root(LAYERS "/0", WRITTEN "/upper") == 0
      && make_folders(LAYERED_ROOT, 0755) == 0 && mount("overlay", LAYERED_ROOT, "overlay", MS_NODEV, options) == 0;
    mounted = made || refuse(refusal, FAILURE_MOUNT, "the root of its layers");
  }
  free(options);
  return mounted;
}
