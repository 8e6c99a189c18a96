/* Calls of the kernel that the C library does not have. */
#ifndef SILO_KERNEL_CALLS_H
#define SILO_KERNEL_CALLS_H

#include <stdint.h>
#include <sys/types.h>

struct mount_attributes { uint64_t set, clear, propagation, userns_fd; };
enum { mount_read_only = 1 };

int open_tree_copy(const char *path);
int move_mount_fd(int tree, const char *target);
int set_mount_read_only(int tree);
int load_module(const char *path);
/* fork() with new namespaces, or with the caller's parent as parent (CLONE_PARENT). */
pid_t fork_with(uint64_t flags);
int open_pid(pid_t pid);
int set_capabilities(uint64_t capabilities);

/* Writes a text to a file that is there; -1 with errno where it cannot. */
int write_file(const char *path, const char *text);
/* Makes a folder and those above it. */
int make_folders(const char *path, mode_t mode);

#endif
