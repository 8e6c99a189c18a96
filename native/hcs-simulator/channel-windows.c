#include "channel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

struct channel {
  HANDLE pipe;
  HANDLE shut;          /* an event: whoever waits ends */
  HANDLE received, sent; /* events of the two directions */
};

struct listener {
  WCHAR name[64];
  HANDLE next;  /* the instance that the next client connects to */
  HANDLE shut;
};

static WCHAR *wide(const char *text) {
  WCHAR *units = utf16_from_utf8(text, malloc);
  if (units == NULL) abort();
  return units;
}

/* FNV-1a of the folder's full name in lower case: one folder, one name. */
static void pipe_name(const char *root, WCHAR name[64]) {
  uint64_t hash = 14695981039346656037u;
  WCHAR *units = wide(root);
  CharLowerW(units);
  for (const WCHAR *at = units; *at != 0; at++) hash = (hash ^ *at) * 1099511628211u;
  free(units);
  _snwprintf(name, 64, L"\\\\.\\pipe\\hcs-simulator-%016I64x", hash);
}

static struct channel *channel_new(HANDLE pipe) {
  struct channel *channel = must_allocate(sizeof *channel);
  channel->pipe = pipe;
  channel->shut = CreateEventW(NULL, TRUE, FALSE, NULL);
  channel->received = CreateEventW(NULL, TRUE, FALSE, NULL);
  channel->sent = CreateEventW(NULL, TRUE, FALSE, NULL);
  return channel;
}

struct channel *channel_connect(const char *root) {
  WCHAR name[64];
  pipe_name(root, name);
  for (;;) {
    HANDLE pipe = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
    if (pipe != INVALID_HANDLE_VALUE) return channel_new(pipe);
    if (GetLastError() != ERROR_PIPE_BUSY) return NULL;
    WaitNamedPipeW(name, 1000);
  }
}

static bool finish(struct channel *channel, OVERLAPPED *overlapped, BOOL started, DWORD *done) {
  if (!started && GetLastError() != ERROR_IO_PENDING) return false;
  HANDLE events[2] = {overlapped->hEvent, channel->shut};
  if (WaitForMultipleObjects(2, events, FALSE, INFINITE) != WAIT_OBJECT_0) CancelIoEx(channel->pipe, overlapped);
  return GetOverlappedResult(channel->pipe, overlapped, done, TRUE);
}

static bool read_all(struct channel *channel, char *bytes, size_t length) {
  while (length > 0) {
    OVERLAPPED overlapped = {.hEvent = channel->received};
    DWORD got = 0;
    BOOL started = ReadFile(channel->pipe, bytes, (DWORD)length, NULL, &overlapped);
    if (!finish(channel, &overlapped, started, &got) || got == 0) return false;
    bytes += got;
    length -= got;
  }
  return true;
}

static bool write_all(struct channel *channel, const char *bytes, size_t length) {
  while (length > 0) {
    OVERLAPPED overlapped = {.hEvent = channel->sent};
    DWORD went = 0;
    BOOL started = WriteFile(channel->pipe, bytes, (DWORD)length, NULL, &overlapped);
    if (!finish(channel, &overlapped, started, &went) || went == 0) return false;
    bytes += went;
    length -= went;
  }
  return true;
}

bool channel_receive(struct channel *channel, char **bytes, size_t *length, int descriptors[most_descriptors], int *count) {
  (void)descriptors;
  *count = 0;
  uint32_t header[2];
  if (!read_all(channel, (char *)header, sizeof header) || header[0] > most_frame_bytes || header[1] != 0) return false;
  *bytes = malloc(header[0] + 1u);
  *length = header[0];
  if (*bytes != NULL && read_all(channel, *bytes, header[0])) {
    (*bytes)[header[0]] = 0;
    return true;
  }
  free(*bytes);
  return false;
}

bool channel_send(struct channel *channel, const char *bytes, size_t length, const int *descriptors, int count) {
  (void)descriptors;
  (void)count;
  char *frame = must_allocate(length + 8);
  uint32_t header[2] = {(uint32_t)length, 0};
  memcpy(frame, header, sizeof header);
  memcpy(frame + sizeof header, bytes, length);
  bool went = write_all(channel, frame, length + 8);
  free(frame);
  return went;
}

void channel_shut(struct channel *channel) {
  SetEvent(channel->shut);
}

void channel_free(struct channel *channel) {
  CloseHandle(channel->pipe);
  CloseHandle(channel->shut);
  CloseHandle(channel->received);
  CloseHandle(channel->sent);
  free(channel);
}

