/*
 * The host's side of a process in a machine that another keeper holds: a further process, or a container that
 * joins the machine. It is the process to conmon, which gets its exit code; its streams are that keeper's.
 */
#ifndef SILO_STAND_IN_H
#define SILO_STAND_IN_H

#include "../guest-agent/frames.h"

struct stand_in {
  /* FRAME_EXEC, or FRAME_CREATE for a container. */
  uint16_t type;
  const uint8_t *payload;
  uint32_t length;
  /* Copy of the container's share; -1 for a further process. */
  int tree;
  /* Folder of the machine's keeper, and that of the notes: `number`, `lost`; of a container also `ended`, `oom`, and `with-machine` where it ended because the machine's own container had. */
  const char *machine, *notes;
  bool terminal;
  /* Seconds until the process must be there; 0: as long as it takes. */
  uint32_t patience;
};

_Noreturn void stand_in(const struct stand_in *process, int word);

#endif
