/* orders.check []: page through the shop's changed orders.  orders.check [gid]: read that one (a webhook said so).
 * Pages come oldest change first, so after each page everything older has been seen; the cursor still moves only when the
 * run ends, and when a run must end early it moves to what was stored and the job comes back at once. */
#include <string.h>

#include "common/base/log.h"
#include "common/base/str.h"
#include "common/model/outbox.h"
#include "common/model/settings.h"
#include "sql/orders.h"
#include "worker/fulfillment/decide.h"
#include "worker/fulfillment/jobs.h"
#include "worker/fulfillment/order.h"
#include "worker/fulfillment/pace.h"
#include "common/db/sqltext.h"

enum {
    FIRST_LOOK_S = 24 * 3600, /* how far back the very first check reaches */
    STOP_BEFORE_MS = 30000,   /* end early when less is left until the deadline */
    PAGES_MAX = 200,          /* the shop pages at most 25,000 orders in one search */
};

static const int64_t US = 1000000;
static const char CURSOR[] = "shopify.orders";
static const char LOCK[] = "orders.check";

struct check {
    struct job_context *c;
    struct settings set;
    struct pace pace;   /* of the follow-up jobs */
    int64_t seen_to_us; /* newest change stored */
    int64_t inserted, changed;
};

/* An order as the shop lists it, and when it is released if it is new. */
struct arrival {
    const struct shopify_order_row *row;
    int64_t run_us;
};

struct upsert {
    int64_t id;
    bool inserted, seen;
    char state[24], hold_code[ORDER_CODE_BYTES], next_job[ORDER_JOB_BYTES];
};

static const char *first_state(const struct shopify_order_row *row)
{
    if (row->test) {
        return "ignored";
    }
    return row->cancelled_us != 0 ? "cancelled" : "received";
}

/* A time the shop does not tell must not stop the orders around it. */
static int64_t known_time(const struct check *k, int64_t at_us)
{
    return at_us != 0 ? at_us : k->c->now_us;
}

static int upsert_row(const struct check *k, struct db *tx, const struct arrival *a,
                      struct upsert *ret, struct fail *f)
{
    const struct shopify_order_row *row = a->row;
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text created, updated, cancelled, total, run;
    const char *state = first_state(row);
    bool goes_on = strcmp(state, "received") == 0;
    const char *params[] = { row->gid,
                             row->name,
                             state,
                             sql_time(&created, known_time(k, row->created_us)),
                             sql_time(&updated, known_time(k, row->updated_us)),
                             row->financial,
                             sql_time(&cancelled, row->cancelled_us),
                             sql_bool(row->test),
                             row->total_known ? sql_int(&total, row->total.minor) : NULL,
                             row->total_known ? row->total.currency : NULL,
                             goes_on ? "order.release" : NULL,
                             goes_on ? sql_time(&run, a->run_us) : NULL };

    TRY(db_query(tx, &sql_orders_order_upsert, params, &rows, f));
    if (PQntuples(rows) == 0) {
        return 1;
    }
    *ret = (struct upsert){ .id = db_int(rows, 0, "id", 0),
                            .inserted = db_bool(rows, 0, "inserted"),
                            .seen = db_bool(rows, 0, "seen") };
    (void)str_fit(ret->state, sizeof ret->state, db_text(rows, 0, "state"));
    const char *hold = db_text(rows, 0, "hold_code");
    const char *next = db_text(rows, 0, "next_job");
    (void)str_fit(ret->hold_code, sizeof ret->hold_code, hold != NULL ? hold : "");
    (void)str_fit(ret->next_job, sizeof ret->next_job, next != NULL ? next : "");
    return 0;
}

/* order.received: the one event a new order makes, whoever saw it first. */
static int received(struct check *k, struct db *tx, const struct upsert *u, const struct arrival *a,
                    struct fail *f)
{
    struct order_note note = { .step = "received",
                               .text = "The order was received from the shop." };

