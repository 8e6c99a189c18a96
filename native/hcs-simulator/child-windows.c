#include "child.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tlhelp32.h>
#include <winternl.h>

#include "service.h"

/* What a program ends with that Windows ends in a container: ERROR_PROCESS_ABORTED, and STATUS_CONTROL_C_EXIT. */
enum { aborted = 1067 };

struct child {
  HANDLE process, job, event; /* the thread of the last console event; NULL before */
  uint32_t process_id;
  struct child_owner owner;
};

NTSTATUS NTAPI NtSuspendProcess(HANDLE process);
NTSTATUS NTAPI NtResumeProcess(HANDLE process);

static WCHAR *wide(const char *text) {
  WCHAR *units = utf16_from_utf8(text, malloc);
  if (units == NULL) abort();
  return units;
}

static HANDLE duplicate(HANDLE handle, HANDLE process, bool inherited) {
  HANDLE copy = NULL;
  if (!DuplicateHandle(GetCurrentProcess(), handle, process, &copy, 0, inherited, DUPLICATE_SAME_ACCESS)) return NULL;
  return copy;
}

pipe_end end_copy(pipe_end end) {
  HANDLE copy = end == NO_END ? NULL : duplicate((HANDLE)end, GetCurrentProcess(), false);
  return copy == NULL ? NO_END : (pipe_end)copy;
}

void end_close(pipe_end end) {
  if (end != NO_END) CloseHandle((HANDLE)end);
}

void end_give(struct request *request, const char *name, pipe_end end) {
  if (end == NO_END) return;
  HANDLE client = OpenProcess(PROCESS_DUP_HANDLE, FALSE, client_process_id(request->client));
  HANDLE copy = client == NULL ? NULL : duplicate((HANDLE)end, client, false);
  if (client != NULL) CloseHandle(client);
  if (copy != NULL) answer_whole(request, name, (int64_t)(intptr_t)copy);
}

/* The simulator's consoles are pipes on Windows: they have no size, and their input ends when it is closed. */
void console_resize(pipe_end end, int64_t height, int64_t width) {
  (void)end;
  (void)height;
  (void)width;
}

void console_end_input(pipe_end end) { (void)end; }

/* Our end is overlapped, as HCS gives it; the program's own is not, as programs expect it. */
static bool make_pipe(bool wanted, bool input, pipe_end *ours, HANDLE *theirs) {
  static LONG number;
  SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
  *ours = NO_END;
  if (!wanted) {
    *theirs = CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited, OPEN_EXISTING, 0, NULL);
    return *theirs != INVALID_HANDLE_VALUE;
  }
  WCHAR name[96];
  _snwprintf(name, 96, L"\\\\.\\pipe\\hcs-simulator-%lu-%ld", GetCurrentProcessId(), InterlockedIncrement(&number));
  HANDLE own = CreateNamedPipeW(name, (input ? PIPE_ACCESS_OUTBOUND : PIPE_ACCESS_INBOUND) | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE, PIPE_TYPE_BYTE | PIPE_WAIT, 1, 65536, 65536, 0, NULL);
  if (own == INVALID_HANDLE_VALUE) return false;
  *theirs = CreateFileW(name, input ? GENERIC_READ : GENERIC_WRITE, 0, &inherited, OPEN_EXISTING, 0, NULL);
  if (*theirs == INVALID_HANDLE_VALUE) {
    CloseHandle(own);
    return false;
  }
  *ours = (pipe_end)own;
  return true;
}

/* Quotes for CommandLineToArgvW. */
static void add_quoted(struct text *line, const char *argument) {
  size_t backslashes = 0;
  text_add(line, line->length == 0 ? "\"" : " \"", line->length == 0 ? 1 : 2);
  for (; *argument != 0; argument++) {
    if (*argument == '"') for (backslashes++; backslashes > 0; backslashes--) text_add(line, "\\", 1);
    backslashes = *argument == '\\' ? backslashes + 1 : 0;
    text_add(line, argument, 1);
  }
  for (; backslashes > 0; backslashes--) text_add(line, "\\", 1);
  text_add(line, "\"", 1);
}

