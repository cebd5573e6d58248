/* Findings of a comparison between shop, supplier, ledger and our rows.  Shared by the files of orders.reconcile.
 * Threads: as the context. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/model/settings.h"
#include "worker/core/job_context.h"

enum finding_total { FINDING_NOTE, FINDING_MISSING, FINDING_DOUBLE };
struct finding {
    enum finding_total counts_as;
    const char *kind;    /* "paid_twice" */
    const char *subject; /* "order:7", or what has no row here */
    const char *text;    /* sentence */
};

struct reconcile {
    struct job_context *c;
    struct settings set;
    json_t *findings; /* [{kind, subject, text}] */
    int64_t missing, doubled;
    bool cut_short; /* the deadline or the most pages came first */
};

/* Keep one finding and count it; beyond 2000 it is only counted. */
must_check int reconcile_found(struct reconcile *x, const struct finding *found, struct fail *f);
/* True (and remembered) when the run must end. */
bool reconcile_must_end(struct reconcile *x);

/* The supplier's list of paid orders against our numbers: paid twice, or paid without our knowing. */
must_check int reconcile_supplier(struct reconcile *x, struct fail *f);
/* The shop's recent orders and fulfillments against our rows. */
must_check int reconcile_shop(struct reconcile *x, struct fail *f);
