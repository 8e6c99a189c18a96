/* HNSCall of vmcompute.dll: the first version of HNS. It is in no published reference; its form is what clients call it with. */
#include "client.h"

EXPORT HRESULT WINAPI HNSCall(PCWSTR method, PCWSTR path, PCWSTR object, PWSTR *response) {
  struct call *call = call_new("HNSCall");
  call_text(call, "Method", method);
  call_text(call, "Path", path);
  call_text(call, "Object", object);
  if (response == NULL) call_refuse(call, E_POINTER);
  return call_finish(call, TASK_MEMORY, response, NULL);
}
