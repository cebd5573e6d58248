#include "worker/discovery/pick.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "common/db/sqltext.h"
#include "common/model/flow.h"
#include "sql/discovery.h"
#include "sql/orders.h"
#include "worker/discovery/budget.h"
#include "worker/discovery/product.h"

static const int64_t US = 1000000;

/* Points that judging one product costs at most. */
static int64_t cost_of_one(const struct assess_terms *t)
{
    return POINTS_DETAIL + POINTS_STOCK + POINTS_QUOTE * (int64_t)t->market_count;
}

/* Between two judgements: as long as their calls take at the supplier's rate. */
static int spacing(struct job_context *c, const struct assess_terms *t, int64_t *ret_us,
                   struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    TRY(db_query(c->db, &sql_orders_supplier_rate, NULL, &rows, f));
    int64_t qps = PQntuples(rows) > 0 ? db_int(rows, 0, "qps", 1) : 1;
    *ret_us = (2 + (int64_t)t->market_count) * US / (qps > 0 ? qps : 1);
    return 0;
}

/* How many may be picked. */
static int room(struct job_context *c, const struct settings *set, const struct assess_terms *t,
                struct picked *ret, int64_t *ret_room, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    int64_t left = 0, waiting = 0;

    TRY(db_query(c->db, &sql_discovery_candidates_waiting, NULL, &rows, f));
    waiting = db_int(rows, 0, "waiting", 0);
    TRY(budget_left(c->db, c->conf, c->now_us, BUDGET_ASSESS, &left, f));
    int64_t payable = left > 0 ? left / cost_of_one(t) : 0;
    *ret_room = set->num[SETTING_DISCOVERY_TOP] - waiting;
    if (*ret_room > payable - waiting) {
        *ret_room = payable - waiting;
        (void)snprintf(ret->why, sizeof ret->why,
                       "The supplier's points set free for judging pay for %" PRId64
                       " products now, %" PRId64 " wait already.",
                       payable, waiting);
    }
    *ret_room = *ret_room > 0 ? *ret_room : 0;
    return 0;
}

static int pick_row(struct db *tx, const PGresult *rows, int row, int64_t run_us, struct fail *f)
{
    const char *label = db_text(rows, row, "label");
    int64_t score = db_int(rows, row, "score_e4", 0);
    scoped(json_clear_p) json_t *numbers =
        json_pack("{s:I, s:s?}", "score_e4", (json_int_t)score, "label", label);
    char text[160];
    struct product p = { .id = db_int(rows, row, "id", 0),
                         .state = product_state_parse(db_text(rows, row, "state")) };
    const struct product_move move = {
        .to = PRODUCT_CANDIDATE,
        .problem = "",
        .next_job = "product.assess",
        .next_run_us = run_us,
        .event = "product.found",
        .note = { .step = "candidate", .code = label, .text = text, .detail = numbers }
    };

    (void)snprintf(text, sizeof text,
                   "Picked to be judged: trend score %" PRId64 ".%02" PRId64 " of 100 (%s).",
                   score / 10000, score / 100 % 100, label != NULL ? label : "not labelled");
    return product_move(tx, &p, &move, f);
}

static int pick_rows(struct job_context *c, struct db *tx, const PGresult *rows,
                     const struct assess_terms *terms, struct fail *f)
{
    int64_t spacing_us = 0;

    TRY(spacing(c, terms, &spacing_us, f));
    for (int i = 0; i < PQntuples(rows); i++) {
        TRY(pick_row(tx, rows, i, c->now_us + i * spacing_us, f));
    }
    return 0;
}

static int query_best(struct db *tx, const struct settings *set, const struct assess_terms *terms,
                      int64_t most, PGresult **ret, struct fail *f)
{
    int64_t min_cents = 0, max_cents = 0;
    struct sql_text limit, days, least, dearest, stock, velocity;

    terms_cost_band(terms, &min_cents, &max_cents);
    const char *params[] = { sql_int(&limit, most),
                             sql_int(&days, set->num[SETTING_DISCOVERY_RECHECK_DAYS]),
                             sql_bool((enum flow_mode)set->num[SETTING_FLOW_DISCOVERY] >=
                                      FLOW_APPROVE),
                             sql_int(&least, min_cents),
                             sql_int(&dearest, max_cents),
                             sql_int(&stock, set->num[SETTING_DISCOVERY_STOCK_MIN]),
                             sql_int(&velocity, set->num[SETTING_DISCOVERY_VELOCITY_MIN_E2]) };
    return db_query(tx, &sql_discovery_candidates_pick, params, ret, f);
}

int pick_candidates(struct job_context *c, const struct settings *set,
                    const struct assess_terms *terms, struct picked *ret, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(pg_clear_p) PGresult *rows = NULL;
    char missing[TERMS_GAP_BYTES];
    int64_t most = 0;

    *ret = (struct picked){ 0 };
    assess_terms_missing(terms, missing);
    if (missing[0] != '\0') {
        (void)snprintf(ret->why, sizeof ret->why, "No product is judged: %s", missing);
        return 0;
    }
    TRY(room(c, set, terms, ret, &most, f));
    if (most == 0) {
        return 0;
    }
    TRY(db_begin(c->db, &tx, f));
    TRY(query_best(tx, set, terms, most, &rows, f));
    TRY(pick_rows(c, tx, rows, terms, f));
    TRY(db_commit(&tx, f));
    ret->count = PQntuples(rows);
    if (ret->count < most) {
        ret->why[0] = '\0'; /* the points were not what was short */
    }
    return 0;
}
