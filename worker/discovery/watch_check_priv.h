/* Private to watch_check.c and watch_detail.c: one look under way.  Threads: as watch_check.h. */
#pragma once

#include <jansson.h>

#include "worker/discovery/run.h"
#include "worker/providers/cj/cj_products.h"

enum watch_reach { WATCH_DO, WATCH_PROPOSE, WATCH_NOTIFY }; /* as the choices of the settings */

struct look {
    struct product_run *r;
    struct product_variants variants;
    struct cj_product detail;   /* zeroed when it was not asked for */
    struct cj_stock_list stock; /* what the supplier said of it */
    bool has_detail, stopped;
    bool doubted;           /* an empty answer that nobody believes yet */
    enum watch_reach reach; /* for stock */
    int64_t next_s, total;  /* total: stock of all variants at the shop */
    json_t *out, *back;     /* vids */
};
/* Stock of a variant as just told; -1 = nothing was said about it. */
int64_t watch_told(const struct look *l, const char *vid);
/* Ask for the detail and keep what the variants cost; those that neither it nor the stock names are gone.  FAIL_MISSING: there is
 * none any more, or it is off the shelf; FAIL_LATER: it names no variants at all, which nobody believes. */
must_check int watch_detail(struct look *l, struct fail *f);
/* What the supplier said today, in the rows. */
must_check int watch_snapshot(struct look *l, struct fail *f);
/* The look was made and what follows from it was done: age and next time in the rows.  Not before: a look that was cut short in
 * between is due still. */
must_check int watch_looked(struct look *l, struct fail *f);
