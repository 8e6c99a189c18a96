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
  }
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
  made = made && disk_write(path, disk);
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
  const char *parent = disk == NULL ? NULL : json_string(disk, "Parent");
  bool formatted = disk != NULL && (json_true(disk, "Formatted") || (parent != NULL && disk_is_formatted(parent)));
  json_free(disk);
  return formatted;
}
