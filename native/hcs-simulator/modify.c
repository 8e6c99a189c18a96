/* HcsModifyComputeSystem: resource paths, and requests to the guest. virtualization/api/hcs/Reference/HcsModifyComputeSystem.md */
#include <stdlib.h>
#include <string.h>

#include "compute.h"
#include "guest-mounts.h"

/* PUT: an update of what is not there adds it. */
enum { ADD = 1, REMOVE = 2, UPDATE = 4, ANY = 7, PUT = 8 };

/*
 * In a path * stands for a name and # for a number. `named` is the member of the settings that tells several
 * of one path apart.
 */
static const struct resource {
  const char *path, *kind, *named;
  int requests;
} resources[] = {
  {"VirtualMachine/ComputeTopology/Processor/CpuGroup", "CpuGroup", NULL, ANY},
  {"VirtualMachine/ComputeTopology/Processor/IdledProcessors", "IdleProcessorsRequest", NULL, UPDATE},
  {"VirtualMachine/ComputeTopology/Processor/CpuFrequencyPowerCap", "uint32", NULL, ANY},
  {"VirtualMachine/ComputeTopology/Processor/Limits", "ProcessorLimits", NULL, ANY},
  {"VirtualMachine/ComputeTopology/Gpu", "GpuConfiguration", NULL, UPDATE},
  {"VirtualMachine/ComputeTopology/Memory/SizeInMB", "uint64", NULL, ANY},
  {"VirtualMachine/Devices/FlexibleIov/*", "FlexibleIoDevice", NULL, ADD},
  {"VirtualMachine/Devices/MappedPipes/*", "", NULL, ADD | REMOVE},
  {"VirtualMachine/Devices/NetworkAdapters/*", "NetworkAdapter", NULL, ANY},
  {"VirtualMachine/Devices/Plan9/Shares", "Plan9Share", "Name", ANY},
  {"VirtualMachine/Devices/Scsi/*/Attachments/#", "Attachment", NULL, ANY},
  {"VirtualMachine/Devices/ComPorts/#", "ComPort", NULL, ANY},
  {"VirtualMachine/Devices/SharedMemory/Regions", "SharedMemoryRegion", "SectionName", ANY},
  {"VirtualMachine/Devices/VirtualPMem/Devices/#", "VirtualPMemDevice", NULL, ADD | REMOVE},
  {"VirtualMachine/Devices/VirtualPMem/Devices/#/Mappings/#", "VirtualPMemMapping", NULL, ADD | REMOVE},
  {"VirtualMachine/Devices/VirtualSmb/Shares", "VirtualSmbShare", "Name", ANY},
  {"VirtualMachine/Devices/VirtualPci/*", "VirtualPciDevice", NULL, ADD | REMOVE},
  /* Services are made by an update too (hcsshim, internal/uvm/hvsocket.go). */
  {"VirtualMachine/Devices/HvSocket/HvSocketConfig/ServiceTable/*", "HvSocketServiceConfig", NULL, ANY | PUT},
  /* These are not in the reference; hcsshim sends them. */
  {"Container/MappedDirectories", "MappedDirectory", "ContainerPath", ANY},
  {"Container/MappedPipes", "MappedPipe", "ContainerPipeName", ANY},
  {"Container/Memory/SizeInMB", "uint64", NULL, UPDATE},
  {"Container/Processor", "Container_Processor", NULL, UPDATE},
  {"Container/Devices/Generic", "Device", NULL, ANY},
  {"Container/RegistryFlushState", "RegistryFlushState", NULL, UPDATE},
  {NULL, NULL, NULL, 0},
};

static bool matches(const char *path, const char *pattern) {
  for (;;) {
    size_t length = strcspn(path, "/"), wanted = strcspn(pattern, "/");
    if (*pattern == '*' ? length == 0 : *pattern == '#' ? length == 0 || strspn(path, "0123456789") != length : length != wanted || strncmp(path, pattern, length) != 0) return false;
    path += length;
    pattern += wanted;
    if (*path == 0 || *pattern == 0) return *path == *pattern;
    path++;
    pattern++;
  }
}

