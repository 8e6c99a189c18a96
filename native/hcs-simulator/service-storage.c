/* The functions of computestorage.dll, virtdisk.dll and vmcompute.dll's layers on the service's side. */
#define _GNU_SOURCE
#include "service.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compute.h"
#include "guest-mounts.h"
#include "layer-files.h"
#include "layer-trees.h"
#include "virtual-disks.h"

#define SHARING_VIOLATION ((HRESULT)0x80070020)
#define NOT_READY ((HRESULT)0x80070015)
#define DEVICE_NOT_THERE ((HRESULT)0x80070037)
#define UNRECOGNIZED_VOLUME ((HRESULT)0x800703ed)
enum { ATTACH_PERMANENTLY = 4 };

/* A disk that is attached: its volume is a folder of the state folder, bound to the disk's contents, and its drive a link there to its sectors. */
struct attachment {
  char *path, *contents, *volume, *drive;
  char **chain; /* layers below, while the filter is attached; NULL at its end */
  bool filtered;
  int number;
  struct attachment *next;
};

struct disk {
  char *path;
  bool keeps; /* attached it, and not permanently */
};

struct mount_point {
  char *path, *volume;
  struct mount_point *next;
};

static struct attachment *attachments;
static struct mount_point *mount_points;
static int last_number, disks_open;

static HRESULT from_win32(DWORD code) { return code == 0 ? S_OK : (code & 0x80000000u) != 0 ? (HRESULT)code : (HRESULT)(0x80070000u | code); }

/*
 * Paths are Linux' in here, on both targets: what comes with a drive letter under Wine is told so by this, and answered by
 * answer_path as it came.
 */
static const char *argument_path(const struct request *request, const char *name) {
  const char *given = argument_text(request, name);
#ifdef _WIN32
  if (given != NULL && *given != '/') {
    char *plain = linux_path(given);
    json_set_string(request->arguments, name, plain);
    free(plain);
    given = argument_text(request, name);
  }
#endif
  return given;
}

static void answer_path(struct request *request, const char *name, const char *path) {
#ifdef _WIN32
  char *text = windows_path(path);
  answer_text(request, name, text);
  free(text);
#else
  answer_text(request, name, path);
#endif
}

/* For what is not an argument. free() it. */
static char *plain_path(const char *path) {
#ifdef _WIN32
  return linux_path(path);
#else
  return copy_text(path);
#endif
}

static struct attachment **attachment_of(const char *path) {
  struct attachment **link = &attachments;
  while (*link != NULL && strcmp((*link)->path, path) != 0) link = &(*link)->next;
  return link;
}

/* A volume's path, with or without a separator at its end. */
static struct attachment *attachment_at(const char *volume) {
  size_t length = strlen(volume);
  while (length > 1 && volume[length - 1] == '/') length--;
  for (struct attachment *found = attachments; found != NULL; found = found->next)
    if (strlen(found->volume) == length && strncmp(found->volume, volume, length) == 0) return found;
  return NULL;
}

static void free_chain(char **chain) {
  for (char **layer = chain; layer != NULL && *layer != NULL; layer++) free(*layer);
  free(chain);
}

static char *volume_name(const char *path) {
  /* The same disk has the same volume each time. */
  uint64_t hash = 14695981039346656037u;
  for (const char *letter = path; *letter != 0; letter++) hash = (hash ^ (uint8_t)*letter) * 1099511628211u;
  struct text name = {0};
  char *root = plain_path(service_root());
  text_print(&name, "%s/volumes/Volume{%08x-%04x-%04x-0000-000000000000}", root, (unsigned)(hash >> 32), (unsigned)(hash >> 16) & 0xffff, (unsigned)hash & 0xffff);
  free(root);
  return name.bytes;
}

#ifdef _WIN32
/* Under Wine nobody opens drives. */
static char *drive_name(int number) {
  struct text name = {0};
  text_print(&name, "\\\\.\\PhysicalDrive%d", number);
  return name.bytes;
}

static bool show_drive(const char *path, const char *drive) {
  (void)path;
  (void)drive;
  return true;
}

static void hide_drive(const char *drive) { (void)drive; }
#else
static char *drive_name(int number) {
  struct text name = {0};
  text_print(&name, "%s/PhysicalDrive%d", service_root(), number);
  return name.bytes;
}

static bool show_drive(const char *path, const char *drive) {
  char *sectors = disk_sectors(path);
  unlink(drive);
  bool shown = disk_make_sectors(path) && symlink(sectors, drive) == 0;
  free(sectors);
  return shown;
}

static void hide_drive(const char *drive) { unlink(drive); }
#endif

