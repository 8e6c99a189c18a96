/* From ProcessParameters, and the container's own document, to what is started. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifndef _WIN32
#include <sys/stat.h>
#include <unistd.h>
#endif

#include "compute.h"

/* CommandLineToArgvW's rules: 2n backslashes and a quotation mark are n and a mark that counts, 2n+1 are n and the mark itself. */
static struct json *split_command_line(const char *line) {
  struct json *arguments = json_new(JSON_ARRAY);
  while (*line != 0) {
    while (*line == ' ' || *line == '\t') line++;
    if (*line == 0) break;
    struct text word = {0};
    text_add(&word, "", 0);
    for (bool quoted = false; *line != 0 && (quoted || (*line != ' ' && *line != '\t'));) {
      size_t backslashes = strspn(line, "\\");
      bool mark = line[backslashes] == '"';
      for (size_t count = mark ? backslashes / 2 : backslashes; count > 0; count--) text_add(&word, "\\", 1);
      line += backslashes;
      if (!mark) {
        if (backslashes == 0) text_add(&word, line++, 1);
      } else if (backslashes % 2 == 1) {
        text_add(&word, line++, 1);
      } else if (quoted && line[1] == '"') {
        text_add(&word, "\"", 1);
        line += 2;
      } else {
        quoted = !quoted;
        line++;
      }
    }
    json_push(arguments, json_new_string(word.bytes));
    free(word.bytes);
  }
  return arguments;
}

static struct json *settings_of(const struct json *environment) {
  struct json *settings = json_new(JSON_ARRAY);
  for (const struct json *variable = environment == NULL ? NULL : environment->first; variable != NULL; variable = variable->next) {
    struct text setting = {0};
    text_print(&setting, "%s=%s", variable->name, variable->text == NULL ? "" : variable->text);
    json_push(settings, json_new_string(setting.bytes));
    free(setting.bytes);
  }
  return settings;
}

/* Windows' accounts of containers are whoever runs the simulator. */
static bool is_windows_account(const char *name) {
  static const char *const accounts[] = {"ContainerAdministrator", "ContainerUser", "NT AUTHORITY\\SYSTEM", "SYSTEM"};
  for (size_t index = 0; index < sizeof accounts / sizeof accounts[0]; index++) if (strcmp(accounts[index], name) == 0) return true;
  return false;
}

static HRESULT no_such_user(struct request *request, const char *name) { return answer_error(request, (HRESULT)0x80070525, "There is no user '%s'", name); }

#ifndef _WIN32
static char *line_of(char **rest) {
  char *line = *rest;
  if (line == NULL || *line == 0) return NULL;
  char *end = strchr(line, '\n');
  *rest = end == NULL ? line + strlen(line) : end + 1;
  if (end != NULL) *end = 0;
  return line;
}

static char *file_text(const char *folder, const char *name) {
  char *path = join_paths(folder, name);
  FILE *file = fopen(path, "rb");
  free(path);
  if (file == NULL) return NULL;
  struct text content = {0};
  text_add(&content, "", 0);
  char piece[4096];
  for (size_t got; (got = fread(piece, 1, sizeof piece, file)) > 0 && content.length < 1 << 20;) text_add(&content, piece, got);
  fclose(file);
  return content.bytes;
}

static int64_t number_in(const char *text) {
  char *end;
  long number = strtol(text, &end, 10);
  return *text == 0 || *end != 0 || number < 0 ? -1 : number;
}

/* The field of that number of the line of /etc/passwd or /etc/group that begins with this name, or has this number as its third; -1 where there is none. */
static int64_t account_field(const char *folder, const char *file, const char *wanted, int field) {
  char *content = file_text(folder, file), *rest = content;
  int64_t found = -1, number = number_in(wanted);
  for (char *line; found < 0 && (line = line_of(&rest)) != NULL;) {
    char *parts[7] = {0};
    int count = 0;
    for (char *part = line; part != NULL && count < 7; count++) {
      parts[count] = part;
      part = strchr(part, ':');
      if (part != NULL) *part++ = 0;
    }
    if (count > field && count > 2 && (strcmp(parts[0], wanted) == 0 || (number >= 0 && number_in(parts[2]) == number))) found = number_in(parts[field]);
  }
  free(content);
  return found;
}

/* "name", "name:group", or numbers. */
static HRESULT set_user(struct request *request, struct json *spec, const char *folder, const char *name) {
  if (is_windows_account(name)) return S_OK;
  char *user = copy_text(name);
  char *group = strchr(user, ':');
  if (group != NULL) *group++ = 0;
  int64_t uid = account_field(folder, "etc/passwd", user, 2), gid = account_field(folder, "etc/passwd", user, 3);
  if (uid < 0) uid = number_in(user);
  if (group != NULL) {
    gid = account_field(folder, "etc/group", group, 2);
    if (gid < 0) gid = number_in(group);
  } else if (gid < 0) {
    gid = 0;
  }
  free(user);
  if (uid < 0 || gid < 0) return no_such_user(request, name);
  json_set_whole(spec, "Uid", uid);
  json_set_whole(spec, "Gid", gid);
  return S_OK;
}