static HANDLE new_instance(const struct listener *listener, DWORD flags) {
  return CreateNamedPipeW(listener->name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | flags, PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT, PIPE_UNLIMITED_INSTANCES, 65536, 65536, 0, NULL);
}

struct listener *listener_open(const char *root) {
  struct listener *listener = must_allocate(sizeof *listener);
  pipe_name(root, listener->name);
  listener->shut = CreateEventW(NULL, TRUE, FALSE, NULL);
  /* Whoever has the first instance is the folder's service. */
  listener->next = new_instance(listener, FILE_FLAG_FIRST_PIPE_INSTANCE);
  if (listener->next != INVALID_HANDLE_VALUE) return listener;
  CloseHandle(listener->shut);
  free(listener);
  return NULL;
}

struct channel *listener_accept(struct listener *listener) {
  OVERLAPPED overlapped = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
  bool connected = ConnectNamedPipe(listener->next, &overlapped) || GetLastError() == ERROR_PIPE_CONNECTED;
  if (!connected && GetLastError() == ERROR_IO_PENDING) {
    HANDLE events[2] = {overlapped.hEvent, listener->shut};
    DWORD done;
    if (WaitForMultipleObjects(2, events, FALSE, INFINITE) == WAIT_OBJECT_0) connected = GetOverlappedResult(listener->next, &overlapped, &done, TRUE);
    else {
      CancelIoEx(listener->next, &overlapped);
      GetOverlappedResult(listener->next, &overlapped, &done, TRUE);
    }
  }
  CloseHandle(overlapped.hEvent);
  if (!connected) return NULL;
  struct channel *channel = channel_new(listener->next);
  listener->next = new_instance(listener, 0);
  return channel;
}

void listener_shut(struct listener *listener) { SetEvent(listener->shut); }

/* Quotes for CommandLineToArgvW: backslashes count only before a quotation mark. */
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

bool start_service(const char *program, const char *root) {
  struct text line = {0};
  add_quoted(&line, program);
  add_quoted(&line, "--root");
  add_quoted(&line, root);
  WCHAR *command = wide(line.bytes);
  WCHAR *path = wide(program);
  STARTUPINFOW start = {.cb = sizeof start};
  PROCESS_INFORMATION process;
  BOOL started = CreateProcessW(path, command, NULL, NULL, FALSE, DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP, NULL, NULL, &start, &process);
  free(command);
  free(path);
  free(line.bytes);
  if (!started) return false;
  CloseHandle(process.hThread);
  CloseHandle(process.hProcess);
  return true;
}

char *own_folder(void) {
  HMODULE module;
  WCHAR path[1024];
  if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, (LPCWSTR)(uintptr_t)&own_folder, &module)) return NULL;
  DWORD length = GetModuleFileNameW(module, path, 1024);
  if (length == 0 || length == 1024) return NULL;
  WCHAR *slash = wcsrchr(path, L'\\');
  if (slash == NULL) return NULL;
  *slash = 0;
  return utf8_from_utf16(path);
}

char *environment_setting(const char *name) {
  WCHAR *key = wide(name);
  WCHAR *value = must_allocate(32768 * sizeof(WCHAR));
  DWORD length = GetEnvironmentVariableW(key, value, 32768);
  char *found = length == 0 || length >= 32768 ? NULL : utf8_from_utf16(value);
  free(key);
  free(value);
  return found;
}

bool folder_exists(const char *path) {
  WCHAR *name = wide(path);
  DWORD attributes = GetFileAttributesW(name);
  free(name);
  return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

char *full_path(const char *path) {
  if (!folder_exists(path)) return NULL;
  WCHAR *name = wide(path);
  WCHAR *full = must_allocate(32768 * sizeof(WCHAR));
  DWORD length = GetFullPathNameW(name, 32768, full, NULL);
  while (length > 3 && length < 32768 && full[length - 1] == L'\\') full[--length] = 0;
  char *found = length == 0 || length >= 32768 ? NULL : utf8_from_utf16(full);
  free(name);
  free(full);
  return found;
}

uint64_t microseconds(void) {
  LARGE_INTEGER frequency, now;
  QueryPerformanceFrequency(&frequency);
  QueryPerformanceCounter(&now);
  return (uint64_t)((double)now.QuadPart * 1e6 / (double)frequency.QuadPart);
}

uint64_t milliseconds(void) { return GetTickCount64(); }

void sleep_milliseconds(unsigned duration) { Sleep(duration); }

uint32_t own_process_id(void) { return GetCurrentProcessId(); }