static HRESULT attach(const char *path) {
  struct attachment made = {.path = copy_text(path), .volume = volume_name(path), .number = last_number + 1};
  made.drive = drive_name(made.number);
  struct text contents = {0};
  text_print(&contents, "%s.contents", path);
  made.contents = contents.bytes;
  struct text upper = {0};
  text_print(&upper, "%s/upper", made.contents);
  HRESULT code = make_folders(upper.bytes) && show_drive(path, made.drive) && make_folders(made.volume) && mount(upper.bytes, made.volume, NULL, MS_BIND, NULL) == 0 ? S_OK : code_of_errno();
  free(upper.bytes);
  if (FAILED(code)) {
    hide_drive(made.drive);
    free(made.path);
    free(made.drive);
    free(made.contents);
    free(made.volume);
    return code;
  }
  last_number = made.number;
  struct attachment *attachment = must_allocate(sizeof *attachment);
  *attachment = made;
  attachment->next = attachments;
  attachments = attachment;
  return S_OK;
}

/* A volume in a folder shows what the volume shows: after the filter came or went, it is bound anew. */
static HRESULT leave_mount_points(const struct attachment *attachment, bool by_force) {
  HRESULT code = S_OK;
  for (struct mount_point *point = mount_points; point != NULL && SUCCEEDED(code); point = point->next)
    if (strcmp(point->volume, attachment->volume) == 0 && umount2(point->path, UMOUNT_NOFOLLOW | (by_force ? MNT_DETACH : 0)) != 0 && errno != EINVAL && errno != ENOENT) code = code_of_errno();
  return code;
}

static void enter_mount_points(const struct attachment *attachment) {
  for (struct mount_point *point = mount_points; point != NULL; point = point->next) {
    if (strcmp(point->volume, attachment->volume) != 0) continue;
    umount2(point->path, UMOUNT_NOFOLLOW);
    if (mount(attachment->volume, point->path, NULL, MS_BIND, NULL) != 0) perror(point->path);
  }
}

/* `by_force`: whoever still uses it keeps what is open. */
static HRESULT detach_filter(struct attachment *attachment, bool by_force) {
  if (!attachment->filtered) return E_NOT_FOUND;
  HRESULT code = leave_mount_points(attachment, by_force);
  if (SUCCEEDED(code) && umount2(attachment->volume, by_force ? MNT_DETACH : 0) != 0) code = code_of_errno();
#ifdef _WIN32
  if (SUCCEEDED(code)) {
    char *upper = path_join(attachment->contents, "upper");
    if (!deletions_as_files(upper)) code = code_of_errno();
    free(upper);
  }
#endif
  enter_mount_points(attachment);
  if (FAILED(code)) return code;
  attachment->filtered = false;
  free_chain(attachment->chain);
  attachment->chain = NULL;
  return S_OK;
}

static HRESULT detach(struct attachment **link, bool by_force) {
  struct attachment *attachment = *link;
  if (attachment->filtered) {
    HRESULT code = by_force ? detach_filter(attachment, true) : SHARING_VIOLATION;
    if (FAILED(code)) return code;
  }
  if (umount2(attachment->volume, by_force ? MNT_DETACH : 0) != 0) return code_of_errno();
  rmdir(attachment->volume);
  hide_drive(attachment->drive);
  *link = attachment->next;
  free(attachment->path);
  free(attachment->drive);
  free(attachment->contents);
  free(attachment->volume);
  free(attachment);
  return S_OK;
}

void disk_handle_closed(void *object, bool client_gone) {
  (void)client_gone;
  struct disk *disk = object;
  struct attachment **link = attachment_of(disk->path);
  if (disk->keeps && *link != NULL) detach(link, true);
  disks_open--;
  free(disk->path);
  free(disk);
}

static HRESULT give_disk(struct request *request, const char *path) {
  struct disk *disk = must_allocate(sizeof *disk);
  *disk = (struct disk){.path = copy_text(path)};
  disks_open++;
  if (open_handle(request, HANDLE_DISK, disk)) return S_OK;
  disk_handle_closed(disk, false);
  return E_HANDLE;
}

static HRESULT create_disk(struct request *request) {
  const char *path = argument_path(request, "Path"), *parent = argument_path(request, "ParentPath");
  int64_t size = argument_whole(request, "MaximumSize", 0);
  if (path == NULL || *path != '/' || (parent == NULL && size < 3 * 1024 * 1024)) return E_INVALIDARG;
  DWORD problem = disk_create(path, size, argument_whole(request, "BlockSizeInBytes", 0), parent);
  return problem != 0 ? from_win32(problem) : give_disk(request, path);
}

