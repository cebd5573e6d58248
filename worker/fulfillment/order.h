/* The row of a shop order and how it moves on: state, note and follow-up job are always one transaction, and a row that was
 * changed meanwhile (by a person) makes the move fail instead of being overwritten.
 * Threads: uses the caller's db. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/id.h"
#include "common/db/db.h"
#include "worker/fulfillment/states.h"
#include "worker/fulfillment/timeline.h"
#include "worker/providers/shopify/shopify.h"

enum { ORDER_NAME_BYTES = 64, ORDER_CODE_BYTES = 32, ORDER_JOB_BYTES = 32 };

struct job_wait;

struct order {
    int64_t id;
    char gid[SHOPIFY_GID_BYTES], name[ORDER_NAME_BYTES];
    enum order_state state;
    char financial[32];
    bool test;
    bool released;                         /* by a person, and still in force */
    char detail_hash[ID_SHA256_HEX_BYTES]; /* at the last decision, "" = none */
    char hold_code[ORDER_CODE_BYTES];      /* "" = not held */
    char next_job[ORDER_JOB_BYTES];        /* "" = nothing to do */
    int64_t created_us, shop_updated_us;
    int64_t shop_checked_us, shop_cancelled_us, fulfilled_us, next_run_us; /* 0 = never */
};

/* 0; 1 when there is none with that id. */
must_check int order_load(struct db *db, int64_t id, struct order *ret, struct fail *f);

struct order_move {
    enum order_state to;   /* may be the present state */
    const char *hold_code; /* while held; NULL = none */
    json_t *hold_reasons;  /* borrowed, NULL = none */
    const char *problem;   /* shown to people; NULL keeps what is there, "" clears it */
    const char *next_job;  /* NULL = nothing more to do */
    int64_t next_run_us;   /* when; 0 = now */
    const char
        *waits_for;    /* "stop" or the least mode it rests until; NULL = nothing a setting lifts */
    const char *event; /* name of the outbox event; NULL = "order.next" */
    bool
        goes_on; /* this very run goes on with next_job: no other job is needed unless it is lost */
    struct order_note note;
};
/* Inside the caller's transaction; *o then shows the new state.  Acts that are known not to have happened are given up with the
 * state that wanted them.  FAIL_LATER when the row has left o->state meanwhile; FAIL_BUG for
 * a move that the table of states forbids. */
must_check int order_move(struct db *tx, struct order *o, const struct order_move *m,
                          struct fail *f);
/* The same in a transaction of its own. */
must_check int order_move_now(struct db *db, struct order *o, const struct order_move *m,
                              struct fail *f);

/* The next job runs later instead (the job itself comes back by snoozing). */
must_check int order_postpone(struct db *db, struct order *o, const struct job_wait *wait,
                              struct fail *f);

/* Keep what the shop said: the row's facts, all lines and the money, in one transaction.  Money that cannot be booked is noted
 * as unknown and stops nothing. */
must_check int order_store(struct db *db, struct order *o, const struct shopify_order *shop,
                           struct fail *f);
/* Of order `id` only lines and money, which leaves its flow as it is: what changed is still to be seen by whoever decides. */
must_check int order_store_money(struct db *db, int64_t id, const struct shopify_order *shop,
                                 struct fail *f);
