#define _GNU_SOURCE
#include "layer-files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define ATTRIBUTES "user.win32.attributes"
#define CREATED "user.win32.created"
#define SECURITY "user.win32.security"
#define EXTENDED "user.win32.ea"
#define REPARSE "user.win32.reparse"
#define STREAM "user.win32.stream."

/* Seconds from 1601 to 1970. */
static const int64_t epoch = 11644473600;
enum { most_metadata_bytes = 65536, header_bytes = 20 };
enum stream { STREAM_DATA = 1, STREAM_EA, STREAM_SECURITY, STREAM_ALTERNATE, STREAM_LINK, STREAM_PROPERTY, STREAM_OBJECT_ID, STREAM_REPARSE, STREAM_SPARSE, STREAM_TXFS };

HRESULT code_of_errno(void) {
  switch (errno) {
    case ENOENT: return E_FILE_NOT_FOUND;
    case ENOTDIR: return E_PATH_NOT_FOUND;
    case EACCES: case EPERM: return E_ACCESSDENIED;
    case EEXIST: return (HRESULT)0x80070050;                 /* ERROR_FILE_EXISTS */
    case EBUSY: case ETXTBSY: return (HRESULT)0x80070020;    /* ERROR_SHARING_VIOLATION */
    case ENOSPC: case EDQUOT: return (HRESULT)0x80070070;    /* ERROR_DISK_FULL */
    case ENOTEMPTY: return (HRESULT)0x80070091;              /* ERROR_DIR_NOT_EMPTY */
    case EINVAL: return (HRESULT)0x8007000d;                 /* ERROR_INVALID_DATA */
    case ENOMEM: return E_OUTOFMEMORY;
    default: return E_FAIL;
  }
}

static int64_t file_time(struct timespec time) { return ((int64_t)time.tv_sec + epoch) * 10000000 + time.tv_nsec / 100; }

static struct timespec unix_time(int64_t time) {
  struct timespec result = {.tv_nsec = UTIME_OMIT};
  if (time <= 0) return result;
  result.tv_sec = time / 10000000 - epoch;
  result.tv_nsec = time % 10000000 * 100;
  return result;
}

void read_basic_information(int file, struct basic_information *information) {
  struct stat stat;
  if (fstat(file, &stat) != 0) memset(&stat, 0, sizeof stat);
  information->written = file_time(stat.st_mtim);
  information->accessed = file_time(stat.st_atim);
  information->changed = file_time(stat.st_ctim);
  if (fgetxattr(file, CREATED, &information->created, sizeof information->created) != sizeof information->created) information->created = information->written;
  uint32_t kept;
  information->attributes = fgetxattr(file, ATTRIBUTES, &kept, sizeof kept) == sizeof kept ? kept : ATTRIBUTE_ARCHIVE;
  if (S_ISDIR(stat.st_mode)) information->attributes = (information->attributes & ~(uint32_t)ATTRIBUTE_ARCHIVE) | ATTRIBUTE_DIRECTORY;
  if (fgetxattr(file, REPARSE, NULL, 0) >= 0) information->attributes |= ATTRIBUTE_REPARSE_POINT;
}

bool write_basic_information(int file, const struct basic_information *information) {
  if (information->attributes != 0 && fsetxattr(file, ATTRIBUTES, &information->attributes, sizeof information->attributes, 0) != 0) return false;
  if (information->created > 0 && fsetxattr(file, CREATED, &information->created, sizeof information->created, 0) != 0) return false;
  struct timespec times[2] = {unix_time(information->accessed), unix_time(information->written)};
  return futimens(file, times) == 0;
}

bool copy_metadata(int from, int to) {
  char names[most_metadata_bytes];
  ssize_t length = flistxattr(from, names, sizeof names);
  if (length < 0) return false;
  char *value = must_allocate(most_metadata_bytes);
  bool copied = true;
  for (char *name = names; copied && name < names + length; name += strlen(name) + 1) {
    if (strncmp(name, "user.win32.", 11) != 0) continue;
    ssize_t size = fgetxattr(from, name, value, most_metadata_bytes);
    copied = size >= 0 && fsetxattr(to, name, value, (size_t)size, 0) == 0;
  }
  free(value);
  struct stat stat;
  if (!copied || fstat(from, &stat) != 0) return false;
  struct timespec times[2] = {stat.st_atim, stat.st_mtim};
  return futimens(to, times) == 0;
}

