/* What conmon is told by a program that cannot do what it was called for: a line with who failed, then why. */
#ifndef SILO_WORD_H
#define SILO_WORD_H

_Noreturn void say(int word, const char *kind, const char *reason);
_Noreturn void say_errno(int word, const char *what);

#endif