static const struct resource *resource_of(const char *path) {
  const struct resource *resource = resources;
  while (resource->path != NULL && !matches(path, resource->path)) resource++;
  return resource->path == NULL ? NULL : resource;
}

static char *key_of(const char *path, const struct resource *resource, const struct json *settings) {
  struct text key = {0};
  text_print(&key, "%s", path);
  const char *name = resource->named == NULL ? NULL : json_string(settings, resource->named);
  if (name != NULL) text_print(&key, "/%s", name);
  return key.bytes;
}

/* Not JSON's own set: a resource that is a list in the document keeps its place by name. */
static void keep(struct system *system, const char *path, const struct resource *resource, const struct json *settings) {
  char *key = key_of(path, resource, settings);
  json_set(system->resources, key, settings == NULL ? json_new(JSON_OBJECT) : json_copy(settings));
  free(key);
}

static void keep_each(struct system *system, const char *path, const struct json *list) {
  const struct resource *resource = resource_of(path);
  for (const struct json *element = list == NULL ? NULL : list->first; element != NULL; element = element->next) keep(system, path, resource, element);
}

static void keep_named(struct system *system, const char *folder, const struct json *named) {
  for (const struct json *member = named == NULL ? NULL : named->first; member != NULL; member = member->next) {
    struct text path = {0};
    text_print(&path, "%s/%s", folder, member->name);
    const struct resource *resource = resource_of(path.bytes);
    if (resource != NULL) keep(system, path.bytes, resource, member);
    free(path.bytes);
  }
}

void resources_of_document(struct system *system) {
  const struct json *container = system->is_vm ? NULL : system->host == NULL ? system->document : json_member(system->document, "Container");
  const struct json *devices = system->is_vm ? json_member(system->document, "Devices") : NULL;
  keep_each(system, "Container/MappedDirectories", json_member(container, "MappedDirectories"));
  keep_each(system, "Container/MappedPipes", json_member(container, "MappedPipes"));
  keep_each(system, "VirtualMachine/Devices/VirtualSmb/Shares", json_member(json_member(devices, "VirtualSmb"), "Shares"));
  keep_each(system, "VirtualMachine/Devices/Plan9/Shares", json_member(json_member(devices, "Plan9"), "Shares"));
  keep_named(system, "VirtualMachine/Devices/NetworkAdapters", json_member(devices, "NetworkAdapters"));
  keep_named(system, "VirtualMachine/Devices/VirtualPMem/Devices", json_member(json_member(devices, "VirtualPMem"), "Devices"));
  keep_named(system, "VirtualMachine/Devices/VirtualPci", json_member(devices, "VirtualPci"));
  const struct json *controllers = json_member(devices, "Scsi");
  for (const struct json *controller = controllers == NULL ? NULL : controllers->first; controller != NULL; controller = controller->next) {
    struct text folder = {0};
    text_print(&folder, "VirtualMachine/Devices/Scsi/%s/Attachments", controller->name);
    keep_named(system, folder.bytes, json_member(controller, "Attachments"));
    free(folder.bytes);
  }
}

static int request_of(const char *type) { return type == NULL || strcmp(type, "Add") == 0 ? ADD : strcmp(type, "Remove") == 0 ? REMOVE : UPDATE; }

/* Files that a virtual machine is given must be there, and a folder that is mapped as well. */
static HRESULT check_files(struct request *request, const struct system *system, const char *path, const struct json *settings) {
  const char *file = json_string(settings, strstr(path, "/VirtualPMem/") != NULL ? "HostPath" : "Path");
  if (strstr(path, "/Scsi/") != NULL || strstr(path, "/VirtualPMem/") != NULL) {
    if (file != NULL && !file_exists(file)) return answer_error(request, E_FILE_NOT_FOUND, "%s: there is no '%s'", path, file);
    if (strstr(path, "/Scsi/") != NULL && file != NULL && (disk_is_attached(file) || disk_is_held(file))) return answer_error(request, (HRESULT)0x80070020, "%s: '%s' is in use", path, file);
  } else if (strstr(path, "/Shares") != NULL) {
    if (file == NULL || json_string(settings, "Name") == NULL) return answer_error(request, E_INVALIDARG, "%s: Name and Path are needed", path);
    if (!folder_exists(file)) return answer_error(request, E_PATH_NOT_FOUND, "%s: there is no '%s'", path, file);
  } else if (strcmp(path, "Container/MappedDirectories") == 0) {
    char *folder = guest_path(system, json_string(settings, "HostPath"));
    free(folder);
    if (folder == NULL || json_string(settings, "ContainerPath") == NULL) return answer_error(request, E_PATH_NOT_FOUND, "%s: there is no such HostPath", path);
  }
  return S_OK;
}

