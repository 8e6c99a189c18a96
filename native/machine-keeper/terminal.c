#define _GNU_SOURCE
#include "terminal.h"
#include "../guest-agent/frames.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

bool send_with_descriptors(int socket, const void *bytes, size_t length, const int *fds, size_t count) {
  struct iovec part = {.iov_base = (void *)bytes, .iov_len = length};
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(4 * sizeof(int))];
  } control = {0};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_SPACE(count * sizeof(int))};
  control.header.cmsg_level = SOL_SOCKET;
  control.header.cmsg_type = SCM_RIGHTS;
  control.header.cmsg_len = CMSG_LEN(count * sizeof(int));
  memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
  return sendmsg(socket, &message, MSG_NOSIGNAL) == (ssize_t)length;
}

static bool give_master(const char *path, int master) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return false;
  }
  strcpy(address.sun_path, path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool sent = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0 && send_with_descriptors(fd, "/dev/ptmx", 9, &master, 1);
  close(fd);
  return sent;
}

bool open_terminal(const char *console_socket) {
  int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) return false;
  int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  struct termios settings;
  if (slave < 0 || tcgetattr(slave, &settings) != 0) return false;
  cfmakeraw(&settings);
  if (tcsetattr(slave, TCSANOW, &settings) != 0 || ioctl(slave, TIOCSCTTY, 0) != 0 || !give_master(console_socket, master)) return false;
  close(master);
  bool moved = dup2(slave, 0) == 0 && dup2(slave, 1) == 1;
  close(slave);
  return moved;
}

bool terminal_size(uint8_t size[4]) {
  struct winsize window;
  if (ioctl(0, TIOCGWINSZ, &window) != 0 || window.ws_row == 0) return false;
  write_u16(size, window.ws_row);
  write_u16(size + 2, window.ws_col);
  return true;
}
