/* The exports of computestorage.dll (virtualization/api/hcs/Reference): the service does the work. */
#include "client.h"

static HRESULT layer_call(const char *function, PCWSTR layer, const char *second, PCWSTR second_value, PCWSTR layer_data, const char *options_name, PCWSTR options) {
  struct call *call = call_new(function);
  call_text(call, "LayerPath", layer);
  if (second != NULL) call_text(call, second, second_value);
  call_text(call, "LayerData", layer_data);
  if (options_name != NULL) call_text(call, options_name, options);
  if (layer == NULL || (second != NULL && second_value == NULL)) call_refuse(call, E_INVALIDARG);
  return call_finish(call, LOCAL_MEMORY, NULL, NULL);
}

EXPORT HRESULT WINAPI HcsImportLayer(PCWSTR layer, PCWSTR source, PCWSTR data) { return layer_call("HcsImportLayer", layer, "SourceFolderPath", source, data, NULL, NULL); }

EXPORT HRESULT WINAPI HcsExportLayer(PCWSTR layer, PCWSTR target, PCWSTR data, PCWSTR options) { return layer_call("HcsExportLayer", layer, "ExportFolderPath", target, data, "Options", options); }

EXPORT HRESULT WINAPI HcsExportLegacyWritableLayer(PCWSTR mount_path, PCWSTR folder, PCWSTR target, PCWSTR data) {
  return layer_call("HcsExportLegacyWritableLayer", mount_path, "ExportFolderPath", target, data, "FolderPath", folder);
}

EXPORT HRESULT WINAPI HcsDestroyLayer(PCWSTR layer) { return layer_call("HcsDestroyLayer", layer, NULL, NULL, NULL, NULL, NULL); }

EXPORT HRESULT WINAPI HcsInitializeWritableLayer(PCWSTR layer, PCWSTR data, PCWSTR options) { return layer_call("HcsInitializeWritableLayer", layer, NULL, NULL, data, "Options", options); }

EXPORT HRESULT WINAPI HcsInitializeLegacyWritableLayer(PCWSTR mount_path, PCWSTR folder, PCWSTR data, PCWSTR options) {
  return layer_call("HcsInitializeLegacyWritableLayer", mount_path, "FolderPath", folder, data, "Options", options);
}

EXPORT HRESULT WINAPI HcsAttachLayerStorageFilter(PCWSTR layer, PCWSTR data) { return layer_call("HcsAttachLayerStorageFilter", layer, NULL, NULL, data, NULL, NULL); }

EXPORT HRESULT WINAPI HcsDetachLayerStorageFilter(PCWSTR layer) { return layer_call("HcsDetachLayerStorageFilter", layer, NULL, NULL, NULL, NULL, NULL); }

EXPORT HRESULT WINAPI HcsSetupBaseOSLayer(PCWSTR layer, HANDLE disk, PCWSTR options) {
  struct call *call = call_new("HcsSetupBaseOSLayer");
  call_text(call, "LayerPath", layer);
  call_text(call, "Options", options);
  if (disk != NULL) call_handle(call, "Disk", disk, HANDLE_DISK);
  if (layer == NULL) call_refuse(call, E_INVALIDARG);
  return call_finish(call, LOCAL_MEMORY, NULL, NULL);
}

EXPORT HRESULT WINAPI HcsSetupBaseOSVolume(PCWSTR layer, PCWSTR volume, PCWSTR options) { return layer_call("HcsSetupBaseOSVolume", layer, "VolumePath", volume, NULL, "Options", options); }

EXPORT HRESULT WINAPI HcsFormatWritableLayerVhd(HANDLE disk) {
  struct call *call = call_new("HcsFormatWritableLayerVhd");
  call_handle(call, "Disk", disk, HANDLE_DISK);
  return call_finish(call, LOCAL_MEMORY, NULL, NULL);
}

EXPORT HRESULT WINAPI HcsGetLayerVhdMountPath(HANDLE disk, PWSTR *path) {
  struct call *call = call_new("HcsGetLayerVhdMountPath");
  call_handle(call, "Disk", disk, HANDLE_DISK);
  if (path == NULL) call_refuse(call, E_POINTER);
  return call_finish(call, LOCAL_MEMORY, path, NULL);
}

/* Undocumented. */
#define NOT_WRITTEN(name) EXPORT HRESULT WINAPI name(void) { return E_NOTIMPL; }

NOT_WRITTEN(HcsAttachOverlayFilter)
NOT_WRITTEN(HcsDetachOverlayFilter)
