/* The layer functions of vmcompute.dll. */
#include "client.h"

/* What is not written yet says so. */
#define NOT_WRITTEN(name) EXPORT HRESULT WINAPI name(void) { return E_NOTIMPL; }

NOT_WRITTEN(ActivateLayer)
NOT_WRITTEN(DeactivateLayer)
NOT_WRITTEN(DestroyLayer)
NOT_WRITTEN(UnprepareLayer)
NOT_WRITTEN(CreateLayer)
NOT_WRITTEN(CreateSandboxLayer)
NOT_WRITTEN(PrepareLayer)
NOT_WRITTEN(ImportLayer)
NOT_WRITTEN(ExportLayer)
NOT_WRITTEN(CopyLayer)
NOT_WRITTEN(ExpandSandboxSize)
NOT_WRITTEN(GetLayerMountPath)
NOT_WRITTEN(LayerExists)
NOT_WRITTEN(GetBaseImages)
NOT_WRITTEN(NameToGuid)
NOT_WRITTEN(ProcessBaseImage)
NOT_WRITTEN(ProcessUtilityImage)
NOT_WRITTEN(GrantVmAccess)
NOT_WRITTEN(ImportLayerBegin)
NOT_WRITTEN(ImportLayerNext)
NOT_WRITTEN(ImportLayerWrite)
NOT_WRITTEN(ImportLayerEnd)
NOT_WRITTEN(ExportLayerBegin)
NOT_WRITTEN(ExportLayerNext)
NOT_WRITTEN(ExportLayerRead)
NOT_WRITTEN(ExportLayerEnd)
