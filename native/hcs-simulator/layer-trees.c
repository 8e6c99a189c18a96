#define _GNU_SOURCE
#include "layer-trees.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "layer-files.h"

#define FILE_EXISTS ((HRESULT)0x80070050)
#define SIDE ".$wcidirs$"
enum { attribute_bytes = 4, piece_bytes = 65536 };

static const char *const hives[][2] = {
  {"DEFAULT", "DefaultUser_Base"}, {"SAM", "Sam_Base"}, {"SECURITY", "Security_Base"}, {"SOFTWARE", "Software_Base"}, {"SYSTEM", "System_Base"},
};
enum { hive_count = sizeof hives / sizeof hives[0] };

static bool is_dots(const char *name) { return strcmp(name, ".") == 0 || strcmp(name, "..") == 0; }

static bool ends_with(const char *text, const char *end) {
  size_t length = strlen(text), wanted = strlen(end);
  return length > wanted && strcmp(text + length - wanted, end) == 0;
}

bool is_base_layer(const char *layer) {
  struct text path = {0};
  text_print(&path, "%s/Hives/%s", layer, hives[hive_count - 1][1]);
  bool base = exists(path.bytes);
  free(path.bytes);
  return base;
}

HRESULT layer_set_up_base(const char *layer) {
  HRESULT code = S_OK;
  char *files = path_join(layer, "Files"), *kept = path_join(layer, "Hives"), *layout = path_join(layer, "Layout");
  if (!is_folder(files)) code = E_PATH_NOT_FOUND;
  else if (exists(kept) || exists(layout)) code = FILE_EXISTS;
  for (int index = 0; SUCCEEDED(code) && index < hive_count; index++) {
    struct text from = {0};
    text_print(&from, "%s/Windows/System32/config/%s", files, hives[index][0]);
    if (!exists(from.bytes)) code = E_FILE_NOT_FOUND;
    free(from.bytes);
  }
  if (SUCCEEDED(code) && mkdir(kept, 0755) != 0) code = code_of_errno();
  for (int index = 0; SUCCEEDED(code) && index < hive_count; index++) {
    struct text from = {0};
    text_print(&from, "%s/Windows/System32/config/%s", files, hives[index][0]);
    char *to = path_join(kept, hives[index][1]);
    if (!copy_file(from.bytes, to)) code = code_of_errno();
    free(from.bytes);
    free(to);
  }
  if (SUCCEEDED(code)) {
    int file = open(layout, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file < 0) code = code_of_errno();
    else close(file);
  }
  free(files);
  free(kept);
  free(layout);
  return code;
}

/* Importing */

