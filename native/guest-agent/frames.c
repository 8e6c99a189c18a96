#include "frames.h"
#include "protocol.h"
#include <stdlib.h>
#include <string.h>

size_t buffer_length(const struct buffer *buffer) { return buffer->end - buffer->start; }

uint8_t *buffer_reserve(struct buffer *buffer, size_t length) {
  if (buffer->start == buffer->end) buffer->start = buffer->end = 0;
  if (buffer->size - buffer->end < length && buffer->start > 0) {
    memmove(buffer->bytes, buffer->bytes + buffer->start, buffer_length(buffer));
    buffer->end -= buffer->start;
    buffer->start = 0;
  }
  if (buffer->size - buffer->end < length) {
    size_t size = buffer->size == 0 ? 4096 : buffer->size;
    while (size - buffer->end < length) {
      if (size > SIZE_MAX / 2) return NULL;
      size *= 2;
    }
    uint8_t *grown = realloc(buffer->bytes, size);
    if (grown == NULL) return NULL;
    buffer->bytes = grown;
    buffer->size = size;
  }
  return buffer->bytes + buffer->end;
}

bool buffer_append(struct buffer *buffer, const void *bytes, size_t length) {
  uint8_t *room = buffer_reserve(buffer, length);
  if (room == NULL) return false;
  if (length > 0) memcpy(room, bytes, length);
  buffer->end += length;
  return true;
}

void buffer_free(struct buffer *buffer) {
  free(buffer->bytes);
  *buffer = (struct buffer){0};
}

void buffer_consume(struct buffer *buffer, size_t length) {
  buffer->start += length;
  if (buffer->start < buffer->end) return;
  buffer->start = buffer->end = 0;
  /* What a flood needed is given back. */
  if (buffer->size > 64 * 1024) buffer_free(buffer);
}

uint16_t read_u16(const uint8_t *bytes) { return (uint16_t)(bytes[0] | bytes[1] << 8); }
uint32_t read_u32(const uint8_t *bytes) { return (uint32_t)read_u16(bytes) | (uint32_t)read_u16(bytes + 2) << 16; }
uint64_t read_u64(const uint8_t *bytes) { return (uint64_t)read_u32(bytes) | (uint64_t)read_u32(bytes + 4) << 32; }

void write_u16(uint8_t *bytes, uint16_t value) {
  bytes[0] = (uint8_t)value;
  bytes[1] = (uint8_t)(value >> 8);
}

void write_u32(uint8_t *bytes, uint32_t value) {
  write_u16(bytes, (uint16_t)value);
  write_u16(bytes + 2, (uint16_t)(value >> 16));
}

enum next next_frame(const struct buffer *buffer, struct frame *frame) {
  size_t there = buffer_length(buffer);
  if (there < header_bytes) return NEXT_NONE;
  const uint8_t *header = buffer->bytes + buffer->start;
  uint32_t length = read_u32(header);
  if (length > largest_payload || read_u16(header + 6) != 0) return NEXT_BROKEN;
  if (there - header_bytes < length) return NEXT_NONE;
  *frame = (struct frame){.type = read_u16(header + 4), .id = read_u32(header + 8), .payload = header + header_bytes, .length = length};
  return NEXT_FRAME;
}

void drop_frame(struct buffer *buffer, const struct frame *frame) { buffer_consume(buffer, header_bytes + frame->length); }

bool put_frame(struct buffer *buffer, uint16_t type, uint32_t id, const void *payload, size_t length) {
  if (length > largest_payload) return false;
  uint8_t *room = buffer_reserve(buffer, header_bytes + length);
  if (room == NULL) return false;
  write_u32(room, (uint32_t)length);
  write_u16(room + 4, type);
  write_u16(room + 6, 0);
  write_u32(room + 8, id);
  if (length > 0) memcpy(room + header_bytes, payload, length);
  buffer->end += header_bytes + length;
  return true;
}

bool next_field(const uint8_t **at, const uint8_t *end, struct field *field, bool *broken) {
  size_t left = (size_t)(end - *at);
  if (left == 0) return false;
  if (left < 6 || read_u32(*at + 2) > left - 6) {
    *broken = true;
    return false;
  }
  *field = (struct field){.tag = read_u16(*at), .length = read_u32(*at + 2), .bytes = *at + 6};
  *at += 6 + field->length;
  return true;
}

bool field_number(const struct field *field, uint64_t *value) {
  if (field->length == 4) *value = read_u32(field->bytes);
  else if (field->length == 8) *value = read_u64(field->bytes);
  else return false;
  return true;
}

char *field_text(const uint8_t *bytes, uint32_t length) {
  if (length > 0 && memchr(bytes, 0, length) != NULL) return NULL;
  char *text = malloc((size_t)length + 1);
  if (text == NULL) return NULL;
  if (length > 0) memcpy(text, bytes, length);
  text[length] = '\0';
  return text;
}

bool field_pair(const uint8_t *bytes, uint32_t length, char **first, char **second) {
  const uint8_t *middle = length == 0 ? NULL : memchr(bytes, 0, length);
  if (middle == NULL) return false;
  *first = field_text(bytes, (uint32_t)(middle - bytes));
  *second = field_text(middle + 1, (uint32_t)(length - (uint32_t)(middle - bytes) - 1));
  if (*first != NULL && *second != NULL) return true;
  free(*first);
  free(*second);
  *first = *second = NULL;
  return false;
}