/* Whether the folder is a root file system that a process can be put into. */
static bool is_root(const char *folder) {
  struct stat status;
  char *shell = join_paths(folder, "bin/sh");
  bool has_shell = lstat(shell, &status) == 0;
  free(shell);
  return has_shell && geteuid() == 0 && strcmp(folder, "/") != 0;
}
#endif

/* A path of the container as a root file system has it. */
static const char *without_drive(const char *path) { return ((path[0] | 32) >= 'a' && (path[0] | 32) <= 'z') && path[1] == ':' ? path + 2 : path; }

/* A path of the container inside the folder; NULL where there is no such place. */
static char *working_folder(const char *folder, const char *path) {
  char *inside = join_paths(folder, without_drive(path));
  if (folder_exists(inside)) return inside;
  free(inside);
  return NULL;
}

static HRESULT set_working_directory(struct request *request, struct json *spec, const struct system *system, const char *path) {
  if (path == NULL || *path == 0) return S_OK;
  if (json_string(spec, "Root") != NULL) {
    /* C:\folder is /folder of the root; a path of Linux is one already. */
    bool has_drive = ((path[0] | 32) >= 'a' && (path[0] | 32) <= 'z') && path[1] == ':';
    char *inside = has_drive ? join_paths("/", path + 2) : copy_text(path);
    json_set_string(spec, "WorkingDirectory", inside);
    free(inside);
    return S_OK;
  }
  char *folder = working_folder(json_string(spec, "Folder"), path);
  if (folder == NULL && folder_exists(path) && (system->is_vm || system->host != NULL)) folder = copy_text(path);
  if (folder == NULL) return answer_error(request, (HRESULT)0x8007010b, "WorkingDirectory: there is no '%s'", path);
  json_set_string(spec, "WorkingDirectory", folder);
  free(folder);
  return S_OK;
}

/* An OCI process: args, cwd, env, user, terminal. */
static HRESULT set_oci(struct request *request, struct json *spec, const struct system *system, const struct json *process) {
  const struct json *arguments = json_member(process, "args"), *user = json_member(process, "user");
  if (arguments == NULL || arguments->kind != JSON_ARRAY || arguments->first == NULL) return answer_error(request, HCS_INVALID_JSON, "OciProcess.args: absent");
  json_set(spec, "Arguments", json_copy(arguments));
  const struct json *environment = json_member(process, "env");
  json_set(spec, "Environment", environment != NULL && environment->kind == JSON_ARRAY ? json_copy(environment) : json_new(JSON_ARRAY));
  json_set_whole(spec, "Uid", json_whole(user, "uid", 0));
  json_set_whole(spec, "Gid", json_whole(user, "gid", 0));
  const struct json *groups = json_member(user, "additionalGids");
  if (groups != NULL && groups->kind == JSON_ARRAY) json_set(spec, "Groups", json_copy(groups));
  json_set_bool(spec, "Console", json_true(process, "terminal"));
#ifndef _WIN32
  const char *name = json_string(user, "username");
  HRESULT code = name == NULL || *name == 0 ? S_OK : set_user(request, spec, system->folder == NULL ? "/" : system->folder, name);
  if (FAILED(code)) return code;
#endif
  return set_working_directory(request, spec, system, json_string(process, "cwd"));
}

static HRESULT set_windows(struct request *request, struct json *spec, const struct system *system, const struct json *parameters) {
  const char *line = json_string(parameters, "CommandLine"), *application = json_string(parameters, "ApplicationName");
  const struct json *arguments = json_member(parameters, "CommandArgs");
  if (arguments != NULL && arguments->first != NULL) json_set(spec, "Arguments", json_copy(arguments));
  else if (line != NULL && *line != 0) {
    json_set_string(spec, "CommandLine", line);
    json_set(spec, "Arguments", split_command_line(line));
  } else if (application != NULL && *application != 0) {
    json_push(json_set(spec, "Arguments", json_new(JSON_ARRAY)), json_new_string(application));
  } else {
    return answer_error(request, E_INVALIDARG, "ProcessParameters: neither CommandLine nor CommandArgs nor ApplicationName is there");
  }
  if (application != NULL && *application != 0) json_set_string(spec, "Application", application);
  json_set(spec, "Environment", settings_of(json_member(parameters, "Environment")));
  const char *user = json_string(parameters, "User");
#ifndef _WIN32
  HRESULT code = user == NULL || *user == 0 ? S_OK : set_user(request, spec, system->folder == NULL ? "/" : system->folder, user);
#else
  HRESULT code = user == NULL || *user == 0 || is_windows_account(user) ? S_OK : no_such_user(request, user);
#endif
  if (FAILED(code)) return code;
  return set_working_directory(request, spec, system, json_string(parameters, "WorkingDirectory"));
}