bool disk_is_held(const char *path) {
  for (const struct system *system = systems; system != NULL; system = system->next) {
    if (!system->is_vm || system->state == SYSTEM_STOPPED) continue;
    for (const struct json *resource = system->resources->first; resource != NULL; resource = resource->next) {
      const char *file = strncmp(resource->name, "VirtualMachine/Devices/Scsi/", 28) == 0 ? json_string(resource, "Path") : NULL;
      if (file != NULL && strcmp(file, path) == 0) return true;
    }
  }
  return false;
}

static HRESULT modify_resource(struct request *request, struct system *system, const char *path, int asked, const struct json *settings) {
  const struct resource *resource = resource_of(path);
  if (resource == NULL || (strncmp(path, "VirtualMachine/", 15) == 0) != system->is_vm) return answer_error(request, E_INVALIDARG, "ResourcePath: '%s' is nothing that can be changed", path);
  if ((resource->requests & asked) == 0) return answer_error(request, E_INVALIDARG, "RequestType: not one that '%s' knows", path);
  bool ignored = asked == REMOVE && resource->named == NULL;
  if (*resource->kind == 0) {
    if (settings != NULL && json_count(settings) > 0) return answer_error(request, HCS_INVALID_JSON, "Settings: must be empty for '%s'", path);
  } else if (!ignored) {
    char *problem = NULL;
    if (settings == NULL || !document_is(settings, resource->kind, &problem)) {
      HRESULT code = answer_error(request, HCS_INVALID_JSON, "Settings: %s", problem == NULL ? "absent" : problem);
      free(problem);
      return code;
    }
  }
  char *key = key_of(path, resource, settings);
  struct json *old = json_member(system->resources, key);
  bool several = resource->named != NULL || strpbrk(resource->path, "*#") != NULL;
  HRESULT code = S_OK;
  if (several && asked == ADD && old != NULL) code = answer_error(request, E_ALREADY_EXISTS, "'%s' is there already", key);
  else if (several && asked != ADD && old == NULL && !(asked == UPDATE && (resource->requests & PUT) != 0)) code = answer_error(request, E_NOT_FOUND, "'%s' is not there", key);
  else if (asked != REMOVE) code = check_files(request, system, path, settings);
  free(key);
  if (FAILED(code)) return code;
  if (asked != REMOVE) keep(system, path, resource, settings);
  else if (old != NULL) json_free(json_take(system->resources, old));
  return S_OK;
}

/* What a disk shows in the guest: the file system on it, or in place of one a folder that tests put there. */
static char *disk_in_guest(const struct system *machine, const char *path, const char *file, bool read_only, HRESULT *code) {
  if (file == NULL) return NULL;
  char *found = machine->is_linux && file_exists(file) && !folder_exists(file) ? guest_disk_begin(machine, path, file, read_only, code) : NULL;
  return found == NULL && SUCCEEDED(*code) ? disk_contents(file) : found;
}

