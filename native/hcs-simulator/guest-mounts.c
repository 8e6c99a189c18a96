#define _GNU_SOURCE
#include "guest-mounts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifndef _WIN32
#include <linux/loop.h>
#include <sys/ioctl.h>
#endif

#include "layer-files.h"
#include "service.h"
#include "virtual-disks.h"

#include "linux-calls.h"

struct guest_mount {
  char *machine, *path, *below, *root;
  struct guest_mount *next;
};

static struct guest_mount *guest_mounts;
static int last_guest_root;

/* Paths are Linux' in here, as in service-storage.c. */
static char *plain_path(const char *path) {
#ifdef _WIN32
  return linux_path(path);
#else
  return copy_text(path);
#endif
}

static char *new_root(void) {
  struct text root = {0};
  char *state = plain_path(service_root());
  text_print(&root, "%s/guests/%d", state, ++last_guest_root);
  free(state);
  if (make_folders(root.bytes)) return root.bytes;
  free(root.bytes);
  return NULL;
}

/* Takes `root`; what is given back is the caller's. */
static char *remember(const struct system *machine, const char *path, const char *below, char *root) {
  struct guest_mount *made = must_allocate(sizeof *made);
  *made = (struct guest_mount){.machine = copy_text(machine->id), .path = copy_text(path), .below = below == NULL ? NULL : copy_text(below), .root = root, .next = guest_mounts};
  guest_mounts = made;
#ifdef _WIN32
  return windows_path(root);
#else
  return copy_text(root);
#endif
}

static char *forget_root(char *root) {
  rmdir(root);
  free(root);
  return NULL;
}

#ifndef _WIN32
/* ERROR_VHD_DRIVE_FOOTER_MISSING, …_CHECKSUM_MISMATCH, …_CORRUPT; HCS_E_… has none for a guest that can't mount: ERROR_UNRECOGNIZED_VOLUME */
#define FOOTER_MISSING ((HRESULT)0xc03a0001)
#define FOOTER_CHECKSUM ((HRESULT)0xc03a0002)
#define FOOTER_CORRUPT ((HRESULT)0xc03a0003)
#define UNRECOGNIZED_VOLUME ((HRESULT)0x800703ed)
enum { footer_bytes = 512, checksum_at = 64, magic_at = 1080, loop_tries = 50 };

static uint64_t big_endian(const uint8_t *bytes, int count) {
  uint64_t value = 0;
  for (int index = 0; index < count; index++) value = value << 8 | bytes[index];
  return value;
}

/* Bytes of a fixed VHD's disk (Virtual Hard Disk Image Format Specification, "Hard Disk Footer Format"). */
static HRESULT read_footer(int file, uint64_t *size) {
  uint8_t footer[footer_bytes];
  off_t end = lseek(file, 0, SEEK_END);
  if (end < footer_bytes || pread(file, footer, sizeof footer, end - footer_bytes) != sizeof footer || memcmp(footer, "conectix", 8) != 0) return FOOTER_MISSING;
  uint32_t sum = 0;
  for (int index = 0; index < footer_bytes; index++) sum += index >= checksum_at && index < checksum_at + 4 ? 0 : footer[index];
  if (big_endian(footer + checksum_at, 4) != (uint32_t)~sum) return FOOTER_CHECKSUM;
  *size = big_endian(footer + 48, 8);
  bool fixed = big_endian(footer + 60, 4) == 2 && big_endian(footer + 12, 4) == 0x10000 && big_endian(footer + 16, 8) == UINT64_MAX;
  return fixed && *size == (uint64_t)end - footer_bytes ? S_OK : FOOTER_CORRUPT;
}

/* A device that goes with its mount; its descriptor. */
static int take_loop(int file, uint64_t size, bool read_only, char name[32]) {
  for (int tries = 0; tries < loop_tries; tries++) {
    int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    int number = control < 0 ? -1 : ioctl(control, LOOP_CTL_GET_FREE);
    if (control >= 0) close(control);
    if (number < 0) return -1;
    snprintf(name, 32, "/dev/loop%d", number);
    int device = open(name, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC);
    if (device < 0) return -1;
    struct loop_config config = {.fd = (uint32_t)file, .block_size = 512, .info = {.lo_sizelimit = size, .lo_flags = LO_FLAGS_AUTOCLEAR | (read_only ? LO_FLAGS_READ_ONLY : 0)}};
    if (ioctl(device, LOOP_CONFIGURE, &config) == 0) return device;
    close(device);
    /* Somebody else was quicker. */
    if (errno != EBUSY) return -1;
  }
  return -1;
}

