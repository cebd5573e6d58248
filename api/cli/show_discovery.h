/* Discovery in `dropship status`.  Threads: one; writes to standard output. */
#pragma once

#include <jansson.h>

/* What overview_discovery tells, in a few lines. */
void show_discovery(const json_t *discovery);
