/* On Linux: the process between the service and a program that runs in a system. */
#ifndef HOLDER_H
#define HOLDER_H

/* The whole of `hcs-simulator --hold`; the program's exit code. */
int hold(void);

#endif
