/* Adapters that a machine has, and how it gets more and loses some while it runs. */
#ifndef SILO_ADAPTERS_H
#define SILO_ADAPTERS_H

#include "launch.h"

void keep_adapters(const struct machine *machine);
/* Writes the answer to FRAME_ADAPTERS; its length. */
size_t list_adapters(char *text, size_t size);

enum change { CHANGE_DONE, CHANGE_BEGUN, CHANGE_REFUSED };

/* FRAME_PLUG or FRAME_UNPLUG. What was begun ends with `adapter_changed`; refused with `reason`. */
enum change change_adapter(const struct plan *plan, const struct frame *frame, uint32_t request, char *reason, size_t size);
/* QEMU has answered all that belongs to the request. */
void adapter_changed(uint32_t request, bool succeeded);

#endif
