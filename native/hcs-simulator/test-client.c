/*
 * Calls computecore.dll as a program in C does, and prints what it answers: one line a step, for the tests of the
 * simulator on both targets. A step is a word and its arguments; `-` stands for NULL. Steps follow one another on
 * the command line, or as lines of the file that it names with @, an argument a line and an empty line behind each.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channel.h"
#include "operations.h"
#include "text.h"

#define IMPORT(result, name, ...) result WINAPI name(__VA_ARGS__)
IMPORT(HCS_OPERATION, HcsCreateOperation, const void *context, HCS_OPERATION_COMPLETION callback);
IMPORT(void, HcsCloseOperation, HCS_OPERATION operation);
IMPORT(HRESULT, HcsCancelOperation, HCS_OPERATION operation);
IMPORT(void *, HcsGetOperationContext, HCS_OPERATION operation);
IMPORT(HRESULT, HcsSetOperationContext, HCS_OPERATION operation, const void *context);
IMPORT(HRESULT, HcsSetOperationCallback, HCS_OPERATION operation, const void *context, HCS_OPERATION_COMPLETION callback);
IMPORT(int32_t, HcsGetOperationType, HCS_OPERATION operation);
IMPORT(uint64_t, HcsGetOperationId, HCS_OPERATION operation);
IMPORT(HCS_SYSTEM, HcsGetComputeSystemFromOperation, HCS_OPERATION operation);
IMPORT(HCS_PROCESS, HcsGetProcessFromOperation, HCS_OPERATION operation);
IMPORT(HRESULT, HcsGetOperationResult, HCS_OPERATION operation, PWSTR *document);
IMPORT(HRESULT, HcsWaitForOperationResult, HCS_OPERATION operation, DWORD duration, PWSTR *document);
IMPORT(HRESULT, HcsGetOperationResultAndProcessInfo, HCS_OPERATION operation, HCS_PROCESS_INFORMATION *information, PWSTR *document);
IMPORT(HRESULT, HcsWaitForOperationResultAndProcessInfo, HCS_OPERATION operation, DWORD duration, HCS_PROCESS_INFORMATION *information, PWSTR *document);
IMPORT(HRESULT, HcsEnumerateComputeSystems, PCWSTR query, HCS_OPERATION operation);
IMPORT(HRESULT, HcsCreateComputeSystem, PCWSTR id, PCWSTR configuration, HCS_OPERATION operation, const void *security, HCS_SYSTEM *system);
IMPORT(HRESULT, HcsOpenComputeSystem, PCWSTR id, DWORD access, HCS_SYSTEM *system);
IMPORT(void, HcsCloseComputeSystem, HCS_SYSTEM system);
IMPORT(HRESULT, HcsStartComputeSystem, HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR options);
IMPORT(HRESULT, HcsShutDownComputeSystem, HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR options);
IMPORT(HRESULT, HcsTerminateComputeSystem, HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR options);
IMPORT(HRESULT, HcsCrashComputeSystem, HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR options);
IMPORT(HRESULT, HcsPauseComputeSystem, HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR options);
IMPORT(HRESULT, HcsResumeComputeSystem, HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR options);
IMPORT(HRESULT, HcsSaveComputeSystem, HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR options);
IMPORT(HRESULT, HcsGetComputeSystemProperties, HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR query);
IMPORT(HRESULT, HcsModifyComputeSystem, HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR configuration, HANDLE identity);
IMPORT(HRESULT, HcsSetComputeSystemCallback, HCS_SYSTEM system, DWORD options, const void *context, HCS_EVENT_CALLBACK callback);
IMPORT(HRESULT, HcsWaitForComputeSystemExit, HCS_SYSTEM system, DWORD duration, PWSTR *result);
IMPORT(HRESULT, HcsCreateProcess, HCS_SYSTEM system, PCWSTR parameters, HCS_OPERATION operation, const void *security, HCS_PROCESS *process);
IMPORT(HRESULT, HcsOpenProcess, HCS_SYSTEM system, DWORD id, DWORD access, HCS_PROCESS *process);
IMPORT(void, HcsCloseProcess, HCS_PROCESS process);
IMPORT(HRESULT, HcsTerminateProcess, HCS_PROCESS process, HCS_OPERATION operation, PCWSTR options);
IMPORT(HRESULT, HcsSignalProcess, HCS_PROCESS process, HCS_OPERATION operation, PCWSTR options);
IMPORT(HRESULT, HcsGetProcessInfo, HCS_PROCESS process, HCS_OPERATION operation);
IMPORT(HRESULT, HcsGetProcessProperties, HCS_PROCESS process, HCS_OPERATION operation, PCWSTR query);
IMPORT(HRESULT, HcsModifyProcess, HCS_PROCESS process, HCS_OPERATION operation, PCWSTR settings);
IMPORT(HRESULT, HcsSetProcessCallback, HCS_PROCESS process, DWORD options, const void *context, HCS_EVENT_CALLBACK callback);
IMPORT(HRESULT, HcsWaitForProcessExit, HCS_PROCESS process, DWORD duration, PWSTR *result);
IMPORT(HRESULT, HcsGetServiceProperties, PCWSTR query, PWSTR *result);
IMPORT(HRESULT, HcsModifyServiceSettings, PCWSTR settings, PWSTR *result);
IMPORT(HRESULT, HcsSubmitWerReport, PCWSTR settings);
IMPORT(HRESULT, HcsGrantVmAccess, PCWSTR vm, PCWSTR path);
IMPORT(HRESULT, HcsRevokeVmAccess, PCWSTR vm, PCWSTR path);
IMPORT(HRESULT, HcsGrantVmGroupAccess, PCWSTR path);
IMPORT(HRESULT, HcsRevokeVmGroupAccess, PCWSTR path);
IMPORT(HRESULT, HcsCreateEmptyGuestStateFile, PCWSTR path);
IMPORT(HRESULT, HcsCreateEmptyRuntimeStateFile, PCWSTR path);
IMPORT(HRESULT, HcsGetProcessorCompatibilityFromSavedState, PCWSTR path, PWSTR *result);
#ifndef _WIN32
IMPORT(BOOL, ReadFile, HANDLE file, void *buffer, DWORD wanted, DWORD *done, OVERLAPPED *overlapped);
IMPORT(BOOL, WriteFile, HANDLE file, const void *buffer, DWORD wanted, DWORD *done, OVERLAPPED *overlapped);
IMPORT(HANDLE, CreateEventW, void *security, BOOL manual, BOOL set, PCWSTR name);
IMPORT(BOOL, GetOverlappedResult, HANDLE file, OVERLAPPED *overlapped, DWORD *done, BOOL waits);
#define ERROR_IO_PENDING 997
#endif

enum { most_things = 64, most_words = 1024 };

/* What a step has given a name. */
struct thing {
  char *name;
  void *handle;
  HCS_PROCESS_INFORMATION information;
  uint32_t seen[64];
  int seen_count;
};

