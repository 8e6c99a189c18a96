/* What of the host the guest sees: the root file system and the volumes beside each other, in a mount namespace that ends with the keeper. */
#ifndef SILO_SHARE_H
#define SILO_SHARE_H

#include "plan.h"
#include <stdint.h>

/* Mounts the folder `share` in the working folder; false with `reason`. */
bool make_share(const struct plan *plan, char *reason, size_t size);
/* Mounts that come later are seen by who serves the files. */
bool let_share_grow(char *reason, size_t size);
/* A copy of the whole share that is mounted nowhere, for the keeper of another machine; what was mounted here is gone. -1 with `reason`. */
int give_share(char *reason, size_t size);
/* Mounts such a copy in the share, under a number; false with errno. */
bool add_share(uint32_t number, int tree);
void remove_share(uint32_t number);

#endif