static HRESULT open_disk(struct request *request) {
  const char *path = argument_path(request, "Path");
  if (path == NULL || *path != '/') return E_INVALIDARG;
  DWORD problem = 0;
  struct json *description = disk_read(path, &problem);
  if (description == NULL) return from_win32(problem);
  char *parent = disk_parent(path, description);
  HRESULT code = parent != NULL && !exists(parent) ? (HRESULT)ERROR_NO_SUCH_PARENT : S_OK;
  free(parent);
  json_free(description);
  return FAILED(code) ? code : give_disk(request, path);
}

/* By a virtual machine, whose documents name it as its creator does. */
static bool is_held(const char *path) {
#ifdef _WIN32
  char *text = windows_path(path);
  bool held = disk_is_held(text);
  free(text);
  return held;
#else
  return disk_is_held(path);
#endif
}

static HRESULT attach_disk(struct request *request) {
  struct disk *disk = argument_handle(request, "Disk", HANDLE_DISK);
  if (disk == NULL) return E_HANDLE;
  if (*attachment_of(disk->path) != NULL || is_held(disk->path)) return SHARING_VIOLATION;
  int64_t flags = argument_whole(request, "Flags", 0);
  HRESULT code = attach(disk->path);
  disk->keeps = SUCCEEDED(code) && (flags & ATTACH_PERMANENTLY) == 0;
  return code;
}

static HRESULT detach_disk(struct request *request) {
  struct disk *disk = argument_handle(request, "Disk", HANDLE_DISK);
  if (disk == NULL) return E_HANDLE;
  struct attachment **link = attachment_of(disk->path);
  HRESULT code = *link == NULL ? NOT_READY : detach(link, false);
  if (SUCCEEDED(code)) disk->keeps = false;
  return code;
}

static HRESULT physical_path(struct request *request) {
  struct disk *disk = argument_handle(request, "Disk", HANDLE_DISK);
  if (disk == NULL) return E_HANDLE;
  struct attachment *attachment = *attachment_of(disk->path);
  if (attachment == NULL) return DEVICE_NOT_THERE;
  answer_text(request, "Result", attachment->drive);
  return S_OK;
}

static HRESULT format_disk(struct request *request) {
  struct disk *disk = argument_handle(request, "Disk", HANDLE_DISK);
  if (disk == NULL) return E_HANDLE;
  if (*attachment_of(disk->path) != NULL) return SHARING_VIOLATION;
  DWORD problem = 0;
  struct json *description = disk_read(disk->path, &problem);
  if (description == NULL) return from_win32(problem);
  json_set_bool(description, "Formatted", true);
  HRESULT code = disk_write(disk->path, description) ? S_OK : code_of_errno();
  json_free(description);
  return code;
}

static HRESULT mount_path(struct request *request) {
  struct disk *disk = argument_handle(request, "Disk", HANDLE_DISK);
  if (disk == NULL) return E_HANDLE;
  struct attachment *attachment = *attachment_of(disk->path);
  if (attachment == NULL) return NOT_READY;
  if (!disk_is_formatted(disk->path)) return UNRECOGNIZED_VOLUME;
  answer_path(request, "Result", attachment->volume);
  return S_OK;
}

/* Documents */

static bool has_only(const struct json *object, const char *const *names) {
  if (object->kind != JSON_OBJECT) return false;
  for (const struct json *member = object->first; member != NULL; member = member->next) {
    const char *const *name = names;
    while (*name != NULL && strcmp(*name, member->name) != 0) name++;
    if (*name == NULL) return false;
  }
  return true;
}

static bool is_guid(const char *text) {
  if (text == NULL || strlen(text) != 36) return false;
  for (int index = 0; index < 36; index++) {
    bool dash = index == 8 || index == 13 || index == 18 || index == 23;
    if (dash ? text[index] != '-' : strchr("0123456789abcdefABCDEF", text[index]) == NULL) return false;
  }
  return true;
}

