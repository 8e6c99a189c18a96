#include "document.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct check {
  struct text path;
  char *problem;
};

static bool is_kind(struct check *check, const struct json *value, const char *kind, size_t length);

static bool wrong(struct check *check, const char *what) {
  struct text problem = {0};
  text_print(&problem, "%s: %s", check->path.length == 0 ? "the document" : check->path.bytes, what);
  check->problem = problem.bytes;
  return false;
}

static const struct document_type *type_named(const char *name, size_t length) {
  for (const struct document_type *type = document_types; type->name != NULL; type++) {
    const char *own = *type->name == '+' ? type->name + 1 : type->name;
    if (strlen(own) == length && memcmp(own, name, length) == 0) return type;
  }
  return NULL;
}

static bool named(const char *kind, size_t length, const char *name) { return strlen(name) == length && memcmp(kind, name, length) == 0; }

/* Goes into a member or element for one check. */
static bool inside(struct check *check, const char *name, int index, const struct json *value, const char *kind, size_t length) {
  size_t before = check->path.length;
  if (name != NULL) text_print(&check->path, "%s%s", before == 0 ? "" : ".", name);
  else text_print(&check->path, "[%d]", index);
  bool right = is_kind(check, value, kind, length);
  check->path.length = before;
  check->path.bytes[before] = 0;
  return right;
}

static bool is_enumerated(struct check *check, const struct json *value, const char *values) {
  if (value->kind == JSON_STRING) {
    for (const char *at = values;; ) {
      const char *end = strchr(at, '|');
      size_t length = end == NULL ? strlen(at) : (size_t)(end - at);
      size_t plus = length > 0 && *at == '+';
      if (strlen(value->text) == length - plus && memcmp(value->text, at + plus, length - plus) == 0) return true;
      if (end == NULL) break;
      at = end + 1;
    }
  }
  struct text what = {0};
  text_print(&what, "not one of %s", values);
  bool right = wrong(check, what.bytes);
  free(what.bytes);
  return right;
}

/* The kind of a field of this type; NULL where there is none. */
static const char *field_kind(const struct document_type *type, const char *name, size_t *length) {
  for (const char *at = type->fields; *at != 0;) {
    if (*at == '+') at++;
    const char *colon = strchr(at, ':');
    const char *end = strchr(colon, ' ');
    if (end == NULL) end = colon + strlen(colon);
    if (named(at, (size_t)(colon - at), name)) {
      *length = (size_t)(end - colon - 1);
      return colon + 1;
    }
    at = *end == ' ' ? end + 1 : end;
  }
  return NULL;
}

static bool is_typed(struct check *check, const struct json *value, const struct document_type *type) {
  if (*type->fields == '=') return is_enumerated(check, value, type->fields + 1);
  if (value->kind != JSON_OBJECT) return wrong(check, "not an object");
  for (const struct json *member = value->first; member != NULL; member = member->next) {
    size_t length;
    const char *kind = field_kind(type, member->name, &length);
    if (kind == NULL) {
      struct text what = {0};
      text_print(&what, "unknown field '%s'", member->name);
      wrong(check, what.bytes);
      free(what.bytes);
      return false;
    }
    /* null is an absent value, as HCS itself writes none. */
    if (member->kind != JSON_NULL && !inside(check, member->name, 0, member, kind, length)) return false;
  }
  return true;
}

static bool is_integer(const struct json *value, const char *kind, size_t length) {
  static const struct {
    const char *name;
    int64_t least, most;
  } ranges[] = {{"int32", INT32_MIN, INT32_MAX}, {"int64", INT64_MIN, INT64_MAX}, {"uint8", 0, UINT8_MAX}, {"uint16", 0, UINT16_MAX}, {"uint32", 0, UINT32_MAX}, {"uint64", 0, INT64_MAX}};
  if (value->kind != JSON_NUMBER) return false;
  for (size_t index = 0; index < sizeof ranges / sizeof ranges[0]; index++) {
    if (!named(kind, length, ranges[index].name)) continue;
    if (value->integer) return value->whole >= ranges[index].least && value->whole <= ranges[index].most;
    return named(kind, length, "uint64") && value->number > 0 && value->number < 18446744073709551616.0 && strpbrk(value->text, ".eE") == NULL;
  }
  return false;
}

static bool all_of(const char *text, const char *letters) { return strspn(text, letters) == strlen(text); }

static bool is_guid(const char *text) {
  if (strlen(text) != 36 || !all_of(text, "0123456789abcdefABCDEF-")) return false;
  for (int index = 0; index < 36; index++) if ((text[index] == '-') != (index == 8 || index == 13 || index == 18 || index == 23)) return false;
  return true;
}

