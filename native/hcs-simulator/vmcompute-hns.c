/* HNSCall of vmcompute.dll: the first version of HNS. */
#include "client.h"

/* What is not written yet says so. */
#define NOT_WRITTEN(name) EXPORT HRESULT WINAPI name(void) { return E_NOTIMPL; }

NOT_WRITTEN(HNSCall)
