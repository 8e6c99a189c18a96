/*
 * Virtual disks as files: a sparse file that begins as a VHDX does, with what is known of it as JSON where a
 * VHDX has its region table. What is on the disk lies in a folder beside it (<file>.contents), made when it is
 * first attached; a differencing disk has its parent's format, not its contents. Whoever writes to the drive itself writes
 * to a sparse file there (sectors), of which a differencing disk begins with a copy.
 */
#ifndef VIRTUAL_DISKS_H
#define VIRTUAL_DISKS_H

#include "json.h"
#include "windows-types.h"

/* Win32 codes that virtdisk.dll answers with. */
enum { ERROR_IS_IN_USE = 32, ERROR_IS_THERE = 80, ERROR_NO_SUCH_PARENT = (int)0xc03a000d, ERROR_IS_DAMAGED = 1392, ERROR_IS_NOT_ATTACHED = 55 };

DWORD disk_create(const char *path, int64_t size, int64_t block_size, const char *parent);
/* What the file tells of itself; NULL with *problem set. json_free() it. */
struct json *disk_read(const char *path, DWORD *problem);
/* Where its parent is: beside it as it was when the disk was made, or else where it was then ([MS-VHDX] 2.6.2.6.3). free() it; NULL where it has none. */
char *disk_parent(const char *path, const struct json *disk);
bool disk_write(const char *path, const struct json *disk);
/* A differencing disk is formatted where its parent is. */
bool disk_is_formatted(const char *path);
/* The path of its sectors, whether they are there or not; free() it. */
char *disk_sectors(const char *path);
/* Makes them where they are missing; false with errno set. */
bool disk_make_sectors(const char *path);

#endif
