/* The Hcs functions of vmcompute.dll: the first version of HCS. On Linux in a library of its own, because computecore.dll has functions of the same names. */
#include "client.h"

/* What is not written yet says so. */
#define NOT_WRITTEN(name) EXPORT HRESULT WINAPI name(void) { return E_NOTIMPL; }

NOT_WRITTEN(HcsEnumerateComputeSystems)
NOT_WRITTEN(HcsCreateComputeSystem)
NOT_WRITTEN(HcsOpenComputeSystem)
NOT_WRITTEN(HcsCloseComputeSystem)
NOT_WRITTEN(HcsStartComputeSystem)
NOT_WRITTEN(HcsShutdownComputeSystem)
NOT_WRITTEN(HcsTerminateComputeSystem)
NOT_WRITTEN(HcsPauseComputeSystem)
NOT_WRITTEN(HcsResumeComputeSystem)
NOT_WRITTEN(HcsSaveComputeSystem)
NOT_WRITTEN(HcsGetComputeSystemProperties)
NOT_WRITTEN(HcsModifyComputeSystem)
NOT_WRITTEN(HcsModifyServiceSettings)
NOT_WRITTEN(HcsGetServiceProperties)
NOT_WRITTEN(HcsRegisterComputeSystemCallback)
NOT_WRITTEN(HcsUnregisterComputeSystemCallback)
NOT_WRITTEN(HcsRegisterProcessCallback)
NOT_WRITTEN(HcsUnregisterProcessCallback)
NOT_WRITTEN(HcsCreateProcess)
NOT_WRITTEN(HcsOpenProcess)
NOT_WRITTEN(HcsCloseProcess)
NOT_WRITTEN(HcsTerminateProcess)
NOT_WRITTEN(HcsSignalProcess)
NOT_WRITTEN(HcsGetProcessInfo)
NOT_WRITTEN(HcsGetProcessProperties)
NOT_WRITTEN(HcsModifyProcess)