char *guest_disk_begin(const struct system *machine, const char *path, const char *file, bool read_only, HRESULT *code) {
  char *sectors = disk_sectors(file);
  bool dynamic = exists(sectors);
  int image = open(dynamic ? sectors : file, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC);
  free(sectors);
  uint8_t magic[2] = {0};
  bool ext4 = image >= 0 && pread(image, magic, sizeof magic, magic_at) == sizeof magic && magic[0] == 0x53 && magic[1] == 0xef;
  *code = S_OK;
  if (!ext4) {
    if (image >= 0) close(image);
    return NULL;
  }
  uint64_t size = 0;
  if (!dynamic) *code = read_footer(image, &size);
  char name[32];
  int device = FAILED(*code) ? -1 : take_loop(image, size, read_only, name);
  close(image);
  char *root = device < 0 ? NULL : new_root();
  bool mounted = root != NULL && mount(name, root, "ext4", MS_NODEV | (read_only ? MS_RDONLY : 0), NULL) == 0;
  if (SUCCEEDED(*code) && !mounted) *code = UNRECOGNIZED_VOLUME;
  if (device >= 0) close(device);
  if (mounted) return remember(machine, path, NULL, root);
  return root == NULL ? NULL : forget_root(root);
}
#else
/* Wine's programs have no loop devices. */
char *guest_disk_begin(const struct system *machine, const char *path, const char *file, bool read_only, HRESULT *code) {
  (void)machine;
  (void)path;
  (void)file;
  (void)read_only;
  *code = S_OK;
  return NULL;
}
#endif

char *guest_filter_begin(const struct system *machine, const char *path, const char *contents, const char *layer) {
  char *below = plain_path(layer), *upper = plain_path(contents), *files = path_join(below, "Files");
  char *root = is_folder(files) ? new_root() : NULL;
  struct text work = {0}, options = {0};
  /* `contents` is upper/ of the disk's; its neighbour is made where the disk was never initialized. */
  text_print(&work, "%s/../work", upper);
  text_print(&options, "lowerdir=%s,upperdir=%s,workdir=%s,redirect_dir=off,metacopy=off", files, upper, work.bytes);
  bool mounted = root != NULL && make_folders(work.bytes) && mount("overlay", root, "overlay", MS_NODEV, options.bytes) == 0;
  free(below);
  free(upper);
  free(files);
  free(work.bytes);
  free(options.bytes);
  if (mounted) return remember(machine, path, contents, root);
  return root == NULL ? NULL : forget_root(root);
}

/* The kernel takes one page of options, so that folders of this service are named from where they all are. */
static const char *short_name(const char *folder, const char *guests) {
#ifdef _WIN32
  (void)guests;
  return folder;
#else
  size_t length = strlen(guests);
  return strncmp(folder, guests, length) == 0 && folder[length] == '/' ? folder + length + 1 : folder;
#endif
}

static bool mount_in(const char *folder, const char *root, const char *options) {
#ifndef _WIN32
  int before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool mounted = before >= 0 && chdir(folder) == 0 && mount("overlay", root, "overlay", MS_NODEV, options) == 0;
  int problem = errno;
  if (before >= 0 && fchdir(before) != 0) perror("fchdir");
  if (before >= 0) close(before);
  errno = problem;
  return mounted;
#else
  (void)folder;
  return mount("overlay", root, "overlay", MS_NODEV, options) == 0;
#endif
}

char *guest_union_begin(const struct system *machine, const char *path, const char *scratch, char *const *layers, HRESULT *code) {
  char *plain = plain_path(scratch), *state = plain_path(service_root());
  char *root = new_root(), *upper = path_join(plain, "upper"), *work = path_join(plain, "work");
  struct text guests = {0}, options = {0};
  text_print(&guests, "%s/guests", state);
  text_print(&options, "upperdir=%s,workdir=%s,redirect_dir=off,metacopy=off,lowerdir=", short_name(upper, guests.bytes), short_name(work, guests.bytes));
  for (size_t index = 0; layers[index] != NULL; index++) {
    char *layer = plain_path(layers[index]);
    text_print(&options, "%s%s", index == 0 ? "" : ":", short_name(layer, guests.bytes));
    free(layer);
  }
  bool ready = root != NULL && make_folders(upper) && make_folders(work);
  bool mounted = ready && mount_in(guests.bytes, root, options.bytes);
  *code = mounted ? S_OK : code_of_errno();
  free(plain);
  free(state);
  free(upper);
  free(work);
  free(guests.bytes);
  free(options.bytes);
  if (mounted) return remember(machine, path, NULL, root);
  return root == NULL ? NULL : forget_root(root);
}

static void drop(struct guest_mount **link) {
  struct guest_mount *gone = *link;
  /* At once where nobody is in it, so that what was written is on the disk. */
  if (umount2(gone->root, 0) != 0) umount2(gone->root, MNT_DETACH);
  rmdir(gone->root);
  *link = gone->next;
  free(gone->machine);
  free(gone->path);
  free(gone->below);
  free(gone->root);
  free(gone);
}

char *guest_mounts_end(const struct system *machine, const char *path) {
  char *below = NULL;
  for (struct guest_mount **link = &guest_mounts; *link != NULL;) {
    struct guest_mount *found = *link;
    if (strcmp(found->machine, machine->id) != 0 || (path != NULL && strcmp(found->path, path) != 0)) {
      link = &found->next;
      continue;
    }
    free(below);
    below = found->below == NULL ? NULL : copy_text(found->below);
    drop(link);
  }
  return below;
}

int guest_mounts_count(void) {
  int count = 0;
  for (struct guest_mount *each = guest_mounts; each != NULL; each = each->next) count++;
  return count;
}

void guest_mounts_drop_all(void) {
  while (guest_mounts != NULL) drop(&guest_mounts);
}
