#include "worker/fulfillment/run.h"

#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/db/lock.h"
#include "common/model/orders.h"
#include "worker/fulfillment/decide.h"

enum { BUSY_S = 3, PAUSED_S = 300, ACCOUNT_S = 300, PROBLEM_S = 3600, HEAL_MAX_S = 6 * 3600 };

static const int64_t US = 1000000;
/* A job may come a little before its time: clocks differ, and schedules are in whole seconds. */
static const int64_t EARLY_US = 2000000;

enum flow_mode run_mode(const struct order_run *r)
{
    return (enum flow_mode)r->set.num[SETTING_FLOW_FULFILLMENT];
}

int run_stopped(struct order_run *r, bool *ret, struct fail *f)
{
    struct settings now;

    TRY(settings_read(r->c->db, &now, f));
    *ret = now.num[SETTING_STOP] != 0;
    return 0;
}

/* A quarter of the order's age: soon at first, then rarely. */
static int64_t heal_s(const struct order_run *r)
{
    int64_t quarter_s = (clock_now_us() - r->o.created_us) / US / 4;
    int64_t least_s = r->set.num[SETTING_ORDERS_CHECK_S];

    if (quarter_s < least_s) {
        return least_s;
    }
    return quarter_s < HEAL_MAX_S ? quarter_s : HEAL_MAX_S;
}

int run_hold_all(struct order_run *r, struct db *tx, const struct order_note *first,
                 json_t *reasons, struct fail *f)
{
    bool heals = hold_rule_find(first->code)->heals;
    struct order_move move = { .to = ORDER_HELD,
                               .hold_code = first->code,
                               .hold_reasons = reasons,
                               .next_job = heals ? "order.release" : NULL,
                               .next_run_us = heals ? clock_now_us() + heal_s(r) * US : 0,
                               .note = *first };

    move.note.step = "held";
    move.note.once = true;
    log_info("order.held", kv_int("order", r->o.id), kv_str("name", r->o.name),
             kv_str("code", first->code));
    return order_move(tx, &r->o, &move, f);
}

int run_hold(struct order_run *r, const char *code, const char *text, json_t *detail,
             struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(json_clear_p) json_t *reasons =
        json_pack("[{s:s, s:s, s:O?}]", "code", code, "text", text, "numbers", detail);

    TRY(db_begin(r->c->db, &tx, f));
    TRY(run_hold_all(r, tx, &(struct order_note){ .code = code, .text = text, .detail = detail },
                     reasons, f));
    return db_commit(&tx, f);
}

static int wait_for(struct order_run *r, const struct job_wait *wait, struct fail *f)
{
    TRY(order_postpone(r->c->db, &r->o, wait, f));
    return job_snooze(r->c, wait->wait_s);
}

int run_wait(struct order_run *r, int64_t wait_s, const char *code, const char *text,
             struct fail *f)
{
    return wait_for(r, &(struct job_wait){ .wait_s = wait_s, .code = code, .text = text }, f);
}

int run_wait_stop(struct order_run *r, struct fail *f)
{
    const struct job_wait wait = { .wait_s = PAUSED_S,
                                   .waits_for = "stop",
                                   .code = "STOP",
                                   .text = "STOP is on: nothing is ordered, paid or sent." };

    return wait_for(r, &wait, f);
}

int run_wait_mode(struct order_run *r, enum flow_mode least, struct fail *f)
{
    const struct job_wait wait = {
        .wait_s = PAUSED_S,
        .waits_for = flow_mode_name(least),
        .code = "FLOW_OFF",
        .text = "The fulfillment flow does not let orders go on in its present mode."
    };

    return wait_for(r, &wait, f);
}

/* A refusal after hand-off is shown and tried again; before it, it holds the order. */
static int refused(struct order_run *r, const struct fail *why, struct fail *f)
{
    struct order_move move = { .to = r->o.state, .problem = why->text, .next_job = r->o.next_job };

    if (order_before_handoff(r->o.state) || r->o.state == ORDER_PLACING) {
        return run_hold(r, "REFUSED", why->text, NULL, f);
    }
    move.next_run_us = clock_now_us() + PROBLEM_S * US;
    move.note = (struct order_note){
        .step = "problem", .code = fail_rule(why->kind)->name, .text = why->text, .once = true
    };
    return order_move_now(r->c->db, &r->o, &move, f);
}

/* What a failed step means: nothing for passing trouble, a wait when our account is refused, else a reason to hold. */
static int after_failure(struct order_run *r, struct fail *f)
{
    struct fail why = *f;

    if (fail_rule(why.kind)->retry) {
        return -1;
    }
    if (why.kind == FAIL_DENIED) {
        log_error("order.denied", kv_int("order", r->o.id), kv_fail(&why));
        return run_wait(r, ACCOUNT_S, "ACCOUNT", why.text, f);
    }
    if (refused(r, &why, f) < 0) {
        *f = why; /* the first failure says more */
        return -1;
    }
    return 0;
}

static bool due(const struct order_run *r, const struct order_job *job)
{
    const char *when = job_arg_text(r->c, 1);

    if (strcmp(r->o.next_job, job->type) != 0) {
        return false;
    }
    return r->o.next_run_us <= clock_now_us() + EARLY_US ||
           (when != NULL && strcmp(when, "now") == 0);
}

static int run_due(struct order_run *r, const struct order_job *job, struct fail *f)
{
    if (job->stops && r->set.num[SETTING_STOP] != 0) {
        return run_wait_stop(r, f);
    }
    if (run_mode(r) < job->least_mode) {
        return run_wait_mode(r, job->least_mode, f);
    }
    if (job->step(r, f) < 0) {
        return after_failure(r, f);
    }
    return 0;
}

int order_job_run(struct job_context *c, const struct order_job *job, struct fail *f)
{
    scoped(db_lock_done) struct db_lock lock = { 0 };
    struct order_run r = { .c = c };
    int64_t id = 0;

    TRY(job_arg_id(c, 0, &id, f));
    if (c->shopify == NULL || c->cj == NULL) {
        return fail_later(f, FAIL_LATER, ACCOUNT_S * 1000, "no %s is configured",
                          c->shopify == NULL ? "shop" : "supplier");
    }
    cj_for(c->cj, CJ_FOR_ORDERS);
    (void)snprintf(lock.name, sizeof lock.name, ORDER_LOCK_FORMAT, id);
    int held = db_lock_take(c->db, &lock, f);
    TRY(held);
    if (held != 0) {
        return job_snooze(c, BUSY_S);
    }
    int missing = order_load(c->db, id, &r.o, f);
    TRY(missing);
    if (missing != 0) {
        return fail_set(f, FAIL_MISSING, "no order %" PRId64, id);
    }
    if (!due(&r, job)) {
        return 0;
    }
    TRY(settings_read(c->db, &r.set, f));
    return run_due(&r, job, f);
}
