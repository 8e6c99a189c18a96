#include "hcn-addresses.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_v4(const char *text, unsigned char *bytes) {
  for (int index = 0; index < 4; index++) {
    int value = 0, digits = 0;
    while (*text >= '0' && *text <= '9' && digits < 4) {
      value = value * 10 + (*text++ - '0');
      digits++;
    }
    if (digits == 0 || digits > 3 || value > 255 || *text != (index == 3 ? 0 : '.')) return false;
    bytes[index] = (unsigned char)value;
    text++;
  }
  return true;
}

static bool read_v6(const char *text, unsigned char *bytes) {
  int groups = 0, gap = -1;
  unsigned words[8];
  if (text[0] == ':' && text[1] != ':') return false;
  if (text[0] == ':') text++;
  while (*text != 0) {
    if (*text == ':') {
      if (gap >= 0) return false;
      gap = groups;
      text++;
      continue;
    }
    char *end;
    size_t digits = strspn(text, "0123456789abcdefABCDEF");
    if (digits == 0 || digits > 4 || groups == 8) return false;
    words[groups++] = (unsigned)strtoul(text, &end, 16);
    text = end;
    if (*text == 0) break;
    if (*text != ':') return false;
    text++;
    if (*text == 0) return false;
  }
  if (gap < 0 ? groups != 8 : groups == 8) return false;
  memset(bytes, 0, 16);
  for (int index = 0; index < groups; index++) {
    int place = gap >= 0 && index >= gap ? 8 - groups + index : index;
    bytes[place * 2] = (unsigned char)(words[index] >> 8);
    bytes[place * 2 + 1] = (unsigned char)words[index];
  }
  return true;
}

bool address_read(const char *text, struct address *address) {
  memset(address, 0, sizeof *address);
  if (text == NULL) return false;
  if (strchr(text, ':') != NULL) {
    address->bits = 128;
    return read_v6(text, address->bytes);
  }
  address->bits = 32;
  return read_v4(text, address->bytes);
}

char *address_text(const struct address *address) {
  struct text text = {0};
  const unsigned char *bytes = address->bytes;
  if (address->bits == 32) {
    text_print(&text, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
    return text.bytes;
  }
  /* The longest row of two or more zero groups becomes :: (RFC 5952). */
  int best = -1, most = 1;
  for (int start = 0; start < 8; start++) {
    int length = 0;
    while (start + length < 8 && bytes[(start + length) * 2] == 0 && bytes[(start + length) * 2 + 1] == 0) length++;
    if (length > most) {
      best = start;
      most = length;
    }
  }
  for (int group = 0; group < 8; group++) {
    if (group == best) {
      text_print(&text, "::");
      group += most - 1;
      continue;
    }
    text_print(&text, "%s%x", group == 0 || group == best + most ? "" : ":", bytes[group * 2] << 8 | bytes[group * 2 + 1]);
  }
  return text.bytes;
}

bool address_same(const struct address *left, const struct address *right) { return left->bits == right->bits && memcmp(left->bytes, right->bytes, (size_t)left->bits / 8) == 0; }

bool address_next(struct address *address) {
  for (int index = address->bits / 8 - 1; index >= 0; index--) if (++address->bytes[index] != 0) return true;
  return false;
}

static bool same_bits(const struct address *left, const struct address *right, int length) {
  if (left->bits != right->bits || memcmp(left->bytes, right->bytes, (size_t)length / 8) != 0) return false;
  return length % 8 == 0 || ((left->bytes[length / 8] ^ right->bytes[length / 8]) & (0xff00 >> length % 8) & 0xff) == 0;
}

bool prefix_read(const char *text, struct prefix *prefix) {
  const char *slash = text == NULL ? NULL : strchr(text, '/');
  if (slash == NULL || strlen(text) > 60) return false;
  char address[64];
  memcpy(address, text, (size_t)(slash - text));
  address[slash - text] = 0;
  char *end;
  size_t digits = strspn(slash + 1, "0123456789");
  prefix->length = (int)strtoul(slash + 1, &end, 10);
  return digits > 0 && digits < 4 && *end == 0 && address_read(address, &prefix->base) && prefix->length <= prefix->base.bits;
}

static void fill_host_bits(struct address *address, int length, bool ones) {
  for (int bit = length; bit < address->bits; bit++) {
    unsigned char mark = (unsigned char)(0x80 >> bit % 8);
    if (ones) address->bytes[bit / 8] |= mark;
    else address->bytes[bit / 8] &= (unsigned char)~mark;
  }
}

bool prefix_clean(const struct prefix *prefix) {
  struct address base = prefix->base;
  fill_host_bits(&base, prefix->length, false);
  return address_same(&base, &prefix->base);
}

bool prefix_holds(const struct prefix *prefix, const struct address *address) { return same_bits(&prefix->base, address, prefix->length); }

bool prefix_overlaps(const struct prefix *left, const struct prefix *right) { return same_bits(&left->base, &right->base, left->length < right->length ? left->length : right->length); }

bool prefix_reserves(const struct prefix *prefix, const struct address *address) {
  if (prefix->base.bits - prefix->length < 2) return false;
  struct address edge = prefix->base;
  fill_host_bits(&edge, prefix->length, false);
  if (address_same(&edge, address)) return true;
  fill_host_bits(&edge, prefix->length, true);
  return prefix->base.bits == 32 && address_same(&edge, address);
}

bool mac_read(const char *text, uint64_t *mac) {
  if (text == NULL || strlen(text) != 17) return false;
  *mac = 0;
  for (int index = 0; index < 17; index++) {
    if (index % 3 == 2) {
      if (text[index] != '-' && text[index] != ':') return false;
      continue;
    }
    static const char digits[] = "0123456789abcdef";
    const char *digit = strchr(digits, text[index] >= 'A' && text[index] <= 'F' ? text[index] + 32 : text[index]);
    if (digit == NULL) return false;
    *mac = *mac << 4 | (uint64_t)(digit - digits);
  }
  return true;
}

char *mac_text(uint64_t mac) {
  struct text text = {0};
  for (int index = 5; index >= 0; index--) text_print(&text, "%02X%s", (unsigned)(mac >> index * 8 & 0xff), index == 0 ? "" : "-");
  return text.bytes;
}
