/*
 * What tests run in containers of Windows, where they run a shell in those of Linux: a program that takes the steps of its command
 * line one after the other, and has what follows `--` as its arguments. test/fixtures/task-program.ts has the same steps for a shell.
 */
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#include <windows.h>

enum { not_understood = 64, most_others = 16 };

static UINT told_code;
static HANDLE others[most_others];
static DWORD other_count;

static BOOL WINAPI told(DWORD event) {
  (void)event;
  ExitProcess(told_code);
}

static void put(DWORD stream, const char *bytes, size_t count) {
  DWORD written;
  WriteFile(GetStdHandle(stream), bytes, (DWORD)count, &written, NULL);
}

static void put_text(DWORD stream, const WCHAR *before, const WCHAR *text, const WCHAR *after) {
  size_t room = wcslen(before) + wcslen(text) + wcslen(after) + 1;
  WCHAR *whole = malloc(room * sizeof *whole);
  char *bytes = malloc(room * 3);
  if (whole == NULL || bytes == NULL) ExitProcess(not_understood);
  swprintf(whole, room, L"%ls%ls%ls", before, text, after);
  put(stream, bytes, (size_t)WideCharToMultiByte(CP_UTF8, 0, whole, -1, bytes, (int)room * 3, NULL, NULL) - 1);
  free(whole);
  free(bytes);
}

static void print_line(const WCHAR *text) { put_text(STD_OUTPUT_HANDLE, L"", text, L"\n"); }

static void copy_input(void) {
  char piece[4096];
  DWORD got;
  while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), piece, sizeof piece, &got, NULL) && got > 0) put(STD_OUTPUT_HANDLE, piece, got);
}

/* Another process of this program, which nobody waits for yet. */
static void begin_sleep(const WCHAR *seconds) {
  WCHAR program[MAX_PATH], line[64];
  GetModuleFileNameW(NULL, program, MAX_PATH);
  swprintf(line, 64, L"task-program sleep %ls", seconds);
  STARTUPINFOW start = {.cb = sizeof start};
  PROCESS_INFORMATION made;
  if (other_count == most_others || !CreateProcessW(program, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &made)) ExitProcess(not_understood);
  CloseHandle(made.hThread);
  others[other_count++] = made.hProcess;
}

/* Lines with numbers, with a pause behind each hundred and hundred. */
static void print_numbers(long last) {
  for (long number = 1; number <= last; number++) {
    char line[32];
    put(STD_OUTPUT_HANDLE, line, (size_t)sprintf(line, "line %ld\n", number));
    if (number % 200 == 0) Sleep(20);
  }
}

/* Processor time and memory that can be measured. */
static void work(void) {
  static volatile char memory[4 * 1024 * 1024];
  for (DWORD end = GetTickCount() + 200; GetTickCount() < end;) for (size_t at = 0; at < sizeof memory; at += 64) memory[at]++;
}

static void print_variable(const WCHAR *name) {
  WCHAR value[1024] = L"";
  GetEnvironmentVariableW(name, value, 1024);
  print_line(value);
}

int wmain(int count, WCHAR **words) {
  int arguments = 1;
  while (arguments < count && wcscmp(words[arguments], L"--") != 0) arguments++;
  for (int at = 1; at < arguments; at++) {
    const WCHAR *step = words[at], *value = at + 1 < arguments ? words[at + 1] : NULL;
    if (wcscmp(step, L"idle") == 0) for (;;) Sleep(50);
    if (wcscmp(step, L"work") == 0) work();
    else if (wcscmp(step, L"copyInput") == 0) copy_input();
    else if (wcscmp(step, L"waitForOthers") == 0) WaitForMultipleObjects(other_count, others, TRUE, INFINITE);
    else if (wcscmp(step, L"printArguments") == 0) {
      for (int index = arguments + 1; index < count; index++) put_text(STD_OUTPUT_HANDLE, L"[", words[index], L"]");
      print_line(L"");
    } else {
      if (value == NULL) return not_understood;
      at++;
      if (wcscmp(step, L"print") == 0) print_line(value);
      else if (wcscmp(step, L"printError") == 0) put_text(STD_ERROR_HANDLE, L"", value, L"\n");
      else if (wcscmp(step, L"printVariable") == 0) print_variable(value);
      else if (wcscmp(step, L"printNumbers") == 0) print_numbers(wcstol(value, NULL, 10));
      else if (wcscmp(step, L"printForever") == 0) for (;; Sleep(10)) print_line(value);
      else if (wcscmp(step, L"exit") == 0) ExitProcess((UINT)wcstoul(value, NULL, 10));
      else if (wcscmp(step, L"sleep") == 0) Sleep((DWORD)(wcstod(value, NULL) * 1000));
      else if (wcscmp(step, L"beginSleep") == 0) begin_sleep(value);
      else if (wcscmp(step, L"exitWhenTold") == 0) {
        told_code = (UINT)wcstoul(value, NULL, 10);
        SetConsoleCtrlHandler(told, TRUE);
      } else return not_understood;
    }
  }
  return 0;
}
