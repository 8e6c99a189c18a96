/*
 * kernel32's and advapi32's calls for files with all that Windows keeps of them (see layer-files.h): backup streams,
 * basic information, volumes in folders, privileges. Volumes belong to the host, so the service keeps them. Under Wine, which
 * lacks what layers need of these, they are a library of their own (hcs-simulator-files.def) in kernel32.dll's place.
 */
#define _GNU_SOURCE
#include "windows-calls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "layer-files.h"

#ifdef _WIN32
#define CreateFileW simulated_CreateFileW
#define BackupRead simulated_BackupRead
#define BackupWrite simulated_BackupWrite
#define SetFileInformationByHandle simulated_SetFileInformationByHandle
#define GetFileInformationByHandleEx simulated_GetFileInformationByHandleEx
#define FlushFileBuffers simulated_FlushFileBuffers
#define GetVolumePathNameW simulated_GetVolumePathNameW
#define GetVolumeNameForVolumeMountPointW simulated_GetVolumeNameForVolumeMountPointW
#define SetVolumeMountPointW simulated_SetVolumeMountPointW
#define DeleteVolumeMountPointW simulated_DeleteVolumeMountPointW
#endif

enum { CREATE_NEW_FILE = 1, OPEN_EXISTING_FILE = 3, invalid_handle_code = 6, invalid_parameter_code = 87, not_all_assigned = 1300, no_such_privilege = 1313, invalid_text = 1336 };
#define WRITES 0x40000000u
#define WRITES_ATTRIBUTES 0x100u
#define BACKUP_SEMANTICS 0x02000000u

#ifdef _WIN32
/* Handles of Linux' files, far from those that Wine gives out. */
enum { first_handle = 0x40000000, most_files = 65536 };
static bool files_open[most_files];

static HANDLE file_handle_new(int descriptor) {
  if (descriptor >= most_files) {
    close(descriptor);
    return INVALID_HANDLE_VALUE;
  }
  files_open[descriptor] = true;
  return (HANDLE)(uintptr_t)(first_handle + 4 * descriptor);
}

static int file_handle_descriptor(HANDLE handle) {
  uintptr_t number = ((uintptr_t)handle - first_handle) / 4;
  return (uintptr_t)handle >= first_handle && number < most_files && files_open[number] ? (int)number : -1;
}

EXPORT BOOL WINAPI simulated_CloseHandle(HANDLE handle) {
  int file = file_handle_descriptor(handle);
  if (file >= 0) {
    files_open[file] = false;
    return close(file) == 0;
  }
  /* A virtual disk's is the service's; the others are Windows' own. */
  return SUCCEEDED(handle_close(handle, HANDLE_DISK)) ? TRUE : CloseHandle(handle);
}
#endif

static BOOL fail(DWORD code) {
  SetLastError(code);
  return FALSE;
}

static BOOL fail_with(HRESULT code) { return fail(((uint32_t)code & 0xffff0000u) == 0x80070000u ? (uint32_t)code & 0xffff : (DWORD)code); }

/* A time that was set through a handle stays, whatever is written through it afterwards. */
enum { most_descriptors_kept = 65536 };
static int64_t kept_times[most_descriptors_kept];

static bool keeps_time(int file) { return file >= 0 && file < most_descriptors_kept && kept_times[file] > 0; }

/* A path as Linux names it. */
static char *plain_path(PCWSTR path) {
  char *text = utf8_from_utf16(path);
#ifdef _WIN32
  char *plain = linux_path(text);
  free(text);
  return plain;
#else
  return text;
#endif
}

EXPORT HANDLE WINAPI CreateFileW(PCWSTR path, DWORD access, DWORD share, void *security, DWORD disposition, DWORD flags, HANDLE template) {
  (void)share;
  if (path == NULL || security != NULL || template != NULL || (disposition != CREATE_NEW_FILE && disposition != OPEN_EXISTING_FILE)) {
    fail(invalid_parameter_code);
    return INVALID_HANDLE_VALUE;
  }
  char *plain = plain_path(path);
  bool folder = is_folder(plain);
  bool writes = (access & WRITES) != 0 && !folder;
  int how = (writes ? O_RDWR : O_RDONLY) | (disposition == CREATE_NEW_FILE ? O_CREAT | O_EXCL : 0) | O_NOFOLLOW | O_CLOEXEC;
  int file = folder && (flags & BACKUP_SEMANTICS) == 0 ? -1 : open(plain, how, 0755); /* On Windows every file may be run. */
  if (folder && (flags & BACKUP_SEMANTICS) == 0) errno = EACCES;
  free(plain);
  if (file < 0) {
    fail_with(code_of_errno());
    return INVALID_HANDLE_VALUE;
  }
  if (file < most_descriptors_kept) kept_times[file] = 0;
  SetLastError(0);
  return file_handle_new(file);
}

