#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *must_allocate(size_t size) {
  void *memory = calloc(1, size == 0 ? 1 : size);
  if (memory == NULL) abort();
  return memory;
}

char *copy_text(const char *text) {
  if (text == NULL) return NULL;
  size_t size = strlen(text) + 1;
  return memcpy(must_allocate(size), text, size);
}

static void text_reserve(struct text *text, size_t more) {
  if (text->length + more + 1 <= text->room) return;
  size_t room = text->room == 0 ? 64 : text->room;
  while (room < text->length + more + 1) room *= 2;
  char *bytes = realloc(text->bytes, room);
  if (bytes == NULL) abort();
  text->bytes = bytes;
  text->room = room;
}

void text_add(struct text *text, const char *bytes, size_t length) {
  text_reserve(text, length);
  if (length > 0) memcpy(text->bytes + text->length, bytes, length);
  text->length += length;
  text->bytes[text->length] = 0;
}

void text_print(struct text *text, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (length < 0) abort();
  text_reserve(text, (size_t)length);
  va_start(arguments, format);
  vsnprintf(text->bytes + text->length, (size_t)length + 1, format, arguments);
  va_end(arguments);
  text->length += (size_t)length;
}

static void add_code_point(struct text *text, uint32_t point) {
  char bytes[4];
  size_t length;
  if (point < 0x80) {
    bytes[0] = (char)point;
    length = 1;
  } else if (point < 0x800) {
    bytes[0] = (char)(0xc0 | point >> 6);
    bytes[1] = (char)(0x80 | (point & 0x3f));
    length = 2;
  } else if (point < 0x10000) {
    bytes[0] = (char)(0xe0 | point >> 12);
    bytes[1] = (char)(0x80 | (point >> 6 & 0x3f));
    bytes[2] = (char)(0x80 | (point & 0x3f));
    length = 3;
  } else {
    bytes[0] = (char)(0xf0 | point >> 18);
    bytes[1] = (char)(0x80 | (point >> 12 & 0x3f));
    bytes[2] = (char)(0x80 | (point >> 6 & 0x3f));
    bytes[3] = (char)(0x80 | (point & 0x3f));
    length = 4;
  }
  text_add(text, bytes, length);
}

char *utf8_from_utf16(const WCHAR *units) {
  if (units == NULL) return NULL;
  struct text text = {0};
  text_add(&text, "", 0);
  for (; *units != 0; units++) {
    uint32_t point = *units;
    if (point >= 0xd800 && point < 0xdc00 && units[1] >= 0xdc00 && units[1] < 0xe000) {
      point = 0x10000 + ((point - 0xd800) << 10) + (units[1] - 0xdc00u);
      units++;
    } else if (point >= 0xd800 && point < 0xe000) {
      point = 0xfffd;
    }
    add_code_point(&text, point);
  }
  return text.bytes;
}

/* One code point of UTF-8; moves `at` behind it. Overlong forms, surrogates and strays give U+FFFD and one byte. */
static uint32_t next_code_point(const unsigned char **at) {
  const unsigned char *bytes = *at;
  uint32_t first = bytes[0];
  int more = first < 0x80 ? 0 : first >= 0xc2 && first < 0xe0 ? 1 : first >= 0xe0 && first < 0xf0 ? 2 : first >= 0xf0 && first < 0xf5 ? 3 : -1;
  if (more <= 0) {
    *at += 1;
    return more == 0 ? first : 0xfffd;
  }
  uint32_t point = first & (0x3fu >> more);
  for (int index = 1; index <= more; index++) {
    if ((bytes[index] & 0xc0) != 0x80) {
      *at += 1;
      return 0xfffd;
    }
    point = point << 6 | (bytes[index] & 0x3fu);
  }
  static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
  if (point < least[more] || (point >= 0xd800 && point < 0xe000) || point > 0x10ffff) {
    *at += 1;
    return 0xfffd;
  }
  *at += more + 1;
  return point;
}

WCHAR *utf16_from_utf8(const char *text, void *(*allocate)(size_t bytes)) {
  if (text == NULL) return NULL;
  size_t count = 1;
  for (const unsigned char *at = (const unsigned char *)text; *at != 0;) count += next_code_point(&at) >= 0x10000 ? 2 : 1;
  WCHAR *units = allocate(count * sizeof(WCHAR));
  if (units == NULL) return NULL;
  WCHAR *to = units;
  for (const unsigned char *at = (const unsigned char *)text; *at != 0;) {
    uint32_t point = next_code_point(&at);
    if (point >= 0x10000) {
      *to++ = (WCHAR)(0xd800 + ((point - 0x10000) >> 10));
      *to++ = (WCHAR)(0xdc00 + ((point - 0x10000) & 0x3ff));
    } else {
      *to++ = (WCHAR)point;
    }
  }
  *to = 0;
  return units;
}
