#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "linux-calls.h"
#include "text.h"

/* Numbers of the kernel for x86-64 (arch/x86/entry/syscalls/syscall_64.tbl). */
enum {
  call_read = 0, call_write = 1, call_open = 2, call_close = 3, call_stat = 4, call_fstat = 5, call_lstat = 6, call_pread = 17, call_pwrite = 18, call_ftruncate = 77, call_mkdir = 83,
  call_rmdir = 84, call_link = 86, call_unlink = 87, call_mount = 165, call_umount2 = 166, call_mknod = 133, call_fsetxattr = 190, call_lgetxattr = 192, call_fgetxattr = 193, call_flistxattr = 196,
  call_getdents64 = 217, call_utimensat = 280, call_syncfs = 306,
};
enum { linux_text_busy = 26, linux_not_empty = 39, entries_bytes = 32768 };

/* On Windows itself there is no Linux below. */
static bool has_linux(void) {
  static int known;
  if (known == 0) known = GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") == NULL ? -1 : 1;
  return known > 0;
}

#define ADDRESS(pointer) ((intptr_t)(pointer))

static int64_t call(int64_t number, int64_t first, int64_t second, int64_t third, int64_t fourth, int64_t fifth) {
  if (!has_linux()) {
    errno = ENOSYS;
    return -1;
  }
  int64_t result;
  register int64_t r10 __asm__("r10") = fourth;
  register int64_t r8 __asm__("r8") = fifth;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(first), "S"(second), "d"(third), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
  if (result >= 0 || result < -4095) return result;
  /* Two of Linux' numbers are others in Windows' C library. */
  errno = -result == linux_text_busy ? ETXTBSY : -result == linux_not_empty ? ENOTEMPTY : (int)-result;
  return -1;
}

int linux_open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  int mode = (flags & O_CREAT) != 0 ? va_arg(rest, int) : 0;
  va_end(rest);
  return (int)call(call_open, ADDRESS(path), flags, mode, 0, 0);
}

int linux_close(int file) { return (int)call(call_close, file, 0, 0, 0, 0); }
int64_t linux_read(int file, void *bytes, size_t count) { return call(call_read, file, ADDRESS(bytes), (int64_t)count, 0, 0); }
int64_t linux_write(int file, const void *bytes, size_t count) { return call(call_write, file, ADDRESS(bytes), (int64_t)count, 0, 0); }
int64_t linux_pread(int file, void *bytes, size_t count, int64_t position) { return call(call_pread, file, ADDRESS(bytes), (int64_t)count, position, 0); }
int64_t linux_pwrite(int file, const void *bytes, size_t count, int64_t position) { return call(call_pwrite, file, ADDRESS(bytes), (int64_t)count, position, 0); }
int linux_ftruncate(int file, int64_t size) { return (int)call(call_ftruncate, file, size, 0, 0, 0); }
int linux_fstat(int file, struct linux_stat *stat) { return (int)call(call_fstat, file, ADDRESS(stat), 0, 0, 0); }
int linux_lstat(const char *path, struct linux_stat *stat) { return (int)call(call_lstat, ADDRESS(path), ADDRESS(stat), 0, 0, 0); }
int linux_stat(const char *path, struct linux_stat *stat) { return (int)call(call_stat, ADDRESS(path), ADDRESS(stat), 0, 0, 0); }
int linux_mkdir(const char *path, uint32_t mode) { return (int)call(call_mkdir, ADDRESS(path), mode, 0, 0, 0); }
int linux_rmdir(const char *path) { return (int)call(call_rmdir, ADDRESS(path), 0, 0, 0, 0); }
int linux_unlink(const char *path) { return (int)call(call_unlink, ADDRESS(path), 0, 0, 0, 0); }
int linux_link(const char *from, const char *to) { return (int)call(call_link, ADDRESS(from), ADDRESS(to), 0, 0, 0); }
int linux_mknod(const char *path, uint32_t mode, uint64_t device) { return (int)call(call_mknod, ADDRESS(path), mode, (int64_t)device, 0, 0); }
int64_t linux_fgetxattr(int file, const char *name, void *value, size_t room) { return call(call_fgetxattr, file, ADDRESS(name), ADDRESS(value), (int64_t)room, 0); }
int64_t linux_lgetxattr(const char *path, const char *name, void *value, size_t room) { return call(call_lgetxattr, ADDRESS(path), ADDRESS(name), ADDRESS(value), (int64_t)room, 0); }
int64_t linux_flistxattr(int file, char *names, size_t room) { return call(call_flistxattr, file, ADDRESS(names), (int64_t)room, 0, 0); }
int linux_fsetxattr(int file, const char *name, const void *value, size_t count, int flags) { return (int)call(call_fsetxattr, file, ADDRESS(name), ADDRESS(value), (int64_t)count, flags); }
int linux_futimens(int file, const struct linux_timespec times[2]) { return (int)call(call_utimensat, file, 0, ADDRESS(times), 0, 0); }
int linux_mount(const char *source, const char *target, const char *type, unsigned flags, const void *options) { return (int)call(call_mount, ADDRESS(source), ADDRESS(target), ADDRESS(type), flags, ADDRESS(options)); }
int linux_umount2(const char *target, int flags) { return (int)call(call_umount2, ADDRESS(target), flags, 0, 0, 0); }
int linux_syncfs(int file) { return (int)call(call_syncfs, file, 0, 0, 0, 0); }

struct linux_folder {
  int file;
  int64_t filled, at;
  struct linux_entry entry;
  char bytes[entries_bytes];
};

struct linux_folder *linux_opendir(const char *path) {
  int file = linux_open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return NULL;
  struct linux_folder *folder = must_allocate(sizeof *folder);
  folder->file = file;
  folder->filled = folder->at = 0;
  return folder;
}

struct linux_entry *linux_readdir(struct linux_folder *folder) {
  if (folder->at >= folder->filled) {
    folder->at = 0;
    folder->filled = call(call_getdents64, folder->file, ADDRESS(folder->bytes), entries_bytes, 0, 0);
    if (folder->filled <= 0) return NULL;
  }
  /* struct linux_dirent64: inode, offset, length of the record, type, name. */
  const char *record = folder->bytes + folder->at;
  uint16_t length;
  memcpy(&length, record + 16, sizeof length);
  folder->at += length;
  strcpy(folder->entry.d_name, record + 19);
  return &folder->entry;
}

int linux_closedir(struct linux_folder *folder) {
  int closed = linux_close(folder->file);
  free(folder);
  return closed;
}

char *linux_path(const char *path) {
  if (path == NULL) return NULL;
  const char *drive = strncmp(path, "\\\\?\\", 4) == 0 ? path + 4 : path;
  if ((drive[0] | 32) != 'z' || drive[1] != ':') return copy_text(path);
  struct text plain = {0};
  for (const char *letter = drive + 2; *letter != 0; letter++) text_add(&plain, *letter == '\\' ? "/" : letter, 1);
  if (plain.length == 0) text_add(&plain, "/", 1);
  return plain.bytes;
}

char *windows_path(const char *path) {
  struct text drive = {0};
  text_add(&drive, "Z:", 2);
  for (; *path != 0; path++) text_add(&drive, *path == '/' ? "\\" : path, 1);
  return drive.bytes;
}
