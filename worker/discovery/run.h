/* The frame around every job about one product: lock, fresh row, is it due, may it run in this mode; afterwards what a refusal
 * means for the product.  Threads: as the context. */
#pragma once

#include <stdbool.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/model/flow.h"
#include "common/model/settings.h"
#include "worker/core/job_context.h"
#include "worker/discovery/product.h"

struct product_run {
    struct job_context *c;
    struct settings set; /* as at the start of the run */
    struct product p;
};

/* What a job does with one product.  0 when it moved on or was left as it is (c->outcome may be a snooze). */
typedef int product_step_fn(struct product_run *r, struct fail *f);

enum product_needs { PRODUCT_NEEDS_SUPPLIER = 1, PRODUCT_NEEDS_SHOP = 2 };

struct product_job {
    const char *type; /* the job type; runs only while product.next_job names it */
    product_step_fn *step;
    enum flow_mode least_mode; /* below this mode of flow.discovery the product waits */
    bool stops;                /* waits while STOP is on */
    unsigned needs;            /* enum product_needs: which services it cannot do without */
};

/* Run `job` for the product in args[0].  Does nothing when the row names another job or a later time (args[1] "now": at once);
 * comes back in 3 s when another run holds the product.  Refusals for good (FAIL_INPUT, FAIL_MISSING, FAIL_CONFLICT) put the
 * product aside with a reason (needs_data before texts are made, needs_review before it is in the shop; in the shop it keeps its
 * state, shows the problem and is tried again in an hour); FAIL_DENIED and long waits for a limit postpone the row and the job;
 * other passing trouble is returned for the worker to repeat. */
must_check int product_job_run(struct job_context *c, const struct product_job *job,
                               struct fail *f);

/* The flow's mode as this run has read it. */
enum flow_mode product_run_mode(const struct product_run *r);
/* Read STOP again: true when it is on by now. */
must_check int product_run_stopped(struct product_run *r, bool *ret, struct fail *f);
/* Come back in wait_s by snoozing, with a note that is written once. */
must_check int product_wait(struct product_run *r, int64_t wait_s, const char *code,
                            const char *text, struct fail *f);
/* STOP is on: wait until it is off.  products.sweep wakes the product then; it asks by itself only now and then. */
must_check int product_wait_stop(struct product_run *r, struct fail *f);
/* The same until the flow's mode is at least `least`. */
must_check int product_wait_mode(struct product_run *r, enum flow_mode least, struct fail *f);
