#define _GNU_SOURCE
#include "network.h"
#include "slots.h"
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { most_links = 64 };

struct message {
  struct nlmsghdr header;
  uint8_t rest[512];
};

static void add_attribute(struct message *message, uint16_t type, const void *bytes, size_t length) {
  struct rtattr *attribute = (struct rtattr *)((uint8_t *)message + NLMSG_ALIGN(message->header.nlmsg_len));
  attribute->rta_type = type;
  attribute->rta_len = (uint16_t)RTA_LENGTH(length);
  memcpy(RTA_DATA(attribute), bytes, length);
  message->header.nlmsg_len = NLMSG_ALIGN(message->header.nlmsg_len) + RTA_ALIGN(attribute->rta_len);
}

/* Sends a message and waits for the kernel's answer. */
static int ask(int fd, struct message *message) {
  message->header.nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
  if (send(fd, message, message->header.nlmsg_len, 0) < 0) return -1;
  union {
    struct nlmsghdr header;
    uint8_t bytes[4096];
  } answer;
  if (recv(fd, &answer, sizeof answer, 0) < (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr)) || answer.header.nlmsg_type != NLMSG_ERROR) {
    errno = EPROTO;
    return -1;
  }
  int error = ((struct nlmsgerr *)NLMSG_DATA(&answer.header))->error;
  if (error == 0) return 0;
  errno = -error;
  return -1;
}

static int change_link(int fd, int index, const char *name, uint32_t mtu, bool up) {
  struct message message = {.header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)), .nlmsg_type = RTM_NEWLINK}};
  struct ifinfomsg *link = NLMSG_DATA(&message.header);
  link->ifi_index = index;
  if (up) link->ifi_flags = link->ifi_change = IFF_UP;
  if (name != NULL) add_attribute(&message, IFLA_IFNAME, name, strlen(name) + 1);
  if (mtu != 0) add_attribute(&message, IFLA_MTU, &mtu, sizeof mtu);
  return ask(fd, &message);
}

/* The MAC that the host gave an adapter, whatever a container has made of it since; of other links nothing but zeros. */
static bool has_mac(int fd, const char *interface, const uint8_t mac[6]) {
  struct {
    struct ethtool_perm_addr head;
    uint8_t mac[6];
  } answer = {.head = {.cmd = ETHTOOL_GPERMADDR, .size = sizeof answer.mac}};
  struct ifreq request = {.ifr_data = (char *)&answer};
  strncpy(request.ifr_name, interface, sizeof request.ifr_name - 1);
  return ioctl(fd, SIOCETHTOOL, &request) == 0 && memcmp(answer.head.data, mac, sizeof answer.mac) == 0;
}

/* 0 where there is no adapter with that MAC. */
static int index_of(int fd, const uint8_t mac[6]) {
  struct if_nameindex *links = if_nameindex();
  int found = 0;
  for (struct if_nameindex *link = links; link != NULL && link->if_index != 0; link++) if (has_mac(fd, link->if_name, mac)) found = (int)link->if_index;
  if_freenameindex(links);
  return found;
}

static int add_address(int fd, int index, const struct address_request *wanted) {
  struct message message = {.header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifaddrmsg)), .nlmsg_type = RTM_NEWADDR, .nlmsg_flags = NLM_F_CREATE | NLM_F_REPLACE}};
  struct ifaddrmsg *address = NLMSG_DATA(&message.header);
  address->ifa_family = wanted->family == 4 ? AF_INET : AF_INET6;
  address->ifa_prefixlen = wanted->prefix;
  /* The host knows whose address it is: nobody need be asked. */
  address->ifa_flags = wanted->family == 4 ? 0 : IFA_F_NODAD;
  address->ifa_index = (unsigned)index;
  size_t length = wanted->family == 4 ? 4 : 16;
  add_attribute(&message, IFA_LOCAL, wanted->address, length);
  add_attribute(&message, IFA_ADDRESS, wanted->address, length);
  return ask(fd, &message);
}

