/* The root of a container that comes as disks: one read-only image a layer, and what is written over them in memory. */
#ifndef SILO_LAYERED_ROOT_H
#define SILO_LAYERED_ROOT_H

#include "request.h"
#include "start-process.h"

/* Where it is put together. */
#define LAYERED_ROOT "/run/root"

/* False with `refusal`; FAILURE_LAYER with the disk's serial number and a colon before the reason where an image is the reason. */
bool mount_layered_root(const struct request *request, struct refusal *refusal);

#endif
