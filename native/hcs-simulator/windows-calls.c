/*
 * kernel32's and ole32's functions that callers of the DLLs need beside them, for Linux: files (ends of pipes),
 * events, overlapped reading and writing, waits, and the memory of results. As far as these go, a program
 * sees what it sees on Windows: ERROR_IO_PENDING, ERROR_BROKEN_PIPE at the end, ERROR_OPERATION_ABORTED.
 */
#define _GNU_SOURCE
#include "windows-calls.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "channel.h"
#include "client-internal.h"

enum { no_error = 0, access_denied = 5, invalid_handle = 6, invalid_parameter = 87, broken_pipe = 109, no_data = 232, wait_timeout = 258, operation_aborted = 995, io_incomplete = 996, io_pending = 997, not_found = 1168 };
enum { wait_object = 0, wait_failed = -1 };
#define STATUS_PENDING 0x103u
#define STATUS_PIPE_BROKEN 0xc000014bu
#define STATUS_PIPE_CLOSING 0xc00000b1u
#define STATUS_CANCELLED 0xc0000120u

typedef void(CALLBACK *wait_callback)(void *context, uint8_t timed_out);
typedef void(CALLBACK *completion_callback)(DWORD error, DWORD bytes, OVERLAPPED *overlapped);

enum kind { FREE, FILE_HANDLE, EVENT_HANDLE, WAIT_HANDLE };

struct registered_wait {
  HANDLE object;
  wait_callback callback;
  void *context;
  uint64_t until; /* UINT64_MAX: for ever */
  DWORD duration;
  bool once;
};

struct slot {
  enum kind kind;
  int descriptor;      /* of a file */
  completion_callback completed; /* of a file; NULL: nobody is told */
  bool manual, set;    /* of an event */
  struct registered_wait wait;
};

struct transfer {
  HANDLE file;
  int descriptor;
  bool writes;
  char *buffer;
  size_t wanted, done;
  OVERLAPPED *overlapped;
  completion_callback completed;
  struct transfer *next;
};

/* A transfer that has ended, whose callback has not been called yet. */
struct completion {
  completion_callback callback;
  DWORD error, bytes;
  OVERLAPPED *overlapped;
  struct completion *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct slot *slots;
static size_t slot_count, next_free;
static struct transfer *transfers;
static int wake[2] = {-1, -1};
static bool waiter_runs, completer_runs;
static struct completion *first_completion, *last_completion;
static pthread_cond_t completion_came = PTHREAD_COND_INITIALIZER;
static __thread DWORD last_error;

EXPORT DWORD GetLastError(void) { return last_error; }
EXPORT void SetLastError(DWORD error) { last_error = error; }

static BOOL refuse(DWORD error) {
  last_error = error;
  return FALSE;
}

EXPORT void *LocalAlloc(DWORD flags, size_t bytes) {
  (void)flags;
  return calloc(1, bytes == 0 ? 1 : bytes);
}

EXPORT void *LocalFree(void *memory) {
  free(memory);
  return NULL;
}

EXPORT void *CoTaskMemAlloc(size_t bytes) { return malloc(bytes == 0 ? 1 : bytes); }

EXPORT void CoTaskMemFree(void *memory) { free(memory); }

/* Handles: multiples of four, as on Windows, from a number that no address has. */
static HANDLE handle_of(size_t index) { return (HANDLE)(uintptr_t)(0x1000 + index * 4); }

static struct slot *slot_of(HANDLE handle, enum kind kind) {
  uintptr_t value = (uintptr_t)handle;
  if (value < 0x1000 || value % 4 != 0 || (value - 0x1000) / 4 >= slot_count) return NULL;
  struct slot *slot = &slots[(value - 0x1000) / 4];
  return slot->kind == kind ? slot : NULL;
}

/* The slot that was free longest is taken last: a number that was closed just now is not soon another's. */
static HANDLE new_slot(struct slot content) {
  for (size_t tried = 0; tried < slot_count; tried++) {
    size_t index = (next_free + tried) % slot_count;
    if (slots[index].kind != FREE) continue;
    slots[index] = content;
    next_free = index + 1;
    return handle_of(index);
  }
  size_t count = slot_count == 0 ? 256 : slot_count * 2;
  struct slot *more = realloc(slots, count * sizeof *slots);
  if (more == NULL) abort();
  memset(more + slot_count, 0, (count - slot_count) * sizeof *slots);
  slots = more;
  size_t index = slot_count;
  slot_count = count;
  slots[index] = content;
  next_free = index + 1;
  return handle_of(index);
}

HANDLE file_handle_new(int descriptor) {
  if (descriptor < 0) return NULL;
  signal(SIGPIPE, SIG_IGN);
  pthread_mutex_lock(&lock);
  HANDLE handle = new_slot((struct slot){.kind = FILE_HANDLE, .descriptor = descriptor});
  pthread_mutex_unlock(&lock);
  return handle;
}

int file_handle_descriptor(HANDLE handle) {
  pthread_mutex_lock(&lock);
  struct slot *slot = slot_of(handle, FILE_HANDLE);
  int descriptor = slot == NULL ? -1 : slot->descriptor;
  pthread_mutex_unlock(&lock);
  return descriptor;
}

int file_handles_open(void) {
  pthread_mutex_lock(&lock);
  int count = 0;
  for (size_t index = 0; index < slot_count; index++) count += slots[index].kind == FILE_HANDLE;
  pthread_mutex_unlock(&lock);
  return count;
}

/* With the lock. */
static void set_event(HANDLE event) {
  struct slot *slot = slot_of(event, EVENT_HANDLE);
  if (slot == NULL) return;
  slot->set = true;
  pthread_cond_broadcast(&changed);
}

static DWORD error_of(uint32_t status) {
  return status == 0 ? no_error : status == STATUS_PIPE_BROKEN ? broken_pipe : status == STATUS_PIPE_CLOSING ? no_data : status == STATUS_CANCELLED ? operation_aborted : io_pending;
}

static void begin_thread(void *(*run)(void *argument)) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, run, NULL) != 0) abort();
  pthread_detach(thread);
}

