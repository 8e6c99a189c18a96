/*
 * What the host and a guest say to each other over one virtio-serial port, and programs of the host to the
 * keeper of a machine over its socket. Frames: length of the payload (u32), type (u16), zero (u16), id (u32), payload; all
 * numbers little endian. Payloads of requests are fields: tag (u16), length (u32), bytes.
 *
 * Of each stream at most `stream_window` bytes are under way: whoever takes bytes gives credit for as many.
 */
#ifndef SILO_PROTOCOL_H
#define SILO_PROTOCOL_H

#include <stdint.h>

enum { protocol_version = 1, header_bytes = 12, largest_payload = 256 * 1024, largest_data = 16 * 1024, stream_window = 128 * 1024 };

enum frame_type {
  /* Requests: the id is answered by one FRAME_DONE or FRAME_FAILED. */
  FRAME_CREATE = 1,
  FRAME_START = 2,
  FRAME_EXEC = 3,
  FRAME_SIGNAL = 4,
  FRAME_STATISTICS = 5,
  FRAME_UPDATE = 6,
  /* Of a process: the id is its number. */
  FRAME_RESIZE = 7,        /* rows u16, columns u16 */
  FRAME_STDIN = 8,
  FRAME_STDIN_END = 9,
  FRAME_CREDIT = 10,       /* stream u32 (1 stdout, 2 stderr), bytes u32 */
  FRAME_OUTPUT_CLOSED = 11, /* stream u32 */

  /* A request again: the adapters that the guest is to have, each with all of its addresses and routes; it gives the others back. */
  FRAME_NETWORK = 12,
  /* Requests to a keeper alone. */
  FRAME_ADAPTERS = 13,     /* answered by a line an adapter: name, MAC, index of its link in the namespace, and 1 where it came while the machine ran, else 0 */
  FRAME_PLUG = 14,         /* FIELD_LINK: joins the machine to that link by a new adapter, or by the one that it has for it */
  FRAME_UNPLUG = 15,       /* FIELD_LINK: after the guest has given it back */

  FRAME_HELLO = 32,        /* version u32 */
  FRAME_DONE = 33,
  FRAME_FAILED = 34,       /* enum failure u32, text */
  FRAME_STDOUT = 35,
  FRAME_STDERR = 36,
  FRAME_EXIT = 37,         /* code u32, bits of enum exit_flag u32 */
  FRAME_STDIN_CREDIT = 38, /* bytes u32 */
  /* A keeper's alone, to those that stand for containers in its machine. */
  FRAME_LOST = 39,         /* text: why the machine has gone */
};

/* The kernel ended something of it for want of memory; it was ended because the machine's own container had ended. */
enum exit_flag { EXIT_OUT_OF_MEMORY = 1, EXIT_WITH_MACHINE = 2 };

enum failure { FAILURE_OTHER = 0, FAILURE_EXECUTABLE = 1, FAILURE_DIRECTORY = 2, FAILURE_MOUNT = 3, FAILURE_LIMIT = 4, FAILURE_LAYER = 5 };

enum field_tag {
  FIELD_ARGUMENT = 1,
  FIELD_ENVIRONMENT = 2,
  FIELD_DIRECTORY = 3,
  FIELD_UID = 4,
  FIELD_GID = 5,
  FIELD_GROUP = 6,
  FIELD_TERMINAL = 7,
  FIELD_BOUNDING = 8,       /* u64, bits of capabilities */
  FIELD_EFFECTIVE = 9,      /* u64 */
  FIELD_USER_LIMIT = 10,    /* resource u32, soft u64, hard u64 */
  FIELD_OOM_SCORE = 11,     /* i32 */
  FIELD_NO_NEW_PRIVILEGES = 12,
  FIELD_PROCESS = 13,       /* u32; of a container that joins the machine: the number of its first process, and its own */
  FIELD_CONTAINER = 14,     /* u32; which container is meant, the machine's own where it is left out */
  FIELD_IPC_OF = 15,        /* u32; the container whose System V objects, message queues and /dev/shm it has */
  FIELD_PID_OF = 16,        /* u32; the container among whose processes its own are */

  FIELD_HOST_NAME = 20,
  FIELD_READ_ONLY_ROOT = 21,
  FIELD_BIND = 22,          /* read-only u8, name in the share, NUL, target */
  FIELD_MEMORY_MOUNT = 23,  /* read-only u8, options, NUL, target */
  FIELD_MODULE = 24,
  FIELD_PRIVILEGED = 25,
  FIELD_KERNEL_PARAMETER = 26, /* name with slashes, NUL, value */
  FIELD_SHARED_MEMORY = 27, /* u64 */
  FIELD_LINK = 28,          /* MAC 6 bytes, MTU u32, name */
  FIELD_ADDRESS = 29,       /* MAC 6 bytes, family u8 (4 or 6), prefix u8, 16 bytes */
  FIELD_ROUTE = 30,         /* MAC 6 bytes, family u8, prefix u8, target 16 bytes, gateway 16 bytes */
  FIELD_CONTROL = 31,       /* file of the control group, NUL, value */

  FIELD_LAYER = 32,         /* serial number of a disk with a layer of the root, top first; without any the root is in the share */
  FIELD_FILE = 33,          /* read-only u8, mode u32, owner u32, group u32, target, NUL, content */

  FIELD_SIGNAL = 40,        /* u32 */
  FIELD_ALL = 41,
};

#endif
