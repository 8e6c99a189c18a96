/*
 * The types and codes of Windows that the exports are declared with. On Linux WCHAR is two bytes, as callers
 * that hold UTF-16 strings expect it, and never wchar_t.
 */
#ifndef WINDOWS_TYPES_H
#define WINDOWS_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef _WIN32
/* Without the declarations of what is exported here. */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <objbase.h>
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#define WINAPI
#define CALLBACK
typedef int32_t HRESULT;
typedef int32_t BOOL;
typedef uint32_t DWORD;
typedef uint32_t ULONG;
typedef uint16_t WCHAR;
typedef WCHAR *PWSTR;
typedef const WCHAR *PCWSTR;
typedef void *HANDLE;
typedef struct GUID {
  uint32_t Data1;
  uint16_t Data2;
  uint16_t Data3;
  uint8_t Data4[8];
} GUID;
typedef struct OVERLAPPED {
  uintptr_t Internal;
  uintptr_t InternalHigh;
  DWORD Offset;
  DWORD OffsetHigh;
  HANDLE hEvent;
} OVERLAPPED;
#define TRUE 1
#define FALSE 0
#define INFINITE 0xffffffffu
#define INVALID_HANDLE_VALUE ((HANDLE)(intptr_t)-1)
#define S_OK ((HRESULT)0)
#define E_NOTIMPL ((HRESULT)0x80004001)
#define E_POINTER ((HRESULT)0x80004003)
#define E_FAIL ((HRESULT)0x80004005)
#define E_UNEXPECTED ((HRESULT)0x8000ffff)
#define E_ACCESSDENIED ((HRESULT)0x80070005)
#define E_HANDLE ((HRESULT)0x80070006)
#define E_OUTOFMEMORY ((HRESULT)0x8007000e)
#define E_INVALIDARG ((HRESULT)0x80070057)
#define FAILED(code) ((HRESULT)(code) < 0)
#define SUCCEEDED(code) ((HRESULT)(code) >= 0)
#include "windows-calls.h"
#endif

/* HRESULT_FROM_WIN32 of the errors that the service answers with. */
#define E_FILE_NOT_FOUND ((HRESULT)0x80070002)
#define E_PATH_NOT_FOUND ((HRESULT)0x80070003)
#define E_NOT_FOUND ((HRESULT)0x80070490)
#define E_ALREADY_EXISTS ((HRESULT)0x800700b7)
#define E_TIMEOUT_WIN32 ((HRESULT)0x800705b4)

/* virtualization/api/hcs/Reference/HCSHResult.md */
#define HCS_TERMINATED_DURING_START ((HRESULT)0x80370100)
#define HCS_IMAGE_MISMATCH ((HRESULT)0x80370101)
#define HCS_HYPERV_NOT_INSTALLED ((HRESULT)0x80370102)
#define HCS_INVALID_STATE ((HRESULT)0x80370105)
#define HCS_UNEXPECTED_EXIT ((HRESULT)0x80370106)
#define HCS_TERMINATED ((HRESULT)0x80370107)
#define HCS_CONNECT_FAILED ((HRESULT)0x80370108)
#define HCS_CONNECTION_TIMEOUT ((HRESULT)0x80370109)
#define HCS_CONNECTION_CLOSED ((HRESULT)0x8037010a)
#define HCS_UNKNOWN_MESSAGE ((HRESULT)0x8037010b)
#define HCS_INVALID_JSON ((HRESULT)0x8037010d)
#define HCS_SYSTEM_NOT_FOUND ((HRESULT)0x8037010e)
#define HCS_SYSTEM_ALREADY_EXISTS ((HRESULT)0x8037010f)
#define HCS_SYSTEM_ALREADY_STOPPED ((HRESULT)0x80370110)
#define HCS_PROTOCOL_ERROR ((HRESULT)0x80370111)
#define HCS_INVALID_LAYER ((HRESULT)0x80370112)
#define HCS_SERVICE_NOT_AVAILABLE ((HRESULT)0x80370114)
#define HCS_OPERATION_NOT_STARTED ((HRESULT)0x80370115)
#define HCS_OPERATION_ALREADY_STARTED ((HRESULT)0x80370116)
#define HCS_OPERATION_PENDING ((HRESULT)0x80370117)
#define HCS_OPERATION_TIMEOUT ((HRESULT)0x80370118)
#define HCS_CALLBACK_ALREADY_SET ((HRESULT)0x80370119)
#define HCS_ACCESS_DENIED ((HRESULT)0x8037011b)
#define HCS_GUEST_CRITICAL_ERROR ((HRESULT)0x8037011c)
#define HCS_PROCESS_INFO_NOT_AVAILABLE ((HRESULT)0x8037011d)
#define HCS_SERVICE_DISCONNECT ((HRESULT)0x8037011e)
#define HCS_PROCESS_ALREADY_STOPPED ((HRESULT)0x8037011f)

#endif
