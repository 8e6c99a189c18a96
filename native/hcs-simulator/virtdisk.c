/*
 * The exports of virtdisk.dll. A disk's handle is one of the service: it is closed with CloseHandle, and with
 * its process. Win32 codes travel as the HRESULTs made of them; those of VHDs are the same either way.
 */
#ifdef _WIN32
/* Its declarations of what is exported here are for importers. */
#define _INC_VIRTDISK
#endif
#include "client.h"
#include "windows-calls.h"

#include <string.h>

typedef struct VIRTUAL_STORAGE_TYPE {
  DWORD DeviceId;
  GUID VendorId;
} VIRTUAL_STORAGE_TYPE;

/* Version 2, as far as it is looked at. */
struct create_parameters {
  DWORD version;
  GUID unique_id __attribute__((aligned(8)));
  uint64_t maximum_size;
  DWORD block_size, sector_size, physical_sector_size;
  PCWSTR parent_path, source_path;
};

static DWORD win32_code(HRESULT code) {
  if (SUCCEEDED(code)) return 0;
  return ((uint32_t)code & 0xffff0000u) == 0x80070000u ? (uint32_t)code & 0xffff : (DWORD)code;
}

static bool takes_vhdx(const VIRTUAL_STORAGE_TYPE *type) { return type != NULL && (type->DeviceId == 0 || type->DeviceId == 3); }

static DWORD open_disk(struct call *call, const VIRTUAL_STORAGE_TYPE *type, PCWSTR path, const void *parameters, HANDLE *handle) {
  DWORD version = 0;
  if (parameters != NULL) memcpy(&version, parameters, sizeof version);
  call_text(call, "Path", path);
  if (!takes_vhdx(type) || path == NULL || handle == NULL || version != 2) call_refuse(call, E_INVALIDARG);
  return win32_code(call_finish_handle(call, HANDLE_DISK, handle, LOCAL_MEMORY, NULL, NULL));
}

EXPORT DWORD WINAPI CreateVirtualDisk(const VIRTUAL_STORAGE_TYPE *type, PCWSTR path, DWORD access, void *security, DWORD flags, ULONG provider_flags, const void *parameters, OVERLAPPED *overlapped, HANDLE *handle) {
  struct call *call = call_new("CreateVirtualDisk");
  struct create_parameters given;
  memset(&given, 0, sizeof given);
  if (parameters != NULL) memcpy(&given, parameters, sizeof given);
  call_whole(call, "MaximumSize", (int64_t)given.maximum_size);
  call_whole(call, "BlockSizeInBytes", given.block_size);
  call_text(call, "ParentPath", given.parent_path);
  call_whole(call, "Flags", flags);
  /* Version 2 asks for VIRTUAL_DISK_ACCESS_NONE; what waits is not simulated. */
  if (access != 0 || security != NULL || provider_flags != 0 || overlapped != NULL) call_refuse(call, E_INVALIDARG);
  return open_disk(call, type, path, parameters, handle);
}

EXPORT DWORD WINAPI OpenVirtualDisk(const VIRTUAL_STORAGE_TYPE *type, PCWSTR path, DWORD access, DWORD flags, const void *parameters, HANDLE *handle) {
  struct call *call = call_new("OpenVirtualDisk");
  call_whole(call, "Flags", flags);
  if (access != 0) call_refuse(call, E_INVALIDARG);
  return open_disk(call, type, path, parameters, handle);
}

EXPORT DWORD WINAPI AttachVirtualDisk(HANDLE handle, void *security, ULONG flags, ULONG provider_flags, const void *parameters, OVERLAPPED *overlapped) {
  struct call *call = call_new("AttachVirtualDisk");
  call_handle(call, "Disk", handle, HANDLE_DISK);
  call_whole(call, "Flags", flags);
  if (security != NULL || provider_flags != 0 || parameters == NULL || overlapped != NULL) call_refuse(call, E_INVALIDARG);
  return win32_code(call_finish(call, LOCAL_MEMORY, NULL, NULL));
}

EXPORT DWORD WINAPI DetachVirtualDisk(HANDLE handle, DWORD flags, ULONG provider_flags) {
  struct call *call = call_new("DetachVirtualDisk");
  call_handle(call, "Disk", handle, HANDLE_DISK);
  if (flags != 0 || provider_flags != 0) call_refuse(call, E_INVALIDARG);
  return win32_code(call_finish(call, LOCAL_MEMORY, NULL, NULL));
}

EXPORT DWORD WINAPI GetVirtualDiskPhysicalPath(HANDLE handle, ULONG *size, PWSTR path) {
  struct call *call = call_new("GetVirtualDiskPhysicalPath");
  call_handle(call, "Disk", handle, HANDLE_DISK);
  if (size == NULL || path == NULL) call_refuse(call, E_INVALIDARG);
  HRESULT code = call_send(call);
  if (SUCCEEDED(code)) {
    PWSTR found = NULL;
    code = call_take(call, "Result", TASK_MEMORY, &found);
    size_t bytes = 0;
    while (found != NULL && found[bytes / 2] != 0) bytes += 2;
    bytes += 2;
    /* ERROR_INSUFFICIENT_BUFFER */
    if (*size < bytes) code = (HRESULT)0x8007007a;
    else if (found != NULL) memcpy(path, found, bytes);
    *size = (ULONG)bytes;
    CoTaskMemFree(found);
  }
  call_free(call);
  return win32_code(code);
}

/* What is not simulated says so: ERROR_CALL_NOT_IMPLEMENTED. */
#define NOT_SIMULATED(name) EXPORT DWORD WINAPI name(void) { return 120; }

NOT_SIMULATED(GetVirtualDiskInformation)
NOT_SIMULATED(SetVirtualDiskInformation)
NOT_SIMULATED(ExpandVirtualDisk)
NOT_SIMULATED(ResizeVirtualDisk)