static void *completion_loop(void *argument) {
  pthread_mutex_lock(&lock);
  for (;;) {
    while (first_completion == NULL) pthread_cond_wait(&completion_came, &lock);
    struct completion *completion = first_completion;
    first_completion = completion->next;
    if (first_completion == NULL) last_completion = NULL;
    pthread_mutex_unlock(&lock);
    completion->callback(completion->error, completion->bytes, completion->overlapped);
    free(completion);
    pthread_mutex_lock(&lock);
  }
  return argument;
}

static void finish_transfer(completion_callback completed, OVERLAPPED *overlapped, uint32_t status, size_t bytes) {
  overlapped->InternalHigh = bytes;
  __atomic_store_n(&overlapped->Internal, status, __ATOMIC_RELEASE);
  set_event((HANDLE)((uintptr_t)overlapped->hEvent & ~(uintptr_t)1));
  pthread_cond_broadcast(&changed);
  if (completed == NULL) return;
  struct completion *completion = must_allocate(sizeof *completion);
  *completion = (struct completion){.callback = completed, .error = error_of(status), .bytes = (DWORD)bytes, .overlapped = overlapped};
  if (last_completion == NULL) first_completion = completion;
  else last_completion->next = completion;
  last_completion = completion;
  if (!completer_runs) begin_thread(completion_loop);
  completer_runs = true;
  pthread_cond_signal(&completion_came);
}

/* One step of a transfer; true when it is finished. */
static bool step(struct transfer *transfer, uint32_t *status) {
  for (;;) {
    ssize_t went = transfer->writes ? write(transfer->descriptor, transfer->buffer + transfer->done, transfer->wanted - transfer->done) : read(transfer->descriptor, transfer->buffer, transfer->wanted);
    if (went < 0 && errno == EINTR) continue;
    if (went < 0 && errno == EAGAIN) return false;
    if (went < 0 || (went == 0 && transfer->wanted > 0)) {
      *status = transfer->writes ? STATUS_PIPE_CLOSING : STATUS_PIPE_BROKEN;
      return true;
    }
    transfer->done += (size_t)went;
    *status = 0;
    if (!transfer->writes || transfer->done == transfer->wanted) return true;
  }
}