/* The layers of a LayerData document, nearest parent first: folders, each once, a base layer at the end and nowhere else. */
static HRESULT read_chain(struct request *request, char ***chain) {
  static const char *const members[] = {"SchemaVersion", "Layers", NULL}, *const versions[] = {"Major", "Minor", NULL}, *const layer_members[] = {"Id", "Path", "PathType", "Cache", NULL};
  *chain = NULL;
  char *problem = NULL;
  struct json *data = argument_document(request, "LayerData", &problem);
  free(problem);
  if (data == NULL) return HCS_INVALID_JSON;
  const struct json *version = json_member(data, "SchemaVersion"), *layers = json_member(data, "Layers");
  HRESULT code = has_only(data, members) && version != NULL && has_only(version, versions) && json_whole(version, "Major", 0) == 2 && layers != NULL && layers->kind == JSON_ARRAY ? S_OK : HCS_INVALID_JSON;
  size_t count = SUCCEEDED(code) ? json_count(layers) : 0, filled = 0;
  if (SUCCEEDED(code) && count == 0) code = E_INVALIDARG;
  char **paths = must_allocate((count + 1) * sizeof *paths);
  memset(paths, 0, (count + 1) * sizeof *paths);
  for (const struct json *layer = SUCCEEDED(code) ? layers->first : NULL; layer != NULL && SUCCEEDED(code); layer = layer->next) {
    char *path = plain_path(json_string(layer, "Path"));
    if (!has_only(layer, layer_members) || !is_guid(json_string(layer, "Id")) || path == NULL) code = HCS_INVALID_JSON;
    else if (*path != '/') code = E_INVALIDARG;
    else {
      for (size_t index = 0; index < filled; index++)
        if (strcmp(paths[index], path) == 0) code = E_INVALIDARG;
      paths[filled++] = copy_text(path);
      char *files = path_join(path, "Files");
      if (SUCCEEDED(code)) code = !is_folder(files) ? E_PATH_NOT_FOUND : is_base_layer(path) != (filled == count) ? HCS_INVALID_LAYER : S_OK;
      free(files);
    }
    free(path);
  }
  json_free(data);
  if (FAILED(code)) free_chain(paths);
  else *chain = paths;
  return code;
}

/* Members of an optional options document. */
static HRESULT read_options(struct request *request, const char *const *names, struct json **options) {
  *options = NULL;
  const char *given = argument_text(request, "Options");
  if (given == NULL || *given == 0) return S_OK;
  char *problem = NULL;
  *options = argument_document(request, "Options", &problem);
  free(problem);
  if (*options != NULL && has_only(*options, names)) return S_OK;
  json_free(*options);
  *options = NULL;
  return HCS_INVALID_JSON;
}

static const char *layer_path(const struct request *request) {
  const char *path = argument_path(request, "LayerPath");
  return path != NULL && *path == '/' ? path : NULL;
}

/* Layers */

static HRESULT import_layer(struct request *request) {
  const char *layer = layer_path(request), *source = argument_path(request, "SourceFolderPath");
  if (layer == NULL || source == NULL) return E_INVALIDARG;
  if (!is_folder(layer) || !is_folder(source)) return E_PATH_NOT_FOUND;
  char **chain;
  HRESULT code = read_chain(request, &chain);
  if (SUCCEEDED(code)) code = layer_import(layer, source, chain[0]);
  free_chain(chain);
  return code;
}

/* With the lock, which it gives back while it works: the attachment cannot go while its volume is being read, as detaching then finds it in use. */
static HRESULT export_writable(const char *volume, const char *parent, const char *target) {
  service_lock();
  struct attachment *attachment = attachment_at(volume);
  HRESULT code = attachment == NULL ? E_PATH_NOT_FOUND : attachment->filtered ? SHARING_VIOLATION : S_OK;
  char *upper = SUCCEEDED(code) ? path_join(attachment->contents, "upper") : NULL;
  char *ready = SUCCEEDED(code) ? path_join(attachment->contents, "initialized") : NULL;
  service_unlock();
  if (SUCCEEDED(code) && !exists(ready)) code = HCS_INVALID_LAYER;
  if (SUCCEEDED(code)) code = layer_export_writable(upper, parent, target);
  free(upper);
  free(ready);
  return code;
}

static HRESULT export_layer(struct request *request) {
  static const char *const members[] = {"IsWritableLayer", NULL};
  const char *layer = layer_path(request), *target = argument_path(request, "ExportFolderPath");
  if (layer == NULL || target == NULL) return E_INVALIDARG;
  struct json *options;
  HRESULT code = read_options(request, members, &options);
  char **chain = NULL;
  if (SUCCEEDED(code)) code = read_chain(request, &chain);
  if (SUCCEEDED(code)) code = options != NULL && json_true(options, "IsWritableLayer") ? export_writable(layer, chain[0], target) : layer_export(layer, chain[0], target);
  json_free(options);
  free_chain(chain);
  return code;
}

static HRESULT export_legacy_layer(struct request *request) {
  const char *volume = layer_path(request), *target = argument_path(request, "ExportFolderPath"), *folder = argument_path(request, "FolderPath");
  if (volume == NULL || target == NULL || folder == NULL) return E_INVALIDARG;
  if (!is_folder(folder)) return E_PATH_NOT_FOUND;
  char **chain;
  HRESULT code = read_chain(request, &chain);
  if (SUCCEEDED(code)) code = export_writable(volume, chain[0], target);
  free_chain(chain);
  return code;
}

