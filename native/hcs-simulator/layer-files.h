/*
 * Files with what Windows keeps of them, on a Linux file system: attributes, creation time, security descriptor,
 * extended attributes, reparse point and alternate streams are attributes of the inode (user.win32.*), so that
 * all of one file must fit where the file system keeps those (ext4: one block). A reparse point is an ordinary
 * file or folder with that attribute: no path of a layer is ever a link.
 */
#ifndef LAYER_FILES_H
#define LAYER_FILES_H

#include "linux-calls.h"
#include "windows-types.h"

/* FILE_BASIC_INFO */
struct basic_information {
  int64_t created, accessed, written, changed; /* 100 ns since 1601; 0 leaves a time as it is */
  uint32_t attributes;                         /* 0 leaves them as they are */
};

enum { ATTRIBUTE_DIRECTORY = 0x10, ATTRIBUTE_ARCHIVE = 0x20, ATTRIBUTE_REPARSE_POINT = 0x400 };

HRESULT code_of_errno(void);

void read_basic_information(int file, struct basic_information *information);
bool write_basic_information(int file, const struct basic_information *information);
/* Attributes and times of one file for another. */
bool copy_metadata(int from, int to);

/* WIN32_STREAM_ID and what follows it, written piece by piece; what is no data goes into attributes of the inode. */
struct restore;
struct restore *restore_begin(int file, bool security);
/* False with errno set: EINVAL where it is no backup stream. */
bool restore_write(struct restore *restore, const uint8_t *bytes, size_t count);
void restore_end(struct restore *restore);

/* The same, read. */
struct backup;
struct backup *backup_begin(int file, bool security);
/* Bytes given, 0 at the end, -1 with errno set. */
ssize_t backup_read(struct backup *backup, uint8_t *bytes, size_t room);
void backup_end(struct backup *backup);

/* Paths */
char *path_join(const char *folder, const char *name);
bool is_folder(const char *path);
bool exists(const char *path);
bool make_folders(const char *path);
bool remove_tree(const char *path);
/* Files of the copy are further names of the same files. */
bool clone_tree(const char *from, const char *to);
bool copy_file(const char *from, const char *to);

#endif
