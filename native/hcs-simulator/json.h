/*
 * JSON (RFC 8259), read strictly and within bounds: 64 levels, a million values, 20,000 members, no name twice in one object,
 * well-formed UTF-8, no zero in a string.
 */
#ifndef JSON_H
#define JSON_H

#include "text.h"

enum json_kind { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
  enum json_kind kind;
  char *name;          /* of a member of an object */
  char *text;          /* of a string; of a number as it was written */
  double number;
  bool integer;        /* the number is whole and fits `whole` */
  int64_t whole;
  struct json *first;  /* of an array's elements or an object's members, in order */
  struct json *last;
  struct json *next;
};

/* NULL where it isn't JSON; `problem`, where given, then tells what is wrong and at which byte (free() it). */
struct json *json_read(const char *text, size_t length, char **problem);
void json_free(struct json *value);
void json_write(struct text *text, const struct json *value);
char *json_text(const struct json *value);

struct json *json_member(const struct json *object, const char *name);
/* NULL, `otherwise` or false where the member is absent or of another kind. */
const char *json_string(const struct json *object, const char *name);
int64_t json_whole(const struct json *object, const char *name, int64_t otherwise);
bool json_true(const struct json *object, const char *name);
size_t json_count(const struct json *value);

struct json *json_new(enum json_kind kind);
struct json *json_new_string(const char *text);
struct json *json_new_whole(int64_t number);
struct json *json_new_bool(bool value);
struct json *json_copy(const struct json *value);
/* Puts `value` (which then belongs to the object or array) at the end; a member of that name is replaced. Gives the value back. */
struct json *json_set(struct json *object, const char *name, struct json *value);
struct json *json_push(struct json *array, struct json *value);
void json_set_string(struct json *object, const char *name, const char *text);
void json_set_whole(struct json *object, const char *name, int64_t number);
void json_set_bool(struct json *object, const char *name, bool value);
/* Takes a member or element out; it belongs to the caller. */
struct json *json_take(struct json *parent, struct json *child);

#endif