static struct thing things[most_things];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t came = PTHREAD_COND_INITIALIZER;
static char **words;
static pthread_t main_thread;
static bool waits_for_operations = true;

static void *allocate(size_t bytes) { return malloc(bytes); }

static char *next_word(void) {
  if (*words == NULL) {
    fputs("a step wants more words\n", stderr);
    exit(64);
  }
  return *words++;
}

/* Kept until the end: what is passed may be in use for long. */
static PCWSTR next_text(void) {
  char *word = next_word();
  return strcmp(word, "-") == 0 ? NULL : utf16_from_utf8(word, allocate);
}

static struct thing *thing(const char *name) {
  for (int index = 0; index < most_things; index++) {
    if (things[index].name == NULL) things[index].name = copy_text(name);
    if (strcmp(things[index].name, name) == 0) return &things[index];
  }
  exit(70);
}

static struct thing *next_thing(void) { return thing(next_word()); }

static void say(const char *what, HRESULT code, PWSTR *document) {
  char *text = document == NULL ? NULL : utf8_from_utf16(*document);
  pthread_mutex_lock(&lock);
  printf("%s %08x%s%s\n", what, (unsigned)code, text == NULL ? "" : " ", text == NULL ? "" : text);
  fflush(stdout);
  pthread_mutex_unlock(&lock);
  free(text);
  if (document != NULL) LocalFree(*document);
  if (document != NULL) *document = NULL;
}

