/* Buffers, frames and fields: the part that reads what the other side wrote. */
#ifndef SILO_FRAMES_H
#define SILO_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes from `start` to `end` are in it. */
struct buffer {
  uint8_t *bytes;
  size_t start, end, size;
};

struct frame {
  uint16_t type;
  uint32_t id;
  const uint8_t *payload;
  uint32_t length;
};

struct field {
  uint16_t tag;
  const uint8_t *bytes;
  uint32_t length;
};

/* False where there is no memory. */
bool buffer_append(struct buffer *buffer, const void *bytes, size_t length);
/* Room for `length` bytes at the end; NULL where there is no memory. */
uint8_t *buffer_reserve(struct buffer *buffer, size_t length);
void buffer_consume(struct buffer *buffer, size_t length);
size_t buffer_length(const struct buffer *buffer);
void buffer_free(struct buffer *buffer);

uint16_t read_u16(const uint8_t *bytes);
uint32_t read_u32(const uint8_t *bytes);
uint64_t read_u64(const uint8_t *bytes);
void write_u16(uint8_t *bytes, uint16_t value);
void write_u32(uint8_t *bytes, uint32_t value);

enum next { NEXT_NONE, NEXT_FRAME, NEXT_BROKEN };

/* The first whole frame of the buffer; its payload stays there until `drop_frame`. */
enum next next_frame(const struct buffer *buffer, struct frame *frame);
void drop_frame(struct buffer *buffer, const struct frame *frame);
bool put_frame(struct buffer *buffer, uint16_t type, uint32_t id, const void *payload, size_t length);

/* Goes through the fields of a payload: true and the next one, or false at the end; `broken` is set where the bytes are no fields. */
bool next_field(const uint8_t **at, const uint8_t *end, struct field *field, bool *broken);
/* The number of a field of 4 or 8 bytes; false where it has another length. */
bool field_number(const struct field *field, uint64_t *value);
/* A copy that ends with NUL; NULL where a NUL is inside or there is no memory. */
char *field_text(const uint8_t *bytes, uint32_t length);
/* Splits at the first NUL into two texts; false where there is none, or another one. */
bool field_pair(const uint8_t *bytes, uint32_t length, char **first, char **second);

#endif
