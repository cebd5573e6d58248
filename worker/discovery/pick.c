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
#include "worker/discovery/facts.h"
#include "worker/discovery/product.h"
#include "worker/discovery/text_check.h"

enum { ROUNDS_MAX = 5 };

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

/* One round of picking. */
struct picking {
    struct job_context *c;
    const struct settings *set;
    const struct assess_terms *terms;
    struct db *tx; /* NULL until products are moved */
    int64_t spacing_us;
    int64_t picked, rejected;
};

/* How many may be picked. */
static int room(const struct picking *k, struct picked *ret, int64_t *ret_room, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    int64_t left = 0, waiting = 0;

    TRY(db_query(k->c->db, &sql_discovery_candidates_waiting, NULL, &rows, f));
    waiting = db_int(rows, 0, "waiting", 0);
    TRY(budget_left(k->c, BUDGET_ASSESS, &left, f));
    int64_t payable = left > 0 ? left / cost_of_one(k->terms) : 0;
    *ret_room = k->set->num[SETTING_DISCOVERY_TOP] - waiting;
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
    return numbers != NULL ? product_move(tx, &p, &move, f) : fail_memory(f);
}

/* ---- names that forbid a product ---- */

static int fault_of(const PGresult *rows, int row, const struct assess_terms *t,
                    struct text_fault *ret, struct fail *f)
{
    scoped(facts_done) struct facts facts = { 0 };
    scoped(json_clear_p) json_t *known =
        json_pack("{s:s, s:s*}", "name", db_text(rows, row, "name"), "category",
                  db_text(rows, row, "category"));
    bool eu = false;

    if (known == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < t->market_count; i++) {
        eu = eu || t->markets[i].eu;
    }
    TRY(facts_of(known, &facts, f));
    return compliance_check(&facts, eu, ret, f);
}

/* What the filter blocks by its name alone is rejected here: to ask for its details would cost points. */
static int reject_row(struct db *tx, const PGresult *rows, int row, const struct text_fault *fault,
                      struct fail *f)
{
    char text[sizeof fault->text + 64], by[sizeof fault->rule + 8];
    scoped(product_done) struct product p = {
        .id = db_int(rows, row, "id", 0), .state = product_state_parse(db_text(rows, row, "state"))
    };

    (void)snprintf(text, sizeof text, "The compliance filter blocks its name: %s", fault->text);
    (void)snprintf(by, sizeof by, "rule:%s", fault->rule);
    scoped(json_clear_p) json_t *numbers =
        json_pack("{s:s, s:s, s:s, s:n, s:[{s:s, s:b, s:n, s:n, s:s, s:s}]}", "verdict", "rejected",
                  "rule", fault->rule, "text", text, "todo", "gate", "rule", "COMPLIANCE", "passed",
                  0, "value", "limit", "unit", "", "text", fault->text);
    const struct product_decision d = {
        .rule = fault->rule, .text = text, .numbers = numbers, .by = by
    };
    const struct product_move move = {
        .to = PRODUCT_REJECTED,
        .decision = &d,
        .note = { .step = "rejected", .code = fault->rule, .text = text }
    };
    return numbers != NULL ? product_move(tx, &p, &move, f) : fail_memory(f);
}

static int pick_rows(struct picking *k, const PGresult *rows, struct fail *f)
{
    for (int i = 0; i < PQntuples(rows); i++) {
        struct text_fault fault = { 0 };
        int blocked = fault_of(rows, i, k->terms, &fault, f);
        TRY(blocked);
        if (blocked == 1) {
            TRY(reject_row(k->tx, rows, i, &fault, f));
            k->rejected++;
            continue;
        }
        TRY(pick_row(k->tx, rows, i, k->c->now_us + k->picked * k->spacing_us, f));
        k->picked++;
    }
    return 0;
}

static int query_best(const struct picking *k, int64_t most, PGresult **ret, struct fail *f)
{
    const struct settings *set = k->set;
    int64_t min_cents = 0, max_cents = 0;
    struct sql_text limit, days, least, dearest, stock, velocity;

    terms_cost_band(k->terms, &min_cents, &max_cents);
    const char *params[] = { sql_int(&limit, most),
                             sql_int(&days, set->num[SETTING_DISCOVERY_RECHECK_DAYS]),
                             sql_bool((enum flow_mode)set->num[SETTING_FLOW_DISCOVERY] >=
                                      FLOW_APPROVE),
                             sql_int(&least, min_cents),
                             sql_int(&dearest, max_cents),
                             sql_int(&stock, set->num[SETTING_DISCOVERY_STOCK_MIN]),
                             sql_int(&velocity, set->num[SETTING_DISCOVERY_VELOCITY_MIN_E2]) };
    return db_query(k->tx, &sql_discovery_candidates_pick, params, ret, f);
}

/* Again while names are blocked, so that others take their places. */
static int pick_most(struct picking *k, int64_t most, struct fail *f)
{
    for (int round = 0; round < ROUNDS_MAX && k->picked < most; round++) {
        scoped(pg_clear_p) PGresult *rows = NULL;
        int64_t blocked = k->rejected;
        TRY(query_best(k, most - k->picked, &rows, f));
        TRY(pick_rows(k, rows, f));
        if (k->rejected == blocked) {
            break;
        }
    }
    return 0;
}

int pick_candidates(struct job_context *c, const struct settings *set,
                    const struct assess_terms *terms, struct picked *ret, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    struct picking k = { .c = c, .set = set, .terms = terms };
    char missing[TERMS_GAP_BYTES];
    int64_t most = 0;

    *ret = (struct picked){ 0 };
    assess_terms_missing(terms, missing);
    if (missing[0] != '\0') {
        (void)snprintf(ret->why, sizeof ret->why, "No product is judged: %s", missing);
        return 0;
    }
    TRY(room(&k, ret, &most, f));
    if (most == 0) {
        return 0;
    }
    TRY(spacing(c, terms, &k.spacing_us, f));
    TRY(db_begin(c->db, &tx, f));
    k.tx = tx;
    TRY(pick_most(&k, most, f));
    TRY(db_commit(&tx, f));
    ret->count = k.picked;
    if (ret->count < most) {
        ret->why[0] = '\0'; /* the points were not what was short */
    }
    return 0;
}
