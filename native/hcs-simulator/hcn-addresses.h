/* IPv4 and IPv6 addresses and prefixes, and MAC addresses as HCN writes them (00-15-5D-52-C0-00). */
#ifndef HCN_ADDRESSES_H
#define HCN_ADDRESSES_H

#include "text.h"

struct address {
  int bits;               /* 32 or 128 */
  unsigned char bytes[16]; /* network order; 4 or 16 of them */
};

struct prefix {
  struct address base;
  int length;
};

bool address_read(const char *text, struct address *address);
/* free() it. */
char *address_text(const struct address *address);
bool address_same(const struct address *left, const struct address *right);
/* False behind the last address there is. */
bool address_next(struct address *address);

/* A prefix whose bits behind its length aren't zero is read too; prefix_clean tells. */
bool prefix_read(const char *text, struct prefix *prefix);
bool prefix_clean(const struct prefix *prefix);
bool prefix_holds(const struct prefix *prefix, const struct address *address);
bool prefix_overlaps(const struct prefix *left, const struct prefix *right);
/* The address that no host may have: the first one, and in IPv4 the last one, of a prefix that is long enough for hosts. */
bool prefix_reserves(const struct prefix *prefix, const struct address *address);

bool mac_read(const char *text, uint64_t *mac);
char *mac_text(uint64_t mac);

#endif
