/*
 * Linux' calls for the simulator's storage under Wine, whose own calls know neither overlay mounts nor attributes of inodes:
 * a program in Wine is a process of Linux, and may call the kernel as such. The names are Linux' own, so that the same
 * source serves both targets; to be included behind every header of the system. Paths are Linux' (see linux_path).
 */
#ifndef LINUX_CALLS_H
#define LINUX_CALLS_H

#ifdef _WIN32
#include <errno.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include "windows-types.h"

struct linux_timespec {
  int64_t tv_sec, tv_nsec;
};

struct linux_stat {
  uint64_t st_dev, st_ino, st_nlink;
  uint32_t st_mode, st_uid, st_gid, unused;
  uint64_t st_rdev;
  int64_t st_size, st_blksize, st_blocks;
  struct linux_timespec st_atim, st_mtim, st_ctim;
  int64_t reserved[3];
};

struct linux_entry {
  char d_name[256];
};

struct linux_folder;

int linux_open(const char *path, int flags, ...);
int linux_close(int file);
int64_t linux_read(int file, void *bytes, size_t count);
int64_t linux_write(int file, const void *bytes, size_t count);
int64_t linux_pread(int file, void *bytes, size_t count, int64_t position);
int64_t linux_pwrite(int file, const void *bytes, size_t count, int64_t position);
int linux_ftruncate(int file, int64_t size);
int linux_fstat(int file, struct linux_stat *stat);
int linux_lstat(const char *path, struct linux_stat *stat);
int linux_stat(const char *path, struct linux_stat *stat);
int linux_mkdir(const char *path, uint32_t mode);
int linux_rmdir(const char *path);
int linux_unlink(const char *path);
int linux_link(const char *from, const char *to);
int linux_mknod(const char *path, uint32_t mode, uint64_t device);
int64_t linux_fgetxattr(int file, const char *name, void *value, size_t room);
int64_t linux_lgetxattr(const char *path, const char *name, void *value, size_t room);
int64_t linux_flistxattr(int file, char *names, size_t room);
int linux_fsetxattr(int file, const char *name, const void *value, size_t count, int flags);
int linux_futimens(int file, const struct linux_timespec times[2]);
int linux_mount(const char *source, const char *target, const char *type, unsigned flags, const void *options);
int linux_umount2(const char *target, int flags);
int linux_syncfs(int file);
struct linux_folder *linux_opendir(const char *path);
struct linux_entry *linux_readdir(struct linux_folder *folder);
int linux_closedir(struct linux_folder *folder);

/* Z:\folder\file, also behind \\?\, as Linux names it; what is on no drive Z: is copied as it is. free() it. */
char *linux_path(const char *path);
/* The reverse. */
char *windows_path(const char *path);

#define timespec linux_timespec
#define stat linux_stat
#define fstat linux_fstat
#define lstat linux_lstat
#define ino_t uint64_t
#define off_t int64_t
#define ssize_t int64_t
#define open linux_open
#define close linux_close
#define read linux_read
#define write linux_write
#define pread linux_pread
#define pwrite linux_pwrite
#define ftruncate linux_ftruncate
#define mkdir linux_mkdir
#define rmdir linux_rmdir
#define unlink linux_unlink
#define link linux_link
#define mknod linux_mknod
#define fgetxattr linux_fgetxattr
#define lgetxattr linux_lgetxattr
#define flistxattr linux_flistxattr
#define fsetxattr linux_fsetxattr
#define futimens linux_futimens
#define mount linux_mount
#define umount2 linux_umount2
#define syncfs linux_syncfs
#define DIR struct linux_folder
#define dirent linux_entry
#define opendir linux_opendir
#define readdir linux_readdir
#define closedir linux_closedir

#undef O_RDONLY
#undef O_WRONLY
#undef O_RDWR
#undef O_CREAT
#undef O_EXCL
#undef O_TRUNC
#define O_RDONLY 0
#define O_WRONLY 01
#define O_RDWR 02
#define O_CREAT 0100
#define O_EXCL 0200
#define O_TRUNC 01000
#define O_DIRECTORY 0200000
#define O_NOFOLLOW 0400000
#define O_CLOEXEC 02000000
#define UTIME_OMIT ((1 << 30) - 2)
#define MS_NODEV 4
#define MS_BIND 4096
#define MNT_DETACH 2
#define UMOUNT_NOFOLLOW 8
#ifndef EDQUOT
#define EDQUOT 122
#endif
#else
#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>
#endif

#endif
