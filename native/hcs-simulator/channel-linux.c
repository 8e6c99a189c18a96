#define _GNU_SOURCE
#include "channel.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "text.h"

extern char **environ;

struct channel {
  int socket;
};

struct listener {
  int socket;
  int lock;
};

/* Through /proc, because a socket's path may have 107 bytes and a folder's more. The descriptor of the folder must stay open meanwhile. */
static bool socket_address(const char *root, struct sockaddr_un *address, int *folder) {
  *folder = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (*folder < 0) return false;
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/service.socket", *folder);
  return true;
}

struct channel *channel_of_descriptor(int descriptor) {
  struct channel *channel = must_allocate(sizeof *channel);
  channel->socket = descriptor;
  return channel;
}

struct channel *channel_connect(const char *root) {
  struct sockaddr_un address;
  int folder;
  if (!socket_address(root, &address, &folder)) return NULL;
  int end = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool connected = end >= 0 && connect(end, (struct sockaddr *)&address, sizeof address) == 0;
  close(folder);
  if (!connected) {
    if (end >= 0) close(end);
    return NULL;
  }
  return channel_of_descriptor(end);
}

static bool read_all(int socket, char *bytes, size_t length) {
  while (length > 0) {
    ssize_t got = recv(socket, bytes, length, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    bytes += got;
    length -= (size_t)got;
  }
  return true;
}

/* The header comes with the descriptors: they are bound to its first byte. */
static bool read_header(int socket, uint32_t header[2], int descriptors[most_descriptors], int *count) {
  *count = 0;
  size_t have = 0;
  while (have < 8) {
    char control[CMSG_SPACE(sizeof(int) * most_descriptors)];
    struct iovec piece = {(char *)header + have, 8 - have};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    ssize_t got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    have += (size_t)got;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part != NULL; part = CMSG_NXTHDR(&message, part)) {
      if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
      int given = (int)((part->cmsg_len - CMSG_LEN(0)) / sizeof(int));
      for (int index = 0; index < given; index++) {
        int descriptor;
        memcpy(&descriptor, CMSG_DATA(part) + sizeof(int) * (size_t)index, sizeof descriptor);
        if (*count < most_descriptors) descriptors[(*count)++] = descriptor;
        else close(descriptor);
      }
    }
  }
  return true;
}

bool channel_receive(struct channel *channel, char **bytes, size_t *length, int descriptors[most_descriptors], int *count) {
  uint32_t header[2];
  if (read_header(channel->socket, header, descriptors, count) && header[0] <= most_frame_bytes && header[1] == (uint32_t)*count) {
    *bytes = malloc(header[0] + 1u);
    *length = header[0];
    if (*bytes != NULL && read_all(channel->socket, *bytes, header[0])) {
      (*bytes)[header[0]] = 0;
      return true;
    }
    free(*bytes);
  }
  while (*count > 0) close(descriptors[--*count]);
  return false;
}

bool channel_send(struct channel *channel, const char *bytes, size_t length, const int *descriptors, int count) {
  uint32_t header[2] = {(uint32_t)length, (uint32_t)count};
  size_t sent = 0;
  while (sent < 8 + length) {
    char control[CMSG_SPACE(sizeof(int) * most_descriptors)];
    struct iovec pieces[2];
    int used = 0;
    if (sent < 8) pieces[used++] = (struct iovec){(char *)header + sent, 8 - sent};
    size_t behind = sent < 8 ? 0 : sent - 8;
    pieces[used++] = (struct iovec){(char *)bytes + behind, length - behind};
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = (size_t)used};
    if (sent == 0 && count > 0) {
      memset(control, 0, sizeof control);
      message.msg_control = control;
      message.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)count);
      struct cmsghdr *part = CMSG_FIRSTHDR(&message);
      part->cmsg_level = SOL_SOCKET;
      part->cmsg_type = SCM_RIGHTS;
      part->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)count);
      memcpy(CMSG_DATA(part), descriptors, sizeof(int) * (size_t)count);
    }
    ssize_t went = sendmsg(channel->socket, &message, MSG_NOSIGNAL);
    if (went < 0 && errno == EINTR) continue;
    if (went <= 0) return false;
    sent += (size_t)went;
  }
  return true;
}

void channel_shut(struct channel *channel) { shutdown(channel->socket, SHUT_RDWR); }

void channel_free(struct channel *channel) {
  close(channel->socket);
  free(channel);
}

struct listener *listener_open(const char *root) {
  char lock_path[PATH_MAX];
  if (snprintf(lock_path, sizeof lock_path, "%s/service.lock", root) >= (int)sizeof lock_path) return NULL;
  int lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return NULL;
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    close(lock);
    return NULL;
  }
  struct sockaddr_un address;
  int folder;
  int end = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (end >= 0 && socket_address(root, &address, &folder)) {
    unlink(address.sun_path);
    bool listening = bind(end, (struct sockaddr *)&address, sizeof address) == 0 && listen(end, 256) == 0;
    close(folder);
    if (listening) {
      struct listener *listener = must_allocate(sizeof *listener);
      listener->socket = end;
      listener->lock = lock;
      return listener;
    }
  }
  if (end >= 0) close(end);
  close(lock);
  return NULL;
}

struct channel *listener_accept(struct listener *listener) {
  for (;;) {
    int end = accept4(listener->socket, NULL, NULL, SOCK_CLOEXEC);
    if (end >= 0) return channel_of_descriptor(end);
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno != EMFILE && errno != ENFILE) return NULL;
    sleep_milliseconds(10);
  }
}

void listener_shut(struct listener *listener) { shutdown(listener->socket, SHUT_RDWR); }

/* The program puts itself into the background and its first process ends at once (service.c), so nobody is left to wait for. */
bool start_service(const char *program, const char *root) {
  posix_spawn_file_actions_t actions;
  if (posix_spawn_file_actions_init(&actions) != 0) return false;
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_adddup2(&actions, 0, 1);
  posix_spawn_file_actions_adddup2(&actions, 0, 2);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  char *arguments[] = {(char *)program, "--root", (char *)root, "--background", NULL};
  pid_t child;
  int problem = posix_spawn(&child, program, &actions, NULL, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (problem != 0) return false;
  int status;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return true; /* Somebody else's SIGCHLD handler was quicker. */
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

char *own_folder(void) {
  Dl_info info;
  char path[PATH_MAX];
  if (dladdr((void *)(uintptr_t)&own_folder, &info) == 0 || info.dli_fname == NULL || realpath(info.dli_fname, path) == NULL) {
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length < 0) return NULL;
    path[length] = 0;
  }
  char *slash = strrchr(path, '/');
  if (slash == NULL) return NULL;
  *slash = 0;
  return copy_text(path);
}

char *environment_setting(const char *name) {
  const char *value = getenv(name);
  return value == NULL || *value == 0 ? NULL : copy_text(value);
}

bool folder_exists(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

char *full_path(const char *path) { return folder_exists(path) ? realpath(path, NULL) : NULL; }

uint64_t microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t milliseconds(void) { return microseconds() / 1000; }

void sleep_milliseconds(unsigned duration) { usleep(duration * 1000); }

uint32_t own_process_id(void) { return (uint32_t)getpid(); }
