#define _GNU_SOURCE
#include "virtual-disks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "linux-calls.h"

/* File Type Identifier of [MS-VHDX] 2.2.1: signature, then the creator in UTF-16. */
static const char signature[8] = {'v', 'h', 'd', 'x', 'f', 'i', 'l', 'e'};
enum { description_at = 192 * 1024, description_bytes = 8192, file_bytes = 4 * 1024 * 1024 };

bool disk_write(const char *path, const struct json *disk) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  char *text = json_text(disk);
  size_t length = strlen(text) + 1;
  bool written = length <= description_bytes && pwrite(file, text, length, description_at) == (ssize_t)length;
  free(text);
  close(file);
  return written;
}

/* The description has the name, as a disk's file may get another one. */
char *disk_sectors(const char *path) {
  DWORD problem = 0;
  struct json *disk = disk_read(path, &problem);
  const char *name = disk == NULL ? NULL : json_string(disk, "Sectors"), *slash = strrchr(path, '/');
  struct text sectors = {0};
  if (name != NULL && slash != NULL) text_print(&sectors, "%.*s/%s", (int)(slash - path), path, name);
  else text_print(&sectors, "%s.contents/sectors", path);
  json_free(disk);
  return sectors.bytes;
}

bool disk_make_sectors(const char *path) {
  DWORD problem = 0;
  struct json *disk = disk_read(path, &problem);
  char *sectors = disk_sectors(path);
  char *slash = strrchr(sectors, '/');
  *slash = 0;
  bool ready = disk != NULL && (mkdir(sectors, 0700) == 0 || errno == EEXIST);
  *slash = '/';
  int file = !ready ? -1 : open(sectors, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  bool made = file >= 0 && ftruncate(file, json_whole(disk, "SizeInBytes", 0)) == 0;
  if (disk == NULL) errno = EINVAL;
  if (file >= 0) close(file);
  free(sectors);
  json_free(disk);
  return made;
}

#ifdef _WIN32
/* Under Wine drives are not written to. */
static bool copy_sectors(const char *from, const char *to) {
  (void)from;
  (void)to;
  return true;
}
#else
/* Holes stay holes. A parent that nobody wrote to has nothing to copy. */
static bool copy_sectors(const char *from, const char *to) {
  char *source = disk_sectors(from), *target = disk_sectors(to);
  struct text folder = {0};
  text_print(&folder, "%s.contents", to);
  int input = open(source, O_RDONLY | O_CLOEXEC);
  bool absent = input < 0 && errno == ENOENT;
  int output = input < 0 || (mkdir(folder.bytes, 0700) != 0 && errno != EEXIST) ? -1 : open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool copied = output >= 0;
  off_t end = copied ? lseek(input, 0, SEEK_END) : 0;
  for (off_t at = copied ? lseek(input, 0, SEEK_DATA) : -1; copied && at >= 0;) {
    off_t stop = lseek(input, at, SEEK_HOLE), to_offset = at;
    while (copied && at < stop) copied = copy_file_range(input, &at, output, &to_offset, (size_t)(stop - at), 0) > 0;
    at = lseek(input, stop, SEEK_DATA);
  }
  copied = copied && ftruncate(output, end) == 0;
  if (input >= 0) close(input);
  if (output >= 0) close(output);
  free(source);
  free(target);
  free(folder.bytes);
  return copied || absent;
}
#endif

/* From the folder of one file to another file: both are full paths. */
static char *relative_path(const char *from, const char *to) {
  size_t common = 0;
  for (size_t index = 0; from[index] != 0 && from[index] == to[index]; index++) if (from[index] == '/') common = index + 1;
  struct text path = {0};
  for (const char *rest = from + common; (rest = strchr(rest, '/')) != NULL; rest++) text_add(&path, "../", 3);
  text_print(&path, "%s", to + common);
  return path.bytes;
}

char *disk_parent(const char *path, const struct json *disk) {
  const char *absolute = json_string(disk, "Parent"), *relative = json_string(disk, "RelativeParent"), *name = strrchr(path, '/');
  if (absolute == NULL) return NULL;
  struct text beside = {0};
  text_print(&beside, "%.*s/%s", (int)(name == NULL ? 0 : name - path), path, relative == NULL ? "" : relative);
  struct stat stat;
  if (relative != NULL && lstat(beside.bytes, &stat) == 0) return beside.bytes;
  free(beside.bytes);
  return copy_text(absolute);
}

DWORD disk_create(const char *path, int64_t size, int64_t block_size, const char *parent) {
  struct json *disk = json_new(JSON_OBJECT);
  if (parent != NULL) {
    DWORD problem = 0;
    struct json *above = disk_read(parent, &problem);
    if (above == NULL) {
      json_free(disk);
      return problem == 2 ? (DWORD)ERROR_NO_SUCH_PARENT : problem;
    }
    size = json_whole(above, "SizeInBytes", 0);
    json_free(above);
    json_set_string(disk, "Parent", parent);
    char *relative = relative_path(path, parent);
    json_set_string(disk, "RelativeParent", relative);
    free(relative);
  }
  const char *slash = strrchr(path, '/');
  struct text sectors = {0};
  text_print(&sectors, "%s.contents/sectors", slash == NULL ? path : slash + 1);
  json_set_string(disk, "Sectors", sectors.bytes);
  free(sectors.bytes);
  json_set_whole(disk, "SizeInBytes", size);
  json_set_whole(disk, "BlockSizeInBytes", block_size);
  int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    json_free(disk);
    return errno == EEXIST ? ERROR_IS_THERE : errno == ENOENT ? 3 : errno == ENOSPC ? 112 : 5;
  }
  WCHAR *creator = utf16_from_utf8("hcs-simulator", malloc);
  bool made = ftruncate(file, file_bytes) == 0 && pwrite(file, signature, sizeof signature, 0) == sizeof signature && pwrite(file, creator, 26, 8) == 26;
  free(creator);
  close(file);
  made = made && disk_write(path, disk) && (parent == NULL || copy_sectors(parent, path));
  json_free(disk);
  if (!made) unlink(path);
  return made ? 0 : 112;
}

struct json *disk_read(const char *path, DWORD *problem) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    *problem = errno == ENOENT || errno == ENOTDIR ? 2 : 5;
    return NULL;
  }
  char begin[sizeof signature], text[description_bytes];
  ssize_t length = pread(file, text, sizeof text - 1, description_at);
  bool whole = pread(file, begin, sizeof begin, 0) == sizeof begin && memcmp(begin, signature, sizeof begin) == 0 && length > 0;
  close(file);
  if (whole) text[length] = 0;
  struct json *disk = whole ? json_read(text, strlen(text), NULL) : NULL;
  if (disk == NULL) *problem = (DWORD)ERROR_IS_DAMAGED;
  return disk;
}

bool disk_is_formatted(const char *path) {
  DWORD problem;
  struct json *disk = disk_read(path, &problem);
  char *parent = disk == NULL ? NULL : disk_parent(path, disk);
  bool formatted = disk != NULL && (json_true(disk, "Formatted") || (parent != NULL && disk_is_formatted(parent)));
  free(parent);
  json_free(disk);
  return formatted;
}