static bool is_mac(const char *text) {
  if (strlen(text) != 17) return false;
  for (int index = 0; index < 17; index++) {
    if (index % 3 == 2 ? text[index] != '-' && text[index] != ':' : strchr("0123456789abcdefABCDEF", text[index]) == NULL) return false;
  }
  return true;
}

static bool is_text_kind(const struct json *value, const char *kind, size_t length) {
  if (value->kind != JSON_STRING) return false;
  if (named(kind, length, "guid")) return is_guid(value->text);
  if (named(kind, length, "mac")) return is_mac(value->text);
  if (named(kind, length, "base64")) return strlen(value->text) % 4 == 0 && all_of(value->text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");
  return true;
}

static bool is_kind(struct check *check, const struct json *value, const char *kind, size_t length) {
  if (*kind == '[') {
    if (value->kind != JSON_ARRAY) return wrong(check, "not an array");
    int index = 0;
    for (const struct json *element = value->first; element != NULL; element = element->next) if (!inside(check, NULL, index++, element, kind + 1, length - 2)) return false;
    return true;
  }
  if (*kind == '{') {
    if (value->kind != JSON_OBJECT) return wrong(check, "not an object");
    for (const struct json *member = value->first; member != NULL; member = member->next) if (!inside(check, member->name, 0, member, kind + 1, length - 2)) return false;
    return true;
  }
  if (named(kind, length, "object")) return value->kind == JSON_NULL ? wrong(check, "no value") : true;
  if (named(kind, length, "bool")) return value->kind == JSON_TRUE || value->kind == JSON_FALSE ? true : wrong(check, "not true or false");
  if (named(kind, length, "text") || named(kind, length, "date-time")) return value->kind == JSON_STRING ? true : wrong(check, "not a string");
  if (named(kind, length, "guid") || named(kind, length, "mac") || named(kind, length, "base64")) {
    struct text what = {0};
    text_print(&what, "not a %.*s", (int)length, kind);
    bool right = is_text_kind(value, kind, length) || wrong(check, what.bytes);
    free(what.bytes);
    return right;
  }
  const struct document_type *type = type_named(kind, length);
  if (type != NULL) return is_typed(check, value, type);
  if (is_integer(value, kind, length)) return true;
  struct text what = {0};
  text_print(&what, "not a number of %.*s", (int)length, kind);
  wrong(check, what.bytes);
  free(what.bytes);
  return false;
}

bool document_is(const struct json *value, const char *kind, char **problem) {
  struct check check = {0};
  text_add(&check.path, "", 0);
  bool right = is_kind(&check, value, kind, strlen(kind));
  free(check.path.bytes);
  if (problem != NULL) *problem = check.problem;
  else free(check.problem);
  return right;
}

HRESULT answer_error(struct request *request, HRESULT code, const char *format, ...) {
  va_list arguments;
  char message[1024];
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  /* Cut inside a character, it would be no text any more. */
  size_t end = strlen(message);
  if (end == sizeof message - 1) while (end > 0 && ((unsigned char)message[end - 1] & 0x80) != 0) message[--end] = 0;
  struct json *error = json_new(JSON_OBJECT);
  json_set_whole(error, "Error", code);
  json_set_string(error, "ErrorMessage", message);
  struct json *event = json_push(json_set(error, "ErrorEvents", json_new(JSON_ARRAY)), json_new(JSON_OBJECT));
  json_set_string(event, "Message", message);
  json_set_string(event, "Provider", "80ce50de-d264-4581-950d-abadeee0d340"); /* Microsoft.Windows.HyperV.Compute */
  json_set_whole(event, "EventId", code == HCS_INVALID_JSON ? 1 : 2);
  json_set_whole(event, "Flags", 0);
  json_set_string(event, "Source", request->handler->function);
  json_set(event, "Data", json_new(JSON_ARRAY));
  answer_document(request, "Result", error);
  return code;
}

struct json *document_argument(struct request *request, const char *name, const char *kind, bool optional, HRESULT *code) {
  const char *text = argument_text(request, name);
  if (optional && (text == NULL || *text == 0)) return json_new(JSON_OBJECT);
  char *problem = NULL;
  struct json *document = argument_document(request, name, &problem);
  if (document == NULL) {
    *code = answer_error(request, HCS_INVALID_JSON, "Invalid JSON document '%s': %s", name, problem == NULL ? "it is empty" : problem);
  } else if (!document_is(document, kind, &problem)) {
    *code = answer_error(request, HCS_INVALID_JSON, "Invalid JSON document '%s': %s", kind, problem);
    json_free(document);
    document = NULL;
  }
  free(problem);
  return document;
}
