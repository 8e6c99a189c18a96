/* Programs that the keeper starts end when it does. */
#ifndef SILO_CHILD_H
#define SILO_CHILD_H

#include <sys/types.h>

/* In the child of `keeper`, before it becomes the program. */
void in_child(pid_t keeper);

#endif
