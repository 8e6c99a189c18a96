/*
 * What an export of a DLL is written with. A call goes to the service as its name and named arguments, and its
 * answer has a code and named members:
 *
 *   EXPORT HRESULT WINAPI HcnDeleteNetwork(const GUID *id, PWSTR *record) {
 *     struct call *call = call_new("HcnDeleteNetwork");
 *     call_guid(call, "Id", id);
 *     return call_finish(call, TASK_MEMORY, NULL, record);
 *   }
 *
 * Every call is answered, by the service or, where it is gone, with HCS_SERVICE_DISCONNECT.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include "json.h"
#include "windows-types.h"

/* Which function frees a string that a caller gets: LocalFree or CoTaskMemFree. */
enum memory { LOCAL_MEMORY, TASK_MEMORY };

/* What a handle that the service keeps stands for. A new kind needs a row in `handle_kinds` of the service as well. */
enum handle_kind { HANDLE_SYSTEM = 1, HANDLE_PROCESS, HANDLE_NETWORK, HANDLE_ENDPOINT, HANDLE_NAMESPACE, HANDLE_LOAD_BALANCER, HANDLE_LEGACY_CALLBACK, HANDLE_SDN_ROUTE, HANDLE_GUEST_SERVICE, HANDLE_NETWORK_CALLBACK, HANDLE_PORTS, HANDLE_DISK, HANDLE_OTHER };

struct call;
struct operation;

struct call *call_new(const char *function);
void call_free(struct call *call);

/* Arguments. A NULL text is an absent argument. */
void call_text(struct call *call, const char *name, PCWSTR value);
void call_utf8(struct call *call, const char *name, const char *value);
void call_whole(struct call *call, const char *name, int64_t value);
void call_bool(struct call *call, const char *name, bool value);
/* In lower case without braces; NULL is an absent argument, a GUID of zeros a text of zeros. */
void call_guid(struct call *call, const char *name, const GUID *value);
void call_json(struct call *call, const char *name, struct json *value);
/* A handle of the service. One that isn't open, or of another kind, makes the whole call E_HANDLE without asking the service. */
void call_handle(struct call *call, const char *name, void *handle, enum handle_kind kind);
/* Makes the call fail with this code without asking the service: for arguments that the client can judge. */
void call_refuse(struct call *call, HRESULT code);

/* Sends and waits for the answer. */
HRESULT call_send(struct call *call);
/* After call_send. */
const struct json *call_answer(const struct call *call);
/* Copies a text member of the answer for the caller; *to is NULL where it is absent. `to` may be NULL. */
HRESULT call_take(struct call *call, const char *name, enum memory memory, PWSTR *to);

/* call_send, the members Result and ErrorRecord for the caller (either may be NULL), call_free. */
HRESULT call_finish(struct call *call, enum memory memory, PWSTR *result, PWSTR *record);
/* The same for a call that opens a handle: *handle is set on success, else NULL. */
HRESULT call_finish_handle(struct call *call, enum handle_kind kind, void **handle, enum memory memory, PWSTR *result, PWSTR *record);
/* Closes a handle that call_finish_handle gave: no callback of it begins after this. E_HANDLE where it isn't open. */
HRESULT handle_close(void *handle, enum handle_kind kind);

/* Copies text for a caller who frees it with the function that `memory` names. */
PWSTR text_for_caller(const char *text, enum memory memory);

/*
 * Callbacks. The service sends events to a handle; they are given one after the other on a thread of the
 * library's own. `type`, `status` and `data` are the event's; `data` is UTF-8 and may be NULL.
 */
typedef void (*event_receiver)(void *handle, uint32_t type, HRESULT status, const char *data, void *context);
HRESULT handle_receive(void *handle, enum handle_kind kind, event_receiver receiver, void *context);

/* Operations of computecore.dll (operations.c). */
/* Sends; the answer goes to the operation. The call is freed. `system` and `process` are the handles that the operation tells of; either may be NULL. */
HRESULT call_start(struct call *call, void *operation, int type, void *system, void *process);
/* Opens a handle at once, whose object exists once the operation has succeeded. */
void *call_new_handle(struct call *call, enum handle_kind kind);

#ifndef _WIN32
/* A descriptor as a HANDLE of the ReadFile, WriteFile and CloseHandle that this library exports on Linux; it belongs to the handle from then on. */
HANDLE file_handle_new(int descriptor);
/* The handle's descriptor, still the handle's; -1 where it is none. */
int file_handle_descriptor(HANDLE handle);
#endif

/* The state folder, from HCS_SIMULATOR_ROOT; NULL where it isn't set or isn't there. Not to be freed. */
const char *simulator_root(void);

#endif