/* Restoring */

struct restore {
  int file;
  bool security;
  uint8_t header[header_bytes];
  size_t header_filled;
  uint32_t stream;
  uint64_t left;
  uint8_t *name;
  size_t name_bytes, name_filled;
  uint8_t *kept;   /* of a stream that becomes an attribute */
  size_t kept_filled, kept_bytes;
  uint8_t offset[8];
  size_t offset_filled;
  off_t position;
  bool in_stream;
};

struct restore *restore_begin(int file, bool security) {
  struct restore *restore = must_allocate(sizeof *restore);
  memset(restore, 0, sizeof *restore);
  restore->file = file;
  restore->security = security;
  return restore;
}

void restore_end(struct restore *restore) {
  if (restore == NULL) return;
  free(restore->name);
  free(restore->kept);
  free(restore);
}

static uint64_t little(const uint8_t *bytes, int count) {
  uint64_t value = 0;
  for (int index = count - 1; index >= 0; index--) value = value << 8 | bytes[index];
  return value;
}

/* user.win32.stream.NAME of `:NAME:$DATA` in UTF-16. */
static char *stream_attribute(const uint8_t *name, size_t bytes) {
  WCHAR *letters = must_allocate(bytes + 2);
  memcpy(letters, name, bytes);
  letters[bytes / 2] = 0;
  char *text = utf8_from_utf16(letters);
  free(letters);
  char *start = text[0] == ':' ? text + 1 : text;
  char *end = strrchr(start, ':');
  if (end != NULL) *end = 0;
  struct text attribute = {0};
  text_print(&attribute, STREAM "%s", start);
  free(text);
  return attribute.bytes;
}

static bool stream_ended(struct restore *restore) {
  bool done = true;
  char *alternate = NULL;
  const char *attribute = NULL;
  switch (restore->stream) {
    case STREAM_EA: attribute = EXTENDED; break;
    case STREAM_SECURITY: attribute = restore->security ? SECURITY : NULL; break;
    case STREAM_REPARSE: attribute = REPARSE; break;
    case STREAM_ALTERNATE: attribute = alternate = stream_attribute(restore->name, restore->name_bytes); break;
    default: break;
  }
  if (attribute != NULL) done = fsetxattr(restore->file, attribute, restore->kept, restore->kept_filled, 0) == 0;
  free(alternate);
  free(restore->name);
  free(restore->kept);
  restore->name = NULL;
  restore->kept = NULL;
  restore->header_filled = restore->name_filled = restore->name_bytes = restore->kept_filled = restore->offset_filled = 0;
  restore->in_stream = false;
  return done;
}

static bool stream_begins(struct restore *restore) {
  restore->stream = (uint32_t)little(restore->header, 4);
  restore->left = little(restore->header + 8, 8);
  restore->in_stream = true;
  restore->position = 0;
  switch (restore->stream) {
    case STREAM_DATA:
      if (ftruncate(restore->file, 0) != 0 && errno != EINVAL) return false;
      break;
    case STREAM_EA: case STREAM_SECURITY: case STREAM_REPARSE: case STREAM_ALTERNATE:
      if (restore->left > most_metadata_bytes) {
        errno = ENOSPC;
        return false;
      }
      restore->kept_bytes = (size_t)restore->left;
      restore->kept = must_allocate(restore->kept_bytes + 1);
      break;
    case STREAM_SPARSE: case STREAM_LINK: case STREAM_PROPERTY: case STREAM_OBJECT_ID: case STREAM_TXFS: break;
    default:
      errno = EINVAL;
      return false;
  }
  return restore->left > 0 || stream_ended(restore);
}

static bool take_data(struct restore *restore, const uint8_t *bytes, size_t count) {
  if (restore->stream == STREAM_SPARSE) {
    while (count > 0 && restore->offset_filled < 8) {
      restore->offset[restore->offset_filled++] = *bytes++;
      count--;
      if (restore->offset_filled == 8) {
        restore->position = (off_t)little(restore->offset, 8);
        /* An empty one tells the size of the file. */
        if (restore->left == 8 && ftruncate(restore->file, restore->position) != 0) return false;
      }
    }
  }
  if (restore->stream == STREAM_DATA || restore->stream == STREAM_SPARSE) {
    for (size_t done = 0; done < count;) {
      ssize_t written = pwrite(restore->file, bytes + done, count - done, restore->position);
      if (written < 0) return false;
      done += (size_t)written;
      restore->position += written;
    }
  } else if (restore->kept != NULL) {
    memcpy(restore->kept + restore->kept_filled, bytes, count);
    restore->kept_filled += count;
  }
  return true;
}

