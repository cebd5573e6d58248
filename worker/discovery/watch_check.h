/* One look at a live product at the supplier, and what follows.  Threads: as the context; the caller holds the product's lock. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "worker/discovery/run.h"

enum { WATCH_STOCK_POINTS = 10, WATCH_DETAIL_POINTS = 10 };

/* Stock of all variants, and with_detail what the supplier asks for them.  Stores the day's snapshot, moves quantities with
 * hysteresis, holds what is gone, asks the price rules; how far each goes is in the settings stock.on_*.  next_s: when it is due again. */
must_check int watch_check(struct product_run *r, bool with_detail, int64_t next_s, struct fail *f);