static void CALLBACK event_came(HCS_EVENT *event, void *context) {
  struct thing *receiver = context;
  char *text = utf8_from_utf16(event->EventData);
  pthread_mutex_lock(&lock);
  printf("event %s %08x%s%s%s\n", receiver->name, (unsigned)event->Type, pthread_equal(pthread_self(), main_thread) ? " on the main thread" : "", text == NULL ? "" : " ", text == NULL ? "" : text);
  fflush(stdout);
  if (receiver->seen_count < 64) receiver->seen[receiver->seen_count++] = event->Type;
  pthread_cond_broadcast(&came);
  pthread_mutex_unlock(&lock);
  if (event->Type == 0x01000000) HcsCloseOperation(event->Operation);
  free(text);
}

static void wait_for_event(struct thing *receiver, uint32_t type) {
  pthread_mutex_lock(&lock);
  for (bool seen = false; !seen;) {
    for (int index = 0; index < receiver->seen_count; index++) seen = seen || receiver->seen[index] == type;
    if (!seen) pthread_cond_wait(&came, &lock);
  }
  pthread_mutex_unlock(&lock);
}

static void finish(const char *step, HRESULT code, HCS_OPERATION operation, HCS_PROCESS_INFORMATION *information) {
  PWSTR document = NULL;
  if (FAILED(code)) {
    char text[64];
    snprintf(text, sizeof text, "%s call", step);
    say(text, code, NULL);
  } else if (waits_for_operations) {
    code = information == NULL ? HcsWaitForOperationResult(operation, 60000, &document) : HcsWaitForOperationResultAndProcessInfo(operation, 60000, information, &document);
    say(step, code, &document);
  } else {
    /* Whoever is told of its end closes it. */
    say(step, code, NULL);
    return;
  }
  HcsCloseOperation(operation);
}

static HANDLE end_of(struct thing *process, const char *name) {
  return strcmp(name, "in") == 0 ? process->information.StdInput : strcmp(name, "out") == 0 ? process->information.StdOutput : process->information.StdError;
}

/* Until the other end is closed. */
static void read_all(struct thing *process, const char *name) {
  struct text text = {0};
  text_add(&text, "", 0);
  OVERLAPPED overlapped = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
  char bytes[4096];
  for (;;) {
    DWORD got = 0;
    HANDLE file = end_of(process, name);
    BOOL done = ReadFile(file, bytes, sizeof bytes, NULL, &overlapped);
    if (!done && GetLastError() != ERROR_IO_PENDING) break;
    if (!GetOverlappedResult(file, &overlapped, &got, TRUE) || got == 0) break;
    text_add(&text, bytes, got);
  }
  CloseHandle(overlapped.hEvent);
  for (char *at = text.bytes; *at != 0; at++) if (*at == '\n' || *at == '\r') *at = *at == '\n' ? '|' : '~';
  pthread_mutex_lock(&lock);
  printf("read %s %s\n", name, text.bytes);
  fflush(stdout);
  pthread_mutex_unlock(&lock);
  free(text.bytes);
}

static void write_text(struct thing *process, const char *text) {
  OVERLAPPED overlapped = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
  DWORD went = 0;
  BOOL done = WriteFile(process->information.StdInput, text, (DWORD)strlen(text), NULL, &overlapped);
  if (!done && GetLastError() == ERROR_IO_PENDING) done = GetOverlappedResult(process->information.StdInput, &overlapped, &went, TRUE);
  CloseHandle(overlapped.hEvent);
  say("write", done ? S_OK : (HRESULT)(0x80070000u | GetLastError()), NULL);
}

static void close_files(struct thing *process) {
  HANDLE *const ends[] = {&process->information.StdInput, &process->information.StdOutput, &process->information.StdError};
  for (int index = 0; index < 3; index++) {
    if (*ends[index] != NULL) CloseHandle(*ends[index]);
    *ends[index] = NULL;
  }
}

static void CALLBACK completed(HCS_OPERATION operation, void *context) {
  struct thing *receiver = context;
  pthread_mutex_lock(&lock);
  printf("completed %s type %d%s\n", receiver->name, (int)HcsGetOperationType(operation), pthread_equal(pthread_self(), main_thread) ? " on the main thread" : "");
  fflush(stdout);
  if (receiver->seen_count < 64) receiver->seen[receiver->seen_count++] = 1;
  pthread_cond_broadcast(&came);
  pthread_mutex_unlock(&lock);
}

