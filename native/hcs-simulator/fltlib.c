/*
 * The exports of fltlib.dll that tell which filters stand between file systems and everything else. `filters.txt` in the
 * state folder has a line for each, from the top: `minifilter NAME ALTITUDE INSTANCES` or `legacy NAME ALTITUDE`. Without it there are three of Windows' own. As in
 * Windows each call gives one filter, and says how long a buffer it needs where the given one is too short.
 */
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AGGREGATE_STANDARD = 2, IS_MINIFILTER = 1, IS_LEGACYFILTER = 2, MAXIMUM_FILTERS = 256, MAXIMUM_NAME = 128 };

#define NO_MORE_ITEMS ((HRESULT)0x80070103)
#define BUFFER_TOO_SHORT ((HRESULT)0x8007007a)

struct filter {
  bool legacy;
  char name[MAXIMUM_NAME];
  char altitude[MAXIMUM_NAME];
  unsigned instances;
};

struct search {
  size_t next, count;
  struct filter filters[MAXIMUM_FILTERS];
};

/* FILTER_AGGREGATE_STANDARD_INFORMATION; a legacy filter's has neither frame nor instances. */
struct minifilter_entry {
  ULONG next_entry, kind, flags, frame, instances;
  uint16_t name_length, name_offset, altitude_length, altitude_offset;
};
struct legacy_entry {
  ULONG next_entry, kind, flags;
  uint16_t name_length, name_offset, altitude_length, altitude_offset;
};

static const struct filter usual[] = {
  { .name = "WdFilter", .altitude = "328010", .instances = 4 },
  { .name = "wcifs", .altitude = "189900", .instances = 1 },
  { .name = "FileInfo", .altitude = "40500", .instances = 4 },
};

static void read_filters(struct search *search) {
  char path[4096], line[512];
  snprintf(path, sizeof path, "%s/filters.txt", simulator_root());
  FILE *file = fopen(path, "r");
  if (file == NULL) {
    memcpy(search->filters, usual, sizeof usual);
    search->count = sizeof usual / sizeof *usual;
    return;
  }
  while (search->count < MAXIMUM_FILTERS && fgets(line, sizeof line, file) != NULL) {
    struct filter *filter = &search->filters[search->count];
    memset(filter, 0, sizeof *filter);
    if (sscanf(line, "minifilter %127s %127s %u", filter->name, filter->altitude, &filter->instances) == 3) search->count++;
    else if (sscanf(line, "legacy %127s %127s", filter->name, filter->altitude) == 2) { filter->legacy = true; search->count++; }
  }
  fclose(file);
}

/* Bytes of an ASCII text as UTF-16. */
static uint16_t put_text(uint8_t *to, const char *text) {
  size_t length = strlen(text);
  for (size_t index = 0; index < length; index++) {
    to[2 * index] = (uint8_t)text[index];
    to[2 * index + 1] = 0;
  }
  return (uint16_t)(2 * length);
}

static HRESULT give_next(struct search *search, int class, void *buffer, DWORD size, DWORD *given) {
  if (class != AGGREGATE_STANDARD || buffer == NULL || given == NULL) return E_INVALIDARG;
  *given = 0;
  if (search->next >= search->count) return NO_MORE_ITEMS;
  const struct filter *filter = &search->filters[search->next];
  const size_t head = filter->legacy ? sizeof(struct legacy_entry) : sizeof(struct minifilter_entry);
  const size_t needed = head + 2 * (strlen(filter->name) + strlen(filter->altitude));
  *given = (DWORD)needed;
  if (size < needed) return BUFFER_TOO_SHORT;
  uint8_t *bytes = buffer;
  const uint16_t name_length = put_text(bytes + head, filter->name);
  const uint16_t altitude_offset = (uint16_t)(head + name_length);
  const uint16_t altitude_length = put_text(bytes + altitude_offset, filter->altitude);
  if (filter->legacy) {
    const struct legacy_entry entry = { 0, IS_LEGACYFILTER, 0, name_length, (uint16_t)head, altitude_length, altitude_offset };
    memcpy(bytes, &entry, sizeof entry);
  } else {
    const struct minifilter_entry entry = { 0, IS_MINIFILTER, 0, 0, filter->instances, name_length, (uint16_t)head, altitude_length, altitude_offset };
    memcpy(bytes, &entry, sizeof entry);
  }
  search->next++;
  return S_OK;
}

/* As in Windows a search begins only with a first filter. */
EXPORT HRESULT WINAPI FilterFindFirst(int class, void *buffer, DWORD size, DWORD *given, HANDLE *handle) {
  if (handle == NULL) return E_INVALIDARG;
  struct search *search = calloc(1, sizeof *search);
  if (search == NULL) return E_OUTOFMEMORY;
  read_filters(search);
  const HRESULT code = give_next(search, class, buffer, size, given);
  if (FAILED(code)) free(search);
  else *handle = search;
  return code;
}

EXPORT HRESULT WINAPI FilterFindNext(HANDLE handle, int class, void *buffer, DWORD size, DWORD *given) {
  return handle == NULL ? E_HANDLE : give_next(handle, class, buffer, size, given);
}

EXPORT HRESULT WINAPI FilterFindClose(HANDLE handle) {
  free(handle);
  return S_OK;
}