static void *transfer_loop(void *argument) {
  pthread_mutex_lock(&lock);
  for (;;) {
    size_t count = 1;
    for (struct transfer *transfer = transfers; transfer != NULL; transfer = transfer->next) count++;
    struct pollfd *polled = must_allocate(count * sizeof *polled);
    polled[0] = (struct pollfd){.fd = wake[0], .events = POLLIN};
    count = 1;
    for (struct transfer *transfer = transfers; transfer != NULL; transfer = transfer->next) polled[count++] = (struct pollfd){.fd = transfer->descriptor, .events = transfer->writes ? POLLOUT : POLLIN};
    pthread_mutex_unlock(&lock);
    poll(polled, count, -1);
    pthread_mutex_lock(&lock);
    if (polled[0].revents != 0) {
      char bytes[64];
      if (read(wake[0], bytes, sizeof bytes) < 0 && errno != EAGAIN) abort();
    }
    free(polled);
    /* The list may have changed meanwhile: every step is tried, none of them waits. */
    for (struct transfer **link = &transfers; *link != NULL;) {
      struct transfer *transfer = *link;
      uint32_t status = 0;
      if (!step(transfer, &status)) {
        link = &transfer->next;
        continue;
      }
      *link = transfer->next;
      finish_transfer(transfer->completed, transfer->overlapped, status, transfer->done);
      free(transfer);
    }
  }
  return argument;
}

static void wake_transfers(void) {
  if (write(wake[1], "", 1) < 0 && errno != EAGAIN) abort();
}

static BOOL transfer(HANDLE file, bool writes, void *buffer, DWORD wanted, DWORD *done, OVERLAPPED *overlapped) {
  pthread_mutex_lock(&lock);
  struct slot *slot = slot_of(file, FILE_HANDLE);
  if (slot == NULL || (overlapped == NULL && done == NULL)) {
    pthread_mutex_unlock(&lock);
    return refuse(slot == NULL ? invalid_handle : invalid_parameter);
  }
  if (wake[0] < 0) {
    if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0) abort();
    begin_thread(transfer_loop);
  }
  OVERLAPPED own = {0};
  bool waits = overlapped == NULL;
  if (waits) overlapped = &own;
  struct slot *event = slot_of((HANDLE)((uintptr_t)overlapped->hEvent & ~(uintptr_t)1), EVENT_HANDLE);
  if (event != NULL) event->set = false;
  overlapped->Internal = STATUS_PENDING;
  overlapped->InternalHigh = 0;
  struct transfer *begun = must_allocate(sizeof *begun);
  *begun = (struct transfer){.file = file, .descriptor = slot->descriptor, .writes = writes, .buffer = buffer, .wanted = wanted, .overlapped = overlapped, .completed = waits ? NULL : slot->completed};
  /* A descriptor that would wait for itself would hold up every other. */
  fcntl(slot->descriptor, F_SETFL, fcntl(slot->descriptor, F_GETFL) | O_NONBLOCK);
  uint32_t status = 0;
  if (step(begun, &status)) {
    finish_transfer(begun->completed, overlapped, status, begun->done);
    free(begun);
  } else {
    struct transfer **link = &transfers;
    while (*link != NULL) link = &(*link)->next;
    *link = begun;
    wake_transfers();
    while (waits && own.Internal == STATUS_PENDING) pthread_cond_wait(&changed, &lock);
  }
  DWORD error = error_of((uint32_t)overlapped->Internal);
  if (done != NULL) *done = (DWORD)overlapped->InternalHigh;
  pthread_mutex_unlock(&lock);
  return error == no_error ? TRUE : refuse(error);
}

EXPORT BOOL ReadFile(HANDLE file, void *buffer, DWORD wanted, DWORD *done, OVERLAPPED *overlapped) { return transfer(file, false, buffer, wanted, done, overlapped); }

