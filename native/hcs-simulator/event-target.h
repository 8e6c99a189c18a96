/* The event callbacks of system and process handles (computecore.c), as far as operations need them. */
#ifndef EVENT_TARGET_H
#define EVENT_TARGET_H

#include "operations.h"

/* Whether one of the handles was given a callback with HcsEventOptionEnableOperationCallbacks. */
bool event_target_takes_operations(HCS_SYSTEM system, HCS_PROCESS process);
/* On the thread that callbacks come from. */
void event_target_operation(HCS_SYSTEM system, HCS_PROCESS process, HCS_OPERATION operation);

#endif
