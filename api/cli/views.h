/* Columns that more than one command shows.  Constant. */
#pragma once

#include "api/cli/out.h"

enum { QUEUE_COLUMNS = 6, WORKER_COLUMNS = 9 };
extern const struct column queue_columns[QUEUE_COLUMNS];
extern const struct column worker_columns[WORKER_COLUMNS];
