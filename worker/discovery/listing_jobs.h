/* Job types that write, publish and keep products at the shop; each is described in its own file.
 * Threads: as the context. */
#pragma once

#include "worker/core/job_context.h"

job_run_fn listing_write, listing_publish, listing_unlist, product_reprice, product_hold,
    stock_watch, store_setup;
