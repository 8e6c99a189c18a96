/* Text that grows, and UTF-16 from and to UTF-8. */
#ifndef TEXT_H
#define TEXT_H

#include "windows-types.h"

#ifdef _WIN32
#define PRINTF_FORMAT gnu_printf
#else
#define PRINTF_FORMAT printf
#endif

struct text {
  char *bytes; /* ends with a zero once something was added; free() it */
  size_t length;
  size_t room;
};

void text_add(struct text *text, const char *bytes, size_t length);
void text_print(struct text *text, const char *format, ...) __attribute__((format(PRINTF_FORMAT, 2, 3)));

/* malloc that ends the program instead of answering NULL. */
void *must_allocate(size_t size);
char *copy_text(const char *text);

/* What cannot be encoded becomes U+FFFD. NULL gives NULL; free() the result. */
char *utf8_from_utf16(const WCHAR *text);
/* `allocate` is LocalAlloc's or CoTaskMemAlloc's like: bytes in, NULL on failure. */
WCHAR *utf16_from_utf8(const char *text, void *(*allocate)(size_t bytes));

#endif
