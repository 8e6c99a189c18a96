/* What systems, and the service, tell of themselves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifndef _WIN32
#include <sys/sysinfo.h>
#include <unistd.h>
#endif

#include "compute.h"

void now_as_text(char text[40]) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  time_t seconds = now.tv_sec;
  struct tm parts;
#ifdef _WIN32
  gmtime_s(&parts, &seconds);
#else
  gmtime_r(&seconds, &parts);
#endif
  size_t length = strftime(text, 32, "%Y-%m-%dT%H:%M:%S", &parts);
  snprintf(text + length, 40 - length, ".%03dZ", (int)(now.tv_nsec / 1000000));
}

static const char *const state_names[] = {"Created", "Running", "Paused", "Stopped", "SavedAsTemplate"};

struct json *system_summary(const struct system *system) {
  struct json *properties = json_new(JSON_OBJECT);
  json_set_string(properties, "Id", system->id);
  json_set_string(properties, "SystemType", system->is_vm ? "VirtualMachine" : "Container");
  json_set_string(properties, "RuntimeOsType", system->is_linux ? "Linux" : "Windows");
  json_set_string(properties, "Name", system->id);
  json_set_string(properties, "Owner", system->owner);
  json_set_string(properties, "RuntimeId", system->runtime_id);
  json_set_string(properties, "State", state_names[system->state]);
  if (system->host != NULL) json_set_string(properties, "HostingSystemId", system->host->id);
  return properties;
}

static bool is_among(const struct json *list, const char *text) {
  if (list == NULL || list->kind != JSON_ARRAY || list->first == NULL) return true;
  for (const struct json *element = list->first; element != NULL; element = element->next) if (text != NULL && element->text != NULL && strcmp(element->text, text) == 0) return true;
  return false;
}

HRESULT systems_enumerate(struct request *request) {
  HRESULT code = S_OK;
  struct json *query = document_argument(request, "Query", "SystemQuery", true, &code);
  if (query == NULL) return code;
  struct json *list = json_new(JSON_ARRAY);
  for (const struct system *system = systems; system != NULL; system = system->next) {
    if (system->state == SYSTEM_STOPPED) continue;
    bool wanted = is_among(json_member(query, "Ids"), system->id) && is_among(json_member(query, "Names"), system->id) && is_among(json_member(query, "Owners"), system->owner);
    if (wanted && is_among(json_member(query, "Types"), system->is_vm ? "VirtualMachine" : "Container")) json_push(list, system_summary(system));
  }
  json_free(query);
  answer_document(request, "Result", list);
  return S_OK;
}

/* Of the system and, where it is a virtual machine, of what it hosts. */
static struct json *process_list(const struct system *system) {
  struct json *list = json_new(JSON_ARRAY);
  for (const struct system *other = systems; other != NULL; other = other->next) {
    if (other != system && other->host != system) continue;
    for (const struct process *process = other->processes; process != NULL; process = process->next) if (process->child != NULL) child_processes(process->child, list);
  }
  return list;
}

static int64_t sum(const struct json *list, const char *name) {
  int64_t total = 0;
  for (const struct json *details = list->first; details != NULL; details = details->next) total += json_whole(details, name, 0);
  return total;
}

static struct json *statistics(const struct system *system) {
  struct json *list = process_list(system), *result = json_new(JSON_OBJECT);
  char now[40];
  now_as_text(now);
  json_set_string(result, "Timestamp", now);
  if (system->state != SYSTEM_CREATED) {
    json_set_string(result, "ContainerStartTime", system->started);
    json_set_whole(result, "Uptime100ns", (int64_t)(milliseconds() - system->started_at) * 10000);
  }
  struct json *processor = json_set(result, "Processor", json_new(JSON_OBJECT));
  int64_t user = sum(list, "UserTime100ns"), kernel = sum(list, "KernelTime100ns");
  json_set_whole(processor, "TotalRuntime100ns", user + kernel);
  json_set_whole(processor, "RuntimeUser100ns", user);
  json_set_whole(processor, "RuntimeKernel100ns", kernel);
  struct json *memory = json_set(result, "Memory", json_new(JSON_OBJECT));
  json_set_whole(memory, "MemoryUsageCommitBytes", sum(list, "MemoryCommitBytes"));
  json_set_whole(memory, "MemoryUsagePrivateWorkingSetBytes", sum(list, "MemoryWorkingSetPrivateBytes"));
  json_set(result, "Storage", json_new(JSON_OBJECT));
  json_free(list);
  return result;
}

