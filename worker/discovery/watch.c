/* stock.watch []: looks at live products at the supplier as often as their tier asks and the day's points allow.
 * A product in whose work a job is already is left for the next round, unless that job waits; one whose look failed comes again in
 * half an hour; when the supplier's points or our time are used up, the rest waits for the next round. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/db/lock.h"
#include "common/db/sqltext.h"
#include "common/model/products.h"
#include "sql/listing.h"
#include "worker/discovery/listing_jobs.h"
#include "worker/discovery/watch_check.h"
#include "worker/discovery/watch_tiers.h"

enum { PER_ROUND = 500, FAILED_S = 1800, SPARE_MS = 45000 };

static const int64_t WAITS_LONG_US = INT64_C(30) * 1000000;

/* Why a round ends before all were looked at. */
enum round_end { GOES_ON, ENDS };

static void run_done(struct product_run *r)
{
    product_done(&r->p);
}

/* A new price or text that is not to be sent for a while, for STOP or as the shop refuses it: what runs out must not be sold until
 * then. */
static bool waits_long(const struct product *p)
{
    bool text = p->state == PRODUCT_PUBLISHING && p->listed_us != 0;

    return (text || strcmp(p->next_job, "product.reprice") == 0) &&
           p->next_run_us > clock_now_us() + WAITS_LONG_US;
}

/* Still live, no job is about to work on it, and nobody has looked since this round began. */
static bool is_due(const struct product *p, const struct watch_due *due,
                   const struct job_context *c)
{
    bool live = p->state == PRODUCT_LISTED || p->state == PRODUCT_ON_HOLD;
    bool at_rest = live && p->next_job[0] == '\0';

    return (at_rest || (waits_long(p) && !due->with_detail)) && p->checked_us < c->now_us;
}

/* Look at one under its lock, by the settings of the moment: a round takes minutes.  0; -1 as the look failed. */
static int look_at(struct job_context *c, const struct watch_due *due, struct fail *f)
{
    scoped(db_lock_done) struct db_lock lock = { 0 };
    scoped(run_done) struct product_run r = { .c = c };

    (void)snprintf(lock.name, sizeof lock.name, PRODUCT_LOCK_FORMAT, due->id);
    int held = db_lock_take(c->db, &lock, f);
    TRY(held);
    if (held != 0) {
        return 0;
    }
    TRY(settings_read(c->db, &r.set, f));
    int missing = product_load(c->db, due->id, &r.p, f);
    TRY(missing);
    return missing == 0 && is_due(&r.p, due, c) ? watch_check(&r, due->with_detail, due->next_s, f)
                                                : 0;
}

static int postpone(struct job_context *c, int64_t id, struct fail *f)
{
    struct sql_text product, wait;

    TRY(db_exec(c->db, &sql_listing_product_relook,
                (const char *[]){ sql_int(&product, id), sql_int(&wait, FAILED_S) }, f));
    return 0;
}

/* A look that failed says nothing about the others, unless it was the account, the points or the database. */
static int after_failure(struct job_context *c, const struct watch_due *due, struct fail *f)
{
    struct fail why = *f;

    log_warn("stock.look_failed", kv_int("product", due->id), kv_fail(&why));
    if (why.kind == FAIL_LIMITED) {
        return ENDS;
    }
    TRY(postpone(c, due->id, f)); /* so that the next round does not begin with it again */
    if (why.kind == FAIL_DENIED || why.kind == FAIL_BUG) {
        *f = why;
        return -1;
    }
    return GOES_ON;
}

static bool time_is_up(struct job_context *c)
{
    return clock_mono_ms() > c->deadline_ms - SPARE_MS || job_cancelled(c);
}

static int look_at_all(struct job_context *c, const struct watch_due *list, size_t count,
                       struct fail *f)
{
    size_t looked = 0;
    int end = GOES_ON;

    for (; looked < count && end == GOES_ON && !time_is_up(c); looked++) {
        if (look_at(c, &list[looked], f) < 0) {
            end = after_failure(c, &list[looked], f);
            TRY(end);
        }
    }
    log_info("stock.watched", kv_int("looked", (int64_t)looked), kv_int("due", (int64_t)count));
    return 0;
}

int stock_watch(struct job_context *c, struct fail *f)
{
    scoped(watch_due_list_done) struct watch_due_list due = { 0 };
    struct settings set;
    struct watch_plan plan;

    if (c->cj == NULL || c->shopify == NULL) {
        return 0; /* nothing can be live; store.setup says what is missing */
    }
    TRY(settings_read(c->db, &set, f));
    TRY(watch_tiers_set(c, &set, &plan, f));
    TRY(watch_due_read(c, &plan, PER_ROUND, &due, f));
    return look_at_all(c, due.rows, due.count, f);
}