    k->inserted++;
    if (strcmp(u->state, "ignored") == 0) {
        note = (struct order_note){ .step = "ignored",
                                    .code = "TEST",
                                    .text = "A test order is not fulfilled." };
    } else if (strcmp(u->state, "cancelled") == 0) {
        note = (struct order_note){ .step = "cancelled",
                                    .code = "SHOP_CANCELLED",
                                    .text = "The order was cancelled before it was seen." };
    }
    TRY(timeline_add(tx, u->id, &note, f));
    if (strcmp(u->state, "received") != 0) {
        return 0;
    }
    log_info("order.received", kv_int("order", u->id), kv_str("name", a->row->name));
    return outbox_follow_up(
        tx,
        &(struct follow_up){
            .event = "order.received", .job = "order.release", .id = u->id, .run_us = a->run_us },
        f);
}

/* Before hand-off a change leads to a new decision, unless the hold is one that waits for a person; after it, to a look at
 * what the change means. */
static const char *job_after_change(const struct upsert *u, const struct shopify_order_row *row)
{
    enum order_state state = order_state_parse(u->state);

    if (order_before_handoff(state)) {
        bool decided_anew =
            state != ORDER_HELD || hold_rule_find(u->hold_code)->redecide || row->cancelled_us != 0;
        return decided_anew ? "order.release" : NULL;
    }
    /* order.fulfill reads the shop itself and leaves to order.track what it finds changed. */
    return order_after_handoff(state) && strcmp(u->next_job, "order.fulfill") != 0 ? "order.track"
                                                                                   : NULL;
}

static int changed(struct check *k, struct db *tx, const struct upsert *u,
                   const struct shopify_order_row *row, struct fail *f)
{
    struct sql_text id, run;
    const char *job = job_after_change(u, row);

    if (u->seen || job == NULL) {
        return 0; /* our own change, or nothing to do about it */
    }
    k->changed++;
    int64_t run_us = pace_next(&k->pace, k->c->now_us);
    int64_t rows =
        db_exec(tx, &sql_orders_order_wake,
                (const char *[]){ sql_int(&id, u->id), u->state, job, sql_time(&run, run_us) }, f);
    TRY(rows);
    if (rows == 0) {
        return 0;
    }
    return outbox_follow_up(
        tx,
        &(struct follow_up){ .event = "order.changed", .job = job, .id = u->id, .run_us = run_us },
        f);
}

static int store_row(struct check *k, struct db *tx, const struct shopify_order_row *row,
                     struct fail *f)
{
    struct upsert u;
    int64_t turns = k->pace.turns;
    const struct arrival a = { .row = row,
                               .run_us =
                                   pace_next(&k->pace, known_time(k, row->created_us) +
                                                           k->set.num[SETTING_GRACE_S] * US) };
    int known = upsert_row(k, tx, &a, &u, f);

    TRY(known);
    if (known == 1 || !u.inserted) {
        k->pace.turns = turns;
    }
    if (row->updated_us > k->seen_to_us) {
        k->seen_to_us = row->updated_us;
    }
    if (known == 1) {
        return 0;
    }
    return u.inserted ? received(k, tx, &u, &a, f) : changed(k, tx, &u, row, f);
}

static int store_page(struct check *k, const struct shopify_order_row *rows, size_t count,
                      struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;

    TRY(db_begin(k->c->db, &tx, f));
    for (size_t i = 0; i < count; i++) {
        TRY(store_row(k, tx, &rows[i], f));
    }
    return db_commit(&tx, f);
}

/* From where to read, and what has been seen already.  A run that ended early is gone on with from where it ended: with the
 * overlap again, many orders that changed at one moment would never be got past. */
static int read_cursor(struct check *k, int64_t *ret_us, int64_t *ret_since_us, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    TRY(db_query(k->c->db, &sql_orders_cursor_get, (const char *[]){ CURSOR }, &rows, f));
    *ret_us =
        PQntuples(rows) > 0 ? db_int(rows, 0, "updated_us", 0) : k->c->now_us - FIRST_LOOK_S * US;
    bool behind = PQntuples(rows) > 0 && db_bool(rows, 0, "behind");
    *ret_since_us = *ret_us - (behind ? 0 : k->set.num[SETTING_ORDERS_OVERLAP_S] * US);
    return 0;
}