static struct json *vm_memory(const struct system *system) {
  const struct json *configured = json_member(json_member(system->document, "ComputeTopology"), "Memory");
  const struct json *changed = json_member(system->resources, "VirtualMachine/ComputeTopology/Memory/SizeInMB");
  int64_t megabytes = changed != NULL && changed->integer ? changed->whole : json_whole(configured, "SizeInMB", 0);
  struct json *memory = json_new(JSON_OBJECT);
  json_set_whole(memory, "VirtualNodeCount", 1);
  struct json *machine = json_set(memory, "VirtualMachineMemory", json_new(JSON_OBJECT));
  json_set_whole(machine, "AssignedMemory", megabytes * 256);
  json_set_bool(machine, "SlpActive", false);
  return memory;
}

static struct json *guest_connection(void) {
  struct json *guest = json_new(JSON_OBJECT);
  struct json *version = json_push(json_set(guest, "SupportedSchemaVersions", json_new(JSON_ARRAY)), json_new(JSON_OBJECT));
  json_set_whole(version, "Major", 2);
  json_set_whole(version, "Minor", 1);
  json_set_whole(guest, "ProtocolVersion", 4);
  json_set(guest, "GuestDefinedCapabilities", json_new(JSON_OBJECT));
  return guest;
}

static void add_property(struct json *properties, const struct system *system, const char *type) {
  if (strcmp(type, "Statistics") == 0) json_set(properties, "Statistics", statistics(system));
  else if (strcmp(type, "ProcessList") == 0) json_set(properties, "ProcessList", process_list(system));
  else if (strcmp(type, "Memory") == 0 && system->is_vm) json_set(properties, "Memory", vm_memory(system));
  else if (strcmp(type, "TerminateOnLastHandleClosed") == 0) json_set_bool(properties, "TerminateOnLastHandleClosed", system->terminates_on_close);
  else if (strcmp(type, "GuestConnection") == 0 && system->is_vm && system->has_guest && !system->guest_gone) json_set(properties, "GuestConnectionInfo", guest_connection());
  else if (strcmp(type, "SharedMemoryRegion") == 0 && system->is_vm) json_set(properties, "SharedMemoryRegionInfo", json_new(JSON_ARRAY));
}

HRESULT system_properties(struct request *request) {
  HRESULT code = S_OK;
  struct system *system = system_argument(request, &code);
  struct json *query = system == NULL ? NULL : document_argument(request, "Query", "System_PropertyQuery", true, &code);
  if (query == NULL) return code;
  struct json *properties = system_summary(system);
  const struct json *types = json_member(query, "PropertyTypes");
  for (const struct json *type = types == NULL ? NULL : types->first; type != NULL; type = type->next) add_property(properties, system, type->text);
  json_free(query);
  answer_document(request, "Result", properties);
  return S_OK;
}

static int processors(void) {
#ifdef _WIN32
  SYSTEM_INFO information;
  GetSystemInfo(&information);
  return (int)information.dwNumberOfProcessors;
#else
  return (int)sysconf(_SC_NPROCESSORS_ONLN);
#endif
}

static struct json *basic_information(void) {
  struct json *basic = json_new(JSON_OBJECT);
  struct json *versions = json_set(basic, "SupportedSchemaVersions", json_new(JSON_ARRAY));
  static const int known[][2] = {{1, 0}, {2, 1}, {2, 2}, {2, 3}, {2, 4}, {2, 5}, {2, 6}};
  for (size_t index = 0; index < sizeof known / sizeof known[0]; index++) {
    struct json *version = json_push(versions, json_new(JSON_OBJECT));
    json_set_whole(version, "Major", known[index][0]);
    json_set_whole(version, "Minor", known[index][1]);
  }
  return basic;
}