static WCHAR *command_line(const struct json *spec) {
  const char *given = json_string(spec, "CommandLine");
  if (given != NULL) return wide(given);
  struct text line = {0};
  const struct json *arguments = json_member(spec, "Arguments");
  for (const struct json *argument = arguments == NULL ? NULL : arguments->first; argument != NULL; argument = argument->next) add_quoted(&line, argument->text == NULL ? "" : argument->text);
  WCHAR *units = wide(line.bytes);
  free(line.bytes);
  return units;
}

static bool same_name(const WCHAR *one, const WCHAR *other) {
  size_t length = wcscspn(one, L"=");
  return length == wcscspn(other, L"=") && _wcsnicmp(one, other, length) == 0;
}

/* The service's own settings, as Windows' are a container's, with those of the process put over them. */
static WCHAR *environment_block(const struct json *spec) {
  const struct json *list = json_member(spec, "Environment");
  size_t count = json_count(list), index = 0;
  WCHAR **given = must_allocate((count + 1) * sizeof *given);
  for (const struct json *setting = list == NULL ? NULL : list->first; setting != NULL; setting = setting->next) given[index++] = wide(setting->text == NULL ? "" : setting->text);
  WCHAR *own = GetEnvironmentStringsW();
  size_t units = 2;
  for (WCHAR *at = own; *at != 0; at += wcslen(at) + 1) units += wcslen(at) + 1;
  for (index = 0; index < count; index++) units += wcslen(given[index]) + 1;
  WCHAR *block = must_allocate(units * sizeof *block), *to = block;
  for (WCHAR *at = own; *at != 0; at += wcslen(at) + 1) {
    bool replaced = wcsncmp(at, L"HCS_SIMULATOR", 13) == 0;
    for (index = 0; index < count && !replaced; index++) replaced = same_name(at, given[index]);
    if (replaced) continue;
    wcscpy(to, at);
    to += wcslen(at) + 1;
  }
  for (index = 0; index < count; index++) {
    wcscpy(to, given[index]);
    to += wcslen(given[index]) + 1;
    free(given[index]);
  }
  free(given);
  FreeEnvironmentStringsW(own);
  return block;
}

static HANDLE new_job(void) {
  HANDLE job = CreateJobObjectW(NULL, NULL);
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE};
  if (job != NULL) SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
  return job;
}

/* Only these three are inherited, whatever other threads open meanwhile. */
static bool create(WCHAR *application, WCHAR *line, WCHAR *block, WCHAR *folder, HANDLE theirs[3], PROCESS_INFORMATION *process) {
  SIZE_T size = 0;
  InitializeProcThreadAttributeList(NULL, 1, 0, &size);
  STARTUPINFOEXW start = {.StartupInfo = {.cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES, .hStdInput = theirs[0], .hStdOutput = theirs[1], .hStdError = theirs[2]}};
  start.lpAttributeList = must_allocate(size);
  /* Who is in a process group of its own, as the service is, ignores Ctrl+C, and those it starts with it. */
  SetConsoleCtrlHandler(NULL, FALSE);
  bool listed = InitializeProcThreadAttributeList(start.lpAttributeList, 1, 0, &size) && UpdateProcThreadAttribute(start.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, theirs, 3 * sizeof(HANDLE), NULL, NULL);
  bool created = listed && CreateProcessW(application, line, NULL, NULL, TRUE, CREATE_SUSPENDED | CREATE_NO_WINDOW | CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT, block, folder, &start.StartupInfo, process);
  DWORD error = GetLastError();
  free(start.lpAttributeList);
  SetLastError(error);
  return created;
}

