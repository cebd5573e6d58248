/* Private to common/queue/metrics*.c: names of the counters' hashes. */
#pragma once

#include "common/queue/metrics.h"

extern const char *const metrics_keys[METRICS_WHERES];
