/* The frame around every job about one order: lock, fresh row, is it due, may it run in this mode; afterwards what a refusal
 * means for the order.  Threads: as the context. */
#pragma once

#include <stdbool.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/model/flow.h"
#include "common/model/settings.h"
#include "worker/core/job_context.h"
#include "worker/fulfillment/order.h"

struct order_run {
    struct job_context *c;
    struct settings set; /* as at the start of the run */
    struct order o;
};

/* What a job does with one order.  0 when the order moved on or was left as it is (c->outcome may be a snooze). */
typedef int order_step_fn(struct order_run *r, struct fail *f);

struct order_job {
    const char *type; /* the job type; runs only while shop_order.next_job names it */
    order_step_fn *step;
    enum flow_mode least_mode; /* below this mode the order waits */
    bool stops;                /* waits while STOP is on */
};

/* Run `job` for the order in args[0].  Does nothing when the row names another job or a later time (args[1] "now": at once);
 * comes back in 3 s when another run holds the order.  Refusals for good hold the order with a reason and end the job;
 * passing trouble is returned for the worker to repeat. */
must_check int order_job_run(struct job_context *c, const struct order_job *job, struct fail *f);

/* The flow's mode as this run has read it. */
enum flow_mode run_mode(const struct order_run *r);
/* Read STOP again: true when it is on by now. */
must_check int run_stopped(struct order_run *r, bool *ret, struct fail *f);
/* Hold the order for one reason.  Codes that heal are looked at again after a while that grows with the order's age; others
 * wait for a person or a change at the shop. */
must_check int run_hold(struct order_run *r, const char *code, const char *text, json_t *detail,
                        struct fail *f);
/* The same for several reasons; code and text are those of the one that names the hold, reasons is what is shown. */
must_check int run_hold_all(struct order_run *r, struct db *tx, const struct order_note *first,
                            json_t *reasons, struct fail *f);
/* Come back in wait_s by snoozing, with a note that is written once. */
must_check int run_wait(struct order_run *r, int64_t wait_s, const char *code, const char *text,
                        struct fail *f);
/* STOP is on: wait until it is off.  orders.sweep wakes the order then; it asks by itself only now and then. */
must_check int run_wait_stop(struct order_run *r, struct fail *f);
/* The same until the flow's mode is at least `least`. */
must_check int run_wait_mode(struct order_run *r, enum flow_mode least, struct fail *f);