static void add_mount(struct json *mounts, const struct system *system, const char *from, const char *to, bool read_only) {
  char *source = guest_path(system, from);
  if (source == NULL || to == NULL) {
    free(source);
    return;
  }
  struct json *mount = json_push(mounts, json_new(JSON_OBJECT));
  json_set_string(mount, "Source", source);
  char *target = copy_text(without_drive(to));
  for (char *at = target; *at != 0; at++) if (*at == '\\') *at = '/';
  json_set_string(mount, "Target", target);
  json_set_bool(mount, "ReadOnly", read_only);
  free(target);
  free(source);
}

/* Folders that the container was given: MappedDirectories, and the bind mounts of an OCI specification. */
static struct json *mounts_of(const struct system *system) {
  struct json *mounts = json_new(JSON_ARRAY);
  static const char prefix[] = "Container/MappedDirectories/";
  for (const struct json *mapped = system->resources->first; mapped != NULL; mapped = mapped->next)
    if (strncmp(mapped->name, prefix, sizeof prefix - 1) == 0) add_mount(mounts, system, json_string(mapped, "HostPath"), json_string(mapped, "ContainerPath"), json_true(mapped, "ReadOnly"));
  const struct json *list = json_member(json_member(system->document, "OciSpecification"), "mounts");
  for (const struct json *mount = list == NULL ? NULL : list->first; mount != NULL; mount = mount->next) {
    const struct json *options = json_member(mount, "options");
    bool bound = false, read_only = false;
    for (const struct json *option = options == NULL ? NULL : options->first; option != NULL; option = option->next) {
      bound = bound || (option->text != NULL && (strcmp(option->text, "bind") == 0 || strcmp(option->text, "rbind") == 0));
      read_only = read_only || (option->text != NULL && strcmp(option->text, "ro") == 0);
    }
    if (bound) add_mount(mounts, system, json_string(mount, "source"), json_string(mount, "destination"), read_only);
  }
  return mounts;
}

struct json *process_spec(struct request *request, const struct system *system, const struct json *parameters, bool *is_init, HRESULT *code) {
  struct json *spec = json_new(JSON_OBJECT);
  const char *folder = system->folder == NULL ? service_root() : system->folder;
  json_set_string(spec, "Folder", folder);
#ifndef _WIN32
  if (system->folder != NULL && is_root(folder)) json_set_string(spec, "Root", folder);
#endif
  const struct json *container = system->host == NULL ? system->document : json_member(system->document, "Container");
  const char *host_name = json_string(json_member(container, "GuestOs"), "HostName");
  json_set_string(spec, "HostName", host_name != NULL ? host_name : json_string(json_member(system->document, "OciSpecification"), "hostname"));
  json_set(spec, "Mounts", mounts_of(system));
  char pipes[4] = "";
  if (json_true(parameters, "CreateStdInPipe")) strcat(pipes, "i");
  if (json_true(parameters, "CreateStdOutPipe")) strcat(pipes, "o");
  if (json_true(parameters, "CreateStdErrPipe")) strcat(pipes, "e");
  json_set_string(spec, "Pipes", pipes);
  const struct json *process = json_member(parameters, "OciProcess"), *line = json_member(parameters, "CommandLine"), *arguments = json_member(parameters, "CommandArgs");
  const struct json *first = json_member(json_member(system->document, "OciSpecification"), "process");
  if (process == NULL && line == NULL && arguments == NULL && first != NULL) {
    for (const struct process *other = system->processes; other != NULL; other = other->next) {
      if (!other->is_init) continue;
      *code = answer_error(request, HCS_INVALID_STATE, "The first process of '%s' was started already", system->id);
      json_free(spec);
      return NULL;
    }
    *is_init = true;
    process = first;
  }
  *code = process != NULL ? set_oci(request, spec, system, process) : set_windows(request, spec, system, parameters);
  if (json_true(parameters, "EmulateConsole")) json_set_bool(spec, "Console", true);
  const struct json *size = json_member(parameters, "ConsoleSize");
  if (json_count(size) == 2) {
    json_set_whole(spec, "Height", size->first->whole);
    json_set_whole(spec, "Width", size->last->whole);
  }
  if (SUCCEEDED(*code)) return spec;
  json_free(spec);
  return NULL;
}
