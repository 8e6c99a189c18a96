/* Documents: read strictly, and what is wrong with one is told as HCS tells it. */
#ifndef DOCUMENT_H
#define DOCUMENT_H

#include "json.h"
#include "service.h"

struct document_type {
  const char *name;
  const char *fields;
};

extern const struct document_type document_types[];

/* Whether the value is of this kind (see document-types.c). If not, `problem` (free() it) names the field and what is wrong. */
bool document_is(const struct json *value, const char *kind, char **problem);

/*
 * The argument as a document of this type. Where it isn't one the request's Result becomes a ResultError, *code the
 * reason and NULL the answer. An absent or empty argument is an empty object where `optional`.
 */
struct json *document_argument(struct request *request, const char *name, const char *kind, bool optional, HRESULT *code);

/* Sets the request's Result to a ResultError of this code whose one event has this message, and gives the code back. */
HRESULT answer_error(struct request *request, HRESULT code, const char *format, ...) __attribute__((format(PRINTF_FORMAT, 3, 4)));

#endif