static struct json *processor_topology(void) {
  struct json *topology = json_new(JSON_OBJECT);
  int count = processors();
  json_set_whole(topology, "LogicalProcessorCount", count);
  struct json *list = json_set(topology, "LogicalProcessors", json_new(JSON_ARRAY));
  for (int index = 0; index < count; index++) {
    struct json *processor = json_push(list, json_new(JSON_OBJECT));
    json_set_whole(processor, "LpIndex", index);
    json_set_whole(processor, "NodeNumber", 0);
    json_set_whole(processor, "PackageId", 0);
    json_set_whole(processor, "CoreId", index);
    json_set_whole(processor, "RootVpIndex", index);
  }
  return topology;
}

/* Processor groups and credential instances are kept here, as the service itself keeps them. */
static struct json *cpu_groups, *credentials;

static struct json *list_of(struct json **list) {
  if (*list == NULL) *list = json_new(JSON_ARRAY);
  return *list;
}

HRESULT service_properties(struct request *request) {
  HRESULT code = S_OK;
  struct json *query = document_argument(request, "Query", "Service_PropertyQuery", true, &code);
  if (query == NULL) return code;
  struct json *properties = json_new(JSON_OBJECT), *list = json_set(properties, "Properties", json_new(JSON_ARRAY));
  const struct json *types = json_member(query, "PropertyTypes");
  for (const struct json *type = types == NULL ? NULL : types->first; type != NULL; type = type->next) {
    if (strcmp(type->text, "Basic") == 0) json_push(list, basic_information());
    else if (strcmp(type->text, "ProcessorTopology") == 0) json_push(list, processor_topology());
    else if (strcmp(type->text, "CpuGroup") == 0) json_set(json_push(list, json_new(JSON_OBJECT)), "CpuGroups", json_copy(list_of(&cpu_groups)));
    else if (strcmp(type->text, "ContainerCredentialGuard") == 0) json_set(json_push(list, json_new(JSON_OBJECT)), "Instances", json_copy(list_of(&credentials)));
    else json_set_bool(json_push(list, json_new(JSON_OBJECT)), "ProcessorQoSSupported", false);
  }
  /* Without a question it is the basic information. */
  if (json_count(types) == 0) json_push(list, basic_information());
  json_free(query);
  answer_document(request, "Result", properties);
  return S_OK;
}

static struct json *with_id(struct json *list, const char *member, const char *id) {
  for (struct json *element = list->first; element != NULL; element = element->next) {
    const char *found = json_string(element, member);
    if (found != NULL && id != NULL && strcmp(found, id) == 0) return element;
  }
  return NULL;
}

static HRESULT modify_groups(struct request *request, const struct json *settings) {
  const char *operation = json_string(settings, "Operation");
  const struct json *details = json_member(settings, "OperationDetails");
  const char *id = json_string(details, "GroupId");
  if (operation == NULL || id == NULL) return answer_error(request, HCS_INVALID_JSON, "ModificationRequest.Settings: Operation and OperationDetails.GroupId are needed");
  struct json *groups = list_of(&cpu_groups), *group = with_id(groups, "GroupId", id);
  if (strcmp(operation, "CreateGroup") == 0) {
    if (group != NULL) return answer_error(request, E_ALREADY_EXISTS, "The group '%s' exists already", id);
    group = json_push(groups, json_new(JSON_OBJECT));
    json_set_string(group, "GroupId", id);
    json_set_whole(json_set(group, "Affinity", json_new(JSON_OBJECT)), "LogicalProcessorCount", json_whole(details, "LogicalProcessorCount", 0));
    json_set(group, "GroupProperties", json_new(JSON_ARRAY));
    json_set_whole(group, "HypervisorGroupId", (int64_t)json_count(groups));
    return S_OK;
  }
  if (group == NULL) return answer_error(request, E_NOT_FOUND, "There is no group '%s'", id);
  if (strcmp(operation, "DeleteGroup") == 0) json_free(json_take(groups, group));
  else {
    struct json *property = json_push(json_member(group, "GroupProperties"), json_new(JSON_OBJECT));
    json_set_whole(property, "PropertyCode", json_whole(details, "PropertyCode", 0));
    json_set_whole(property, "PropertyValue", json_whole(details, "PropertyValue", 0));
  }
  return S_OK;
}