static HRESULT destroy_layer(struct request *request) {
  const char *layer = layer_path(request);
  if (layer == NULL) return E_INVALIDARG;
  if (!exists(layer)) return E_PATH_NOT_FOUND;
  size_t length = strlen(layer);
  service_lock();
  HRESULT code = S_OK;
  for (struct attachment *attachment = attachments; attachment != NULL; attachment = attachment->next) {
    if (strncmp(attachment->path, layer, length) == 0 && attachment->path[length] == '/') code = SHARING_VIOLATION;
    for (char **below = attachment->chain; below != NULL && *below != NULL; below++)
      if (strcmp(*below, layer) == 0) code = SHARING_VIOLATION;
  }
  service_unlock();
  return FAILED(code) ? code : remove_tree(layer) ? S_OK : code_of_errno();
}

static const char *const os_layer_members[] = {"Type", "DisableCiCacheOptimization", "SkipUpdateBcdForBoot", NULL};

/* Type of OsLayerOptions; a container's where it isn't given. */
static HRESULT os_layer_type(struct request *request, bool *machine) {
  struct json *options;
  HRESULT code = read_options(request, os_layer_members, &options);
  const char *type = options == NULL ? NULL : json_string(options, "Type");
  *machine = type != NULL && strcmp(type, "Vm") == 0;
  if (SUCCEEDED(code) && type != NULL && !*machine && strcmp(type, "Container") != 0) code = HCS_INVALID_JSON;
  json_free(options);
  return code;
}

static HRESULT check_boot_files(const char *layer) {
  char *store = path_join(layer, "Files/EFI/Microsoft/Boot/BCD");
  HRESULT code = exists(store) ? S_OK : E_FILE_NOT_FOUND;
  free(store);
  return code;
}

static HRESULT set_up_base_layer(struct request *request) {
  const char *layer = layer_path(request);
  bool machine;
  HRESULT code = layer == NULL ? E_INVALIDARG : os_layer_type(request, &machine);
  if (FAILED(code)) return code;
  service_lock();
  struct disk *disk = argument_handle(request, "Disk", HANDLE_DISK);
  bool given = argument_whole(request, "Disk", 0) != 0, attached = disk != NULL && *attachment_of(disk->path) != NULL;
  service_unlock();
  if (machine != given || (machine && !attached)) return E_INVALIDARG;
  return machine ? check_boot_files(layer) : layer_set_up_base(layer);
}

static HRESULT set_up_base_volume(struct request *request) {
  const char *layer = layer_path(request), *volume = argument_path(request, "VolumePath");
  bool machine;
  HRESULT code = layer == NULL || volume == NULL ? E_INVALIDARG : os_layer_type(request, &machine);
  if (FAILED(code)) return code;
  service_lock();
  bool attached = attachment_at(volume) != NULL;
  service_unlock();
  if (!attached) return E_PATH_NOT_FOUND;
  return machine ? check_boot_files(layer) : layer_set_up_base(layer);
}

static HRESULT initialize(struct request *request, char **chain, const char *options) {
  struct attachment *attachment = attachment_at(layer_path(request));
  if (attachment == NULL) return E_PATH_NOT_FOUND;
  if (options != NULL || chain == NULL) return E_INVALIDARG;
  if (!disk_is_formatted(attachment->path)) return UNRECOGNIZED_VOLUME;
  char *ready = path_join(attachment->contents, "initialized"), *work = path_join(attachment->contents, "work");
  HRESULT code = exists(ready) ? E_ALREADY_EXISTS : make_folders(work) && make_folders(ready) ? S_OK : code_of_errno();
  free(ready);
  free(work);
  return code;
}

static HRESULT initialize_layer(struct request *request) {
  if (layer_path(request) == NULL) return E_INVALIDARG;
  char **chain;
  HRESULT code = read_chain(request, &chain);
  if (SUCCEEDED(code)) code = initialize(request, chain, argument_text(request, "Options"));
  free_chain(chain);
  return code;
}

static HRESULT initialize_legacy_layer(struct request *request) {
  const char *folder = argument_path(request, "FolderPath");
  if (layer_path(request) == NULL || folder == NULL) return E_INVALIDARG;
  if (!is_folder(folder)) return E_PATH_NOT_FOUND;
  char **chain;
  HRESULT code = read_chain(request, &chain);
  if (SUCCEEDED(code)) code = initialize(request, chain, NULL);
  free_chain(chain);
  return code;
}

/* For an overlay over its contents. */
static bool make_ready(const struct attachment *attachment) {
#ifdef _WIN32
  char *upper = path_join(attachment->contents, "upper");
  bool ready = deletions_as_devices(upper);
  free(upper);
  return ready;
#else
  (void)attachment;
  return true;
#endif
}

