/* What a machine needs before anything can be asked of its agent. */
#ifndef SILO_BOOT_H
#define SILO_BOOT_H

/* Mounts the kernel's file systems, loads the modules of /modules/boot, and opens the port to the host; -1 where the machine is of no use. */
int boot(void);
/* Loads what the list /modules/<name> says, in its order; what is loaded already stays. -1 with errno. */
int load_modules(const char *name);
/* Both: -1 with errno and `what` of what failed. */
int mount_share(const char **what);
int mount_control_groups(const char **what);
_Noreturn void power_off(void);

#endif