/* Where the guest finds what it is told to mount: the host's folder; free() it. NULL where there is none, with *code where there is a reason. */
static char *source_of(const struct system *machine, const char *path, const char *type, const struct json *settings, HRESULT *code) {
  if (strcmp(type, "MappedVirtualDisk") == 0) {
    for (const struct json *resource = machine->resources->first; resource != NULL; resource = resource->next) {
      struct text end = {0};
      text_print(&end, "/Attachments/%d", (int)json_whole(settings, "Lun", 0));
      size_t length = strlen(resource->name);
      bool here = strncmp(resource->name, "VirtualMachine/Devices/Scsi/", 28) == 0 && length > end.length && strcmp(resource->name + length - end.length, end.bytes) == 0;
      free(end.bytes);
      if (here) return disk_in_guest(machine, path, json_string(resource, "Path"), json_true(settings, "ReadOnly"), code);
    }
    return NULL;
  }
  if (strcmp(type, "VPMemDevice") == 0) {
    struct text name = {0};
    text_print(&name, "VirtualMachine/Devices/VirtualPMem/Devices/%d", (int)json_whole(settings, "DeviceNumber", 0));
    const struct json *memory = json_member(machine->resources, name.bytes);
    free(name.bytes);
    return disk_in_guest(machine, path, json_string(memory, "HostPath"), json_true(memory, "ReadOnly"), code);
  }
  if (json_string(settings, "HostPath") != NULL) return guest_path(machine, json_string(settings, "HostPath"));
  for (const struct json *resource = machine->resources->first; resource != NULL; resource = resource->next) {
    if (strncmp(resource->name, "VirtualMachine/Devices/Plan9/Shares/", 36) != 0) continue;
    const char *wanted = json_string(settings, "ShareName"), *name = json_string(resource, "AccessName");
    bool same_port = json_whole(settings, "Port", -1) == json_whole(resource, "Port", -2);
    if (wanted != NULL ? strcmp(wanted, name == NULL ? resource->name + 36 : name) == 0 : same_port) return copy_text(json_string(resource, "Path"));
  }
  return NULL;
}

/* A Linux guest lays its scratch over the layers, and shows both at the root of the container. */
static HRESULT unite_layers(struct request *request, struct system *machine, const char *path, const struct json *settings) {
  const struct json *list = json_member(settings, "Layers");
  size_t count = list == NULL ? 0 : json_count(list), found = 0;
  if (count == 0) return answer_error(request, E_INVALIDARG, "GuestRequest.Settings.Layers: a container needs one");
  char *scratch = guest_path(machine, json_string(settings, "ScratchPath"));
  char **layers = must_allocate((count + 1) * sizeof *layers);
  const char *missing = scratch == NULL ? json_string(settings, "ScratchPath") : NULL;
  for (const struct json *layer = list->first; layer != NULL && missing == NULL; layer = layer->next) {
    layers[found] = guest_path(machine, json_string(layer, "Path"));
    if (layers[found] == NULL) missing = json_string(layer, "Path") == NULL ? "" : json_string(layer, "Path");
    else found++;
  }
  layers[found] = NULL;
  HRESULT code = S_OK;
  if (missing != NULL || scratch == NULL) code = answer_error(request, E_PATH_NOT_FOUND, "GuestRequest: there is nothing mounted at '%s'", missing == NULL ? "" : missing);
  char *root = FAILED(code) ? NULL : guest_union_begin(machine, path, scratch, layers, &code);
  if (root != NULL) json_set_string(machine->mounts, path, root);
  free(root);
  while (found > 0) free(layers[--found]);
  free(layers);
  free(scratch);
  return code;
}

/* A Windows guest's layers are put over its scratch, which is mounted at the root of the container. */
static HRESULT combine_layers(struct request *request, struct system *machine, const char *path, const struct json *settings) {
  const char *scratch = json_string(machine->mounts, path);
  const struct json *layers = json_member(settings, "Layers");
  if (scratch == NULL) return S_OK;
  for (const struct json *layer = layers == NULL ? NULL : layers->first; layer != NULL; layer = layer->next) {
    char *folder = guest_path(machine, json_string(layer, "Path"));
    bool there = folder != NULL;
    free(folder);
    if (!there) return answer_error(request, E_PATH_NOT_FOUND, "GuestRequest: there is no layer at '%s'", json_string(layer, "Path") == NULL ? "" : json_string(layer, "Path"));
  }
  char *nearest = layers == NULL || layers->first == NULL ? NULL : guest_path(machine, json_string(layers->first, "Path"));
  char *root = nearest == NULL ? NULL : guest_filter_begin(machine, path, scratch, nearest);
  free(nearest);
  if (root != NULL) json_set_string(machine->mounts, path, root);
  free(root);
  return S_OK;
}

