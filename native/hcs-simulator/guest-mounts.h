/*
 * What the guest of a virtual machine mounts, as mounts of this host below the state folder: disks with ext4
 * through loop devices, and layers laid over each other. On Linux alone, as root.
 */
#ifndef GUEST_MOUNTS_H
#define GUEST_MOUNTS_H

#include "compute.h"

/*
 * Mounts the file system on a disk that the machine has: the sectors of a VHDX, or the image in a fixed VHD. The folder that
 * shows it; free() it. NULL with *code where it can't be, and with S_OK where the file is a disk without one.
 */
char *guest_disk_begin(const struct system *machine, const char *path, const char *file, bool read_only, HRESULT *code);
/* A Windows guest's filter: `contents` of its scratch (modify.c) over `layer`. NULL where that can't be. */
char *guest_filter_begin(const struct system *machine, const char *path, const char *contents, const char *layer);
/* A Linux guest's overlay: upper and work of `scratch` over the folders in `layers`, top first, NULL at their end. */
char *guest_union_begin(const struct system *machine, const char *path, const char *scratch, char *const *layers, HRESULT *code);
/* Ends what is mounted at one of the machine's paths, or all of it, the latest first. What the path showed before; free() it. NULL where it showed nothing. */
char *guest_mounts_end(const struct system *machine, const char *path);
int guest_mounts_count(void);
void guest_mounts_drop_all(void);

#endif
