#include "json.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { most_levels = 64, most_values = 1000000, most_members = 20000 };

struct reader {
  const char *start;
  const char *at;
  const char *end;
  int values;
  const char *problem;
};

static struct json *read_value(struct reader *reader, int level);

static struct json *refuse(struct reader *reader, const char *problem) {
  if (reader->problem == NULL) reader->problem = problem;
  return NULL;
}

static void skip_space(struct reader *reader) {
  while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t' || *reader->at == '\n' || *reader->at == '\r')) reader->at++;
}

static bool take(struct reader *reader, char wanted) {
  if (reader->at >= reader->end || *reader->at != wanted) return false;
  reader->at++;
  return true;
}

static int hex_digit(char digit) {
  return digit >= '0' && digit <= '9' ? digit - '0' : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

static int read_four_digits(struct reader *reader) {
  if (reader->end - reader->at < 4) return -1;
  int value = 0;
  for (int index = 0; index < 4; index++) {
    int digit = hex_digit(*reader->at++);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

static void add_point(struct text *text, uint32_t point) {
  char bytes[4];
  size_t length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  static const unsigned char marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
  for (size_t index = length; index-- > 1; point >>= 6) bytes[index] = (char)(0x80 | (point & 0x3f));
  bytes[0] = (char)(marks[length] | point);
  text_add(text, bytes, length);
}

static bool read_escape(struct reader *reader, struct text *text) {
  if (reader->at >= reader->end) return false;
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  char letter = *reader->at++;
  const char *found = letter == 0 ? NULL : strchr(from, letter);
  if (found != NULL) {
    text_add(text, &to[found - from], 1);
    return true;
  }
  if (letter != 'u') return false;
  int unit = read_four_digits(reader);
  if (unit <= 0) return false;
  if (unit >= 0xdc00 && unit < 0xe000) return false;
  if (unit >= 0xd800 && unit < 0xdc00) {
    if (!take(reader, '\\') || !take(reader, 'u')) return false;
    int low = read_four_digits(reader);
    if (low < 0xdc00 || low >= 0xe000) return false;
    unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
  }
  add_point(text, (uint32_t)unit);
  return true;
}

/* The length of the UTF-8 sequence here; 0 where it isn't one. */
static int sequence_length(const struct reader *reader) {
  const unsigned char *bytes = (const unsigned char *)reader->at;
  int length = bytes[0] < 0x80 ? 1 : bytes[0] >= 0xc2 && bytes[0] < 0xe0 ? 2 : bytes[0] >= 0xe0 && bytes[0] < 0xf0 ? 3 : bytes[0] >= 0xf0 && bytes[0] < 0xf5 ? 4 : 0;
  if (length == 0 || reader->end - reader->at < length) return 0;
  for (int index = 1; index < length; index++) if ((bytes[index] & 0xc0) != 0x80) return 0;
  if ((bytes[0] == 0xe0 && bytes[1] < 0xa0) || (bytes[0] == 0xed && bytes[1] >= 0xa0) || (bytes[0] == 0xf0 && bytes[1] < 0x90) || (bytes[0] == 0xf4 && bytes[1] >= 0x90)) return 0;
  return length;
}

/* After the opening quote. NULL where it isn't a string. */
static char *read_string(struct reader *reader) {
  struct text text = {0};
  text_add(&text, "", 0);
  while (reader->at < reader->end) {
    unsigned char byte = (unsigned char)*reader->at;
    if (byte == '"') {
      reader->at++;
      return text.bytes;
    }
    if (byte == '\\') {
      reader->at++;
      if (read_escape(reader, &text)) continue;
      refuse(reader, "an escape that isn't one");
      break;
    }
    int length = byte < 0x20 ? 0 : sequence_length(reader);
    if (length == 0) {
      refuse(reader, "a byte that may not stand in a string");
      break;
    }
    text_add(&text, reader->at, (size_t)length);
    reader->at += length;
  }
  refuse(reader, "a string without an end");
  free(text.bytes);
  return NULL;
}

static bool read_digits(struct reader *reader) {
  const char *start = reader->at;
  while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9') reader->at++;
  return reader->at > start;
}

static struct json *read_number(struct reader *reader) {
  const char *start = reader->at;
  take(reader, '-');
  bool whole = true;
  if (!take(reader, '0') && !read_digits(reader)) return refuse(reader, "a value that isn't one");
  if (take(reader, '.')) {
    whole = false;
    if (!read_digits(reader)) return refuse(reader, "a number without an end");
  }
  if (take(reader, 'e') || take(reader, 'E')) {
    whole = false;
    if (!take(reader, '+')) take(reader, '-');
    if (!read_digits(reader)) return refuse(reader, "a number without an end");
  }
  if (reader->at - start > 400) return refuse(reader, "a number that is too long");
  struct json *value = json_new(JSON_NUMBER);
  struct text text = {0};
  text_add(&text, start, (size_t)(reader->at - start));
  value->text = text.bytes;
  value->number = strtod(value->text, NULL);
  if (whole) {
    errno = 0;
    value->whole = strtoll(value->text, NULL, 10);
    value->integer = errno == 0;
  } else if (value->number == floor(value->number) && fabs(value->number) < 9007199254740992.0) {
    value->whole = (int64_t)value->number;
    value->integer = true;
  }
  return value;
}

static struct json *read_object(struct reader *reader, int level) {
  struct json *object = json_new(JSON_OBJECT);
  int members = 0;
  skip_space(reader);
  if (take(reader, '}')) return object;
  for (;;) {
    skip_space(reader);
    if (!take(reader, '"')) {
      refuse(reader, "a member without a name");
      break;
    }
    char *name = read_string(reader);
    if (name == NULL) break;
    if (json_member(object, name) != NULL) {
      free(name);
      refuse(reader, "a name that stands twice in one object");
      break;
    }
    skip_space(reader);
    struct json *value = take(reader, ':') ? read_value(reader, level + 1) : refuse(reader, "a name without a value");
    if (value == NULL) {
      free(name);
      break;
    }
    value->name = name;
    json_push(object, value);
    if (++members > most_members) {
      refuse(reader, "too many members");
      break;
    }
    skip_space(reader);
    if (take(reader, ',')) continue;
    if (take(reader, '}')) return object;
    refuse(reader, "an object without an end");
    break;
  }
  json_free(object);
  return NULL;
}

static struct json *read_array(struct reader *reader, int level) {
  struct json *array = json_new(JSON_ARRAY);
  skip_space(reader);
  if (take(reader, ']')) return array;
  for (;;) {
    struct json *value = read_value(reader, level + 1);
    if (value == NULL) break;
    json_push(array, value);
    skip_space(reader);
    if (take(reader, ',')) continue;
    if (take(reader, ']')) return array;
    refuse(reader, "an array without an end");
    break;
  }
  json_free(array);
  return NULL;
}

static struct json *read_word(struct reader *reader, const char *word, enum json_kind kind) {
  size_t length = strlen(word);
  if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0) return refuse(reader, "a value that isn't one");
  reader->at += length;
  return json_new(kind);
}

static struct json *read_value(struct reader *reader, int level) {
  if (level > most_levels) return refuse(reader, "too many levels");
  if (++reader->values > most_values) return refuse(reader, "too many values");
  skip_space(reader);
  if (reader->at >= reader->end) return refuse(reader, "no value");
  switch (*reader->at) {
    case '{': reader->at++; return read_object(reader, level);
    case '[': reader->at++; return read_array(reader, level);
    case 't': return read_word(reader, "true", JSON_TRUE);
    case 'f': return read_word(reader, "false", JSON_FALSE);
    case 'n': return read_word(reader, "null", JSON_NULL);
    case '"': {
      reader->at++;
      char *text = read_string(reader);
      if (text == NULL) return NULL;
      struct json *value = json_new(JSON_STRING);
      value->text = text;
      return value;
    }
    default: return read_number(reader);
  }
}

struct json *json_read(const char *text, size_t length, char **problem) {
  struct reader reader = {.start = text, .at = text, .end = text + length};
  struct json *value = read_value(&reader, 0);
  skip_space(&reader);
  if (value != NULL && reader.at < reader.end) {
    json_free(value);
    value = refuse(&reader, "something behind the value");
  }
  if (problem != NULL) {
    *problem = NULL;
    if (value == NULL) {
      struct text words = {0};
      text_print(&words, "%s at byte %zu", reader.problem, (size_t)(reader.at - reader.start));
      *problem = words.bytes;
    }
  }
  return value;
}

void json_free(struct json *value) {
  while (value != NULL) {
    struct json *next = value->next;
    json_free(value->first);
    free(value->name);
    free(value->text);
    free(value);
    value = next;
  }
}

static void write_string(struct text *text, const char *string) {
  text_add(text, "\"", 1);
  for (const char *at = string; *at != 0; at++) {
    unsigned char byte = (unsigned char)*at;
    if (byte == '"' || byte == '\\') text_print(text, "\\%c", byte);
    else if (byte < 0x20) text_print(text, "\\u%04x", byte);
    else text_add(text, at, 1);
  }
  text_add(text, "\"", 1);
}

void json_write(struct text *text, const struct json *value) {
  switch (value->kind) {
    case JSON_NULL: text_add(text, "null", 4); break;
    case JSON_FALSE: text_add(text, "false", 5); break;
    case JSON_TRUE: text_add(text, "true", 4); break;
    case JSON_NUMBER: text_add(text, value->text, strlen(value->text)); break;
    case JSON_STRING: write_string(text, value->text); break;
    case JSON_ARRAY:
    case JSON_OBJECT: {
      bool object = value->kind == JSON_OBJECT;
      text_add(text, object ? "{" : "[", 1);
      for (const struct json *child = value->first; child != NULL; child = child->next) {
        if (child != value->first) text_add(text, ",", 1);
        if (object) {
          write_string(text, child->name);
          text_add(text, ":", 1);
        }
        json_write(text, child);
      }
      text_add(text, object ? "}" : "]", 1);
      break;
    }
  }
}

char *json_text(const struct json *value) {
  struct text text = {0};
  json_write(&text, value);
  return text.bytes;
}

struct json *json_member(const struct json *object, const char *name) {
  if (object == NULL || object->kind != JSON_OBJECT) return NULL;
  struct json *member = object->first;
  while (member != NULL && strcmp(member->name, name) != 0) member = member->next;
  return member;
}

const char *json_string(const struct json *object, const char *name) {
  const struct json *member = json_member(object, name);
  return member != NULL && member->kind == JSON_STRING ? member->text : NULL;
}

int64_t json_whole(const struct json *object, const char *name, int64_t otherwise) {
  const struct json *member = json_member(object, name);
  return member != NULL && member->kind == JSON_NUMBER && member->integer ? member->whole : otherwise;
}

bool json_true(const struct json *object, const char *name) {
  const struct json *member = json_member(object, name);
  return member != NULL && member->kind == JSON_TRUE;
}

size_t json_count(const struct json *value) {
  size_t count = 0;
  for (const struct json *child = value == NULL ? NULL : value->first; child != NULL; child = child->next) count++;
  return count;
}

struct json *json_new(enum json_kind kind) {
  struct json *value = must_allocate(sizeof *value);
  value->kind = kind;
  return value;
}

struct json *json_new_string(const char *text) {
  struct json *value = json_new(JSON_STRING);
  value->text = copy_text(text);
  return value;
}

struct json *json_new_whole(int64_t number) {
  struct json *value = json_new(JSON_NUMBER);
  struct text text = {0};
  text_print(&text, "%" PRId64, number);
  value->text = text.bytes;
  value->number = (double)number;
  value->whole = number;
  value->integer = true;
  return value;
}

struct json *json_new_bool(bool value) { return json_new(value ? JSON_TRUE : JSON_FALSE); }

struct json *json_copy(const struct json *value) {
  if (value == NULL) return NULL;
  struct json *copy = json_new(value->kind);
  copy->text = copy_text(value->text);
  copy->number = value->number;
  copy->integer = value->integer;
  copy->whole = value->whole;
  for (const struct json *child = value->first; child != NULL; child = child->next) {
    struct json *twin = json_copy(child);
    twin->name = copy_text(child->name);
    json_push(copy, twin);
  }
  return copy;
}

struct json *json_take(struct json *parent, struct json *child) {
  struct json **link = &parent->first;
  struct json *before = NULL;
  while (*link != NULL && *link != child) {
    before = *link;
    link = &before->next;
  }
  if (*link == NULL) return NULL;
  *link = child->next;
  if (parent->last == child) parent->last = before;
  child->next = NULL;
  free(child->name);
  child->name = NULL;
  return child;
}

struct json *json_push(struct json *array, struct json *value) {
  if (array->last == NULL) array->first = value;
  else array->last->next = value;
  array->last = value;
  return value;
}

struct json *json_set(struct json *object, const char *name, struct json *value) {
  struct json *old = json_member(object, name);
  if (old != NULL) json_free(json_take(object, old));
  value->name = copy_text(name);
  return json_push(object, value);
}

void json_set_string(struct json *object, const char *name, const char *text) {
  if (text != NULL) json_set(object, name, json_new_string(text));
}

void json_set_whole(struct json *object, const char *name, int64_t number) { json_set(object, name, json_new_whole(number)); }

void json_set_bool(struct json *object, const char *name, bool value) { json_set(object, name, json_new_bool(value)); }