struct child *child_start(const struct json *spec, struct child_ends *ends, HRESULT *code, char **problem) {
  const char *pipes = json_string(spec, "Pipes");
  HANDLE theirs[3] = {INVALID_HANDLE_VALUE, INVALID_HANDLE_VALUE, INVALID_HANDLE_VALUE};
  *ends = (struct child_ends){NO_END, NO_END, NO_END};
  bool console = json_true(spec, "Console");
  bool made = make_pipe(strchr(pipes, 'i') != NULL, true, &ends->input, &theirs[0]) && make_pipe(strchr(pipes, 'o') != NULL, false, &ends->output, &theirs[1]);
  if (console && made) made = (theirs[2] = duplicate(theirs[1], GetCurrentProcess(), true)) != NULL;
  else made = made && make_pipe(strchr(pipes, 'e') != NULL, false, &ends->error, &theirs[2]);
  WCHAR *application = json_string(spec, "Application") == NULL ? NULL : wide(json_string(spec, "Application"));
  WCHAR *line = command_line(spec), *block = environment_block(spec);
  WCHAR *folder = wide(json_string(spec, json_string(spec, "WorkingDirectory") == NULL ? "Folder" : "WorkingDirectory"));
  PROCESS_INFORMATION process = {0};
  HANDLE job = new_job();
  bool created = made && create(application, line, block, folder, theirs, &process);
  DWORD error = GetLastError();
  free(application);
  free(line);
  free(block);
  free(folder);
  for (int index = 0; index < 3; index++) if (theirs[index] != INVALID_HANDLE_VALUE && theirs[index] != NULL) CloseHandle(theirs[index]);
  if (created) {
    AssignProcessToJobObject(job, process.hProcess);
    ResumeThread(process.hThread);
    CloseHandle(process.hThread);
    struct child *child = must_allocate(sizeof *child);
    *child = (struct child){.process = process.hProcess, .job = job, .process_id = process.dwProcessId};
    return child;
  }
  CloseHandle(job);
  end_close(ends->input);
  end_close(ends->output);
  end_close(ends->error);
  *ends = (struct child_ends){NO_END, NO_END, NO_END};
  *code = HRESULT_FROM_WIN32(error == 0 ? ERROR_GEN_FAILURE : error);
  struct text words = {0};
  text_print(&words, "CreateProcess: error %lu", error);
  *problem = words.bytes;
  return NULL;
}

static bool anybody_left(const struct child *child) {
  JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accounting = {0};
  return QueryInformationJobObject(child->job, JobObjectBasicAccountingInformation, &accounting, sizeof accounting, NULL) && accounting.ActiveProcesses > 0;
}

/* kernelbase.dll is at the same place in every process. */
static bool send_console_event(struct child *child, DWORD event) {
  FARPROC routine = GetProcAddress(GetModuleHandleW(L"kernelbase.dll"), "CtrlRoutine");
  HANDLE thread = routine == NULL ? NULL : CreateRemoteThread(child->process, NULL, 0, (LPTHREAD_START_ROUTINE)(void *)routine, (void *)(uintptr_t)event, 0, NULL);
  if (thread == NULL) return TerminateProcess(child->process, (UINT)CONTROL_C_EXIT);
  if (child->event != NULL) CloseHandle(child->event);
  child->event = thread;
  return true;
}

/* Where no handler took the last event, Wine's own ends the program, with 0 where Windows' gives STATUS_CONTROL_C_EXIT. A handler lets the thread return. */
static DWORD exit_code_of(const struct child *child) {
  DWORD code = 0, returned = 0;
  GetExitCodeProcess(child->process, &code);
  if (code != 0 || child->event == NULL) return code;
  GetExitCodeThread(child->event, &returned);
  return returned == 1 ? code : (DWORD)CONTROL_C_EXIT;
}

static void watch(void *argument) {
  struct child *child = argument;
  WaitForSingleObject(child->process, INFINITE);
  service_lock();
  child->owner.exited(child->owner.owner, exit_code_of(child));
  service_unlock();
  while (anybody_left(child)) Sleep(50);
  service_lock();
  child->owner.gone(child->owner.owner);
  service_unlock();
  if (child->event != NULL) CloseHandle(child->event);
  CloseHandle(child->process);
  CloseHandle(child->job);
  free(child);
}

void child_own(struct child *child, struct child_owner owner) {
  child->owner = owner;
  run_on_thread(watch, child);
}

uint32_t child_process_id(const struct child *child) { return child->process_id; }