/* The handle's overlapped transfers, those that end at once too, end in a call of this on another thread. */
EXPORT BOOL BindIoCompletionCallback(HANDLE file, completion_callback callback, DWORD flags) {
  if (callback == NULL || flags != 0) return refuse(invalid_parameter);
  pthread_mutex_lock(&lock);
  struct slot *slot = slot_of(file, FILE_HANDLE);
  bool bound = slot != NULL && slot->completed != NULL;
  if (slot != NULL && !bound) slot->completed = callback;
  pthread_mutex_unlock(&lock);
  return slot == NULL ? refuse(invalid_handle) : bound ? refuse(invalid_parameter) : TRUE;
}

EXPORT BOOL WriteFile(HANDLE file, const void *buffer, DWORD wanted, DWORD *done, OVERLAPPED *overlapped) { return transfer(file, true, (void *)buffer, wanted, done, overlapped); }

/* With the lock. */
static bool cancel(HANDLE file, const OVERLAPPED *overlapped) {
  bool found = false;
  for (struct transfer **link = &transfers; *link != NULL;) {
    struct transfer *begun = *link;
    if (begun->file != file || (overlapped != NULL && begun->overlapped != overlapped)) {
      link = &begun->next;
      continue;
    }
    *link = begun->next;
    finish_transfer(begun->completed, begun->overlapped, STATUS_CANCELLED, begun->done);
    free(begun);
    found = true;
  }
  if (found) wake_transfers();
  return found;
}

EXPORT BOOL CancelIoEx(HANDLE file, OVERLAPPED *overlapped) {
  pthread_mutex_lock(&lock);
  bool open = slot_of(file, FILE_HANDLE) != NULL;
  bool found = open && cancel(file, overlapped);
  pthread_mutex_unlock(&lock);
  return found ? TRUE : refuse(open ? not_found : invalid_handle);
}

EXPORT BOOL GetOverlappedResult(HANDLE file, OVERLAPPED *overlapped, DWORD *done, BOOL waits) {
  (void)file;
  pthread_mutex_lock(&lock);
  while (waits && overlapped->Internal == STATUS_PENDING) pthread_cond_wait(&changed, &lock);
  DWORD error = overlapped->Internal == STATUS_PENDING ? io_incomplete : error_of((uint32_t)overlapped->Internal);
  if (done != NULL) *done = (DWORD)overlapped->InternalHigh;
  pthread_mutex_unlock(&lock);
  return error == no_error ? TRUE : refuse(error);
}

EXPORT HANDLE CreateEventW(void *security, BOOL manual, BOOL set, PCWSTR name) {
  (void)security;
  if (name != NULL) {
    refuse(invalid_parameter);
    return NULL;
  }
  pthread_mutex_lock(&lock);
  HANDLE handle = new_slot((struct slot){.kind = EVENT_HANDLE, .descriptor = -1, .manual = manual, .set = set});
  pthread_mutex_unlock(&lock);
  return handle;
}

static BOOL change_event(HANDLE handle, bool set) {
  pthread_mutex_lock(&lock);
  struct slot *slot = slot_of(handle, EVENT_HANDLE);
  if (slot != NULL) {
    slot->set = set;
    pthread_cond_broadcast(&changed);
  }
  pthread_mutex_unlock(&lock);
  return slot == NULL ? refuse(invalid_handle) : TRUE;
}

EXPORT BOOL SetEvent(HANDLE handle) { return change_event(handle, true); }

EXPORT BOOL ResetEvent(HANDLE handle) { return change_event(handle, false); }

/* With the lock. Until `until`, in milliseconds of the monotonic clock. */
static void wait_for_change(uint64_t until) {
  uint64_t now = milliseconds();
  uint64_t duration = until <= now ? 0 : until - now > 60000 ? 60000 : until - now;
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  time.tv_sec += (time_t)(duration / 1000);
  time.tv_nsec += (long)(duration % 1000) * 1000000;
  if (time.tv_nsec >= 1000000000) {
    time.tv_sec++;
    time.tv_nsec -= 1000000000;
  }
  pthread_cond_timedwait(&changed, &lock, &time);
}

