#include "worker/discovery/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/db/lock.h"
#include "common/model/products.h"

enum { BUSY_S = 3, PAUSED_S = 300, ACCOUNT_S = 300, PROBLEM_S = 3600, LONG_MS = 30000 };

static const int64_t US = 1000000;
/* A job may come a little before its time: clocks differ, and schedules are in whole seconds. */
static const int64_t EARLY_US = 2000000;

enum flow_mode product_run_mode(const struct product_run *r)
{
    return (enum flow_mode)r->set.num[SETTING_FLOW_DISCOVERY];
}

int product_run_stopped(struct product_run *r, bool *ret, struct fail *f)
{
    int64_t stop = 0;

    TRY(settings_read_one(r->c->db, SETTING_STOP, &stop, f));
    *ret = stop != 0;
    return 0;
}

static int wait_for(struct product_run *r, const struct job_wait *wait, struct fail *f)
{
    TRY(product_postpone(r->c->db, &r->p, wait, f));
    return job_snooze(r->c, wait->wait_s);
}

int product_wait(struct product_run *r, int64_t wait_s, const char *code, const char *text,
                 struct fail *f)
{
    return wait_for(r, &(struct job_wait){ .wait_s = wait_s, .code = code, .text = text }, f);
}

int product_wait_stop(struct product_run *r, struct fail *f)
{
    const struct job_wait wait = { .wait_s = PAUSED_S,
                                   .waits_for = "stop",
                                   .code = "STOP",
                                   .text =
                                       "STOP is on: nothing is listed and no price is changed." };

    return wait_for(r, &wait, f);
}

int product_wait_mode(struct product_run *r, enum flow_mode least, struct fail *f)
{
    const struct job_wait wait = {
        .wait_s = PAUSED_S,
        .waits_for = flow_mode_name(least),
        .code = "FLOW_OFF",
        .text = "The discovery flow does not let products go on in its present mode."
    };

    return wait_for(r, &wait, f);
}

/* Where a product goes that cannot go on: what is in the shop stays there, and under watch. */
static enum product_state aside(const struct product *p)
{
    if (p->state == PRODUCT_CANDIDATE) {
        return PRODUCT_NEEDS_DATA;
    }
    if (p->state == PRODUCT_PUBLISHING && p->listed_us != 0) { /* only its texts were to change */
        return p->hold_code[0] != '\0' ? PRODUCT_ON_HOLD : PRODUCT_LISTED;
    }
    return product_may_become(p->state, PRODUCT_NEEDS_REVIEW) ? PRODUCT_NEEDS_REVIEW : p->state;
}

static int refused(struct product_run *r, const struct fail *why, struct fail *f)
{
    const char *code = why->code[0] != '\0' ? why->code : fail_rule(why->kind)->name;
    const struct product_decision decision = { .rule = "REFUSED",
                                               .text = why->text,
                                               .by = "rule:REFUSED" };
    char hold[PRODUCT_CODE_BYTES];
    struct product_move move = {
        .to = aside(&r->p),
        .hold_code = hold,
        .problem = why->text,
        .note = { .step = "problem", .code = code, .text = why->text, .once = true }
    };

    (void)str_fit(hold, sizeof hold, r->p.hold_code); /* what lifts the hold stays known */
    if (move.to == r->p.state) {
        move.next_job = r->p.next_job;
        move.next_run_us = clock_now_us() + PROBLEM_S * US;
    } else if (move.to == PRODUCT_NEEDS_DATA) {
        move.decision = &decision;
    }
    log_warn("product.refused", kv_int("product", r->p.id), kv_fail(why));
    return product_move_now(r->c->db, &r->p, &move, f);
}

/* What a failed step means: nothing for passing trouble, a wait when our account is refused or a limit says when, else the
 * product is put aside. */
static int after_failure(struct product_run *r, struct fail *f)
{
    struct fail why = *f;

    if (why.kind == FAIL_LIMITED && why.retry_after_ms > LONG_MS) {
        return product_wait(r, (why.retry_after_ms + 999) / 1000, "LIMIT", why.text, f);
    }
    if (fail_rule(why.kind)->retry) {
        return -1;
    }
    if (why.kind == FAIL_DENIED) {
        log_error("product.denied", kv_int("product", r->p.id), kv_fail(&why));
        return product_wait(r, ACCOUNT_S, "ACCOUNT", why.text, f);
    }
    if (refused(r, &why, f) < 0) {
        *f = why; /* the first failure says more */
        return -1;
    }
    return 0;
}

static bool due(const struct product_run *r, const struct product_job *job)
{
    const char *when = job_arg_text(r->c, 1);

    if (strcmp(r->p.next_job, job->type) != 0) {
        return false;
    }
    return r->p.next_run_us <= clock_now_us() + EARLY_US ||
           (when != NULL && strcmp(when, "now") == 0);
}

static int run_due(struct product_run *r, const struct product_job *job, struct fail *f)
{
    if (job->stops && r->set.num[SETTING_STOP] != 0) {
        return product_wait_stop(r, f);
    }
    if (product_run_mode(r) < job->least_mode) {
        return product_wait_mode(r, job->least_mode, f);
    }
    return job->step(r, f) < 0 ? after_failure(r, f) : 0;
}

static int has_services(const struct job_context *c, unsigned needs, struct fail *f)
{
    if ((needs & PRODUCT_NEEDS_SHOP) != 0 && c->shopify == NULL) {
        return fail_later(f, FAIL_LATER, ACCOUNT_S * 1000, "no shop is configured");
    }
    if ((needs & PRODUCT_NEEDS_SUPPLIER) != 0 && c->cj == NULL) {
        return fail_later(f, FAIL_LATER, ACCOUNT_S * 1000, "no supplier is configured");
    }
    return 0;
}

static void run_done(struct product_run *r)
{
    product_done(&r->p);
}

int product_job_run(struct job_context *c, const struct product_job *job, struct fail *f)
{
    scoped(db_lock_done) struct db_lock lock = { 0 };
    scoped(run_done) struct product_run r = { .c = c };
    int64_t id = 0;

    TRY(job_arg_id(c, 0, &id, f));
    TRY(has_services(c, job->needs, f));
    (void)snprintf(lock.name, sizeof lock.name, PRODUCT_LOCK_FORMAT, id);
    int held = db_lock_take(c->db, &lock, f);
    TRY(held);
    if (held != 0) {
        return job_snooze(c, BUSY_S);
    }
    int missing = product_load(c->db, id, &r.p, f);
    TRY(missing);
    if (missing != 0) {
        return fail_set(f, FAIL_MISSING, "no product %" PRId64, id);
    }
    if (!due(&r, job)) {
        return 0;
    }
    TRY(settings_read(c->db, &r.set, f));
    return run_due(&r, job, f);
}
