#include <stdlib.h>
#include <string.h>

#include "compute.h"

#ifdef _WIN32
static const char separator = '\\';
#else
static const char separator = '/';
#endif

char *join_paths(const char *folder, const char *name) {
  struct text path = {0};
  size_t length = strlen(folder);
  while (length > 1 && (folder[length - 1] == '/' || folder[length - 1] == '\\')) length--;
  while (*name == '/' || *name == '\\') name++;
  text_add(&path, folder, length);
  if (*name != 0) text_print(&path, "%c", separator);
  for (; *name != 0; name++) text_add(&path, *name == '\\' || *name == '/' ? &separator : name, 1);
  return path.bytes;
}

/* The rest of the path behind a prefix of whole names; NULL where it is another path. */
static const char *behind(const char *path, const char *prefix) {
  size_t length = strlen(prefix);
  while (length > 0 && (prefix[length - 1] == '/' || prefix[length - 1] == '\\')) length--;
  if (strncmp(path, prefix, length) != 0) return NULL;
  const char *rest = path + length;
  return *rest == 0 || *rest == '/' || *rest == '\\' ? rest : NULL;
}

char *disk_contents(const char *path) {
  if (folder_exists(path)) return copy_text(path);
  struct text contents = {0};
  text_print(&contents, "%s.contents%cupper", path, separator);
  if (folder_exists(contents.bytes)) return contents.bytes;
  free(contents.bytes);
  return NULL;
}

/* A share that HCS gives a Windows guest: \\?\VMSMB\VSMB-{…}\name\… */
static char *path_of_share(const struct system *machine, const char *path) {
  static const char prefix[] = "\\\\?\\VMSMB\\VSMB-{dcc079ae-60ba-4d07-847c-3493609c0870}\\";
  if (strncmp(path, prefix, sizeof prefix - 1) != 0) return NULL;
  const char *name = path + sizeof prefix - 1;
  size_t length = strcspn(name, "\\");
  struct text key = {0};
  text_print(&key, "VirtualMachine/Devices/VirtualSmb/Shares/%.*s", (int)length, name);
  const char *folder = json_string(json_member(machine->resources, key.bytes), "Path");
  free(key.bytes);
  return folder == NULL ? NULL : join_paths(folder, name + length);
}

char *guest_path(const struct system *system, const char *path) {
  const struct system *machine = system->is_vm ? system : system->host;
  if (path == NULL) return NULL;
  if (machine == NULL) return folder_exists(path) ? copy_text(path) : NULL;
  char *found = path_of_share(machine, path);
  const struct json *nearest = NULL;
  for (const struct json *mount = found != NULL || machine->mounts == NULL ? NULL : machine->mounts->first; mount != NULL; mount = mount->next)
    if (behind(path, mount->name) != NULL && (nearest == NULL || strlen(mount->name) > strlen(nearest->name))) nearest = mount;
  if (nearest != NULL) found = join_paths(nearest->text, behind(path, nearest->name));
  /* A guest of the simulator sees the host's files where nothing else is mounted. */
  if (found == NULL) found = copy_text(path);
  if (folder_exists(found)) return found;
  free(found);
  return NULL;
}
