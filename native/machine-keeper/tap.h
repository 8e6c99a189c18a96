/* The machine's ends of links in the container's network namespace. */
#ifndef SILO_TAP_H
#define SILO_TAP_H

#include "../guest-agent/frames.h"

/* An adapter of the machine, with the name and MAC of the link that it is joined to. */
struct adapter {
  char name[16];
  uint8_t mac[6];
  /* Its tap's, which tells it apart from every other that the machine has had; of the link in the namespace, 0 before they are joined. */
  unsigned number, link_index;
};

/* Reads a FIELD_LINK; false where it is none. */
bool read_adapter(const struct field *field, struct adapter *adapter);
/*
 * Joins adapters to their links: by new taps, which go with the last descriptor of them, or without `taps` by those that
 * they have. False with `reason`, and then no descriptor is left open.
 */
bool make_taps(const char *network_namespace, struct adapter *adapters, size_t count, int *taps, char *reason, size_t size);

#endif