/* Everything that an operation tells of itself, idle and done, and twice used. */
static void operation_functions(void) {
  struct thing *receiver = thing("operation");
  HCS_OPERATION operation = HcsCreateOperation(receiver, completed);
  HCS_PROCESS_INFORMATION information;
  PWSTR document = NULL;
  say("idle", HcsGetOperationResult(operation, &document), NULL);
  say("idle wait", HcsWaitForOperationResult(operation, 10, &document), NULL);
  printf("idle type %d, id %s, context %s\n", (int)HcsGetOperationType(operation), HcsGetOperationId(operation) != 0 ? "given" : "none", HcsGetOperationContext(operation) == receiver ? "kept" : "lost");
  say("cancel", HcsCancelOperation(operation), NULL);
  say("enumerate", HcsEnumerateComputeSystems(NULL, operation), NULL);
  wait_for_event(receiver, 1);
  HRESULT code = HcsGetOperationResult(operation, &document);
  say("result", code, &document);
  say("process information", HcsGetOperationResultAndProcessInfo(operation, &information, NULL), NULL);
  say("late callback", HcsSetOperationCallback(operation, receiver, completed), NULL);
  say("context", HcsSetOperationContext(operation, NULL), NULL);
  printf("system %s, process %s\n", HcsGetComputeSystemFromOperation(operation) == NULL ? "none" : "some", HcsGetProcessFromOperation(operation) == NULL ? "none" : "some");
  HcsCloseOperation(operation);
  say("closed", HcsGetOperationResult(operation, NULL), NULL);
  say("never one", HcsGetOperationResult(&operation, NULL), NULL);
}

typedef HRESULT(WINAPI *system_function)(HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR options);

static const struct {
  const char *step;
  system_function function;
  bool process;
} simple[] = {
  {"start", HcsStartComputeSystem, false},
  {"shutdown", HcsShutDownComputeSystem, false},
  {"terminate", HcsTerminateComputeSystem, false},
  {"crash", HcsCrashComputeSystem, false},
  {"pause", HcsPauseComputeSystem, false},
  {"resume", HcsResumeComputeSystem, false},
  {"save", HcsSaveComputeSystem, false},
  {"properties", HcsGetComputeSystemProperties, false},
  {"kill", HcsTerminateProcess, true},
  {"signal", HcsSignalProcess, true},
  {"status", HcsGetProcessProperties, true},
  {"change", HcsModifyProcess, true},
};

static bool simple_step(const char *step) {
  for (size_t index = 0; index < sizeof simple / sizeof simple[0]; index++) {
    if (strcmp(step, simple[index].step) != 0) continue;
    void *handle = next_thing()->handle;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    finish(step, simple[index].function(handle, operation, next_text()), operation, NULL);
    return true;
  }
  return false;
}

