/* Private to publish_acts.c and publish_live.c: one act under way.  Threads: as publish_acts.h. */
#pragma once

#include "worker/core/effects.h"
#include "worker/discovery/publish_acts.h"

enum { ACT_KEY_BYTES = PRODUCT_HANDLE_BYTES + 80, ACT_SUBJECT_BYTES = 40, ACT_IDEM_DIGITS = 32 };

struct act {
    struct product_run *r;
    const char *mark;                        /* NULL = the next number */
    struct publish_plan *plan;               /* set */
    const struct shopify_new_product *texts; /* texts */
    struct shopify_stock stock;              /* quantities */
    const struct shopify_price *prices;      /* prices */
    size_t price_count;
    const char *publication, *status; /* as wanted */
    char idem[ACT_IDEM_DIGITS + 1];
};

/* Run the effect under "KIND:HANDLE:MARK".  *ret_result is the caller's; ret_result may be NULL. */
must_check int act_run(struct act *a, struct effect *e, json_t *take_intent, json_t **ret_result,
                       struct fail *f);
/* A result made just now, or out of memory. */
must_check int act_said(json_t *take_result, json_t **ret, struct fail *f);
