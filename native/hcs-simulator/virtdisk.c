/* The exports of virtdisk.dll that layers need. */
#include "client.h"

/* Windows' own header declares them: there they come with their definitions. */
#ifndef _WIN32
/* What is not written yet says so. */
#define NOT_WRITTEN(name) EXPORT HRESULT WINAPI name(void) { return E_NOTIMPL; }

NOT_WRITTEN(CreateVirtualDisk)
NOT_WRITTEN(OpenVirtualDisk)
NOT_WRITTEN(AttachVirtualDisk)
NOT_WRITTEN(DetachVirtualDisk)
NOT_WRITTEN(GetVirtualDiskPhysicalPath)
NOT_WRITTEN(GetVirtualDiskInformation)
NOT_WRITTEN(SetVirtualDiskInformation)
NOT_WRITTEN(ExpandVirtualDisk)
NOT_WRITTEN(ResizeVirtualDisk)
#endif