static void step(const char *word) {
#define STEP(name) if (strcmp(word, name) == 0)
  PWSTR document = NULL;
  HRESULT code;
  if (simple_step(word)) return;
  STEP("create") {
    struct thing *system = next_thing();
    PCWSTR id = next_text();
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    finish(word, HcsCreateComputeSystem(id, next_text(), operation, NULL, &system->handle), operation, NULL);
    return;
  }
  STEP("open") {
    struct thing *system = next_thing();
    say(word, HcsOpenComputeSystem(next_text(), 0x10000000, &system->handle), NULL);
    return;
  }
  STEP("close") {
    HcsCloseComputeSystem(next_thing()->handle);
    return;
  }
  STEP("enumerate") {
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    finish(word, HcsEnumerateComputeSystems(next_text(), operation), operation, NULL);
    return;
  }
  STEP("modify") {
    void *handle = next_thing()->handle;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    finish(word, HcsModifyComputeSystem(handle, operation, next_text(), NULL), operation, NULL);
    return;
  }
  STEP("callback") {
    struct thing *system = next_thing();
    say(word, HcsSetComputeSystemCallback(system->handle, (DWORD)atoi(next_word()), system, event_came), NULL);
    return;
  }
  STEP("process-callback") {
    struct thing *process = next_thing();
    say(word, HcsSetProcessCallback(process->handle, (DWORD)atoi(next_word()), process, event_came), NULL);
    return;
  }
  STEP("event") {
    struct thing *receiver = next_thing();
    wait_for_event(receiver, (uint32_t)strtoul(next_word(), NULL, 16));
    return;
  }
  STEP("run") {
    struct thing *system = next_thing(), *process = next_thing();
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    code = HcsCreateProcess(system->handle, next_text(), operation, NULL, &process->handle);
    finish(word, code, operation, &process->information);
    return;
  }
  STEP("open-process") {
    struct thing *system = next_thing(), *process = next_thing(), *other = next_thing();
    say(word, HcsOpenProcess(system->handle, other->information.ProcessId, 0x10000000, &process->handle), NULL);
    return;
  }
  STEP("information") {
    struct thing *process = next_thing();
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    close_files(process);
    finish(word, HcsGetProcessInfo(process->handle, operation), operation, &process->information);
    return;
  }
  STEP("close-process") {
    struct thing *process = next_thing();
    close_files(process);
    HcsCloseProcess(process->handle);
    return;
  }
  STEP("write") {
    struct thing *process = next_thing();
    write_text(process, next_word());
    return;
  }
  STEP("close-input") {
    struct thing *process = next_thing();
    CloseHandle(process->information.StdInput);
    process->information.StdInput = NULL;
    return;
  }
  STEP("read") {
    struct thing *process = next_thing();
    read_all(process, next_word());
    return;
  }
  STEP("wait") {
    void *handle = next_thing()->handle;
    code = HcsWaitForComputeSystemExit(handle, (DWORD)atoi(next_word()), &document);
    say(word, code, &document);
    return;
  }
  STEP("wait-process") {
    void *handle = next_thing()->handle;
    code = HcsWaitForProcessExit(handle, (DWORD)atoi(next_word()), &document);
    say(word, code, &document);
    return;
  }
  STEP("service") {
    code = HcsGetServiceProperties(next_text(), &document);
    say(word, code, &document);
    return;
  }
  STEP("settings") {
    code = HcsModifyServiceSettings(next_text(), &document);
    say(word, code, &document);
    return;
  }
  STEP("report") { say(word, HcsSubmitWerReport(next_text()), NULL); return; }
  STEP("grant") {
    PCWSTR machine = next_text(), path = next_text();
    say("grant", HcsGrantVmAccess(machine, path), NULL);
    say("revoke", HcsRevokeVmAccess(machine, path), NULL);
    say("grant group", HcsGrantVmGroupAccess(path), NULL);
    say("revoke group", HcsRevokeVmGroupAccess(path), NULL);
    return;
  }
  STEP("state-files") {
    say("guest", HcsCreateEmptyGuestStateFile(next_text()), NULL);
    PCWSTR path = next_text();
    say("runtime", HcsCreateEmptyRuntimeStateFile(path), NULL);
    code = HcsGetProcessorCompatibilityFromSavedState(path, &document);
    say("compatibility", code, &document);
    return;
  }
  STEP("operations") { operation_functions(); return; }
  STEP("no-waiting") { waits_for_operations = false; return; }
  STEP("waiting") { waits_for_operations = true; return; }
  STEP("sleep") { sleep_milliseconds((unsigned)atoi(next_word())); return; }
  STEP("say") {
    pthread_mutex_lock(&lock);
    puts(next_word());
    fflush(stdout);
    pthread_mutex_unlock(&lock);
    return;
  }
  fprintf(stderr, "%s is no step\n", word);
  exit(64);
}

static char **words_of_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) exit(66);
  char **list = must_allocate((most_words + 1) * sizeof *list);
  static char line[65536];
  int count = 0;
  while (count < most_words && fgets(line, sizeof line, file) != NULL) {
    line[strcspn(line, "\r\n")] = 0;
    if (*line != 0) list[count++] = copy_text(line);
  }
  fclose(file);
  return list;
}

int main(int count, char **given) {
  main_thread = pthread_self();
  words = count == 2 && given[1][0] == '@' ? words_of_file(given[1] + 1) : given + 1;
  while (*words != NULL) step(next_word());
  return 0;
}