bool restore_write(struct restore *restore, const uint8_t *bytes, size_t count) {
  while (count > 0) {
    if (restore->header_filled < header_bytes) {
      size_t taken = header_bytes - restore->header_filled < count ? header_bytes - restore->header_filled : count;
      memcpy(restore->header + restore->header_filled, bytes, taken);
      restore->header_filled += taken;
      bytes += taken;
      count -= taken;
      if (restore->header_filled < header_bytes) return true;
      restore->name_bytes = (size_t)little(restore->header + 16, 4);
      if (restore->name_bytes > 2 * 1024) {
        errno = EINVAL;
        return false;
      }
      restore->name = must_allocate(restore->name_bytes + 1);
    }
    if (restore->name_filled < restore->name_bytes) {
      size_t taken = restore->name_bytes - restore->name_filled < count ? restore->name_bytes - restore->name_filled : count;
      memcpy(restore->name + restore->name_filled, bytes, taken);
      restore->name_filled += taken;
      bytes += taken;
      count -= taken;
      if (restore->name_filled < restore->name_bytes) return true;
    }
    if (!restore->in_stream) {
      if (!stream_begins(restore)) return false;
      if (!restore->in_stream) continue;
    }
    size_t taken = restore->left < count ? (size_t)restore->left : count;
    if (taken > 0 && !take_data(restore, bytes, taken)) return false;
    bytes += taken;
    count -= taken;
    restore->left -= taken;
    if (restore->left == 0 && !stream_ended(restore)) return false;
  }
  return true;
}

/* Backing up: metadata, the data, alternate streams. */

struct backup {
  int file;
  struct text before, after;
  size_t before_given, after_given;
  off_t position, size;
};

static void put(struct text *text, uint64_t value, int count) {
  char bytes[8];
  for (int index = 0; index < count; index++) bytes[index] = (char)(value >> (8 * index));
  text_add(text, bytes, (size_t)count);
}

static void put_header(struct text *text, uint32_t stream, uint64_t size, const char *name) {
  WCHAR *letters = name == NULL ? NULL : utf16_from_utf8(name, malloc);
  size_t length = 0;
  while (letters != NULL && letters[length] != 0) length++;
  put(text, stream, 4);
  put(text, 0, 4);
  put(text, size, 8);
  put(text, length * 2, 4);
  if (letters != NULL) text_add(text, (const char *)letters, length * 2);
  free(letters);
}

static void put_attribute(struct text *text, int file, const char *attribute, uint32_t stream, const char *name) {
  char *value = must_allocate(most_metadata_bytes);
  ssize_t size = fgetxattr(file, attribute, value, most_metadata_bytes);
  if (size >= 0) {
    put_header(text, stream, (uint64_t)size, name);
    text_add(text, value, (size_t)size);
  }
  free(value);
}

struct backup *backup_begin(int file, bool security) {
  struct backup *backup = must_allocate(sizeof *backup);
  memset(backup, 0, sizeof *backup);
  backup->file = file;
  if (security) put_attribute(&backup->before, file, SECURITY, STREAM_SECURITY, NULL);
  put_attribute(&backup->before, file, EXTENDED, STREAM_EA, NULL);
  put_attribute(&backup->before, file, REPARSE, STREAM_REPARSE, NULL);
  struct stat stat;
  if (fstat(file, &stat) == 0 && S_ISREG(stat.st_mode)) {
    backup->size = stat.st_size;
    put_header(&backup->before, STREAM_DATA, (uint64_t)stat.st_size, NULL);
  }
  char names[most_metadata_bytes];
  ssize_t length = flistxattr(file, names, sizeof names);
  for (char *name = names; name < names + length; name += strlen(name) + 1) {
    if (strncmp(name, STREAM, strlen(STREAM)) != 0) continue;
    struct text full = {0};
    text_print(&full, ":%s:$DATA", name + strlen(STREAM));
    put_attribute(&backup->after, file, name, STREAM_ALTERNATE, full.bytes);
    free(full.bytes);
  }
  return backup;
}