int64_t credentials_count(void) { return (int64_t)json_count(credentials); }

/* A host that starts again has none. */
void credentials_drop_all(void) {
  json_free(credentials);
  credentials = NULL;
}

static HRESULT modify_credentials(struct request *request, const struct json *settings) {
  const char *operation = json_string(settings, "Operation");
  const struct json *details = json_member(settings, "OperationDetails");
  const char *id = json_string(details, "Id");
  struct json *instances = list_of(&credentials), *instance = with_id(instances, "Id", id);
  if (operation == NULL || id == NULL) return answer_error(request, HCS_INVALID_JSON, "ModificationRequest.Settings: Operation and OperationDetails.Id are needed");
  if (strcmp(operation, "AddInstance") == 0) {
    if (instance != NULL) return answer_error(request, E_ALREADY_EXISTS, "The instance '%s' exists already", id);
    if (json_string(details, "CredentialSpec") == NULL) return answer_error(request, HCS_INVALID_JSON, "OperationDetails.CredentialSpec: absent");
    instance = json_push(instances, json_new(JSON_OBJECT));
    json_set_string(instance, "Id", id);
    struct json *guard = json_set(instance, "CredentialGuard", json_new(JSON_OBJECT));
    char endpoint[37];
    new_guid(endpoint);
    json_set_string(guard, "Cookie", "c2ltdWxhdGVk");
    json_set_string(guard, "RpcEndpoint", endpoint);
    json_set_string(guard, "Transport", json_string(details, "Transport") == NULL ? "LRPC" : json_string(details, "Transport"));
    json_set_string(guard, "CredentialSpec", json_string(details, "CredentialSpec"));
    if (strcmp(json_string(guard, "Transport"), "HvSocket") != 0) return S_OK;
    /* What a utility VM needs in its table so that its guest may connect. */
    struct json *socket = json_set(instance, "HvSocketConfig", json_new(JSON_OBJECT));
    json_set_string(socket, "ServiceId", endpoint);
    struct json *service = json_set(socket, "ServiceConfig", json_new(JSON_OBJECT));
    json_set_string(service, "BindSecurityDescriptor", "D:P(A;;FA;;;SY)");
    json_set_string(service, "ConnectSecurityDescriptor", "D:P(A;;FA;;;SY)");
    json_set_bool(service, "AllowWildcardBinds", true);
    return S_OK;
  }
  if (instance == NULL) return answer_error(request, E_NOT_FOUND, "There is no instance '%s'", id);
  json_free(json_take(instances, instance));
  return S_OK;
}

HRESULT service_modify(struct request *request) {
  HRESULT code = S_OK;
  struct json *document = document_argument(request, "Settings", "ModificationRequest", false, &code);
  if (document == NULL) return code;
  const char *type = json_string(document, "PropertyType");
  const struct json *settings = json_member(document, "Settings");
  bool groups = type != NULL && strcmp(type, "CpuGroup") == 0;
  char *problem = NULL;
  if (type == NULL || settings == NULL) code = answer_error(request, HCS_INVALID_JSON, "ModificationRequest: PropertyType and Settings are needed");
  else if (!document_is(settings, groups ? "HostProcessorModificationRequest" : "ContainerCredentialGuardOperationRequest", &problem)) code = answer_error(request, HCS_INVALID_JSON, "ModificationRequest.Settings: %s", problem);
  else code = groups ? modify_groups(request, settings) : modify_credentials(request, settings);
  free(problem);
  json_free(document);
  return code;
}