static uint64_t deadline(DWORD duration) { return duration == INFINITE ? UINT64_MAX : milliseconds() + duration; }

EXPORT DWORD WaitForSingleObject(HANDLE handle, DWORD duration) {
  uint64_t until = deadline(duration);
  pthread_mutex_lock(&lock);
  DWORD answer = (DWORD)wait_failed;
  for (struct slot *slot; (slot = slot_of(handle, EVENT_HANDLE)) != NULL;) {
    answer = slot->set ? (DWORD)wait_object : (DWORD)wait_timeout;
    if (slot->set && !slot->manual) slot->set = false;
    if (answer == wait_object || milliseconds() >= until) break;
    wait_for_change(until);
  }
  pthread_mutex_unlock(&lock);
  if (answer == (DWORD)wait_failed) last_error = invalid_handle;
  return answer;
}

static void *wait_loop(void *argument) {
  pthread_mutex_lock(&lock);
  for (;;) {
    uint64_t until = UINT64_MAX;
    bool ran = false;
    for (size_t index = 0; index < slot_count && !ran; index++) {
      if (slots[index].kind != WAIT_HANDLE || slots[index].wait.callback == NULL) continue;
      struct registered_wait wait = slots[index].wait;
      struct slot *event = slot_of(wait.object, EVENT_HANDLE);
      bool set = event != NULL && event->set;
      bool late = milliseconds() >= wait.until;
      if (!set && !late) {
        if (wait.until < until) until = wait.until;
        continue;
      }
      if (set && !event->manual) event->set = false;
      if (wait.once) slots[index].wait.callback = NULL;
      else slots[index].wait.until = deadline(wait.duration);
      pthread_mutex_unlock(&lock);
      wait.callback(wait.context, set ? 0 : 1);
      pthread_mutex_lock(&lock);
      ran = true;
    }
    if (!ran) wait_for_change(until);
  }
  return argument;
}

EXPORT BOOL RegisterWaitForSingleObject(HANDLE *handle, HANDLE object, wait_callback callback, void *context, DWORD duration, DWORD flags) {
  if (handle == NULL || callback == NULL) return refuse(invalid_parameter);
  pthread_mutex_lock(&lock);
  bool known = slot_of(object, EVENT_HANDLE) != NULL;
  if (known) {
    struct registered_wait wait = {.object = object, .callback = callback, .context = context, .until = deadline(duration), .duration = duration, .once = (flags & 8) != 0};
    *handle = new_slot((struct slot){.kind = WAIT_HANDLE, .descriptor = -1, .wait = wait});
    if (!waiter_runs) begin_thread(wait_loop);
    waiter_runs = true;
    pthread_cond_broadcast(&changed);
  }
  pthread_mutex_unlock(&lock);
  return known ? TRUE : refuse(invalid_handle);
}

EXPORT BOOL UnregisterWaitEx(HANDLE handle, HANDLE completion) {
  pthread_mutex_lock(&lock);
  struct slot *slot = slot_of(handle, WAIT_HANDLE);
  if (slot != NULL) {
    slot->kind = FREE;
    if (completion != NULL && completion != INVALID_HANDLE_VALUE) set_event(completion);
  }
  pthread_mutex_unlock(&lock);
  return slot == NULL ? refuse(invalid_handle) : TRUE;
}

EXPORT BOOL UnregisterWait(HANDLE handle) { return UnregisterWaitEx(handle, NULL); }

EXPORT BOOL CloseHandle(HANDLE handle) {
  pthread_mutex_lock(&lock);
  struct slot *file = slot_of(handle, FILE_HANDLE), *event = slot_of(handle, EVENT_HANDLE);
  if (file != NULL) {
    cancel(handle, NULL);
    close(file->descriptor);
    file->kind = FREE;
    pthread_cond_broadcast(&changed);
  }
  if (event != NULL) event->kind = FREE;
  pthread_mutex_unlock(&lock);
  if (file != NULL || event != NULL) return TRUE;
  /* A virtual disk's is the service's. */
  return SUCCEEDED(handle_close(handle, HANDLE_DISK)) ? TRUE : refuse(invalid_handle);
}