/* The attributes in front, then a backup stream; times are the transport file's own. */
static HRESULT restore_into(const char *transport, int target) {
  int source = open(transport, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (source < 0) return code_of_errno();
  uint8_t bytes[piece_bytes];
  HRESULT code = S_OK;
  struct basic_information information = {0};
  read_basic_information(source, &information);
  information.attributes = 0;
  if (read(source, bytes, attribute_bytes) != attribute_bytes) code = HCS_INVALID_LAYER;
  else memcpy(&information.attributes, bytes, attribute_bytes);
  struct restore *restore = restore_begin(target, true);
  while (SUCCEEDED(code)) {
    ssize_t count = read(source, bytes, sizeof bytes);
    if (count == 0) break;
    if (count < 0) code = code_of_errno();
    else if (!restore_write(restore, bytes, (size_t)count)) code = errno == EINVAL ? HCS_INVALID_LAYER : code_of_errno();
  }
  restore_end(restore);
  if (SUCCEEDED(code) && !write_basic_information(target, &information)) code = code_of_errno();
  close(source);
  return code;
}

static HRESULT import_folder(const char *source, const char *target);

static HRESULT import_entry(const char *source, const char *target) {
  struct stat stat;
  if (lstat(source, &stat) != 0) return code_of_errno();
  if (S_ISDIR(stat.st_mode)) {
    if (!is_folder(target) && !remove_tree(target)) return code_of_errno();
    if (mkdir(target, 0755) != 0 && errno != EEXIST) return code_of_errno();
    HRESULT code = import_folder(source, target);
    struct text side = {0};
    text_print(&side, "%s" SIDE, source);
    if (SUCCEEDED(code) && exists(side.bytes)) {
      int folder = open(target, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      code = folder < 0 ? code_of_errno() : restore_into(side.bytes, folder);
      if (folder >= 0) close(folder);
    }
    free(side.bytes);
    return code;
  }
  if (!S_ISREG(stat.st_mode)) return HCS_INVALID_LAYER;
  if (!remove_tree(target)) return code_of_errno();
  int file = open(target, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0755);
  if (file < 0) return code_of_errno();
  HRESULT code = restore_into(source, file);
  close(file);
  return code;
}

static HRESULT each_entry(const char *source, const char *target, HRESULT (*work)(const char *source, const char *target)) {
  DIR *folder = opendir(source);
  if (folder == NULL) return code_of_errno();
  HRESULT code = S_OK;
  for (struct dirent *entry = readdir(folder); SUCCEEDED(code) && entry != NULL; entry = readdir(folder)) {
    if (is_dots(entry->d_name) || ends_with(entry->d_name, SIDE)) continue;
    char *from = path_join(source, entry->d_name), *to = path_join(target, entry->d_name);
    code = work(from, to);
    free(from);
    free(to);
  }
  closedir(folder);
  return code;
}

static HRESULT import_folder(const char *source, const char *target) { return each_entry(source, target, import_entry); }

static HRESULT import_hive(const char *source, const char *target) { return copy_file(source, target) ? S_OK : code_of_errno(); }

HRESULT layer_import(const char *layer, const char *source, const char *parent) {
  char *files = path_join(source, "Files"), *own_hives = path_join(source, "Hives");
  char *target = path_join(layer, "Files"), *target_hives = path_join(layer, "Hives"), *below = path_join(parent, "Files");
  HRESULT code = !is_folder(files) || !is_folder(own_hives) ? HCS_INVALID_LAYER : exists(target) || exists(target_hives) ? FILE_EXISTS : S_OK;
  if (SUCCEEDED(code) && !clone_tree(below, target)) code = code_of_errno();
  if (SUCCEEDED(code)) code = import_folder(files, target);
  if (SUCCEEDED(code) && mkdir(target_hives, 0755) != 0) code = code_of_errno();
  if (SUCCEEDED(code)) code = each_entry(own_hives, target_hives, import_hive);
  free(files);
  free(own_hives);
  free(target);
  free(target_hives);
  free(below);
  return code;
}

/* Exporting */

struct exported {
  ino_t inode;
  char *path;
  struct exported *next;
};

struct export {
  const char *upper, *below, *target;
  bool overlay; /* deletions are Linux' overlay's; else what is missing */
  struct text tombstones;
  struct exported *linked; /* files with several names */
};

static HRESULT write_transport(const char *from, const char *to) {
  int source = open(from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (source < 0) return code_of_errno();
  int target = open(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (target < 0) {
    close(source);
    return code_of_errno();
  }
  struct basic_information information;
  read_basic_information(source, &information);
  bool written = write(target, &information.attributes, attribute_bytes) == attribute_bytes;
  struct backup *backup = backup_begin(source, true);
  uint8_t bytes[piece_bytes];
  for (ssize_t count = 1; written && count > 0;) {
    count = backup_read(backup, bytes, sizeof bytes);
    written = count >= 0 && write(target, bytes, (size_t)count) == count;
  }
  backup_end(backup);
  /* As an importer expects it: the attributes are in the file, the times are the file's. */
  information.attributes = 0;
  written = written && write_basic_information(target, &information);
  HRESULT code = written ? S_OK : code_of_errno();
  close(source);
  close(target);
  return code;
}

/* Of a file that stands for a deletion while no filter is there. */
#define DELETED "user.win32.deleted"

static bool is_deletion_file(const char *path, const struct stat *stat) {
  char value;
  return S_ISREG(stat->st_mode) && lgetxattr(path, DELETED, &value, 1) == 1;
}

static bool is_deletion_device(const struct stat *stat) { return S_ISCHR(stat->st_mode) && stat->st_rdev == 0; }

static bool is_deleted(const char *path, const struct stat *stat) { return is_deletion_device(stat) || is_deletion_file(path, stat); }

static bool device_to_file(const char *path) {
  if (unlink(path) != 0) return false;
  int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  bool made = file >= 0 && fsetxattr(file, DELETED, "y", 1, 0) == 0;
  if (file >= 0) close(file);
  return made;
}

/* Gives a folder the time that it had: what stands for a deletion is no change of its own. */
static bool restore_time(const char *folder, const struct stat *before) {
  int file = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (file < 0) return false;
  const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, before->st_mtim};
  bool restored = futimens(file, times) == 0;
  close(file);
  return restored;
}

static bool change_deletions(const char *folder, bool to_files) {
  struct stat before;
  DIR *entries = lstat(folder, &before) == 0 ? opendir(folder) : NULL;
  if (entries == NULL) return false;
  bool changed = true;
  for (struct dirent *entry = readdir(entries); changed && entry != NULL; entry = readdir(entries)) {
    if (is_dots(entry->d_name)) continue;
    char *path = path_join(folder, entry->d_name);
    struct stat stat;
    changed = lstat(path, &stat) == 0;
    if (changed && S_ISDIR(stat.st_mode)) changed = change_deletions(path, to_files);
    else if (changed && to_files && is_deletion_device(&stat)) changed = device_to_file(path);
    else if (changed && !to_files && is_deletion_file(path, &stat)) changed = unlink(path) == 0 && mknod(path, S_IFCHR, 0) == 0;
    free(path);
  }
  closedir(entries);
  return restore_time(folder, &before) && changed;
}

bool deletions_as_files(const char *upper) { return change_deletions(upper, true); }

bool deletions_as_devices(const char *upper) { return change_deletions(upper, false); }

static bool is_opaque(const char *path) {
  char value;
  return lgetxattr(path, "trusted.overlay.opaque", &value, 1) == 1 && value == 'y';
}

static void add_tombstone(struct export *export, const char *path) {
  text_add(&export->tombstones, "\\", 1);
  for (const char *letter = path; *letter != 0; letter++) text_add(&export->tombstones, *letter == '/' ? "\\" : letter, 1);
  text_add(&export->tombstones, "\r\n", 2);
}

/* What is below and not here any more. */
static HRESULT add_missing(struct export *export, const char *path) {
  char *below = path_join(export->below, path), *here = path_join(export->upper, path);
  DIR *folder = opendir(below);
  for (struct dirent *entry = folder == NULL ? NULL : readdir(folder); entry != NULL; entry = readdir(folder)) {
    if (is_dots(entry->d_name)) continue;
    char *present = path_join(here, entry->d_name);
    struct text gone = {0};
    text_print(&gone, "%s%s%s", path, *path == 0 ? "" : "/", entry->d_name);
    struct stat stat;
    if (lstat(present, &stat) != 0) add_tombstone(export, gone.bytes);
    free(gone.bytes);
    free(present);
  }
  if (folder != NULL) closedir(folder);
  free(below);
  free(here);
  return S_OK;
}

/* An inode that the layer below has under the same name is unchanged. */
static bool is_shared(const struct export *export, const char *path, const struct stat *stat) {
  char *below = path_join(export->below, path);
  struct stat other;
  bool shared = lstat(below, &other) == 0 && other.st_ino == stat->st_ino && other.st_dev == stat->st_dev;
  free(below);
  return shared;
}

/* Names of one file are names of one file in the transport form too. */
static HRESULT export_file(struct export *export, const char *from, const char *to, const struct stat *stat) {
  struct exported *first = stat->st_nlink > 1 ? export->linked : NULL;
  while (first != NULL && first->inode != stat->st_ino) first = first->next;
  if (first != NULL) return link(first->path, to) == 0 ? S_OK : code_of_errno();
  if (stat->st_nlink > 1) {
    struct exported *made = must_allocate(sizeof *made);
    *made = (struct exported){.inode = stat->st_ino, .path = copy_text(to), .next = export->linked};
    export->linked = made;
  }
  return write_transport(from, to);
}

static HRESULT export_folder(struct export *export, const char *path) {
  char *here = path_join(export->upper, path), *there = path_join(export->target, path);
  HRESULT code = S_OK;
  DIR *folder = opendir(here);
  if (folder == NULL) code = code_of_errno();
  for (struct dirent *entry = folder == NULL ? NULL : readdir(folder); SUCCEEDED(code) && entry != NULL; entry = readdir(folder)) {
    if (is_dots(entry->d_name)) continue;
    struct text inner = {0};
    text_print(&inner, "%s%s%s", path, *path == 0 ? "" : "/", entry->d_name);
    char *from = path_join(here, entry->d_name), *to = path_join(there, entry->d_name);
    struct stat stat;
    if (lstat(from, &stat) != 0) code = code_of_errno();
    else if (export->overlay && is_deleted(from, &stat)) add_tombstone(export, inner.bytes);
    else if (S_ISDIR(stat.st_mode)) {
      struct text side = {0};
      text_print(&side, "%s" SIDE, to);
      if (mkdir(to, 0755) != 0) code = code_of_errno();
      else code = write_transport(from, side.bytes);
      if (SUCCEEDED(code)) code = export_folder(export, inner.bytes);
      free(side.bytes);
    } else if (S_ISREG(stat.st_mode) && (export->overlay || !is_shared(export, inner.bytes, &stat))) code = export_file(export, from, to, &stat);
    free(from);
    free(to);
    free(inner.bytes);
  }
  if (folder != NULL) closedir(folder);
  if (SUCCEEDED(code) && (!export->overlay || is_opaque(here))) code = add_missing(export, path);
  free(here);
  free(there);
  return code;
}

static HRESULT run_export(const char *upper, const char *parent, const char *target, bool overlay, const char *layer) {
  char *below = path_join(parent, "Files"), *files = path_join(target, "Files"), *kept = path_join(target, "Hives"), *tombstones = path_join(target, "tombstones.txt");
  struct export export = {.upper = upper, .below = below, .target = files, .overlay = overlay};
  text_add(&export.tombstones, "\xef\xbb\xbfVersion 1.0\r\n", 16);
  HRESULT code = !is_folder(target) ? E_PATH_NOT_FOUND : mkdir(files, 0755) != 0 || mkdir(kept, 0755) != 0 ? code_of_errno() : S_OK;
  if (SUCCEEDED(code)) code = export_folder(&export, "");
  char *own_hives = layer == NULL ? NULL : path_join(layer, "Hives");
  if (SUCCEEDED(code) && own_hives != NULL && is_folder(own_hives)) code = each_entry(own_hives, kept, import_hive);
  free(own_hives);
  if (SUCCEEDED(code)) {
    int file = open(tombstones, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0 || write(file, export.tombstones.bytes, export.tombstones.length) != (ssize_t)export.tombstones.length) code = code_of_errno();
    if (file >= 0) close(file);
  }
  while (export.linked != NULL) {
    struct exported *next = export.linked->next;
    free(export.linked->path);
    free(export.linked);
    export.linked = next;
  }
  free(export.tombstones.bytes);
  free(below);
  free(files);
  free(kept);
  free(tombstones);
  return code;
}

HRESULT layer_export_writable(const char *upper, const char *parent, const char *target) { return run_export(upper, parent, target, true, NULL); }

HRESULT layer_export(const char *layer, const char *parent, const char *target) {
  char *files = path_join(layer, "Files");
  HRESULT code = is_folder(files) ? run_export(files, parent, target, false, layer) : E_PATH_NOT_FOUND;
  free(files);
  return code;
}