static HRESULT attach_filter_to(struct request *request, struct attachment *attachment) {
  if (attachment->filtered) return E_ALREADY_EXISTS;
  char *ready = path_join(attachment->contents, "initialized");
  HRESULT code = exists(ready) ? S_OK : HCS_INVALID_LAYER;
  free(ready);
  char **chain = NULL;
  if (SUCCEEDED(code)) code = read_chain(request, &chain);
  if (SUCCEEDED(code)) {
    /* The nearest layer's tree is whole. */
    struct text options = {0};
    text_print(&options, "lowerdir=%s/Files,upperdir=%s/upper,workdir=%s/work,redirect_dir=off,metacopy=off", chain[0], attachment->contents, attachment->contents);
    if (!make_ready(attachment) || mount("overlay", attachment->volume, "overlay", MS_NODEV, options.bytes) != 0) code = code_of_errno();
    free(options.bytes);
  }
  if (FAILED(code)) {
    free_chain(chain);
    return code;
  }
  attachment->filtered = true;
  attachment->chain = chain;
  enter_mount_points(attachment);
  return S_OK;
}

static HRESULT attach_filter(struct request *request) {
  if (layer_path(request) == NULL) return E_INVALIDARG;
  struct attachment *attachment = attachment_at(layer_path(request));
  return attachment == NULL ? E_PATH_NOT_FOUND : attach_filter_to(request, attachment);
}

static HRESULT detach_filter_of(struct request *request) {
  struct attachment *attachment = layer_path(request) == NULL ? NULL : attachment_at(layer_path(request));
  return attachment == NULL ? E_PATH_NOT_FOUND : detach_filter(attachment, false);
}

/* vmcompute.dll: a writable layer is a folder with its disk; `NULL` where it has none. */

static const int64_t sandbox_bytes = 20ll * 1024 * 1024 * 1024;

static char *sandbox_of(const struct request *request) {
  const char *layer = layer_path(request);
  char *disk = layer == NULL ? NULL : path_join(layer, "sandbox.vhdx");
  if (disk != NULL && exists(disk)) return disk;
  free(disk);
  return NULL;
}

static struct attachment *sandbox_attachment(const struct request *request) {
  char *disk = sandbox_of(request);
  struct attachment *attachment = disk == NULL ? NULL : *attachment_of(disk);
  free(disk);
  return attachment;
}

static HRESULT create_plain_layer(struct request *request) {
  const char *layer = layer_path(request);
  return layer == NULL ? E_INVALIDARG : mkdir(layer, 0755) == 0 ? S_OK : code_of_errno();
}

static HRESULT create_sandbox_layer(struct request *request) {
  const char *layer = layer_path(request);
  if (layer == NULL) return E_INVALIDARG;
  char **chain;
  HRESULT code = read_chain(request, &chain);
  free_chain(chain);
  if (FAILED(code)) return code;
  if (!make_folders(layer)) return code_of_errno();
  char *disk = path_join(layer, "sandbox.vhdx");
  code = from_win32(disk_create(disk, sandbox_bytes, 1024 * 1024, NULL));
  DWORD problem = 0;
  struct json *description = SUCCEEDED(code) ? disk_read(disk, &problem) : NULL;
  if (description != NULL) {
    json_set_bool(description, "Formatted", true);
    if (!disk_write(disk, description)) code = code_of_errno();
  }
  json_free(description);
  free(disk);
  return code;
}

static HRESULT expand_sandbox(struct request *request) {
  char *disk = sandbox_of(request);
  DWORD problem = 0;
  struct json *description = disk == NULL ? NULL : disk_read(disk, &problem);
  int64_t size = argument_whole(request, "Size", 0);
  HRESULT code = disk == NULL ? E_FILE_NOT_FOUND : description == NULL ? from_win32(problem) : *attachment_of(disk) != NULL ? SHARING_VIOLATION : size < json_whole(description, "SizeInBytes", 0) ? E_INVALIDARG : S_OK;
  if (SUCCEEDED(code)) {
    json_set_whole(description, "SizeInBytes", size);
    if (!disk_write(disk, description)) code = code_of_errno();
  }
  json_free(description);
  free(disk);
  return code;
}

static HRESULT activate_layer(struct request *request) {
  const char *layer = layer_path(request);
  if (layer == NULL) return E_INVALIDARG;
  if (!is_folder(layer)) return E_PATH_NOT_FOUND;
  char *disk = sandbox_of(request);
  HRESULT code = disk == NULL || *attachment_of(disk) != NULL ? S_OK : attach(disk);
  free(disk);
  return code;
}

static HRESULT deactivate_layer(struct request *request) {
  struct attachment *attachment = sandbox_attachment(request);
  return attachment == NULL ? S_OK : detach(attachment_of(attachment->path), false);
}