static ssize_t give(const struct text *text, size_t *given, uint8_t *bytes, size_t room) {
  size_t count = text->length - *given < room ? text->length - *given : room;
  if (count > 0) memcpy(bytes, text->bytes + *given, count);
  *given += count;
  return (ssize_t)count;
}

ssize_t backup_read(struct backup *backup, uint8_t *bytes, size_t room) {
  if (backup->before_given < backup->before.length) return give(&backup->before, &backup->before_given, bytes, room);
  if (backup->position < backup->size) {
    size_t wanted = (size_t)(backup->size - backup->position) < room ? (size_t)(backup->size - backup->position) : room;
    ssize_t count = pread(backup->file, bytes, wanted, backup->position);
    if (count < 0) return -1;
    if (count == 0) {
      /* It became shorter meanwhile; its size was told. */
      memset(bytes, 0, wanted);
      count = (ssize_t)wanted;
    }
    backup->position += count;
    return count;
  }
  return give(&backup->after, &backup->after_given, bytes, room);
}

void backup_end(struct backup *backup) {
  if (backup == NULL) return;
  free(backup->before.bytes);
  free(backup->after.bytes);
  free(backup);
}

/* Paths */

char *path_join(const char *folder, const char *name) {
  struct text path = {0};
  size_t length = strlen(folder);
  text_print(&path, "%s%s%s", folder, length > 0 && folder[length - 1] == '/' ? "" : "/", name);
  return path.bytes;
}

bool is_folder(const char *path) {
  struct stat stat;
  return lstat(path, &stat) == 0 && S_ISDIR(stat.st_mode);
}

bool exists(const char *path) {
  struct stat stat;
  return lstat(path, &stat) == 0;
}

bool make_folders(const char *path) {
  if (is_folder(path)) return true;
  char *parent = copy_text(path);
  char *slash = strrchr(parent, '/');
  bool made = true;
  if (slash != NULL && slash != parent) {
    *slash = 0;
    made = make_folders(parent);
  }
  free(parent);
  return made && (mkdir(path, 0755) == 0 || errno == EEXIST);
}

static bool is_dots(const char *name) { return strcmp(name, ".") == 0 || strcmp(name, "..") == 0; }

bool remove_tree(const char *path) {
  if (unlink(path) == 0 || errno == ENOENT) return true;
  if (errno != EISDIR && errno != EPERM) return false;
  DIR *folder = opendir(path);
  if (folder == NULL) return false;
  bool removed = true;
  for (struct dirent *entry = readdir(folder); removed && entry != NULL; entry = readdir(folder)) {
    if (is_dots(entry->d_name)) continue;
    char *child = path_join(path, entry->d_name);
    removed = remove_tree(child);
    free(child);
  }
  closedir(folder);
  return removed && rmdir(path) == 0;
}

static bool copy_folder_metadata(const char *from, const char *to) {
  int source = open(from, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  int target = open(to, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  bool copied = source >= 0 && target >= 0 && copy_metadata(source, target);
  if (source >= 0) close(source);
  if (target >= 0) close(target);
  return copied;
}

bool clone_tree(const char *from, const char *to) {
  if (mkdir(to, 0755) != 0 && errno != EEXIST) return false;
  DIR *folder = opendir(from);
  if (folder == NULL) return false;
  bool cloned = true;
  for (struct dirent *entry = readdir(folder); cloned && entry != NULL; entry = readdir(folder)) {
    if (is_dots(entry->d_name)) continue;
    char *source = path_join(from, entry->d_name);
    char *target = path_join(to, entry->d_name);
    cloned = is_folder(source) ? clone_tree(source, target) : link(source, target) == 0;
    free(source);
    free(target);
  }
  closedir(folder);
  return cloned && copy_folder_metadata(from, to);
}

bool copy_file(const char *from, const char *to) {
  int source = open(from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (source < 0) return false;
  int target = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0755);
  bool copied = target >= 0;
  char bytes[65536];
  while (copied) {
    ssize_t count = read(source, bytes, sizeof bytes);
    if (count == 0) break;
    copied = count > 0 && write(target, bytes, (size_t)count) == count;
  }
  copied = copied && copy_metadata(source, target);
  if (target >= 0) close(target);
  close(source);
  return copied;
}
