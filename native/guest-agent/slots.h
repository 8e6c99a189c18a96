/* Slots of PCI Express that adapters come into and go from while the machine runs. The kernel leaves them alone (page 61), so their power is the agent's. */
#ifndef SILO_SLOTS_H
#define SILO_SLOTS_H

/* Gives power to what was plugged in, and has the kernel look at it. */
void find_plugged(void);
/* Takes the device of a network interface from the kernel, and the power from its slot: then the host takes it away. -1 with errno. */
int give_back(const char *interface);

#endif