static int descriptor_of(HANDLE handle) {
  int file = file_handle_descriptor(handle);
  if (file < 0) fail(invalid_handle_code);
  return file;
}

EXPORT BOOL WINAPI BackupWrite(HANDLE handle, const uint8_t *buffer, DWORD bytes, DWORD *written, BOOL abort, BOOL security, void **context) {
  int file = descriptor_of(handle);
  if (file < 0 || written == NULL || context == NULL) return file < 0 ? FALSE : fail(invalid_parameter_code);
  *written = 0;
  if (abort) {
    restore_end(*context);
    *context = NULL;
    return TRUE;
  }
  if (*context == NULL) *context = restore_begin(file, security);
  if (!restore_write(*context, buffer, bytes)) return fail_with(code_of_errno());
  if (keeps_time(file)) {
    struct basic_information information = {.written = kept_times[file]};
    write_basic_information(file, &information);
  }
  *written = bytes;
  return TRUE;
}

EXPORT BOOL WINAPI BackupRead(HANDLE handle, uint8_t *buffer, DWORD bytes, DWORD *count, BOOL abort, BOOL security, void **context) {
  int file = descriptor_of(handle);
  if (file < 0 || count == NULL || context == NULL) return file < 0 ? FALSE : fail(invalid_parameter_code);
  *count = 0;
  if (abort) {
    backup_end(*context);
    *context = NULL;
    return TRUE;
  }
  if (*context == NULL) *context = backup_begin(file, security);
  ssize_t given = backup_read(*context, buffer, bytes);
  if (given < 0) return fail_with(code_of_errno());
  *count = (DWORD)given;
  return TRUE;
}

EXPORT BOOL WINAPI SetFileInformationByHandle(HANDLE handle, int32_t kind, const void *information, DWORD bytes) {
  int file = descriptor_of(handle);
  if (file < 0) return FALSE;
  struct basic_information given;
  /* FileBasicInfo, whose block is filled up to eight bytes. */
  if (kind != 0 || information == NULL || bytes < 36) return fail(invalid_parameter_code);
  memset(&given, 0, sizeof given);
  memcpy(&given, information, 36);
  if (!write_basic_information(file, &given)) return fail_with(code_of_errno());
  if (given.written > 0 && file < most_descriptors_kept) kept_times[file] = given.written;
  return TRUE;
}

EXPORT BOOL WINAPI GetFileInformationByHandleEx(HANDLE handle, int32_t kind, void *information, DWORD bytes) {
  int file = descriptor_of(handle);
  if (file < 0) return FALSE;
  if (kind != 0 || information == NULL || bytes < 36) return fail(invalid_parameter_code);
  struct basic_information found;
  memset(&found, 0, sizeof found);
  read_basic_information(file, &found);
  memcpy(information, &found, 36);
  return TRUE;
}

EXPORT BOOL WINAPI FlushFileBuffers(HANDLE handle) {
  int file = descriptor_of(handle);
  return file < 0 ? FALSE : syncfs(file) == 0 ? TRUE : fail_with(code_of_errno());
}

/* Volumes */

/* All folders of Linux are one tree. */
EXPORT BOOL WINAPI GetVolumePathNameW(PCWSTR path, PWSTR volume, DWORD letters) {
#ifdef _WIN32
  static const WCHAR root[] = {'Z', ':', '\\', 0};
#else
  static const WCHAR root[] = {'/', 0};
#endif
  char *plain = path == NULL ? NULL : plain_path(path);
  bool known = plain != NULL && *plain == '/' && volume != NULL && letters >= sizeof root / sizeof *root;
  free(plain);
  if (!known) return fail(invalid_parameter_code);
  memcpy(volume, root, sizeof root);
  return TRUE;
}