static HRESULT modify_guest(struct request *request, struct system *system, const struct json *guest) {
  char *problem = NULL;
  struct system *machine = system->is_vm ? system : system->host;
  if (!document_is(guest, "GuestModifySettingRequest", &problem)) {
    HRESULT code = answer_error(request, HCS_INVALID_JSON, "GuestRequest: %s", problem);
    free(problem);
    return code;
  }
  if (machine == NULL || !machine->has_guest || machine->state != SYSTEM_RUNNING) return answer_error(request, HCS_INVALID_STATE, "GuestRequest: there is no guest that runs");
  if (machine->guest_gone) return answer_error(request, HCS_CONNECTION_CLOSED, "GuestRequest: the connection with the guest was closed");
  static const char *const known[][2] = {{"CombinedLayers", "CombinedLayers"}, {"MappedDirectory", "GuestMappedDirectory"}, {"MappedVirtualDisk", "MappedVirtualDisk"}, {"MappedPipe", "MappedPipe"}};
  const char *type = json_string(guest, "ResourceType");
  const struct json *settings = json_member(guest, "Settings");
  if (type == NULL) return answer_error(request, HCS_INVALID_JSON, "GuestRequest.ResourceType: absent");
  for (size_t index = 0; index < sizeof known / sizeof known[0]; index++) {
    if (strcmp(known[index][0], type) != 0) continue;
    if (settings != NULL && document_is(settings, known[index][1], &problem)) continue;
    HRESULT code = answer_error(request, HCS_INVALID_JSON, "GuestRequest.Settings: %s", problem == NULL ? "absent" : problem);
    free(problem);
    return code;
  }
  const char *path = json_string(settings, "MountPath");
  if (path == NULL) path = json_string(settings, strcmp(type, "CombinedLayers") == 0 ? "ContainerRootPath" : "ContainerPath");
  if (path == NULL) return S_OK;
  struct json *old = json_member(machine->mounts, path);
  if (request_of(json_string(guest, "RequestType")) == REMOVE) {
    if (old == NULL) return answer_error(request, E_NOT_FOUND, "GuestRequest: nothing is mounted at '%s'", path);
    char *below = guest_mounts_end(machine, path);
    if (below != NULL) json_set_string(machine->mounts, path, below);
    else json_free(json_take(machine->mounts, old));
    free(below);
    return S_OK;
  }
  if (strcmp(type, "CombinedLayers") == 0) return machine->is_linux ? unite_layers(request, machine, path, settings) : combine_layers(request, machine, path, settings);
  HRESULT code = S_OK;
  char *source = source_of(machine, path, type, settings, &code);
  if (FAILED(code)) return answer_error(request, code, "GuestRequest: the disk for '%s' can't be mounted", path);
  if (source == NULL) return answer_error(request, E_NOT_FOUND, "GuestRequest: there is nothing to mount at '%s'", path);
  json_set_string(machine->mounts, path, source);
  free(source);
  return S_OK;
}

HRESULT system_modify(struct request *request) {
  HRESULT code = S_OK;
  struct system *system = system_argument(request, &code);
  struct json *document = system == NULL ? NULL : document_argument(request, "Configuration", "ModifySettingRequest", false, &code);
  if (document == NULL) return code;
  const char *path = json_string(document, "ResourcePath");
  const struct json *guest = json_member(document, "GuestRequest");
  if (guest != NULL && guest->kind == JSON_NULL) guest = NULL;
  bool has_path = path != NULL && *path != 0;
  int asked = request_of(json_string(document, "RequestType"));
  if (system->ending) code = answer_error(request, HCS_INVALID_STATE, "The compute system '%s' is ending", system->id);
  else if (!has_path && guest == NULL) code = answer_error(request, HCS_INVALID_JSON, "ModifySettingRequest: neither ResourcePath nor GuestRequest is there");
  /* What is taken away is taken from the guest first. */
  if (SUCCEEDED(code) && guest != NULL && asked == REMOVE) code = modify_guest(request, system, guest);
  if (SUCCEEDED(code) && has_path) code = modify_resource(request, system, path, asked, json_member(document, "Settings"));
  if (SUCCEEDED(code) && guest != NULL && asked != REMOVE) code = modify_guest(request, system, guest);
  json_free(document);
  return code;
}
