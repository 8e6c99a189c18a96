/* What the container uses, as lines of a name and a number. */
#ifndef SILO_STATISTICS_H
#define SILO_STATISTICS_H

#include <stddef.h>

/* Of a control group; the network is the machine's. Length of the text. */
size_t read_statistics(const char *group, char *text, size_t size);

#endif
