/* Links, addresses and routes of the guest, over rtnetlink(7). */
#ifndef SILO_NETWORK_H
#define SILO_NETWORK_H

#include "request.h"

/* Names the links by their MACs, gives them their addresses and routes, and brings them up with loopback; -1 with errno and `what` of what failed. */
int set_up_network(const struct request *request, const char **what);
/* As `set_up_network` for what the guest is to have from now on: gives back adapters that are not in the request, and looks for those that are new. */
int change_network(const struct request *request, const char **what);
/* Bytes of all links but loopback. */
void count_network(uint64_t *received, uint64_t *sent);

#endif