void child_kill(struct child *child) { TerminateJobObject(child->job, aborted); }

void child_terminate(struct child *child) { TerminateProcess(child->process, aborted); }

/* As a console does it: the event is a thread in the program, which calls its handlers one after the other. */
bool child_signal(struct child *child, int64_t signal, const char *name) {
  static const struct { const char *name; DWORD event; } events[] = {{"CtrlC", CTRL_C_EVENT}, {"CtrlBreak", CTRL_BREAK_EVENT}, {"CtrlClose", CTRL_CLOSE_EVENT}, {"CtrlLogOff", CTRL_LOGOFF_EVENT}, {"CtrlShutdown", CTRL_SHUTDOWN_EVENT}};
  if (name == NULL) {
    TerminateProcess(child->process, (UINT)(128 + signal));
    return true;
  }
  for (size_t index = 0; index < sizeof events / sizeof events[0]; index++)
    if (strcmp(events[index].name, name) == 0) return send_console_event(child, events[index].event);
  return false;
}

static size_t processes_of(const struct child *child, DWORD *list, size_t room) {
  struct {
    DWORD assigned, listed;
    ULONG_PTR ids[256];
  } ids = {0};
  if (!QueryInformationJobObject(child->job, JobObjectBasicProcessIdList, &ids, sizeof ids, NULL) || ids.listed == 0) {
    list[0] = child->process_id;
    return 1;
  }
  size_t count = ids.listed < room ? ids.listed : room;
  for (size_t index = 0; index < count; index++) list[index] = (DWORD)ids.ids[index];
  return count;
}

void child_pause(struct child *child, bool paused) {
  DWORD list[256];
  size_t count = processes_of(child, list, 256);
  for (size_t index = 0; index < count; index++) {
    HANDLE process = OpenProcess(PROCESS_SUSPEND_RESUME, FALSE, list[index]);
    if (process == NULL) continue;
    if (paused) NtSuspendProcess(process);
    else NtResumeProcess(process);
    CloseHandle(process);
  }
}

static int64_t hundred_nanoseconds(FILETIME time) { return (int64_t)((uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime); }

static void add_details(DWORD id, struct json *list) {
  HANDLE process = OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_VM_READ, FALSE, id);
  FILETIME created, exited, kernel, user;
  WCHAR path[MAX_PATH];
  DWORD length = MAX_PATH;
  if (process == NULL) return;
  if (GetProcessTimes(process, &created, &exited, &kernel, &user)) {
    struct json *details = json_push(list, json_new(JSON_OBJECT));
    json_set_whole(details, "ProcessId", id);
    if (QueryFullProcessImageNameW(process, 0, path, &length)) {
      WCHAR *name = wcsrchr(path, L'\\');
      char *image = utf8_from_utf16(name == NULL ? path : name + 1);
      json_set_string(details, "ImageName", image);
      free(image);
    }
    SYSTEMTIME time;
    char text[40];
    FileTimeToSystemTime(&created, &time);
    snprintf(text, sizeof text, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", time.wYear, time.wMonth, time.wDay, time.wHour, time.wMinute, time.wSecond, time.wMilliseconds);
    json_set_string(details, "CreateTimestamp", text);
    json_set_whole(details, "UserTime100ns", hundred_nanoseconds(user));
    json_set_whole(details, "KernelTime100ns", hundred_nanoseconds(kernel));
    VM_COUNTERS counters = {0};
    NtQueryInformationProcess(process, ProcessVmCounters, &counters, sizeof counters, NULL);
    json_set_whole(details, "MemoryCommitBytes", (int64_t)counters.PagefileUsage);
    json_set_whole(details, "MemoryWorkingSetPrivateBytes", (int64_t)counters.WorkingSetSize);
    json_set_whole(details, "MemoryWorkingSetSharedBytes", 0);
  }
  CloseHandle(process);
}

void child_processes(const struct child *child, struct json *list) {
  DWORD ids[256];
  size_t count = processes_of(child, ids, 256);
  for (size_t index = 0; index < count; index++) add_details(ids[index], list);
}
