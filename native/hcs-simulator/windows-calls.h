/* What Windows brings and the library therefore exports on Linux itself (windows-calls.c). */
#ifndef WINDOWS_CALLS_H
#define WINDOWS_CALLS_H

#ifndef _WIN32
#include "windows-types.h"

void *LocalAlloc(DWORD flags, size_t bytes);
void *LocalFree(void *memory);
void *CoTaskMemAlloc(size_t bytes);
void CoTaskMemFree(void *memory);
BOOL CloseHandle(HANDLE handle);
DWORD GetLastError(void);
void SetLastError(DWORD error);
#endif

#endif
