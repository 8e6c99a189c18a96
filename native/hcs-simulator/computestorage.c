/* The exports of computestorage.dll. virtualization/api/hcs/Reference. */
#include "client.h"

/* What is not written yet says so. */
#define NOT_WRITTEN(name) EXPORT HRESULT WINAPI name(void) { return E_NOTIMPL; }

NOT_WRITTEN(HcsImportLayer)
NOT_WRITTEN(HcsExportLayer)
NOT_WRITTEN(HcsDestroyLayer)
NOT_WRITTEN(HcsSetupBaseOSLayer)
NOT_WRITTEN(HcsSetupBaseOSVolume)
NOT_WRITTEN(HcsInitializeWritableLayer)
NOT_WRITTEN(HcsAttachLayerStorageFilter)
NOT_WRITTEN(HcsDetachLayerStorageFilter)
NOT_WRITTEN(HcsFormatWritableLayerVhd)
NOT_WRITTEN(HcsGetLayerVhdMountPath)
NOT_WRITTEN(HcsInitializeLegacyWritableLayer)
NOT_WRITTEN(HcsExportLegacyWritableLayer)
NOT_WRITTEN(HcsAttachOverlayFilter)
NOT_WRITTEN(HcsDetachOverlayFilter)