static HRESULT prepare_layer(struct request *request) {
  struct attachment *attachment = sandbox_attachment(request);
  if (attachment == NULL) return NOT_READY;
  char *ready = path_join(attachment->contents, "initialized"), *work = path_join(attachment->contents, "work");
  HRESULT code = make_folders(work) && make_folders(ready) ? S_OK : code_of_errno();
  free(ready);
  free(work);
  return FAILED(code) ? code : attach_filter_to(request, attachment);
}

static HRESULT unprepare_layer(struct request *request) {
  struct attachment *attachment = sandbox_attachment(request);
  return attachment == NULL ? NOT_READY : detach_filter(attachment, false);
}

static HRESULT layer_mount_path(struct request *request) {
  const char *layer = layer_path(request);
  if (layer == NULL) return E_INVALIDARG;
  char *disk = sandbox_of(request);
  struct attachment *attachment = disk == NULL ? NULL : *attachment_of(disk);
  HRESULT code = disk == NULL ? (is_folder(layer) ? S_OK : E_PATH_NOT_FOUND) : attachment == NULL ? NOT_READY : S_OK;
  if (SUCCEEDED(code)) answer_path(request, "Result", attachment == NULL ? layer : attachment->volume);
  free(disk);
  return code;
}

static HRESULT layer_exists(struct request *request) {
  if (layer_path(request) == NULL) return E_INVALIDARG;
  answer_whole(request, "There", is_folder(layer_path(request)));
  return S_OK;
}

static HRESULT export_any_layer(struct request *request) {
  const char *layer = layer_path(request), *target = argument_path(request, "ExportFolderPath");
  if (layer == NULL || target == NULL) return E_INVALIDARG;
  service_lock();
  struct attachment *attachment = sandbox_attachment(request);
  char *disk = sandbox_of(request), *volume = attachment == NULL ? NULL : copy_text(attachment->volume);
  service_unlock();
  char **chain;
  HRESULT code = read_chain(request, &chain);
  if (SUCCEEDED(code)) code = disk == NULL ? layer_export(layer, chain[0], target) : volume == NULL ? NOT_READY : export_writable(volume, chain[0], target);
  free_chain(chain);
  free(disk);
  free(volume);
  return code;
}

static HRESULT process_base_image(struct request *request) { return layer_path(request) == NULL ? E_INVALIDARG : layer_set_up_base(layer_path(request)); }

static HRESULT process_utility_image(struct request *request) { return layer_path(request) == NULL ? E_INVALIDARG : check_boot_files(layer_path(request)); }

/* Volumes in folders: kernel32's calls come here too, since it is the host that keeps them. */

static char *mount_point_path(struct request *request) {
  const char *path = argument_path(request, "MountPoint");
  if (path == NULL || *path != '/') return NULL;
  char *plain = copy_text(path);
  for (size_t length = strlen(plain); length > 1 && plain[length - 1] == '/'; length--) plain[length - 1] = 0;
  return plain;
}

static struct mount_point **mount_point_of(const char *path) {
  struct mount_point **link = &mount_points;
  while (*link != NULL && strcmp((*link)->path, path) != 0) link = &(*link)->next;
  return link;
}

static HRESULT set_mount_point(struct request *request) {
  char *path = mount_point_path(request);
  const char *volume = argument_path(request, "Volume");
  struct attachment *attachment = volume == NULL ? NULL : attachment_at(volume);
  HRESULT code = path == NULL ? E_INVALIDARG : attachment == NULL ? E_PATH_NOT_FOUND : !is_folder(path) ? (HRESULT)0x8007010b : *mount_point_of(path) != NULL ? (HRESULT)0x80070091 : S_OK;
  if (SUCCEEDED(code) && mount(attachment->volume, path, NULL, MS_BIND, NULL) != 0) code = code_of_errno();
  if (FAILED(code)) {
    free(path);
    return code;
  }
  struct mount_point *made = must_allocate(sizeof *made);
  *made = (struct mount_point){.path = path, .volume = copy_text(attachment->volume), .next = mount_points};
  mount_points = made;
  return S_OK;
}

static HRESULT forget_mount_point(struct mount_point **link, bool by_force) {
  struct mount_point *gone = *link;
  if (umount2(gone->path, UMOUNT_NOFOLLOW | (by_force ? MNT_DETACH : 0)) != 0 && errno != EINVAL && errno != ENOENT) return code_of_errno();
  *link = gone->next;
  free(gone->path);
  free(gone->volume);
  free(gone);
  return S_OK;
}

static HRESULT delete_mount_point(struct request *request) {
  char *path = mount_point_path(request);
  struct mount_point **link = path == NULL ? NULL : mount_point_of(path);
  /* ERROR_NOT_A_REPARSE_POINT */
  HRESULT code = path == NULL ? E_INVALIDARG : *link == NULL ? exists(path) ? (HRESULT)0x80071126 : E_FILE_NOT_FOUND : forget_mount_point(link, true);
  free(path);
  return code;
}

