#include "holder.h"

int hold(void) { return 1; }