static int add_route(int fd, int index, const struct address_request *wanted) {
  static const uint8_t nothing[16] = {0};
  struct message message = {.header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)), .nlmsg_type = RTM_NEWROUTE, .nlmsg_flags = NLM_F_CREATE | NLM_F_REPLACE}};
  struct rtmsg *route = NLMSG_DATA(&message.header);
  size_t length = wanted->family == 4 ? 4 : 16;
  bool through_gateway = memcmp(wanted->gateway, nothing, length) != 0;
  route->rtm_family = wanted->family == 4 ? AF_INET : AF_INET6;
  route->rtm_dst_len = wanted->prefix;
  route->rtm_table = RT_TABLE_MAIN;
  route->rtm_protocol = RTPROT_STATIC;
  route->rtm_scope = through_gateway || wanted->family == 6 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
  route->rtm_type = RTN_UNICAST;
  if (wanted->prefix > 0) add_attribute(&message, RTA_DST, wanted->address, length);
  if (through_gateway) add_attribute(&message, RTA_GATEWAY, wanted->gateway, length);
  add_attribute(&message, RTA_OIF, &index, sizeof index);
  return ask(fd, &message);
}

static int set_up(int fd, int inet, const struct request *request, const char **what) {
  *what = "lo";
  if (change_link(fd, (int)if_nametoindex("lo"), NULL, 0, true) != 0) return -1;
  for (size_t at = 0; at < request->link_count; at++) {
    const struct link_request *link = &request->links[at];
    *what = link->name;
    int index = index_of(inet, link->mac);
    if (index == 0) {
      errno = ENODEV;
      return -1;
    }
    unsigned taken = if_nametoindex(link->name);
    char aside[16];
    snprintf(aside, sizeof aside, "silo%d", (int)taken);
    if (taken != 0 && (int)taken != index && change_link(fd, (int)taken, aside, 0, false) != 0) return -1;
    if ((int)taken != index && change_link(fd, index, link->name, 0, false) != 0) return -1;
    if (change_link(fd, index, NULL, link->mtu, true) != 0) return -1;
  }
  *what = "addresses";
  for (size_t at = 0; at < request->address_count; at++) if (add_address(fd, index_of(inet, request->addresses[at].mac), &request->addresses[at]) != 0) return -1;
  *what = "routes";
  for (size_t at = 0; at < request->route_count; at++) if (add_route(fd, index_of(inet, request->routes[at].mac), &request->routes[at]) != 0) return -1;
  return 0;
}

/* An adapter, not lo or what a container made for itself. */
static bool is_adapter(const char *interface) {
  char path[64];
  snprintf(path, sizeof path, "/sys/class/net/%s/device", interface);
  return access(path, F_OK) == 0;
}

static bool is_wanted(const struct request *request, int fd, const char *interface) {
  for (size_t at = 0; at < request->link_count; at++) if (has_mac(fd, interface, request->links[at].mac)) return true;
  return false;
}

static int give_unwanted_back(const struct request *request, int fd, const char **what) {
  struct if_nameindex *links = if_nameindex();
  int result = 0;
  *what = "adapters";
  for (struct if_nameindex *link = links; result == 0 && link != NULL && link->if_index != 0; link++) if (is_adapter(link->if_name) && !is_wanted(request, fd, link->if_name)) result = give_back(link->if_name);
  int reason = errno;
  if_freenameindex(links);
  errno = reason;
  return result;
}

int change_network(const struct request *request, const char **what) {
  int inet = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  *what = "sockets";
  /* First: what was plugged in and is wanted no more must be given back too. */
  find_plugged();
  int result = inet < 0 ? -1 : give_unwanted_back(request, inet, what);
  int reason = errno;
  close(inet);
  errno = reason;
  return result == 0 ? set_up_network(request, what) : -1;
}

int set_up_network(const struct request *request, const char **what) {
  *what = "sockets";
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  int inet = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  int result = fd < 0 || inet < 0 ? -1 : set_up(fd, inet, request, what);
  int reason = errno;
  close(fd);
  close(inet);
  errno = reason;
  return result;
}

void count_network(uint64_t *received, uint64_t *sent) {
  *received = *sent = 0;
  FILE *file = fopen("/proc/net/dev", "re");
  if (file == NULL) return;
  char line[512], name[64];
  while (fgets(line, sizeof line, file) != NULL) {
    unsigned long long in, out;
    if (sscanf(line, " %63[^:]: %llu %*u %*u %*u %*u %*u %*u %*u %llu", name, &in, &out) != 3 || strcmp(name, "lo") == 0) continue;
    *received += in;
    *sent += out;
  }
  fclose(file);
}