static HRESULT volume_at_mount_point(struct request *request) {
  char *path = mount_point_path(request);
  if (path == NULL) return E_INVALIDARG;
  HRESULT code = (HRESULT)0x80071126;
  struct stat there, volume;
  if (strcmp(path, "/") == 0) {
    answer_path(request, "Result", "/");
    code = S_OK;
  } else if (*mount_point_of(path) != NULL && stat(path, &there) == 0) {
    for (struct attachment *attachment = attachments; attachment != NULL; attachment = attachment->next) {
      if (stat(attachment->volume, &volume) != 0 || volume.st_dev != there.st_dev || volume.st_ino != there.st_ino) continue;
      struct text name = {0};
      text_print(&name, "%s/", attachment->volume);
      answer_path(request, "Result", name.bytes);
      free(name.bytes);
      code = S_OK;
    }
  } else if (!exists(path)) {
    code = E_FILE_NOT_FOUND;
  }
  free(path);
  return code;
}

bool disk_is_attached(const char *path) {
  char *plain = plain_path(path);
  bool attached = *attachment_of(plain) != NULL;
  free(plain);
  return attached;
}

static void count_storage(struct json *counts) {
  int attached = 0, filtered = 0, mounted = 0;
  for (struct attachment *attachment = attachments; attachment != NULL; attachment = attachment->next) {
    attached++;
    filtered += attachment->filtered;
  }
  for (struct mount_point *point = mount_points; point != NULL; point = point->next) mounted++;
  json_set_whole(counts, "disks", attached);
  json_set_whole(counts, "filters", filtered);
  json_set_whole(counts, "guestMounts", guest_mounts_count());
  json_set_whole(counts, "mountPoints", mounted);
  json_set_whole(counts, "diskHandles", disks_open);
}

/* A host that starts again has nothing attached; its mount points stay, and lead nowhere. */
static void reset_storage(void) {
  guest_mounts_drop_all();
  while (mount_points != NULL && SUCCEEDED(forget_mount_point(&mount_points, true))) {}
  while (attachments != NULL && SUCCEEDED(detach(&attachments, true))) {}
}

static const struct handler handlers[] = {
  {"HcsImportLayer", import_layer, ON_THREAD},
  {"HcsExportLayer", export_layer, ON_THREAD},
  {"HcsExportLegacyWritableLayer", export_legacy_layer, ON_THREAD},
  {"HcsDestroyLayer", destroy_layer, ON_THREAD},
  {"HcsSetupBaseOSLayer", set_up_base_layer, ON_THREAD},
  {"HcsSetupBaseOSVolume", set_up_base_volume, ON_THREAD},
  {"HcsInitializeWritableLayer", initialize_layer, 0},
  {"HcsInitializeLegacyWritableLayer", initialize_legacy_layer, 0},
  {"HcsAttachLayerStorageFilter", attach_filter, 0},
  {"HcsDetachLayerStorageFilter", detach_filter_of, 0},
  {"HcsFormatWritableLayerVhd", format_disk, 0},
  {"HcsGetLayerVhdMountPath", mount_path, 0},
  {"CreateVirtualDisk", create_disk, 0},
  {"OpenVirtualDisk", open_disk, 0},
  {"AttachVirtualDisk", attach_disk, 0},
  {"DetachVirtualDisk", detach_disk, 0},
  {"GetVirtualDiskPhysicalPath", physical_path, 0},
  {"CreateLayer", create_plain_layer, 0},
  {"CreateSandboxLayer", create_sandbox_layer, 0},
  {"ExpandSandboxSize", expand_sandbox, 0},
  {"ActivateLayer", activate_layer, 0},
  {"DeactivateLayer", deactivate_layer, 0},
  {"PrepareLayer", prepare_layer, 0},
  {"UnprepareLayer", unprepare_layer, 0},
  {"GetLayerMountPath", layer_mount_path, 0},
  {"LayerExists", layer_exists, 0},
  {"ExportLayer", export_any_layer, ON_THREAD},
  {"ProcessBaseImage", process_base_image, ON_THREAD},
  {"ProcessUtilityImage", process_utility_image, ON_THREAD},
  {"SetVolumeMountPointW", set_mount_point, 0},
  {"DeleteVolumeMountPointW", delete_mount_point, 0},
  {"GetVolumeNameForVolumeMountPointW", volume_at_mount_point, 0},
  {NULL, NULL, 0},
};

const struct service_table storage_table = {.handlers = handlers, .count = count_storage, .reset = reset_storage};