static BOOL volume_call(const char *function, PCWSTR mount_point, PCWSTR volume, PWSTR result, DWORD letters) {
  struct call *call = call_new(function);
  call_text(call, "MountPoint", mount_point);
  call_text(call, "Volume", volume);
  HRESULT code = call_send(call);
  PWSTR found = NULL;
  if (SUCCEEDED(code) && result != NULL) code = call_take(call, "Result", TASK_MEMORY, &found);
  size_t length = 0;
  while (found != NULL && found[length] != 0) length++;
  if (found != NULL && length >= letters) code = (HRESULT)0x800700ce; /* ERROR_FILENAME_EXCED_RANGE */
  else if (found != NULL) memcpy(result, found, (length + 1) * sizeof *found);
  CoTaskMemFree(found);
  call_free(call);
  return SUCCEEDED(code) ? TRUE : fail_with(code);
}

EXPORT BOOL WINAPI GetVolumeNameForVolumeMountPointW(PCWSTR mount_point, PWSTR volume, DWORD letters) { return volume_call("GetVolumeNameForVolumeMountPointW", mount_point, NULL, volume, letters); }

EXPORT BOOL WINAPI SetVolumeMountPointW(PCWSTR mount_point, PCWSTR volume) { return volume_call("SetVolumeMountPointW", mount_point, volume, NULL, 0); }

EXPORT BOOL WINAPI DeleteVolumeMountPointW(PCWSTR mount_point) { return volume_call("DeleteVolumeMountPointW", mount_point, NULL, NULL, 0); }

#ifndef _WIN32
/* Privileges: root has those of an administrator, others none. */

static const char *const privileges[] = {"SeBackupPrivilege", "SeRestorePrivilege", "SeSecurityPrivilege"};
enum { privilege_count = sizeof privileges / sizeof privileges[0] };

EXPORT BOOL OpenProcessToken(HANDLE process, DWORD access, HANDLE *token) {
  (void)access;
  if (process != INVALID_HANDLE_VALUE || token == NULL) return fail(process != INVALID_HANDLE_VALUE ? invalid_handle_code : invalid_parameter_code);
  *token = file_handle_new(open("/proc/self", O_PATH | O_CLOEXEC));
  return TRUE;
}

EXPORT BOOL LookupPrivilegeValueW(PCWSTR system, PCWSTR name, uint32_t value[2]) {
  if (system != NULL || name == NULL || value == NULL) return fail(invalid_parameter_code);
  char *plain = utf8_from_utf16(name);
  int found = -1;
  for (int index = 0; index < privilege_count; index++)
    if (strcmp(plain, privileges[index]) == 0) found = index;
  free(plain);
  if (found < 0) return fail(no_such_privilege);
  value[0] = (uint32_t)found + 1;
  value[1] = 0;
  return TRUE;
}

EXPORT BOOL AdjustTokenPrivileges(HANDLE token, BOOL disable_all, const uint32_t *wanted, DWORD bytes, void *before, DWORD *before_bytes) {
  (void)bytes;
  if (descriptor_of(token) < 0) return FALSE;
  if (disable_all || wanted == NULL || before != NULL || before_bytes != NULL) return fail(invalid_parameter_code);
  SetLastError(geteuid() == 0 ? 0 : not_all_assigned);
  return TRUE;
}

/* Self-relative: an owner and a group of "O:BAG:BA", the only form that is understood, and a null DACL. */
EXPORT BOOL ConvertStringSecurityDescriptorToSecurityDescriptorW(PCWSTR text, DWORD revision, void **descriptor, ULONG *bytes) {
  if (text == NULL || revision != 1 || descriptor == NULL) return fail(invalid_parameter_code);
  char *plain = utf8_from_utf16(text);
  bool known = strncmp(plain, "O:BAG:BA", 8) == 0;
  free(plain);
  if (!known) return fail(invalid_text);
  static const uint8_t administrators[16] = {1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0};
  uint8_t *made = LocalAlloc(0, 52);
  const uint32_t head[5] = {0x80040001u, 20, 36, 0, 0};
  memcpy(made, head, sizeof head);
  memcpy(made + 20, administrators, 16);
  memcpy(made + 36, administrators, 16);
  *descriptor = made;
  if (bytes != NULL) *bytes = 52;
  return TRUE;
}
#endif
