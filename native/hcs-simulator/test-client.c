/* Calls the DLLs as a program in C does, and prints what they answer: for the tests of the simulator on both targets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "operations.h"
#include "text.h"

HCS_OPERATION WINAPI HcsCreateOperation(const void *context, HCS_OPERATION_COMPLETION callback);
void WINAPI HcsCloseOperation(HCS_OPERATION operation);
HRESULT WINAPI HcsGetOperationResult(HCS_OPERATION operation, PWSTR *document);
HRESULT WINAPI HcsWaitForOperationResult(HCS_OPERATION operation, DWORD duration, PWSTR *document);
HRESULT WINAPI HcsEnumerateComputeSystems(PCWSTR query, HCS_OPERATION operation);
HRESULT WINAPI HcsGetServiceProperties(PCWSTR query, PWSTR *result);

static void say(const char *what, HRESULT code, PWSTR *document) {
  char *text = utf8_from_utf16(*document);
  printf("%s %08x%s%s\n", what, (unsigned)code, text == NULL ? "" : " ", text == NULL ? "" : text);
  free(text);
  LocalFree(*document);
  *document = NULL;
}

static int first(void) {
  HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
  PWSTR document = NULL;
  say("not started", HcsGetOperationResult(operation, &document), &document);
  HRESULT code = HcsEnumerateComputeSystems(NULL, operation);
  say("enumerated", FAILED(code) ? code : HcsWaitForOperationResult(operation, INFINITE, &document), &document);
  HcsCloseOperation(operation);
  code = HcsGetServiceProperties(NULL, &document);
  say("service", code, &document);
  return 0;
}

int main(int count, char **words) {
  if (count == 2 && strcmp(words[1], "first") == 0) return first();
  fputs("usage: test-client first\n", stderr);
  return 64;
}