/* Never beyond the start of the run: what changes while we page may be behind us in the shop's index. */
static int write_cursor(struct check *k, int64_t since_us, bool behind, struct fail *f)
{
    struct sql_text text;
    int64_t to_us = k->seen_to_us < k->c->now_us ? k->seen_to_us : k->c->now_us;

    TRY(db_exec(k->c->db, &sql_orders_cursor_put,
                (const char *[]){ CURSOR, sql_time(&text, to_us > since_us ? to_us : since_us),
                                  sql_bool(behind) },
                f));
    return 0;
}

static bool must_end(const struct check *k, int pages)
{
    return pages >= PAGES_MAX || clock_mono_ms() + STOP_BEFORE_MS > k->c->deadline_ms;
}

/* 0 all pages were stored, 1 ended early. */
static int read_pages(struct check *k, int64_t since_us, struct fail *f)
{
    char cursor[SHOPIFY_CURSOR_BYTES] = "";
    const struct shopify_order_search search = { .since_us = since_us,
                                                 .page_size = (int)k->set.num[SETTING_ORDERS_PAGE],
                                                 .cursor = cursor };
    bool more = true;

    for (int pages = 0; more; pages++) {
        scoped(shopify_order_page_done) struct shopify_order_page page = { 0 };
        if (pages > 0 && must_end(k, pages)) {
            return 1;
        }
        TRY(shopify_orders_updated(k->c->shopify, &search, &page, f));
        TRY(store_page(k, page.rows, page.count, f));
        more = page.more;
        (void)str_fit(cursor, sizeof cursor, page.cursor);
    }
    return 0;
}

static int check_all(struct check *k, struct fail *f)
{
    int64_t cursor_us = 0, since_us = 0;

    TRY(read_cursor(k, &cursor_us, &since_us, f));
    int early = read_pages(k, since_us, f);
    TRY(early);
    TRY(write_cursor(k, cursor_us, early != 0, f));
    if (k->inserted + k->changed > 0) {
        log_info("orders.checked", kv_int("new", k->inserted), kv_int("changed", k->changed),
                 kv_bool("more", early != 0));
    }
    return early != 0 ? job_snooze(k->c, 1) : 0;
}

/* The whole order was read: what it brought in, and what went back, is known at once. */
static int store_money(const struct check *k, const struct shopify_order *order, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    TRY(db_query(k->c->db, &sql_orders_order_by_gid, (const char *[]){ order->head.gid }, &rows,
                 f));
    return PQntuples(rows) == 1 ? order_store_money(k->c->db, db_int(rows, 0, "id", 0), order, f)
                                : 0;
}

static int check_one(struct check *k, const char *gid, struct fail *f)
{
    scoped(shopify_order_done) struct shopify_order order = { 0 };

    TRY(shopify_order_get(k->c->shopify, gid, &order, f));
    TRY(store_page(k, &order.head, 1, f));
    return store_money(k, &order, f);
}

static int check_locked(struct check *k, struct fail *f)
{
    int held = db_try_lock(k->c->db, LOCK, f);

    TRY(held);
    if (held != 0) {
        return 0; /* another check is paging; it sees what we would */
    }
    int done = check_all(k, f);
    db_unlock(k->c->db, LOCK);
    return done;
}

int orders_check(struct job_context *c, struct fail *f)
{
    struct check k = { .c = c };
    const char *gid = job_arg_text(c, 0);

    if (c->shopify == NULL) {
        return fail_set(f, FAIL_DENIED, "no shop is configured");
    }
    TRY(settings_read(c->db, &k.set, f));
    TRY(pace_start(c, &k.pace, f));
    return gid != NULL ? check_one(&k, gid, f) : check_locked(&k, f);
}
